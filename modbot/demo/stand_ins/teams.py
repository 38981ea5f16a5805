"""Mr Lind's class on the simulated Microsoft Teams."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from modbot.demo.roster import LIND, PUPILS, pupil_email
from modbot.demo.wire import Watch, WatchedTeams
from modbot.model import PlatformName, Room
from modbot.simulators.teams import Meeting, User


class OnTeams:
    """Microsoft Teams, as `modbot.demo.stand_ins.StandIn`."""

    name = PlatformName.TEAMS
    teacher = LIND
    title = "Grade 6 History"
    needs_address = True  # modbot tells Graph where to send, and the calling bot is called back

    def __init__(self, watch: Watch, *, calling_bot: bool = True) -> None:
        self.sim = WatchedTeams(watch)
        self._calling_bot = calling_bot
        self._meeting: Meeting | None = None

    async def start(self) -> None:
        """Start it, with the class in the teacher's calendar, open to everyone with the link."""
        await self.sim.start()
        teacher = User(str(uuid5(NAMESPACE_OID, LIND.email)), LIND.email, LIND.name, self.sim.entra.tenant)
        self.sim.users[teacher.oid] = teacher  # the same id each day: a record that is used again knows it
        meeting = self._meeting = self.sim.schedule(LIND.email, self.title)
        meeting.change({"lobbyBypassSettings": {"scope": "everyone", "isDialInBypassEnabled": True}})

    async def stop(self) -> None:
        """End it."""
        await self.sim.stop()

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

    async def open_class(self) -> None:
        """The same."""
        self.open()

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

    async def settled(self) -> None:
        """Every notification has been answered."""
        await self.sim.flush()

    async def stranger(self, name: str) -> str:
        """In, or in the lobby."""
        came = self.sim.join(self.meeting, name).state
        return {"joined": "came in", "lobby": "waits in the lobby"}.get(came, "was turned away")

    def lie(self) -> None:
        """Success, and nothing is changed."""
        self.sim.faults.lie = True
