"""The page's files and a snapshot of the test's own, served as `modbot demo` serves them: the same rules, no modbot."""

import asyncio
import mimetypes
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from modbot.demo.page.guard import HEADERS
from modbot.simulators import free_port

ASSETS = Path(str(files("modbot.demo"))) / "page" / "assets"
Json = dict[str, Any]
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".css": "text/css"}


class ServedPage:
    """Loopback, a free port that stays its own. Use as an async context manager.

    `first` is the snapshot it began with; `posted` is what the page did: (path, body).
    """

    def __init__(self, snapshot: Json) -> None:
        self.first = snapshot
        self.snapshot = snapshot
        self.posted: list[tuple[str, Json]] = []
        self.answer: Json = {"ok": True}
        self.status = 200
        self.url = ""
        self._port = free_port()  # which nobody is given while it is closed for a moment
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> "ServedPage":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen: the second time, on the port of the first."""
        app = web.Application()
        app.on_response_prepare.append(_add_headers)
        app.router.add_get("/", self._index)
        app.router.add_get("/assets/{path:.+}", self._file)
        app.router.add_get("/api/events", self._events)
        app.router.add_post("/api/{what:.+}", self._post)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self.url = f"http://127.0.0.1:{self._port}/"

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def show(self, **changes: Any) -> None:
        """Change the snapshot; every open page is told."""
        async with self._changed:
            self.snapshot = {**self.snapshot, **changes, "rev": self.snapshot["rev"] + 1}
            self._changed.notify_all()

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(ASSETS / "index.html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        asked = (ASSETS / request.match_info["path"]).resolve()
        if not asked.is_relative_to(ASSETS) or not asked.is_file():
            raise web.HTTPNotFound
        kind = TYPES.get(asked.suffix) or mimetypes.guess_type(asked.name)[0] or "application/octet-stream"
        return web.Response(body=asked.read_bytes(), content_type=kind)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        told = -1
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda told=told: self.snapshot["rev"] != told)  # type: ignore[misc]
                told, body = self.snapshot["rev"], orjson.dumps(self.snapshot)
            try:
                await response.write(b"event: state\ndata: " + body + b"\n\n")
            except ConnectionResetError:
                return response  # the visitor has gone

    async def _post(self, request: web.Request) -> web.Response:
        self.posted.append((request.path, orjson.loads(await request.read())))
        return web.json_response(self.answer, status=self.status)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
