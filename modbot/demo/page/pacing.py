"""How fast a scenario goes: faster, slower, or not at all while somebody talks."""

import asyncio

SLOWEST, FASTEST = 0.25, 4.0
_SLICE_SECONDS = 0.04


class Pace:
    """`factor` 2 is twice as fast. Can be changed at any time."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor
        self.paused = False

    def set(self, factor: float) -> None:
        """Raises ValueError for a factor that is not from `SLOWEST` to `FASTEST`."""
        if not SLOWEST <= factor <= FASTEST:
            raise ValueError(f"the pace must be from {SLOWEST} to {FASTEST:g}")
        self.factor = factor

    async def rest(self, seconds: float) -> None:
        """Wait so long at a pace of 1. No time passes while it is paused."""
        loop = asyncio.get_running_loop()
        left, last = seconds, loop.time()
        while left > 0 or self.paused:
            await asyncio.sleep(_SLICE_SECONDS if self.paused else min(_SLICE_SECONDS, left / self.factor))
            now = loop.time()
            left -= 0 if self.paused else (now - last) * self.factor
            last = now
