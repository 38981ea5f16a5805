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


@asynccontextmanager
async def keeping_up(turns: Turns, *platforms: Tended) -> AsyncIterator[None]:
    upkeep = Upkeep(cast("list[Platform]", list(platforms)), turns)
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


async def test_one_platforms_trouble_is_not_the_others(store: Store) -> None:
    teams, meet = Tended("teams"), Tended("meet")
    teams.trouble = VendorFault("teams", "Microsoft Teams failed.", status=500)
    async with keeping_up(Turns(store), teams, meet):
        await until("Meet is tended on", at_least(meet, 2))


class NoTurns(Turns):
    """A store that is gone."""

    def __init__(self) -> None:
        """Without a store."""

    async def take(self, work: str, keep: timedelta) -> bool:
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
