"""In a storm of requests, work waits its turn; otherwise it waits for nothing."""

import asyncio
from contextlib import ExitStack
from datetime import timedelta

from modbot.store.right_of_way import RightOfWay


async def test_with_few_requests_inside_work_starts_at_once() -> None:
    way = RightOfWay(few=2, pace=timedelta(hours=1))
    with way, way:
        await way.give_way()
    assert not way.stormy


async def test_in_a_storm_work_starts_one_after_another() -> None:
    way = RightOfWay(few=0, pace=timedelta(milliseconds=1))
    started: list[int] = []

    async def work(number: int) -> None:
        await way.give_way()
        started.append(number)

    with way:
        await asyncio.gather(*(work(number) for number in range(5)))
    assert started == [0, 1, 2, 3, 4]


async def test_when_the_storm_is_over_nobody_waits_for_a_turn() -> None:
    way = RightOfWay(few=0, pace=timedelta(milliseconds=1))
    with ExitStack() as stack:
        stack.enter_context(way)
        waiting = [asyncio.create_task(way.give_way()) for _ in range(3)]
        await asyncio.gather(waiting[0])
    await asyncio.gather(*waiting)
    assert not way.stormy
