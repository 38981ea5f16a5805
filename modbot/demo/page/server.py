"""The demo page's own server, on loopback alone: its files, its state, and what is done on it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from modbot.demo.day import SchoolDay
from modbot.demo.page.answers import Answers
from modbot.demo.page.feed import Feed
from modbot.demo.page.guard import add_headers, guard
from modbot.demo.page.hands import CannotDo, Hands
from modbot.demo.page.player import Player
from modbot.demo.page.snapshot import of_district
from modbot.demo.page.stopwatch import Stopwatch
from modbot.demo.page.wire import WireLog

ASSETS = (Path(__file__).parent / "assets").resolve()
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
LOOPBACK = "127.0.0.1"
MOST_BYTES = 64 * 1024
LOOK_AROUND_EVERY_SECONDS = 0.25
SHUTDOWN_SECONDS = 0.2


class Page:
    """A school day as a page. Use `serving` to run it."""

    def __init__(self, day: SchoolDay, wire: WireLog, *, page_token: str) -> None:
        """`wire` is what the day's calls are told to; `page_token` lets somebody call for help without Slack."""
        self.day = day
        self.wire = wire
        self.stopwatch = Stopwatch(day.classes)
        self.hands = Hands(day, self.stopwatch)
        self.player = Player(day, self.hands, self.stopwatch, page_token)
        self.feed = Feed(self.snapshot)
        wire.tell += [self.stopwatch.call, self.player.look]
        jitsi = day.district.on_jitsi
        jitsi.told.append(partial(self.stopwatch.told, jitsi.name))
        wire.open = True
        for user in [one for one in day.district.slack.world.users.values() if not one.is_bot]:
            day.district.slack.world.im_with(user.id)  # everybody can write to modbot

    def snapshot(self) -> dict[str, Any]:
        """The whole state, but for its number and time."""
        self.player.look()
        return {
            **of_district(self.day, self.hands, self.wire, self.stopwatch.figure),
            "scenarios": self.player.offered,
            "running": self.player.shown,
            "pace": self.player.pace.factor,
        }

    def application(self) -> web.Application:
        """Its routes."""
        app = web.Application(middlewares=[guard], client_max_size=MOST_BYTES)
        app.on_response_prepare.append(add_headers)
        app.router.add_get("/", self._index)
        app.router.add_get("/api/state", self._state)
        app.router.add_get("/api/events", self._events)
        Answers(self.hands, self.player).add_to(app.router)
        app.router.add_get("/assets/{path:.+}", self._asset)
        return app

    async def look_around(self) -> None:
        """Keep up with what is not told on the wire, until cancelled."""
        while True:
            for one in self.day.classes:
                await one.look()
            await asyncio.sleep(LOOK_AROUND_EVERY_SECONDS)

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return _file(ASSETS / "index.html")

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        path = (ASSETS / request.match_info["path"]).resolve()
        if not path.is_relative_to(ASSETS) or not path.is_file():
            raise CannotDo(404, "There is no such file.")
        return _file(path)

    async def _state(self, _: web.Request) -> web.Response:
        return web.Response(body=self.feed.newest(), content_type="application/json")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self.feed.full:
            raise CannotDo(429, "Too many pages are open.")
        return await self.feed.serve(request)


def _file(path: Path) -> web.FileResponse:
    """With its type by a table of our own: what the machine thinks of file names is not always so."""
    return web.FileResponse(path, headers={"Content-Type": TYPES.get(path.suffix, "text/plain; charset=utf-8")})


def listener(port: int) -> socket.socket:
    """A loopback socket on this port, 0 for a free one. Raises OSError when it is taken.

    It listens at once, so that nobody else can have the port meanwhile: whoever connects waits until it is served.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((LOOPBACK, port))
        found.listen()
    except OSError:
        found.close()
        raise
    return found


@dataclass(frozen=True, slots=True)
class Served:
    """A page that is served, and what keeps it true."""

    address: str
    running: tuple[asyncio.Task[None], ...]

    async def forever(self) -> None:
        """Until cancelled. Raises what the page broke of."""
        await asyncio.gather(*self.running)


@asynccontextmanager
async def serving(page: Page, at: socket.socket) -> AsyncIterator[Served]:
    """Serve the page on that socket; at the end close it and everything the page runs."""
    runner = web.AppRunner(page.application(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    loop = asyncio.get_running_loop()
    running = (loop.create_task(page.feed.pulse()), loop.create_task(page.look_around()))
    try:
        await web.SockSite(runner, at).start()
        yield Served(f"http://{LOOPBACK}:{at.getsockname()[1]}/", running)
    finally:
        page.wire.open = False
        page.feed.close()
        await page.player.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await runner.cleanup()
