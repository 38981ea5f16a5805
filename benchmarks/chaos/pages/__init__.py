"""Pages under escalation while the modbots that ring them are killed, the store dies, and clocks jump by an hour."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks import redis_server
from benchmarks.chaos.pages.counting import PagingCounts, counted, together
from benchmarks.chaos.pages.people import People
from benchmarks.chaos.pages.site import WAIT_SECONDS, PagingSite
from benchmarks.progress import Say
from benchmarks.redis_server import RedisServer, StoreServer
from benchmarks.school import BigSchool, opened
from modbot.page_state import PageState
from modbot.store.embedded import EmbeddedStore
from modbot.store.pages import Pages

TEACHERS = 20
SETTLE = timedelta(seconds=120)  # the watchdog looks each minute
LOOK_SECONDS = 0.25
SERVERS: Mapping[str, Callable[[Path], StoreServer]] = {"Valkey": EmbeddedStore, "Redis": RedisServer}


@dataclass(frozen=True, slots=True)
class PagingSize:
    """How much happens. Between two kills passes anything up to twice the mean."""

    pages: int = 100  # on each kind of store
    ask_every_seconds: float = 0.6
    kill_every_seconds: float = 3.5
    store_kills: int = 2
    jumps: int = 4
    most_rings: int = 5


QUICK = PagingSize(pages=20, ask_every_seconds=0.4, kill_every_seconds=1.5, store_kills=1, jumps=2, most_rings=3)


async def ran(size: PagingSize, say: Say, seed: int | None = None) -> PagingCounts:
    """On modbot's own store and, where it is installed, on the system's Redis: the sum."""
    kinds = [kind for kind in SERVERS if kind != "Redis" or redis_server.installed()]
    counts = [await ran_on(kind, size, say, seed) for kind in kinds]
    if len(kinds) < len(SERVERS):
        say("paging: redis-server is not installed (apt-get install redis-server), so it was left out")
    return together(counts)


async def ran_on(kind: str, size: PagingSize, say: Say, seed: int | None = None) -> PagingCounts:
    """On one kind of store."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    async with opened(TEACHERS, SERVERS[kind]) as school:
        site = PagingSite(school, random.Random(seed))  # noqa: S311 - no secret
        try:
            await site.start()
            counts = await _through(site, size)
        finally:
            await site.stop()
    say(f"paging on {kind}, seed {seed}: {asdict(counts)}{'; ' if site.without_jumps else ''}{site.without_jumps}")
    return counts


async def _through(site: PagingSite, size: PagingSize) -> PagingCounts:
    people, enough = People(site, size.most_rings), asyncio.Event()
    reading = asyncio.create_task(people.read_on())
    disturbing = [asyncio.create_task(one) for one in _disturbances(site, size, enough)]
    try:
        await _ask(people, size)
        enough.set()
        await asyncio.gather(*disturbing)
        site.set_clocks_right()
        pages = await _settled(site.school, people)
    finally:
        for task in (*disturbing, reading):
            task.cancel()
        await asyncio.gather(*disturbing, reading, return_exceptions=True)
    return counted(
        people.seen,
        pages,
        site.deaths,
        kills=site.kills,
        store_restarts=site.store_restarts,
        clock_jumps=site.jumps,
    )


def _disturbances(site: PagingSite, size: PagingSize, enough: asyncio.Event) -> tuple[Coroutine[None, None, None], ...]:
    """Until it is enough. Whoever was killed last runs again before they end."""
    span = size.pages * size.ask_every_seconds

    async def kill_modbots() -> None:
        while not await _enough_within(enough, site.chance.uniform(0.2, 2) * size.kill_every_seconds):
            await site.kill_one()

    async def kill_stores() -> None:
        for _ in range(size.store_kills):
            if not await _enough_within(enough, span / (size.store_kills + 1)):
                site.kill_store()

    async def jump_clocks() -> None:
        for _ in range(size.jumps):
            if not await _enough_within(enough, span / (size.jumps + 1)):
                site.jump()

    return kill_modbots(), kill_stores(), jump_clocks()


async def _enough_within(enough: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(enough.wait(), seconds)
    return enough.is_set()


async def _ask(people: People, size: PagingSize) -> None:
    asking = []
    for number in range(size.pages):
        asking.append(asyncio.create_task(people.ask(number)))
        await asyncio.sleep(size.ask_every_seconds)
    await asyncio.gather(*asking)


async def _settled(school: BigSchool, people: People) -> list[PageState]:
    """Every page as it is once all are answered and nothing has rung for longer than a step takes, or at the end of
    all hope.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + SETTLE.total_seconds()
    while True:
        pages = await _all_pages(school, people)
        answered = {page.what for page in pages if page.state == "acknowledged"}
        if loop.time() > end or (people.seen.asked <= answered and all(not page.open for page in pages)):
            break
        await asyncio.sleep(LOOK_SECONDS)
    await asyncio.sleep(WAIT_SECONDS + 2)
    return await _all_pages(school, people)


async def _all_pages(school: BigSchool, people: People) -> list[PageState]:
    async with school.opened_store() as store:
        pages = Pages(store, school.keyring)
        return await pages.several(sorted({*await pages.open_ids(), *people.seen.rings}))


__all__ = ["QUICK", "PagingCounts", "PagingSize", "ran", "ran_on"]
