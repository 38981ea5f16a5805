"""Calls have their turn in order, wait for other processes too, and are looked at once more when it comes."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from modbot.errors import RateLimited
from modbot.pagers.queueing import Queue
from tests.stores import until


@dataclass(slots=True)
class Limit:
    """A budget that gives a call whenever it is opened, and can be used up by other processes for a while."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    used_up: int = 0
    asked: int = 0

    async def take(self, limit: str, *, per_second: float, urgency: int = 1) -> None:
        """Wait for one call. Raises RateLimited."""
        self.asked += 1
        if self.used_up:
            self.used_up -= 1
            raise RateLimited("twilio", f"{limit} has no call left at {per_second} of urgency {urgency}.")
        await self.opened.wait()


@dataclass(slots=True)
class Page:
    """Something that may be answered."""

    answered: bool = False

    async def rings(self) -> bool:
        """Whether it still wants its call."""
        return not self.answered


def queue(limit: Limit) -> tuple[Queue, list[float]]:
    """A queue of one call a second, and how long it slept."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return Queue(limit, "twilio-calls", per_second=1, sleep=sleep), slept


async def test_a_page_that_is_answered_just_when_its_turn_comes_is_not_called() -> None:
    limit, page = Limit(), Page()
    turns, _ = queue(limit)
    turn = asyncio.ensure_future(turns.turn(page.rings))
    await until("it is its turn", lambda: limit.asked == 1)
    page.answered = True
    limit.opened.set()
    assert await turn is False


async def test_a_page_that_is_answered_while_it_waits_uses_up_no_call() -> None:
    limit, first, second = Limit(), Page(), Page()
    turns, _ = queue(limit)
    waiting = [asyncio.ensure_future(turns.turn(page.rings)) for page in (first, second)]
    await until("it is the first one's turn", lambda: limit.asked == 1)
    second.answered = True
    limit.opened.set()
    assert (await asyncio.gather(*waiting), limit.asked) == ([True, False], 1)


async def test_whoever_asked_first_goes_first() -> None:
    limit, order = Limit(), list[int]()
    turns, _ = queue(limit)

    async def wait(number: int) -> None:
        await turns.turn(Page().rings)
        order.append(number)

    waiting = [asyncio.ensure_future(wait(number)) for number in range(9)]
    await until("all have asked", lambda: turns.wait == timedelta(seconds=9))
    limit.opened.set()
    await asyncio.gather(*waiting)
    assert order == list(range(9))


async def test_while_other_processes_take_every_call_it_asks_again_soon() -> None:
    limit = Limit(used_up=3)
    limit.opened.set()
    turns, slept = queue(limit)
    assert await turns.turn(Page().rings)
    assert (limit.asked, slept) == (4, [1, 1, 1])


async def test_whoever_gives_up_waiting_makes_room() -> None:
    limit = Limit()
    turns, _ = queue(limit)
    waiting = [asyncio.ensure_future(turns.turn(Page().rings)) for _ in range(2)]
    await until("both wait", lambda: turns.wait == timedelta(seconds=2))
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    limit.opened.set()
    assert (turns.wait, await turns.turn(Page().rings)) == (timedelta(0), True)
