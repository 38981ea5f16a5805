"""The page's state as it changes: whole snapshots, the newest only, to any number of browsers."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web

from modbot.demo.page.moments import moment

PULSE_SECONDS = 1 / 15
COMMENT_EVERY_SECONDS = 10.0
LOOK_EVERY_SECONDS = 1.0  # whether a browser to which there is nothing to tell has gone
READS_WITHIN_SECONDS = 20.0
MOST_WATCHERS = 64
HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
_COMMENT = b": still here\n\n"


class Feed:
    """Takes a snapshot at each pulse and tells browsers when it differs from the last one."""

    def __init__(self, take: Callable[[], dict[str, Any]]) -> None:
        """`take` gives a snapshot without its number and its time."""
        self._take = take
        self._body = b""
        self._rev = 0
        self._newest = b""
        self._watchers: set[asyncio.Event] = set()
        self._over = False

    def newest(self) -> bytes:
        """The snapshot now, as JSON. Two that are equal but for the time have the same number."""
        body = orjson.dumps(self._take())
        if body != self._body:
            self._body, self._rev = body, self._rev + 1
            head = orjson.dumps({"rev": self._rev, "now": moment(datetime.now(UTC))})
            self._newest = head[:-1] + b"," + body[1:]
            for watcher in self._watchers:
                watcher.set()
        return self._newest

    async def pulse(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(PULSE_SECONDS)
            if self._watchers:
                self.newest()

    def close(self) -> None:
        """Let every browser go: a server that stops would otherwise wait for each of them."""
        self._over = True
        for watcher in self._watchers:
            watcher.set()

    @property
    def full(self) -> bool:
        """Whether as many browsers watch as may."""
        return len(self._watchers) >= MOST_WATCHERS

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events until the browser goes. What it is too slow for is left out, never kept for it."""
        response = web.StreamResponse(headers=HEADERS)
        changed = asyncio.Event()
        self._watchers.add(changed)
        try:
            await response.prepare(request)
            self.newest()
            changed.set()
            while not self._over:
                await _write(response, await self._next(request, changed))
            return response
        except ConnectionResetError:
            return response  # it has gone
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()  # it has not read for so long that it never will
            return response
        finally:
            self._watchers.discard(changed)

    async def _next(self, request: web.Request, changed: asyncio.Event) -> bytes:
        """Raises ConnectionResetError when the browser has gone meanwhile."""
        for _ in range(int(COMMENT_EVERY_SECONDS / LOOK_EVERY_SECONDS)):
            try:
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await changed.wait()
            except TimeoutError:
                if request.transport is None:
                    raise ConnectionResetError("nobody reads any more") from None
                continue
            changed.clear()
            return b"event: state\nid: %d\ndata: %b\n\n" % (self._rev, self._newest)
        return _COMMENT


async def _write(response: web.StreamResponse, piece: bytes) -> None:
    async with asyncio.timeout(READS_WITHIN_SECONDS):
        await response.write(piece)
