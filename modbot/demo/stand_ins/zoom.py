"""Ms Chang's class on the simulated Zoom."""

from datetime import datetime
from typing import Any

from modbot.demo.roster import CHANG, PUPILS, pupil_email
from modbot.demo.stand_ins.picture import (
    ANYONE,
    LOCKED,
    NOT_OPEN,
    Arrival,
    Gone,
    How,
    Picture,
    Role,
    Someone,
    Where,
    is_pupil,
)
from modbot.demo.stand_ins.simulated import Simulated
from modbot.demo.wire import Watch, WatchedZoom
from modbot.model import PlatformName, Room
from modbot.simulators.zoom import JoinRefused, Meeting, Person
from modbot.simulators.zoom.classroom import REMOVED

_ROLES = {"host": Role.HOST, "co-host": Role.COHOST}


class OnZoom(Simulated[WatchedZoom]):
    """Zoom, as `modbot.demo.stand_ins.StandIn`."""

    name = PlatformName.ZOOM
    teacher = CHANG
    title = "Grade 5 Science"
    needs_address = False

    def __init__(self, watch: Watch) -> None:
        super().__init__(WatchedZoom(watch))
        self._meeting: Meeting | None = None

    async def start(self) -> None:
        """Start it, with one teacher's account."""
        await self.sim.start()
        self.sim.account.add_user(CHANG.email)

    def settings(self) -> dict[str, Any]:
        """The account's app."""
        return {
            "account_id": self.sim.gate.account_id,
            "client_id": self.sim.gate.client_id,
            "client_secret": self.sim.gate.client_secret,
            "webhook_secret": self.sim.webhook_secret,
            "api_url": self.sim.api_url,
            "oauth_url": self.sim.oauth_url,
        }

    def point_at(self, base_url: str) -> None:
        """Send webhooks there."""
        self.sim.webhook_url = f"{base_url}/webhooks/zoom"

    @property
    def heard(self) -> bool:
        """An admin set the webhooks up once."""
        return bool(self.sim.webhook_url)

    def open(self) -> Meeting:
        """The class begins, with its pupils in it."""
        self._meeting = self.sim.start_meeting(CHANG.email, self.title)
        for name in PUPILS:
            self.sim.join(self._meeting, name, pupil_email(name))
        return self._meeting

    async def close_class(self) -> None:
        """The teacher ends it."""
        if self._meeting is not None:
            self.sim.end(self._meeting)

    @property
    def meeting(self) -> Meeting:
        """The running class. Raises RuntimeError before it is opened."""
        if self._meeting is None:
            raise RuntimeError("the class on Zoom is not open")
        return self._meeting

    @property
    def room(self) -> Room:
        """The meeting's number."""
        return Room(self.name, str(self.meeting.id))

    async def stranger(self, name: str) -> str:
        """In, and sharing a screen."""
        try:
            person = self.sim.join(self.meeting, name)
        except JoinRefused:
            return "tried to come in, and Zoom refused"
        if person.waiting:
            return "waits in the waiting room"
        self.sim.share(self.meeting, person)
        return "came in and shares a screen"

    def picture(self) -> Picture:
        """The class as the simulator has it."""
        if self._meeting is None:
            return NOT_OPEN
        meeting = self._meeting
        locked, entry = _entry(meeting)
        return Picture(
            live=meeting.live,
            locked=locked,
            entry=entry,
            people=tuple(self._someone(one) for one in meeting.present),
            gone=self._door.gone([_gone(one, one.left_at) for one in meeting.people if one.left_at is not None]),
        )

    def _someone(self, person: Person) -> Someone:
        role = _ROLES.get(person.role, Role.ATTENDEE)
        return Someone(
            id=person.participant_uuid,
            name=self.teacher.name if role is Role.HOST else person.name,
            role=role,
            where=Where.LOBBY if person.waiting else Where.JOINED,
            sharing=person.sharing,
            pupil=is_pupil(person.email),
        )

    async def arrive(self, name: str, email: str = "") -> Arrival:
        """In, in the waiting room, or refused."""
        try:
            person = self.sim.join(self.meeting, name, email)
        except JoinRefused:
            return self._door.refuse(name)
        return Arrival(person.participant_uuid, Where.LOBBY if person.waiting else Where.JOINED)

    def share(self, person_id: str) -> bool:
        """Everybody in the class may."""
        person = self.meeting.person(person_id)
        if person is None or person.waiting:
            return False
        self.sim.share(self.meeting, person)
        return True

    async def leave(self, person_id: str) -> None:
        """They go by themselves."""
        person = self.meeting.person(person_id)
        if person is not None:
            self.sim.leave(self.meeting, person)

    async def put_out_by_hand(self, person_id: str) -> None:
        """Participants → Remove."""
        person = self.meeting.person(person_id)
        if person is not None:
            self.sim.remove(self.meeting, person)

    async def lock_by_hand(self) -> None:
        """Host tools → Lock meeting."""
        self.sim.lock_by_hand(self.meeting)


def _entry(meeting: Meeting) -> tuple[bool | None, str]:
    """Whether strangers are kept out, and the phrase for who can come in."""
    if meeting.locked:
        return True, LOCKED
    if meeting.obeyed.get("waiting_room"):
        return True, "Everyone new waits in the waiting room"
    if meeting.settings.get("waiting_room"):
        return None, "Waiting room on; Zoom does not say if a running class obeys"
    return False, ANYONE


def _gone(person: Person, at: datetime) -> Gone:
    return Gone(person.name, How.REMOVED if person.leave_reason == REMOVED else How.LEFT, at)
