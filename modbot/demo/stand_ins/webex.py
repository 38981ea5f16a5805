"""Mr Ortiz's class on the simulated Webex."""

from datetime import datetime
from typing import Any

from modbot.demo.roster import ORTIZ, PUPILS, pupil_email
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
from modbot.demo.wire import Watch, WatchedWebex
from modbot.model import PlatformName, Room
from modbot.simulators.webex import Meeting
from modbot.simulators.webex.world import Member

_ENTRY = {"allowJoinWithLobby": "Guests wait in the lobby", "blockFromJoin": "Only those who are invited"}


class OnWebex(Simulated[WatchedWebex]):
    """Webex, as `modbot.demo.stand_ins.StandIn`."""

    name = PlatformName.WEBEX
    teacher = ORTIZ
    title = "Grade 3 Reading"
    needs_address = False

    def __init__(self, watch: Watch) -> None:
        super().__init__(WatchedWebex(watch))
        self.moderator = ""  # modbot's refresh token
        self._meeting: Meeting | None = None

    async def start(self) -> None:
        """Start it, and let modbot act for the teacher."""
        await self.sim.start()
        self.moderator = self.sim.accounts.connect(ORTIZ.email)

    def settings(self) -> dict[str, Any]:
        """The integration."""
        return {
            "client_id": self.sim.accounts.client_id,
            "client_secret": self.sim.accounts.client_secret,
            "refresh_token": self.moderator,
            "webhook_secret": self.sim.webhook_secret,
            "api_url": self.sim.api_url,
        }

    def point_at(self, base_url: str) -> None:
        """Send webhooks there."""
        self.sim.webhook_url = f"{base_url}/webhooks/webex"

    @property
    def heard(self) -> bool:
        """An admin set the webhooks up once."""
        return bool(self.sim.webhook_url)

    def open(self, *, lobby: bool = True) -> Meeting:
        """The class begins, with its pupils in it."""
        self._meeting = self.sim.start_meeting(ORTIZ.email, self.title, lobby=lobby)
        for name in PUPILS:
            self.sim.join(self._meeting, name, pupil_email(name), invited=True)
        return self._meeting

    async def close_class(self) -> None:
        """The teacher ends it."""
        if self._meeting is not None:
            self.sim.end(self._meeting)

    @property
    def meeting(self) -> Meeting:
        """The running class. Raises RuntimeError before it is opened."""
        if self._meeting is None:
            raise RuntimeError("the class on Webex is not open")
        return self._meeting

    @property
    def room(self) -> Room:
        """The series: its id stands in the id of each run."""
        return Room(self.name, self.meeting.id.partition("_I_")[0])

    async def stranger(self, name: str) -> str:
        """In, or in the lobby."""
        came = self.sim.join(self.meeting, name).state
        return {"joined": "came in", "lobby": "waits in the lobby"}.get(came, "was turned away")

    def picture(self) -> Picture:
        """The class as the simulator has it."""
        if self._meeting is None:
            return NOT_OPEN
        meeting = self._meeting
        locked, entry = _entry(meeting)
        members = meeting.members.values()
        return Picture(
            live=meeting.live,
            locked=locked,
            entry=entry,
            people=tuple(self._someone(one) for one in members if one.state != "end"),
            gone=self._door.gone([_gone(one, one.left_at) for one in members if one.left_at is not None]),
        )

    def _someone(self, member: Member) -> Someone:
        role = Role.COHOST if member.cohost else Role.ATTENDEE
        return Someone(
            id=member.id,
            name=self.teacher.name if member.host else member.name,
            role=Role.HOST if member.host else role,
            where=Where(member.state),
            sharing=False,  # the simulated Webex has no sharing
            pupil=is_pupil(member.email),
        )

    async def arrive(self, name: str, email: str = "") -> Arrival:
        """In, in the lobby, or refused."""
        came = self.sim.join(self.meeting, name, email, invited=bool(email))
        return Arrival(came.id, Where(came.state)) if came.id else self._door.refuse(name)

    def share(self, person_id: str) -> bool:
        """The simulated Webex has no sharing."""
        del person_id
        return False

    async def leave(self, person_id: str) -> None:
        """They go by themselves."""
        if self._is_there(person_id):
            self.sim.leave(self.meeting, person_id)

    async def put_out_by_hand(self, person_id: str) -> None:
        """Participants → Remove."""
        if self._is_there(person_id):
            self.sim.expel(self.meeting, person_id)

    def _is_there(self, person_id: str) -> bool:
        member = self.meeting.members.get(person_id)
        return member is not None and member.state != "end"

    async def lock_by_hand(self) -> None:
        """Participants → Lock meeting."""
        self.meeting.locked = True


def _entry(meeting: Meeting) -> tuple[bool, str]:
    """Whether strangers are kept out, and the phrase for who can come in."""
    if meeting.locked:
        return True, "Locked: whoever comes waits in the lobby" if meeting.lobby else LOCKED
    security = str(meeting.series.settings.get("unlockedMeetingJoinSecurity"))
    return security in _ENTRY, _ENTRY.get(security, ANYONE)


def _gone(member: Member, at: datetime) -> Gone:
    return Gone(member.name, How.REMOVED if member.expelled else How.LEFT, at)
