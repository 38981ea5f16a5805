"""Webex for the conformance suite."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import SecretStr

from modbot.model import Operation, PlatformName
from modbot.platforms import Means, Platform
from modbot.platforms.webex import build
from modbot.settings.webex import WebexSettings
from modbot.simulators.webex import ADMIN_SCOPES, USER_SCOPES, Meeting, WebexSimulator
from tests.conformance.simulated import SimulatedStage, flat
from tests.conformance.stage import TEACHER, TITLE, Picture, Settings, Where

MODERATOR = "moderator@example.org"
CONTROLS = "PUT /v1/meetings/controls"
PERSON = "PUT /v1/meetingParticipants/"
SERIES = "PATCH /v1/meetings/"
PRIVILEGES = ("enabledShareContent", "enabledAnnotate", "enabledRemoteControl", "enabledChatOtherParticipants")
WHERE = {"joined": Where.IN, "lobby": Where.WAITS, "refused": Where.REFUSED}


class WebexStage(SimulatedStage):
    """A moderator account is co-host of the class. Only the lock works live; settings are hardened between runs."""

    name = PlatformName.WEBEX
    host = "Host"
    lists_lobby = True
    hardens_live = False
    sim: WebexSimulator
    meeting: Meeting
    tokens_at = "/access_token"
    asked: ClassVar[Mapping[Operation, Settings]] = {
        Operation.LOCK: {"locked": True},
        Operation.HARDEN: {
            "excludePassword": True,
            "unlockedMeetingJoinSecurity": "allowJoinWithLobby",
            "enableAutomaticLock": True,
            "audioConnectionOptions.muteAttendeeUponEntry": True,
            **{f"attendeePrivileges.{privilege}": False for privilege in PRIVILEGES},
        },
    }
    call: ClassVar[Mapping[Operation, str]] = {
        Operation.LOCK: CONTROLS,
        Operation.UNLOCK: CONTROLS,
        Operation.EJECT: PERSON,
        Operation.MUTE: PERSON,
        Operation.ADMIT: "POST /v1/meetingParticipants/admit",
        Operation.END: "POST /v1/meetings/",
        Operation.HARDEN: SERIES,
        Operation.RESTORE: SERIES,
    }

    async def start(self, means: Means) -> Platform:
        """The moderator account is connected, with an admin's reading scopes."""
        self.sim = WebexSimulator(means.now)
        await self.power_up(self.sim)
        self.sim.webhook_url = f"{means.public_url}/webhooks/webex"
        accounts = self.sim.accounts
        settings = WebexSettings(
            client_id=accounts.client_id,
            client_secret=SecretStr(accounts.client_secret),
            refresh_token=SecretStr(accounts.connect(MODERATOR, USER_SCOPES | ADMIN_SCOPES)),
            webhook_secret=SecretStr(self.sim.webhook_secret),
            api_url=f"{self.wire.url}/v1",
        )
        return build(settings, means)

    async def open_class(self) -> None:
        """Unlocked, and whoever has the link comes straight in."""
        self._run(self.sim.start_meeting(TEACHER, TITLE))

    def _run(self, meeting: Meeting) -> None:
        meeting.cohosts.add(MODERATOR)
        self.meeting = meeting

    async def join(self, name: str, email: str = "", *, invited: bool = False) -> Where:
        """By the link."""
        return WHERE[self.sim.join(self.meeting, name, email, invited=invited).state]

    async def leave(self, name: str) -> None:
        """By the Leave button."""
        self.sim.leave(self.meeting, self._stay(name))

    async def knock(self, name: str) -> None:
        """Somebody comes while the class is locked for a moment."""
        before, self.meeting.locked = self.meeting.locked, True
        self.sim.join(self.meeting, name)
        self.meeting.locked = before

    async def put(self, settings: Settings) -> None:
        """In the meeting, and on the series' page."""
        for name, value in settings.items():
            outer, _, inner = name.partition(".")
            if name == "locked":
                self.meeting.locked = value
            elif inner:
                self.meeting.series.settings[outer][inner] = value
            else:
                self.meeting.series.settings[outer] = value

    async def begin_again(self) -> None:
        """The next run of the series."""
        if self.meeting.live:
            self.sim.end(self.meeting)
        self._run(self.sim.start_meeting(TEACHER, TITLE, series=self.meeting.series))

    async def newcomer(self, name: str) -> Where:
        """Now, or at the next start when the class is over."""
        if not self.meeting.live:
            await self.begin_again()
        return await self.join(name)

    async def before_hardening(self) -> None:
        """Webex changes no settings of a class that runs."""
        self.sim.end(self.meeting)
        await self.settle()

    async def picture(self) -> Picture:
        """From the meeting."""
        state = self.meeting.state()
        return Picture(
            settings={"locked": self.meeting.locked, **flat(self.meeting.series.settings)},
            inside=frozenset(state.joined),
            waiting=frozenset(state.lobby),
            muted=frozenset(state.muted),
            running=state.live,
        )

    def expire_tokens(self) -> None:
        """As Webex does after some hours."""
        self.sim.accounts.revoke_access()

    def _stay(self, name: str) -> str:
        return next(one.id for one in self.meeting.members.values() if one.name == name and one.state != "end")
