"""Turns: one process at a time, renewed for as long as the work lasts."""

from datetime import timedelta

from modbot.store import Store, keys
from modbot.store.turns import Turns
from tests.stores import until

LONG, SHORT = timedelta(hours=1), timedelta(milliseconds=200)


async def test_a_turn_is_one_process_s_until_it_is_given_back(store: Store) -> None:
    first, second = Turns(store), Turns(store)
    assert await first.take("sync", LONG)
    assert not await second.take("sync", LONG)
    await first.give_back("sync")
    assert await second.take("sync", LONG)


async def test_a_turn_is_renewed_while_the_work_lasts(store: Store) -> None:
    turns = Turns(store)
    assert await turns.take("sync", LONG)

    async def renewed() -> bool:
        return 0 < int(await store.run("PTTL", keys.turn("sync"))) <= SHORT.total_seconds() * 1000

    async with turns.holding("sync", SHORT):
        await until("it was renewed", renewed)


async def test_after_the_work_nobody_renews_a_turn(store: Store) -> None:
    first, second = Turns(store), Turns(store)
    assert await first.take("sync", SHORT)
    async with first.holding("sync", SHORT):
        pass

    async def taken() -> bool:
        return await second.take("sync", LONG)

    await until("another process has it", taken)


async def test_a_turn_that_another_process_took_meanwhile_is_left_to_it(store: Store) -> None:
    first, second = Turns(store), Turns(store)
    assert await second.take("sync", LONG)
    async with first.holding("sync", SHORT):
        assert not await first.take("sync", SHORT)
    assert await second.take("sync", LONG)
