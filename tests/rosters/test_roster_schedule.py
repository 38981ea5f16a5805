"""The sync by the clock: when it is due, in one process, and what IT is told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from modbot.audit import Audit
from modbot.chat import Posted
from modbot.reply import Reply
from modbot.roster_sync import SyncReport
from modbot.roster_sync.age import said_if_old
from modbot.roster_sync.schedule import AGAIN_AFTER, Schedule, last_time
from modbot.store import Store
from modbot.store.turns import Turns
from tests.rosters.syncing import NOW, District, district
from tests.stores import until

pytestmark = pytest.mark.realstore
DENVER = ZoneInfo("America/Denver")
OFTEN = timedelta(milliseconds=10)


@dataclass
class Channel:
    """Where IT reads."""

    posted: list[Reply] = field(default_factory=list)

    async def post(self, channel: str, reply: Reply) -> Posted:
        """A message."""
        assert channel == "C0IT"
        self.posted.append(reply)
        return Posted(channel, "1")


@dataclass
class Wall:
    """A district, its IT channel, and how often a sync was begun."""

    here: District
    store: Store
    channel: Channel = field(default_factory=Channel)
    begun: int = 0
    ended: int = 0
    looked: int = 0

    async def once(self) -> SyncReport:
        """What the schedule does."""
        self.begun += 1
        try:
            return await self.here.sync()
        finally:
            self.ended += 1

    async def imported_at(self) -> datetime | None:
        """What the schedule looks at."""
        self.looked += 1
        return await self.here.roster.imported_at()

    def schedule(self, at: Sequence[time] = (time(10),)) -> Schedule:
        """One process's."""
        return Schedule(
            self.once, times=at, zone=ZoneInfo("UTC"), imported=self, turns=Turns(self.store),
            record=Audit(self.store), chat=self.channel, channel="C0IT", now=self.here.clock, look_every=OFTEN,
        )  # fmt: skip

    def idles(self) -> Callable[[], bool]:
        """Whether a while has passed in which the schedule might have begun again."""
        rounds = iter(range(60))
        return lambda: next(rounds) > 50

    async def looks_again(self) -> None:
        """Every process has looked once more than until now."""
        seen = self.looked
        await until("the schedule looked again", lambda: self.looked > seen + 5)


@asynccontextmanager
async def running(*schedules: Schedule) -> AsyncIterator[None]:
    tasks = [asyncio.get_running_loop().create_task(one.run()) for one in schedules]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def wall(store: Store) -> AsyncIterator[Wall]:
    async with district(store) as here:
        yield Wall(here, store)


async def synced(wall: Wall, times: int) -> None:
    await until(f"{times} syncs came into force", lambda: wall.begun >= times)
    at = wall.here.clock.at
    await until("the roster is of now", lambda: is_of(wall, at))


async def is_of(wall: Wall, at: datetime) -> bool:
    return await wall.here.roster.imported_at() == at


async def test_a_district_without_a_roster_is_synced_at_once_and_then_at_the_next_time(wall: Wall) -> None:
    async with running(wall.schedule()):
        await synced(wall, 1)
        await wall.looks_again()
        assert wall.begun == 1
        wall.here.clock.at = NOW.replace(day=23, hour=10, minute=0)
        await synced(wall, 2)


async def test_of_several_processes_one_syncs(wall: Wall) -> None:
    async with running(*(wall.schedule() for _ in range(3))):
        await synced(wall, 1)
        await wall.looks_again()
    assert wall.begun == 1


async def test_a_sync_by_the_clock_is_on_the_record(wall: Wall) -> None:
    async with running(wall.schedule()):
        await synced(wall, 1)
        record = Audit(wall.store)

        async def written() -> bool:
            return [one["action"] async for one in record.export()] == ["roster.sync"]

        await until("it is on the record", written)


async def test_it_is_asked_once_when_too_much_would_go(wall: Wall) -> None:
    await wall.here.sync()
    for number in range(3):
        wall.here.simulator.remove("classes", f"class-{number:07}")
    wall.here.clock.at += timedelta(days=1)
    async with running(wall.schedule()):
        await until("IT was asked", lambda: bool(wall.channel.posted))
        wall.here.clock.at += timedelta(hours=2)
        await until("the schedule came round again", wall.idles())
    (asked,) = wall.channel.posted
    assert asked.headline == "The roster sync stopped and asks you."
    assert "3 of 10 sections" in asked.lines[0]


async def test_a_failure_is_told_once_and_tried_again_later(wall: Wall) -> None:
    wall.here.secret = "wrong"
    async with running(wall.schedule()):
        await until("IT was told", lambda: bool(wall.channel.posted))
        assert wall.ended == 1
        wall.here.clock.at += AGAIN_AFTER
        await until("it was tried again", lambda: wall.ended == 2)
        wall.here.secret = type(wall.here).secret
        wall.here.clock.at += AGAIN_AFTER
        await synced(wall, 3)
    (told,) = wall.channel.posted
    assert told.headline == "The roster sync failed."
    assert "does not accept modbot's client id and secret" in told.lines[0]


async def test_what_does_not_fit_is_told_with_its_first_problems(wall: Wall) -> None:
    for number in range(5):
        wall.here.simulator.change("users", f"user-{number:08}", givenName="", familyName="")
    async with running(wall.schedule()):
        await until("IT was told", lambda: bool(wall.channel.posted))
    (told,) = wall.channel.posted
    assert told.headline == "The roster sync changed nothing."
    assert any("user-00000001" in line for line in told.lines)


async def test_without_times_it_never_syncs() -> None:
    assert last_time((), NOW, DENVER) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 22, 10, 59, tzinfo=UTC), datetime(2026, 11, 21, 11, 0, tzinfo=UTC)),
        (datetime(2026, 11, 22, 11, 0, tzinfo=UTC), datetime(2026, 11, 22, 11, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 10, 0, tzinfo=UTC), datetime(2026, 7, 1, 10, 0, tzinfo=UTC)),  # daylight saving time
    ],
)
def test_a_time_of_day_is_on_the_districts_clocks(now: datetime, expected: datetime) -> None:
    assert last_time((time(4),), now, DENVER) == expected


@pytest.mark.parametrize(
    ("age", "says"),
    [
        (timedelta(hours=47), ""),
        (timedelta(hours=50), "The roster is 50 hours old: someone who joined or left since is not known to modbot."),
        (timedelta(days=9), "The roster is 9 days old: someone who joined or left since is not known to modbot."),
    ],
)
def test_a_roster_older_than_its_limit_is_said_to_be(age: timedelta, says: str) -> None:
    assert said_if_old(NOW - age, NOW, timedelta(hours=48)) == says


def test_no_roster_at_all_is_said() -> None:
    assert "no roster" in said_if_old(None, NOW, timedelta(hours=48))
