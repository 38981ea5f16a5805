"""Ms Chang's class on the simulated Zoom."""

from typing import Any

from modbot.demo.roster import CHANG, PUPILS, pupil_email
from modbot.demo.wire import Watch, WatchedZoom
from modbot.model import PlatformName, Room
from modbot.simulators.zoom import JoinRefused, Meeting


class OnZoom:
    """Zoom, as `modbot.demo.stand_ins.StandIn`."""

    name = PlatformName.ZOOM
    teacher = CHANG
    title = "Grade 5 Science"
    needs_address = False

    def __init__(self, watch: Watch) -> None:
        self.sim = WatchedZoom(watch)
        self._meeting: Meeting | None = None

    async def start(self) -> None:
        """Start it, with one teacher's account."""
        await self.sim.start()
        self.sim.account.add_user(CHANG.email)

    async def stop(self) -> None:
        """End it."""
        await self.sim.stop()

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
            raise RuntimeError("the class on Zoom is not open")
        return self._meeting

    @property
    def room(self) -> Room:
        """The meeting's number."""
        return Room(self.name, str(self.meeting.id))

    async def settled(self) -> None:
        """Every webhook has been answered."""
        await self.sim.flush()

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

    def lie(self) -> None:
        """Success, and nothing is changed."""
        self.sim.faults.lie = True
