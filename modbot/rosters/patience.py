"""Asking again, a bounded number of times: every request a roster is read with is a read, so it may be sent again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from modbot.errors import ComeBackLater, MalformedAnswer, Unreachable, VendorFault

T = TypeVar("T")

LONGEST_WAIT = timedelta(minutes=2)  # a service that wants to be left alone for longer has failed this sync


@dataclass(frozen=True, slots=True)
class Pauses:
    """Before each repetition, twice as long as the one before."""

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(seconds=20)
    tries: int = 6

    def __iter__(self) -> Iterator[timedelta]:
        for times in range(self.tries - 1):
            yield min(self.first * 2**times, self.longest)


async def persist(ask: Callable[[], Awaitable[T]], pauses: Pauses) -> T:
    """The first result worth having: no answer, half an answer, a passing fault or "later" are asked again.

    Raises the error of the last try, or the first that no repetition helps: a wait over two minutes is one of these.
    """
    for pause in pauses:
        try:
            return await ask()
        except (Unreachable, VendorFault, MalformedAnswer):
            wait = pause
        except ComeBackLater as error:
            wait = pause if error.retry_after is None else error.retry_after
            if wait > LONGEST_WAIT:
                raise
        await asyncio.sleep(wait.total_seconds())
    return await ask()
