"""A district wired to the simulated Microsoft Teams, with modbot's webhook listening on loopback."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from aiohttp import web
from pydantic import SecretStr

from modbot.errors import RequestRejected
from modbot.http import Http
from modbot.model import Event, Operation, Participant, Session
from modbot.platforms import Delivery, Heard, Receipt, Seen, Target
from modbot.platforms.teams import TeamsPlatform, build
from modbot.settings.teams import TeamsSettings
from modbot.simulators.teams import Joined, Meeting, TeamsSimulator
from tests.platforms.lent import Clock, FreeBudget, Lent, MemoryVault
from tests.stores import until

TEACHER = "ada.reyes@example.org"
PUPIL = "ben.ochoa@example.org"
OTHER_TENANT = "99999999-8888-7777-6666-555555555555"


@dataclass(slots=True)
class Webhook:
    """modbot's address: what comes there goes to a platform, as `modbot.web` would bring it."""

    platform: TeamsPlatform | None = None
    url: str = ""
    events: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        """One delivery."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = Delivery(headers, await request.read(), dict(request.query))
        self.deliveries.append(delivery)
        assert self.platform is not None
        try:
            heard = await self.platform.hear(delivery)
        except RequestRejected as rejected:
            self.refused.append(rejected.status)
            return web.json_response({"error": rejected.reason}, status=rejected.status)
        return self._taken(heard)

    def _taken(self, heard: Heard) -> web.Response:
        self.events += heard.events
        if heard.doubted:
            self.doubts.append(heard.doubted)
        if isinstance(heard.reply, str):
            return web.Response(text=heard.reply, content_type="text/plain")
        return web.Response(status=204)


@dataclass(slots=True)
class District:
    """modbot's Teams platform beside the simulated Teams it talks to."""

    sim: TeamsSimulator
    http: Http
    clock: Clock
    webhook: Webhook
    vault: MemoryVault = field(default_factory=MemoryVault)
    budget: FreeBudget = field(default_factory=FreeBudget)
    hosts: list[str] = field(default_factory=lambda: [TEACHER])

    def platform(self, *, public_url: str | None = None, **settings: Any) -> TeamsPlatform:
        """A platform with these settings over the ordinary ones; it gets what comes to the webhook."""
        address = self.webhook.url if public_url is None else public_url
        lent = Lent(self.http, self.clock, self.vault, self.budget, hosts=self.hosts, public_url=address)
        self.webhook.platform = build(self.settings(**settings), lent.means)
        return self.webhook.platform

    def settings(self, **settings: Any) -> TeamsSettings:
        """The app of the simulated tenant, without a calling bot."""
        usual: dict[str, Any] = {
            "tenant_id": self.sim.entra.tenant,
            "client_id": self.sim.entra.client_id,
            "client_secret": SecretStr(self.sim.entra.client_secret),
            "graph_url": self.sim.graph_url,
            "login_url": self.sim.login_url,
            "bot_keys_url": self.sim.bot_keys_url,
        }
        return TeamsSettings(**{**usual, **settings})

    def with_bot(self, **settings: Any) -> TeamsPlatform:
        """A platform whose app is a calling bot."""
        return self.platform(calling_bot=True, **settings)

    def sent(self, method: str, path: str = "") -> list[str]:
        """The requests of this kind that the simulator has seen, by path with query."""
        return [one.path for one in self.sim.seen if one.method == method and path in one.path]

    async def session(self, platform: TeamsPlatform, *people: Participant) -> Session:
        """The teacher's only running class as modbot finds it, with these people heard of."""
        (found,) = await platform.live_sessions(TEACHER)
        return Session(
            found.room, found.id, found.title, found.host_email, found.host_id, found.started_at, None, people
        )

    async def watched(self, platform: TeamsPlatform) -> None:
        """Subscribe to today's classes."""
        await platform.tend()

    async def heard(self, count: int) -> Sequence[Event]:
        """The events, as soon as there are so many."""
        await until(f"{count} events were heard", lambda: len(self.webhook.events) >= count)
        return self.webhook.events


def guest(joined: Joined, name: str, **more: Any) -> Participant:
    """Somebody as modbot would know them."""
    return Participant(joined.id, name, **more)


def aim(session: Session, *people: Participant, former: Mapping[str, Any] | None = None) -> Target:
    """What an operation is asked of."""
    return Target(session, people, former or {})


async def done(platform: TeamsPlatform, operation: Operation, target: Target) -> tuple[Receipt, Seen]:
    """Ask for it, and read it back."""
    receipt = await platform.perform(operation, target)
    return receipt, await platform.check(operation, target)


async def started(district: District) -> tuple[TeamsPlatform, Meeting]:
    """A class that modbot subscribed to before it began, with its teacher in it."""
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await district.watched(platform)
    district.sim.start_meeting(TEACHER, "Algebra 1", meeting=meeting)
    await district.heard(2)
    return platform, meeting


def composed(district: District, kind: str = "callStarted") -> dict[str, Any]:
    """A notification as Graph would send it now."""
    (subscription,) = district.sim.notices.live
    return district.sim.notices.compose(subscription, district.sim.notices.event(subscription, kind))


async def hear(platform: TeamsPlatform, body: Any, **headers: str) -> Heard:
    """One delivery of this body."""
    return await platform.hear(Delivery(headers, body if isinstance(body, bytes) else orjson.dumps(body)))


@asynccontextmanager
async def open_district() -> AsyncIterator[District]:
    """Everything started, with one clock for the simulator and for modbot."""
    clock, http, webhook = Clock(datetime(2026, 11, 24, 15, 14, tzinfo=UTC)), Http(), Webhook()
    app = web.Application()
    app.router.add_post("/webhooks/teams", webhook.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    webhook.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with TeamsSimulator(clock) as sim:
        yield District(sim, http, clock, webhook)
        await http.close()
    await runner.cleanup()


MINUTE = timedelta(minutes=1)
