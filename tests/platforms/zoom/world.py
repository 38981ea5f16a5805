"""What a Zoom test stands on: the simulator, the adapter against it, and a receiver for webhooks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

from modbot.errors import StoreUnavailable
from modbot.http import Http
from modbot.model import Participant, PlatformName, Room, Session
from modbot.platforms import Delivery, Target
from modbot.platforms.zoom import ZoomPlatform, build
from modbot.settings import ZoomSettings
from modbot.simulators.zoom import Meeting, Person, ZoomSimulator

TEACHER = "ada.teacher@example.org"


class MemoryVault:
    """A token vault in memory; `gone` makes it fail like a lost store."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.lifetimes: list[int] = []
        self.gone = False

    async def get(self, name: str) -> str | None:
        self._need()
        return self.kept.get(name)

    async def put(self, name: str, secret: str, *, lifetime_seconds: int) -> None:
        self._need()
        self.kept[name] = secret
        self.lifetimes.append(lifetime_seconds)

    async def drop(self, name: str) -> None:
        self._need()
        self.kept.pop(name, None)

    def _need(self) -> None:
        if self.gone:
            raise StoreUnavailable("connection refused")


@dataclass
class CountingBudget:
    """A budget that never makes anyone wait and remembers what was taken."""

    taken: list[tuple[str, float, int]] = field(default_factory=list)

    async def take(self, limit: str, *, per_second: float, urgency: int = 1) -> None:
        self.taken.append((limit, per_second, urgency))


class Clock:
    """A clock the test moves. It starts now, since the HTTP client reads dates in headers against the real time."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, by: timedelta) -> None:
        self.moment += by


class Receiver:
    """Keeps webhooks as they arrive, and answers as `reply` says."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.reply: Callable[[Delivery], object] = lambda _: {}
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/webhooks/zoom", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/webhooks/zoom"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = Delivery(headers, await request.read())
        self.deliveries.append(delivery)
        return web.json_response(self.reply(delivery))


@dataclass
class World:
    """Everything of one test."""

    sim: ZoomSimulator
    http: Http
    vault: MemoryVault
    budget: CountingBudget
    clock: Clock
    receiver: Receiver

    def settings(self, **changed: str) -> ZoomSettings:
        gate = self.sim.gate
        values = {
            "account_id": gate.account_id,
            "client_id": gate.client_id,
            "client_secret": gate.client_secret,
            "webhook_secret": self.sim.webhook_secret,
            "api_url": self.sim.api_url,
            "oauth_url": self.sim.oauth_url,
            **changed,
        }
        return ZoomSettings.model_validate(values)

    def platform(self, patience: timedelta = timedelta(seconds=8), **changed: str) -> ZoomPlatform:
        """A new adapter, as another process of the district would build it."""
        return build(self.settings(**changed), self.http, self.vault, self.budget, self.clock, patience=patience)

    def calls(self, containing: str = "") -> list[str]:
        """`METHOD path` of what the simulator received, tokens excepted."""
        lines = (f"{seen.method} {seen.path}" for seen in self.sim.seen)
        return [line for line in lines if "/oauth/" not in line and containing in line]

    def tokens_asked(self) -> int:
        return sum(seen.path.startswith("/oauth/") for seen in self.sim.seen)


def session_of(meeting: Meeting) -> Session:
    return Session(Room(PlatformName.ZOOM, str(meeting.id)), meeting.uuid, host_email=meeting.host_email)


def target_of(meeting: Meeting, *people: Person, former: dict[str, object] | None = None) -> Target:
    wanted = tuple(Participant(id=person.participant_uuid, name=person.name) for person in people)
    return Target(session_of(meeting), people=wanted, former=former or {})
