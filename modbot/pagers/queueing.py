"""Calls of a vendor that takes only so many a second: each leaves in its turn, and only while it is still wanted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol, runtime_checkable

from modbot.errors import RateLimited
from modbot.log import get_logger
from modbot.pagers import Pager
from modbot.pagers.trying import Budget

SOON = timedelta(seconds=1)  # when other processes have taken every call there was

Wanted = Callable[[], Awaitable[bool]]
Sleep = Callable[[float], Awaitable[None]]

log = get_logger("pagers")


class Queue:
    """One limit. Of this process's calls whichever asked first leaves first; processes share the limit by `budget`."""

    def __init__(self, budget: Budget, limit: str, *, per_second: float, sleep: Sleep = asyncio.sleep) -> None:
        self._budget = budget
        self._limit = limit
        self._per_second = per_second
        self._sleep = sleep
        self._waiting = 0
        self._line = asyncio.Lock()

    @property
    def wait(self) -> timedelta:
        """About how long a call that asks now would wait behind the others of this process."""
        return timedelta(seconds=self._waiting / self._per_second)

    async def turn(self, wanted: Wanted) -> bool:
        """Wait until one call may leave. False, and no call is used up by the wait, once it is not wanted any more.

        `wanted` is asked for the last time just before this returns. Raises whatever it raises.
        """
        self._waiting += 1
        try:
            async with self._line:
                return await self._first_in_line(wanted)
        finally:
            self._waiting -= 1

    async def _first_in_line(self, wanted: Wanted) -> bool:
        while await wanted():
            try:
                await self._budget.take(self._limit, per_second=self._per_second)
            except RateLimited as error:
                log.info("turn_not_come", detail=error.log_detail)
                await self._sleep(min(error.retry_after or SOON, SOON).total_seconds())
                continue
            return await wanted()
        return False


@runtime_checkable
class Queued(Pager, Protocol):
    """A pager whose calls must each have their turn before they are made."""

    @property
    def queue(self) -> Queue:
        """Where they wait."""
