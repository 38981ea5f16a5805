"""What a Zoom test stands on: the simulator, the adapter against it, and a receiver for webhooks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from modbot.http import Http
from modbot.model import Participant, PlatformName, Room, Session
from modbot.platforms import Delivery, Target
from modbot.platforms.zoom import ZoomPlatform, build
from modbot.settings.zoom import ZoomSettings
from modbot.simulators.zoom import Meeting, Person, ZoomSimulator
from tests.platforms.lent import Clock, FreeBudget, Lent, MemoryVault

TEACHER = "ada.teacher@example.org"


async def _nothing(_: Delivery) -> object:
    return {}


class Receiver:
    """Keeps webhooks as they arrive, and answers as `reply` says."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.reply: Callable[[Delivery], Awaitable[object]] = _nothing
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
        return web.json_response(await self.reply(delivery))


@dataclass
class World:
    """Everything of one test."""

    sim: ZoomSimulator
    http: Http
    vault: MemoryVault
    budget: FreeBudget
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
        lent = Lent(self.http, self.clock, self.vault, self.budget)
        return build(self.settings(**changed), lent.means, patience=patience)

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
