"""Schools whose store can be stopped and whose queues are short."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from modbot.app import App
from modbot.confirmation import Patience
from modbot.demo.district import District
from modbot.http import Answer, Http
from modbot.intake import PATIENCE_SECONDS
from modbot.seal import new_key
from modbot.store import ANSWER_SECONDS
from modbot.store.embedded import EmbeddedStore
from modbot.store.inbox import Limits
from tests.scenarios.conftest import QUICK
from tests.scenarios.hostile.wire import CHANG, ORTIZ, until_idle
from tests.scenarios.school import School

SOON = Limits(stale=timedelta(milliseconds=200), renew=timedelta(milliseconds=100))

BRISK = Patience(
    window=timedelta(seconds=30),
    event_every=timedelta(milliseconds=10),
    reread_after=(timedelta(0), timedelta(milliseconds=60)),
)
IMPATIENT = timedelta(milliseconds=600)

OpenWithLimits = Callable[[Limits], Awaitable[School]]
OpenQuick = Callable[[str], Awaitable[School]]


class HurriedFor(Http):
    """Waits a moment for the answer to a request whose "METHOD address" contains this, and for others as long as ever.

    With one deadline for all, a machine that stands still for that moment would fail the requests around it, too.
    """

    def __init__(self, only: str) -> None:
        super().__init__()
        self._only = only

    async def request(self, vendor: str, method: str, url: str, **given: Any) -> Answer:
        """As `Http.request`."""
        if self._only in f"{method} {urlsplit(url).path}":
            given["timeout"] = min(IMPATIENT, given.get("timeout", IMPATIENT))
        return await super().request(vendor, method, url, **given)


@pytest.fixture
async def start(short_dir: Path, quick: None) -> AsyncIterator[Callable[..., Awaitable[School]]]:
    """Starts a modbot with these arguments of App's."""
    async with AsyncExitStack() as stack:

        async def started(**arguments: Any) -> School:
            district = await stack.enter_async_context(District(short_dir))
            app = App(district.settings(), **{"patience": QUICK, **arguments})
            await app.start()
            stack.push_async_callback(app.stop)
            district.point_at(app.port)
            await district.import_roster(app.state.roster)
            return School(district, app)

        yield started


@pytest.fixture
def open_with(start: Callable[..., Awaitable[School]]) -> OpenWithLimits:
    """Starts a modbot whose inbox has these limits."""
    return lambda limits: start(limits=limits)


@pytest.fixture
async def brisk(start: Callable[..., Awaitable[School]]) -> School:
    """A modbot that looks twice whether something happened, and no more: for vendors that answer at once."""
    return await start(patience=BRISK)


@pytest.fixture
def open_quick(start: Callable[..., Awaitable[School]]) -> OpenQuick:
    """Starts a modbot that waits but a moment for the answer to a request whose "METHOD path" contains this."""
    return lambda only: start(http=HurriedFor(only))


@dataclass(slots=True)
class Power:
    """The switch of a store that modbot did not start."""

    store: EmbeddedStore

    def kill(self) -> None:
        """The server is gone from one moment to the next."""
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        """The server takes connections and never answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It answers again."""
        self._signal(signal.SIGCONT)

    async def back(self) -> None:
        """It is started again on the same data."""
        await self.store.stop()
        await self.store.start()

    def _signal(self, number: signal.Signals) -> None:
        pid = self.store.pid
        assert pid is not None, "the store does not run"
        os.kill(pid, number)


@pytest.fixture
async def powered(short_dir: Path, quick: None) -> AsyncIterator[tuple[School, Power]]:
    """A modbot on a store of the district's own, and that store's switch."""
    async with _on_a_store_of_its_own(short_dir) as both:
        yield both


@pytest.fixture
async def hanging(short_dir: Path, quick: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[School, Power]]:
    """The same, and the store hangs: modbot has as much patience with it as in a district."""
    monkeypatch.setattr("modbot.jobs.ANSWER_SECONDS", ANSWER_SECONDS)
    monkeypatch.setattr("modbot.store.ANSWER_SECONDS", ANSWER_SECONDS)
    async with _on_a_store_of_its_own(short_dir) as (school, power):
        await met(school)
        monkeypatch.setattr("modbot.intake.PATIENCE_SECONDS", PATIENCE_SECONDS)
        power.freeze()
        try:
            yield school, power
        finally:
            power.thaw()


async def met(school: School) -> None:
    """Both teachers have used modbot before, with classes that run."""
    school.district.open_webex_class()
    school.district.open_zoom_class()
    await school.settled()
    for teacher in (ORTIZ, CHANG):
        await school.type(teacher, "/modbot", "whoami")
    await until_idle(school)


@asynccontextmanager
async def _on_a_store_of_its_own(short_dir: Path) -> AsyncIterator[tuple[School, Power]]:
    server = EmbeddedStore(short_dir / "redis")
    url = await server.start()
    try:
        async with District(short_dir) as district:
            settings = district.settings(redis_url=url, encryption_keys=new_key())
            app = App(settings, patience=QUICK, limits=SOON)
            await app.start()
            try:
                district.point_at(app.port)
                await district.import_roster(app.state.roster)
                yield School(district, app), Power(server)
            finally:
                await app.stop()
    finally:
        await server.stop()
