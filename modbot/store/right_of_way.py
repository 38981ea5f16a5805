"""Acknowledgements have right of way: while many requests are being taken in, accepted work is let through slowly.

Slack gives three seconds for an answer, and work that shares the core with the answers halves their rate. With few
requests inside, which is always but for a storm, nothing waits.
"""

import asyncio
from datetime import timedelta
from types import TracebackType

FEW = 8  # requests inside at once that are no storm
PACE = timedelta(milliseconds=20)  # in a storm one item of work starts each so often: 50 a second


class RightOfWay:
    """Entered by each request while it is taken in; work asks `give_way` before it starts."""

    def __init__(self, *, few: int = FEW, pace: timedelta = PACE) -> None:
        self._few = few
        self._pace_seconds = pace.total_seconds()
        self._inside = 0
        self._gate = asyncio.Lock()

    def __enter__(self) -> None:
        self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inside -= 1

    @property
    def stormy(self) -> bool:
        """Whether more are inside than usual."""
        return self._inside > self._few

    async def give_way(self) -> None:
        """Return at once, or in a storm when it is this item's turn."""
        if not self.stormy:
            return
        async with self._gate:
            if self.stormy:
                await asyncio.sleep(self._pace_seconds)
