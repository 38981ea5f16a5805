"""A clock, an application that listens, and somebody who calls: to test the simulated PagerDuty and Twilio."""

import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web


@dataclass(slots=True)
class Clock:
    """A clock that moves only when told."""

    at: datetime = datetime(2026, 11, 24, 15, 14, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True, slots=True)
class Heard:
    """One request to the application, as it came."""

    url: str
    method: str
    headers: Mapping[str, str]  # lower-case names
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields of its form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def event(self) -> Any:
        """The event of its JSON."""
        return json.loads(self.body)["event"]


@dataclass(slots=True)
class App:
    """The application: keeps what it hears, and answers as told."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    statuses: deque[int] = field(default_factory=deque)  # of the next answers, 0 is a broken connection; then 200
    documents: dict[str, str] = field(default_factory=dict)  # by path
    content_type: str = "text/xml"

    async def handle(self, request: web.Request) -> web.Response:
        """Take any request."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        url = self.url + request.raw_path
        self.heard.append(Heard(url, request.method, headers, await request.read()))
        status = self.statuses.popleft() if self.statuses else 200
        if status == 0 and request.transport is not None:
            request.transport.abort()
        document = self.documents.get(request.path, "") if status == 200 else ""
        return web.Response(status=status or 500, text=document, content_type=self.content_type)

    def at(self, path: str) -> list[Heard]:
        """What came to a path."""
        return [one for one in self.heard if one.url.partition("?")[0] == self.url + path]


@asynccontextmanager
async def listening() -> AsyncIterator[App]:
    """An application on a free port."""
    app, server = App(), web.Application()
    server.router.add_route("*", "/{path:.*}", app.handle)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield app
    finally:
        await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the simulator said."""

    status: int
    body: Any
    headers: Mapping[str, str]


async def ask(client: aiohttp.ClientSession, method: str, url: str, **how: Any) -> Answer:
    """One request to a simulator. Its answer is JSON."""
    async with client.request(method, url, **how) as answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, await answer.json(), headers)
