"""Mr Lind's class on the simulated Microsoft Teams."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from modbot.demo.roster import LIND, PUPILS, pupil_email
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
from modbot.demo.wire import Watch, WatchedTeams
from modbot.model import PlatformName, Room
from modbot.simulators.teams import Meeting, User
from modbot.simulators.teams.options import DEFAULTS
from modbot.simulators.teams.world import Member

_OPEN = {"lobbyBypassSettings": {"scope": "everyone", "isDialInBypassEnabled": True}}
_ENTRY = {
    "everyone": ANYONE,
    "organizationAndFederated": "People with an account; others wait in the lobby",
    "organization": "People of the district; others wait in the lobby",
    "organizationExcludingGuests": "People of the district; others wait in the lobby",
    "invited": "Only who is invited; others wait in the lobby",
    "organizer": "Everyone new waits in the lobby",
}


class OnTeams(Simulated[WatchedTeams]):
    """Microsoft Teams, as `modbot.demo.stand_ins.StandIn`."""

    name = PlatformName.TEAMS
    teacher = LIND
    title = "Grade 6 History"
    needs_address = True  # modbot tells Graph where to send, and the calling bot is called back

    def __init__(self, watch: Watch, *, calling_bot: bool = True) -> None:
        super().__init__(WatchedTeams(watch))
        self._calling_bot = calling_bot
        self._meeting: Meeting | None = None

    async def start(self) -> None:
        """Start it, with the class in the teacher's calendar, open to everyone with the link."""
        await self.sim.start()
        teacher = User(str(uuid5(NAMESPACE_OID, LIND.email)), LIND.email, LIND.name, self.sim.entra.tenant)
        self.sim.users[teacher.oid] = teacher  # the same id each day: a record that is used again knows it
        meeting = self._meeting = self.sim.schedule(LIND.email, self.title)
        meeting.change(_OPEN)

    def settings(self) -> dict[str, Any]:
        """The app registration."""
        return {
            "tenant_id": self.sim.entra.tenant,
            "client_id": self.sim.entra.client_id,
            "client_secret": self.sim.entra.client_secret,
            "calling_bot": self._calling_bot,
            "graph_url": self.sim.graph_url,
            "login_url": self.sim.login_url,
            "bot_keys_url": self.sim.bot_keys_url,
        }

    def point_at(self, base_url: str) -> None:
        """Nothing to do: each subscription and each call names the address itself."""

    @property
    def heard(self) -> bool:
        """modbot has subscribed to the class."""
        return any(one.join_web_url == self.meeting.join_web_url for one in self.sim.notices.live)

    def open(self) -> Meeting:
        """The class begins, with its pupils in it."""
        self.sim.start_meeting(LIND.email, self.title, meeting=self.meeting)
        for name in PUPILS:
            self.sim.join(self.meeting, name, pupil_email(name))
        return self.meeting

    async def close_class(self) -> None:
        """The teacher ends it."""
        self.sim.end(self.meeting)

    @property
    def meeting(self) -> Meeting:
        """The class, running or not. Raises RuntimeError before the start."""
        if self._meeting is None:
            raise RuntimeError("the simulated Microsoft Teams is not started")
        return self._meeting

    @property
    def room(self) -> Room:
        """The meeting id that stands in the invitation."""
        return Room(self.name, self.meeting.join_meeting_id)

    async def stranger(self, name: str) -> str:
        """In, or in the lobby."""
        came = self.sim.join(self.meeting, name).state
        return {"joined": "came in", "lobby": "waits in the lobby"}.get(came, "was turned away")

    def picture(self) -> Picture:
        """The class as the simulator has it, without modbot's calling bot."""
        if self._meeting is None or not self._meeting.in_force:
            return NOT_OPEN
        meeting = self._meeting
        people = [one for one in meeting.members.values() if not one.app_id]
        scope = meeting.lobby_scope
        return Picture(
            live=meeting.live,
            locked=meeting.locked or scope != "everyone",
            entry=LOCKED if meeting.locked else _ENTRY.get(scope, scope),
            people=tuple(self._someone(one) for one in people if one.state != "gone"),
            gone=self._door.gone([_gone(one, one.gone_at) for one in people if one.gone_at is not None]),
        )

    def _someone(self, member: Member) -> Someone:
        host = self.meeting.role(member) == "organizer"
        return Someone(
            id=member.id,
            name=member.name,
            role=Role.HOST if host else Role.ATTENDEE,
            where=Where(member.state),
            sharing=member.sharing,
            pupil=member.user is not None and is_pupil(member.user.email),
        )

    async def reopen(self) -> None:
        """The class goes on without the strangers: modbot has subscribed to this one, and would find a new one late."""
        meeting = self.meeting
        if not meeting.live:
            self.open()
        meeting.change({**DEFAULTS, **_OPEN})
        meeting.locked = False
        for stranger in [one for one in self.picture().people if not one.pupil and one.role is not Role.HOST]:
            self.sim.leave(meeting, stranger.id)
        for name in [name for name in PUPILS if not self.picture().named(name)]:
            self.sim.join(meeting, name, pupil_email(name))
        self._door.forget()

    async def arrive(self, name: str, email: str = "") -> Arrival:
        """In, in the lobby, or refused."""
        came = self.sim.join(self.meeting, name, email)
        return Arrival(came.id, Where(came.state)) if came.id else self._door.refuse(name)

    def share(self, person_id: str) -> bool:
        """Whoever is a presenter may."""
        return person_id in self.meeting.members and self.sim.share(self.meeting, person_id)

    async def leave(self, person_id: str) -> None:
        """They go by themselves."""
        if person_id in self.meeting.members:
            self.sim.leave(self.meeting, person_id)

    async def put_out_by_hand(self, person_id: str) -> None:
        """People → Remove from meeting."""
        if person_id in self.meeting.members:
            self.sim.remove(self.meeting, person_id)

    async def lock_by_hand(self) -> None:
        """Meeting options → Lock the meeting."""
        self.sim.lock(self.meeting)


def _gone(member: Member, at: datetime) -> Gone:
    return Gone(member.name, How.REMOVED if member.removed else How.LEFT, at)
