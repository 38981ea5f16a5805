"""Microsoft Teams for the conformance suite."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import SecretStr

from modbot.model import Operation, PlatformName
from modbot.platforms import Means, Platform
from modbot.platforms.teams import build
from modbot.settings.teams import TeamsSettings
from modbot.simulators.teams import Meeting, TeamsSimulator
from tests.conformance.simulated import SimulatedStage, flat
from tests.conformance.stage import TEACHER, TITLE, Picture, Settings, Where

OPTIONS = "PATCH /v1.0/users/"
WHERE = {"joined": Where.IN, "lobby": Where.WAITS, "refused": Where.REFUSED}
SHUT = {
    "lobbyBypassSettings.scope": "organizer",
    "lobbyBypassSettings.isDialInBypassEnabled": False,
    "allowedLobbyAdmitters": "organizerAndCoOrganizers",
}


class TeamsStage(SimulatedStage):
    """The app has every permission and is a calling bot, which is not counted among the people in the class."""

    name = PlatformName.TEAMS
    host = "Ada Reyes"
    lists_lobby = True
    sim: TeamsSimulator
    meeting: Meeting
    tokens_at = "/oauth2/v2.0/token"
    asked: ClassVar[Mapping[Operation, Settings]] = {
        Operation.LOCK: SHUT,
        Operation.HARDEN: {
            **SHUT,
            "allowedPresenters": "organizer",
            "allowMeetingChat": "disabled",
            "allowAttendeeToEnableMic": False,
            "allowAttendeeToEnableCamera": False,
            "allowTeamworkReactions": False,
        },
    }
    call: ClassVar[Mapping[Operation, str]] = {
        Operation.LOCK: OPTIONS,
        Operation.UNLOCK: OPTIONS,
        Operation.HARDEN: OPTIONS,
        Operation.RESTORE: OPTIONS,
        Operation.EJECT: "DELETE /v1.0/communications/calls/",
        Operation.MUTE: "/mute",
    }

    async def start(self, means: Means) -> Platform:
        """A policy lets the app act for every teacher, and it may remove people."""
        self.sim = TeamsSimulator(means.now)
        self.sim.user(TEACHER, self.host)
        await self.power_up(self.sim)
        settings = TeamsSettings(
            tenant_id=self.sim.entra.tenant,
            client_id=self.sim.entra.client_id,
            client_secret=SecretStr(self.sim.entra.client_secret),
            calling_bot=True,
            graph_url=self.wire.url,
            login_url=self.sim.login_url,
            bot_keys_url=self.sim.bot_keys_url,
        )
        return build(settings, means)

    async def schedule(self) -> None:
        """In the teacher's calendar: modbot subscribes to what it finds there."""
        self.meeting = self.sim.schedule(TEACHER, TITLE)

    async def open_class(self) -> None:
        """Nobody waits in the lobby, and everyone presents: Teams' own defaults."""
        self.sim.start_meeting(TEACHER, TITLE, meeting=self.meeting)

    async def join(self, name: str, email: str = "", *, invited: bool = False) -> Where:
        """By the link, signed in who has an address."""
        return WHERE[self.sim.join(self.meeting, name, email).state]

    async def leave(self, name: str) -> None:
        """By the Leave button."""
        people = self.meeting.present()
        self.sim.leave(self.meeting, next(one.id for one in people if one.name == name))

    async def knock(self, name: str) -> None:
        """Somebody comes while the lobby is shut for a moment."""
        before = flat(self.meeting.settings)
        await self.put(SHUT)
        await self.join(name)
        await self.put({setting: before[setting] for setting in SHUT})

    async def put(self, settings: Settings) -> None:
        """In the meeting options; a running class obeys."""
        change: dict[str, Any] = {}
        for name, value in settings.items():
            outer, _, inner = name.partition(".")
            change[outer] = {**change.get(outer, {}), inner: value} if inner else value
        self.meeting.change(change)

    async def picture(self) -> Picture:
        """From the call."""
        state, kept = self.sim.state(self.meeting), self.meeting.settings
        obeyed = not state.live or self.meeting.in_force == kept
        return Picture(
            settings={**flat(kept), "obeyed": obeyed},
            inside=frozenset(state.joined),
            waiting=frozenset(state.lobby),
            muted=frozenset(state.muted),
            running=state.live,
        )

    def expire_tokens(self) -> None:
        """As Entra does after an hour."""
        self.sim.entra.revoke_tokens()
