"""How fast Clever is asked: one bucket for the district."""

import asyncio
from collections import deque
from datetime import timedelta

# Clever allows 1,200 a minute and token, and other programs of the district's app may use the same token.
REQUESTS = 1_100
WINDOW = timedelta(minutes=1)


class Bucket:
    """So many requests in any span of a window's length, whenever Clever's own minute begins."""

    def __init__(self, requests: int = REQUESTS, window: timedelta = WINDOW) -> None:
        self._most = requests
        self._window_seconds = window.total_seconds()
        self._taken: deque[float] = deque()
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Wait until one more may be sent."""
        async with self._turn:
            if len(self._taken) == self._most:
                free_at = self._taken.popleft() + self._window_seconds
                await asyncio.sleep(max(free_at - asyncio.get_running_loop().time(), 0))
            self._taken.append(asyncio.get_running_loop().time())
