"""What events come by is kept up by one process at a time, and one platform's trouble is not the others'."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import cast

import pytest

from modbot.errors import StoreUnavailable, VendorFault
from modbot.platforms import Platform
from modbot.store import Store
from modbot.store.turns import Turns
from modbot.upkeep import Upkeep
from tests.stores import until


class Tended:
    """As much of a platform as upkeep knows."""

    def __init__(self, name: str, wish: timedelta = timedelta(seconds=1)) -> None:
        self.name = name
        self.tended = 0
        self.wish = wish
        self.trouble: Exception | None = None

    async def tend(self) -> timedelta:
        self.tended += 1
        if self.trouble:
            raise self.trouble
        return self.wish


class Roster:
    """As much of the roster as upkeep knows: which one is in force."""

    def __init__(self) -> None:
        self.now = "first"
        self.lost = False
        self.asked = 0

    async def generation(self) -> str:
        self.asked += 1
        if self.lost:
            raise StoreUnavailable("connection refused")
        return self.now


@asynccontextmanager
async def keeping_up(turns: Turns, *platforms: Tended, roster: Roster | None = None) -> AsyncIterator[None]:
    upkeep = Upkeep(cast("list[Platform]", list(platforms)), turns, (roster or Roster()).generation)
    task = asyncio.get_running_loop().create_task(upkeep.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def at_least(platform: Tended, times: int) -> Callable[[], bool]:
    return lambda: platform.tended >= times


async def test_a_platform_is_tended_again_when_it_wishes(store: Store) -> None:
    meet = Tended("meet")
    async with keeping_up(Turns(store), meet):
        await until("it was tended twice", at_least(meet, 2))


async def test_a_new_roster_is_noticed_long_before_the_next_look(store: Store) -> None:
    meet, roster = Tended("meet", timedelta(minutes=10)), Roster()
    async with keeping_up(Turns(store), meet, roster=roster):
        await until("it was tended", at_least(meet, 1))
        roster.now = "second"
        await until("it was tended again", at_least(meet, 2))


async def test_a_store_that_is_gone_for_a_moment_is_no_new_roster(store: Store) -> None:
    meet, roster = Tended("meet", timedelta(minutes=10)), Roster()
    async with keeping_up(Turns(store), meet, roster=roster):
        await until("it was tended", at_least(meet, 1))
        roster.lost = True
        await until("the store was asked in vain", lambda: roster.asked >= 3)
        roster.lost = False
        asked = roster.asked
        await until("the store has answered again", lambda: roster.asked >= asked + 2)
    assert meet.tended == 1


async def test_of_two_processes_one_tends(store: Store) -> None:
    first, second = Tended("meet"), Tended("meet")
    async with keeping_up(Turns(store), first):
        await until("the first tends", at_least(first, 1))
        async with keeping_up(Turns(store), second):
            await until("the first tends on", at_least(first, 3))
    assert second.tended == 0


async def test_a_turn_that_ran_out_is_taken_by_another_process(store: Store) -> None:
    assert await Turns(store).take("tend:meet", timedelta(milliseconds=1))
    second = Tended("meet")
    other = Turns(store)

    async def taken() -> bool:
        return await other.take("tend:meet", timedelta(seconds=30))

    await until("the turn is free", taken)
    async with keeping_up(other, second):
        await until("the second tends", at_least(second, 1))


async def test_a_process_that_stops_leaves_its_turn_to_the_next(store: Store) -> None:
    first, second = Tended("meet", timedelta(minutes=10)), Tended("meet")
    async with keeping_up(Turns(store), first):
        await until("the first tends", at_least(first, 1))
    async with keeping_up(Turns(store), second):
        await until("the second tends at once", at_least(second, 1))


async def test_a_process_that_stops_takes_nobody_elses_turn(store: Store) -> None:
    first, second = Turns(store), Turns(store)
    assert await first.take("tend:meet", timedelta(minutes=1))
    await second.give_back("tend:meet")
    assert not await second.take("tend:meet", timedelta(minutes=1))


async def test_one_platforms_trouble_is_not_the_others(store: Store) -> None:
    teams, meet = Tended("teams"), Tended("meet")
    teams.trouble = VendorFault("teams", "Microsoft Teams failed.", status=500)
    async with keeping_up(Turns(store), teams, meet):
        await until("Meet is tended on", at_least(meet, 2))


async def test_a_platform_that_breaks_is_tried_again_and_stops_nobody(store: Store) -> None:
    teams, meet, roster = Tended("teams"), Tended("meet"), Roster()
    teams.trouble = TypeError("a fault of modbot's own")
    async with keeping_up(Turns(store), teams, meet, roster=roster):
        await until("Meet is tended on", at_least(meet, 2))
        roster.now = "second"
        await until("the broken one is tried again", at_least(teams, 2))


class NoTurns(Turns):
    """A store that is gone."""

    def __init__(self) -> None:
        """Without a store."""

    async def take(self, work: str, keep: timedelta) -> bool:
        raise StoreUnavailable("connection refused")

    async def give_back(self, work: str) -> None:
        raise StoreUnavailable("connection refused")


async def test_without_a_store_each_process_tends_by_itself() -> None:
    jitsi = Tended("jitsi")
    async with keeping_up(NoTurns(), jitsi):
        await until("it is tended", at_least(jitsi, 2))


@pytest.mark.parametrize("wish", [timedelta(0), timedelta(days=3)])
async def test_a_wish_is_kept_within_bounds(store: Store, wish: timedelta) -> None:
    odd = Tended("meet", wish)
    async with keeping_up(Turns(store), odd):
        await until("it was tended", at_least(odd, 1))

        async def held() -> bool:
            left_ms = await store.run("PTTL", "mb:turn:tend:meet")
            return bool(20_000 < left_ms <= 630_000)

        await until("its turn is held for a while", held)
