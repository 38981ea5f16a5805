"""Mr Ortiz's class on the simulated Webex."""

from typing import Any

from modbot.demo.roster import ORTIZ, PUPILS, pupil_email
from modbot.demo.wire import Watch, WatchedWebex
from modbot.model import PlatformName, Room
from modbot.simulators.webex import Meeting


class OnWebex:
    """Webex, as `modbot.demo.stand_ins.StandIn`."""

    name = PlatformName.WEBEX
    teacher = ORTIZ
    title = "Grade 3 Reading"
    needs_address = False

    def __init__(self, watch: Watch) -> None:
        self.sim = WatchedWebex(watch)
        self.moderator = ""  # modbot's refresh token
        self._meeting: Meeting | None = None

    async def start(self) -> None:
        """Start it, and let modbot act for the teacher."""
        await self.sim.start()
        self.moderator = self.sim.accounts.connect(ORTIZ.email)

    async def stop(self) -> None:
        """End it."""
        await self.sim.stop()

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

    async def open_class(self) -> None:
        """The same."""
        self.open()

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

    async def settled(self) -> None:
        """Every webhook has been answered."""
        await self.sim.flush()

    async def stranger(self, name: str) -> str:
        """In, or in the lobby."""
        came = self.sim.join(self.meeting, name).state
        return {"joined": "came in", "lobby": "waits in the lobby"}.get(came, "was turned away")

    def lie(self) -> None:
        """Success, and nothing is changed."""
        self.sim.faults.lie = True
