"""Asking a pager's vendor again, within a bounded time: somebody waits, and the next channel can be tried instead."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from modbot.errors import Unreachable
from modbot.http import Answer

TOO_MANY = 429
SHORTEST_TRY = timedelta(milliseconds=50)

Ask = Callable[[timedelta], Awaitable[Answer]]  # within this time


class Budget(Protocol):
    """A vendor's rate limit, shared by every process of the district."""

    async def take(self, limit: str, *, per_second: float, urgency: int = 1) -> None:
        """Wait for one call of the limit. `urgency` 0 goes first. Raises RateLimited when that takes too long."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one request may take with all its tries, how long each try, and the wait after the first."""

    whole: timedelta = timedelta(seconds=8)
    each: timedelta = timedelta(seconds=4)
    first_wait: timedelta = timedelta(milliseconds=250)  # doubled each time


async def answered(ask: Ask, patience: Patience, *, repeatable: bool) -> Answer:
    """The vendor's answer, or its last one. Raises Unreachable.

    What was certainly not taken (429, no connection) is always sent again; what may have been taken (5xx, no answer)
    only where `repeatable` says that twice is the same as once.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + patience.whole.total_seconds()
    wait = patience.first_wait
    while True:
        left = timedelta(seconds=end - clock())
        answer, failure = await _once(ask, max(min(patience.each, left), SHORTEST_TRY))
        again = (answer is not None and answer.retry_after) or wait
        if not _worth_repeating(answer, failure, repeatable=repeatable) or clock() + again.total_seconds() >= end:
            break
        await asyncio.sleep(again.total_seconds())
        wait *= 2
    if answer is None:
        raise failure or Unreachable("vendor", maybe_applied=False)
    return answer


async def _once(ask: Ask, within: timedelta) -> tuple[Answer | None, Unreachable | None]:
    try:
        return await ask(within), None
    except Unreachable as error:
        return None, error


def _worth_repeating(answer: Answer | None, failure: Unreachable | None, *, repeatable: bool) -> bool:
    if failure is not None:
        return repeatable or not failure.maybe_applied
    return answer is not None and (answer.status == TOO_MANY or (repeatable and answer.status >= 500))
