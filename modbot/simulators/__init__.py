"""Simulated vendors that speak the wire protocol over loopback HTTP: for the demo, drills and tests.

Each keeps real state, enforces authentication, limits and documented errors, and can be told to misbehave (`Faults`).
They know nothing of modbot's insides: they meet it only over HTTP.
"""

import asyncio
import secrets
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import ClientSession, ClientTimeout, web

_WEBHOOK_ANSWERED_WITHIN_SECONDS = 30
# Below the ports that systems give to outgoing connections and to whoever asks for any port: none of those takes it
# before the program that it is meant for does.
_PORTS = range(15_000, 32_000)
_TRIES = 50


@dataclass(slots=True)
class Faults:
    """How a simulator misbehaves, until told otherwise. Each can be set while it runs."""

    lie: bool = False  # answer success and change nothing
    lag_seconds: float = 0.0  # before each API answer
    webhook_lag_seconds: float = 0.0  # before each webhook is sent
    mute_webhooks: bool = False  # events are lost
    duplicate_webhooks: bool = False  # each event is delivered twice
    reorder_webhooks: bool = False  # held back until another overtakes it, or `flush`
    drop_connection: bool = False  # close the socket instead of answering
    malformed: bool = False  # answer 200 with something that is not JSON
    fail_next: deque[tuple[int, dict[str, str], bytes]] = field(default_factory=deque)  # status, headers, body
    only: str = ""  # apply the faults only to requests whose "METHOD path" contains this


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that a simulator received: bytes as they came."""

    method: str
    path: str  # with the query string
    headers: dict[str, str]  # lower-case names
    body: bytes
    at_monotonic_seconds: float


class SimServer:
    """An aiohttp server on a free loopback port that records requests and applies `faults`.

    Subclasses add routes in `routes`. `url` is known after `start`.
    """

    def __init__(self) -> None:
        self.faults = Faults()
        self.seen: list[Seen] = []
        self.url = ""
        self.webhook_url = ""  # where modbot listens; empty = webhooks go nowhere
        self._runner: web.AppRunner | None = None
        self._client: ClientSession | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._held: list[Callable[[], Awaitable[None]]] = []

    def routes(self, router: web.UrlDispatcher) -> None:
        """Add this vendor's routes."""

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; `port` 0 takes a free one."""
        app = web.Application(middlewares=[self._misbehave], client_max_size=4 * 1024 * 1024)
        self.routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        bound = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{bound}"
        self._client = ClientSession(timeout=ClientTimeout(total=_WEBHOOK_ANSWERED_WITHIN_SECONDS))

    async def stop(self) -> None:
        """Stop listening and give up what is still to be sent."""
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        if self._client is not None:
            await self._client.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> "SimServer":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @web.middleware
    async def _misbehave(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        body = await request.read()
        self.seen.append(
            Seen(
                request.method,
                request.path_qs,
                {name.lower(): value for name, value in request.headers.items()},
                body,
                asyncio.get_running_loop().time(),
            )
        )
        faults = self.faults
        if faults.only and faults.only not in f"{request.method} {request.path}":
            return await handler(request)
        if faults.lag_seconds:
            await asyncio.sleep(faults.lag_seconds)
        if faults.drop_connection:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=499)
        if faults.fail_next:
            status, headers, answer = faults.fail_next.popleft()
            return web.Response(status=status, headers=headers, body=answer)
        if faults.malformed:
            return web.Response(status=200, body=b'{"half": ', content_type="application/json")
        return await handler(request)

    def send_soon(self, deliver: Callable[[], Awaitable[None]]) -> None:
        """Send a webhook in the background, with the faults that are set now."""
        if self.faults.mute_webhooks or not self.webhook_url:
            return
        if self.faults.reorder_webhooks:
            self._held.append(deliver)
            if len(self._held) < 2:
                return
            batch, self._held = self._held[::-1], []
        else:
            batch = [deliver]
        times = 2 if self.faults.duplicate_webhooks else 1
        task = asyncio.get_running_loop().create_task(self._deliver([d for d in batch for _ in range(times)]))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _deliver(self, batch: list[Callable[[], Awaitable[None]]]) -> None:
        if self.faults.webhook_lag_seconds:
            await asyncio.sleep(self.faults.webhook_lag_seconds)
        for deliver in batch:
            await deliver()

    async def flush(self) -> None:
        """Send what was held back, and wait until every webhook has been answered."""
        held, self._held = self._held, []
        for deliver in held:
            await deliver()
        while self._sending:
            await asyncio.gather(*list(self._sending))

    @property
    def client(self) -> ClientSession:
        """For sending webhooks. Only while started."""
        if self._client is None:
            raise RuntimeError("the simulator is not started")
        return self._client


def free_port() -> int:
    """A loopback port on which nobody listens, for a program that must be told its port. Raises OSError."""
    for _ in range(_TRIES):
        port = secrets.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port was found on loopback")


async def half_of(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """The first half of an answer, and then the connection breaks."""
    body = whole.body if isinstance(whole.body, bytes) else b""
    half = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half
