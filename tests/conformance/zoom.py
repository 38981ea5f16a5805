"""Zoom for the conformance suite."""

from collections.abc import Mapping
from typing import ClassVar

from modbot.model import Operation, PlatformName
from modbot.platforms import Means, Platform
from modbot.platforms.zoom import build
from modbot.settings.zoom import ZoomSettings
from modbot.simulators.zoom import JoinRefused, Meeting, Person, ZoomSimulator
from tests.conformance.simulated import SimulatedStage
from tests.conformance.stage import TEACHER, TITLE, Picture, Settings, Where

UPDATE = "PATCH /v2/meetings/"


class ZoomStage(SimulatedStage):
    """Settings changed while a class runs hold from its next start: Zoom does not say that a running class obeys."""

    name = PlatformName.ZOOM
    host = "Class Host"
    lists_lobby = True
    sim: ZoomSimulator
    meeting: Meeting
    tokens_at = "/oauth/token"
    asked: ClassVar[Mapping[Operation, Settings]] = {
        Operation.LOCK: {"waiting_room": True, "join_before_host": False},
        Operation.HARDEN: {
            "waiting_room": True,
            "join_before_host": False,
            "mute_upon_entry": True,
            "participant_video": False,
        },
    }
    call: ClassVar[Mapping[Operation, str]] = {
        Operation.LOCK: UPDATE,
        Operation.UNLOCK: UPDATE,
        Operation.HARDEN: UPDATE,
        Operation.RESTORE: UPDATE,
        Operation.EJECT: "PATCH /v2/live_meetings/",
        Operation.END: "PUT /v2/meetings/",
    }

    async def start(self, means: Means) -> Platform:
        """One account with the dashboard and every scope."""
        self.sim = ZoomSimulator(means.now)
        await self.power_up(self.sim)
        self.sim.webhook_url = f"{means.public_url}/webhooks/zoom"
        gate = self.sim.gate
        settings = {
            "account_id": gate.account_id,
            "client_id": gate.client_id,
            "client_secret": gate.client_secret,
            "webhook_secret": self.sim.webhook_secret,
            "api_url": f"{self.wire.url}/v2",
            "oauth_url": self.sim.oauth_url,
        }
        return build(ZoomSettings.model_validate(settings), means)

    async def open_class(self) -> None:
        """No waiting room, and anybody may come before the host."""
        self.meeting = self.sim.start_meeting(TEACHER, TITLE)

    async def join(self, name: str, email: str = "", *, invited: bool = False) -> Where:
        """By the link: Zoom knows no invitations."""
        try:
            person = self.sim.join(self.meeting, name, email)
        except JoinRefused:
            return Where.REFUSED
        return Where.WAITS if person.waiting else Where.IN

    async def leave(self, name: str) -> None:
        """By the Leave button."""
        self.sim.leave(self.meeting, self._present(name))

    async def knock(self, name: str) -> None:
        """The teacher puts somebody into the waiting room."""
        person = self.sim.join(self.meeting, name)
        self.sim.put_in_waiting_room(self.meeting, person)

    async def put(self, settings: Settings) -> None:
        """On the meeting's page."""
        self.meeting.settings.update(settings)

    async def begin_again(self) -> None:
        """The host ends it and starts it anew."""
        self.sim.end(self.meeting)
        self.sim.start_again(self.meeting)

    async def newcomer(self, name: str) -> Where:
        """At the next start of the class."""
        self.sim.start_again(self.meeting)
        return await self.join(name)

    async def picture(self) -> Picture:
        """From the account."""
        present = self.meeting.present if self.meeting.live else []
        return Picture(
            settings=dict(self.meeting.settings),
            inside=frozenset(person.name for person in present if not person.waiting),
            waiting=frozenset(person.name for person in present if person.waiting),
            muted=frozenset(),
            running=self.meeting.live,
        )

    def expire_tokens(self) -> None:
        """As Zoom does after an hour."""
        self.sim.gate.revoke_tokens()

    def _present(self, name: str) -> Person:
        return next(person for person in self.meeting.present if person.name == name)
