"""The one port: Slack, the platforms' webhooks, health and metrics."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web
from prometheus_client import generate_latest

from modbot.callbacks import Callbacks
from modbot.errors import RequestRejected, StoreUnavailable
from modbot.log import get_logger
from modbot.metrics import EVENTS, REGISTRY, REJECTED, SOCKET_SILENT, STORE_UP
from modbot.model import Event, PlatformName
from modbot.platforms import Delivery, Platform
from modbot.rereading import Rereading
from modbot.slack.socket import SlackSocket
from modbot.store import Store
from modbot.store.sessions import Sessions
from modbot.web_pages.routes import WebPages

MAX_WEBHOOK_BYTES = 512 * 1024

log = get_logger("web")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(
    *,
    slack: Handler,
    platforms: Mapping[PlatformName, Platform],
    sessions: Sessions,
    rereading: Rereading,
    store: Store,
    callbacks: Callbacks | None = None,
    web_pages: WebPages | None = None,
    socket: SlackSocket | None = None,
) -> web.Application:
    """The aiohttp application. Unknown paths are 404, other methods 405. `socket` is Socket Mode's, if used."""
    app = web.Application(client_max_size=MAX_WEBHOOK_BYTES)
    app.router.add_post("/slack/events", slack)
    webhooks = Webhooks(platforms, sessions, rereading, store, callbacks)
    app.router.add_post("/webhooks/{vendor}", webhooks.handle)
    if web_pages is not None:
        web_pages.add_to(app.router)
    health = Health(store, socket)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    app.router.add_get("/metrics", health.metrics)
    return app


class Webhooks:
    """Signature, meaning, one durable write, then the answer. A vendor that hears anything else sends it again."""

    def __init__(
        self,
        platforms: Mapping[PlatformName, Platform],
        sessions: Sessions,
        rereading: Rereading,
        store: Store,
        callbacks: Callbacks | None = None,
    ) -> None:
        self._store = store
        self._callbacks = callbacks
        self._platforms = {str(name): platform for name, platform in platforms.items()}
        self._sessions = sessions
        self._rereading = rereading

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One delivery from a platform or pager, or from somebody who says so."""
        vendor = request.match_info["vendor"]
        if self._callbacks is not None and self._callbacks.knows(vendor):
            return await self._hear_back(self._callbacks, vendor, request)
        platform = self._platforms.get(vendor)
        if platform is None:
            return web.json_response({"error": "this platform is not set up"}, status=404)
        try:
            heard = await platform.hear(await _delivery(request))
        except web.HTTPRequestEntityTooLarge:
            return self._rejected(request, RequestRejected(413, "too large"))
        except RequestRejected as rejected:
            return self._rejected(request, rejected)
        try:
            await self._take(platform.name, heard.events)
        except StoreUnavailable as error:
            log.warning("events_not_taken", vendor=platform.name, detail=error.log_detail)
            return web.json_response({"error": "try again"}, status=503)
        self._rereading.soon(heard.unread)
        if heard.doubted:
            if not await self._store_answers():  # what would have told that it is good may be in there
                return web.json_response({"error": "try again"}, status=503)
            REJECTED.labels("webhook", "doubted").inc()
            log.info("doubted", path=request.path[:60], reason=heard.doubted)
        return _answer(heard.reply)

    async def _store_answers(self) -> bool:
        try:
            await self._store.ping()
        except StoreUnavailable:
            return False
        return True

    async def _hear_back(self, callbacks: Callbacks, vendor: str, request: web.Request) -> web.StreamResponse:
        try:
            heard = await callbacks.take(vendor, await _delivery(request))
        except web.HTTPRequestEntityTooLarge:
            return self._rejected(request, RequestRejected(413, "too large"))
        except RequestRejected as rejected:
            return self._rejected(request, rejected)
        except StoreUnavailable as error:
            log.warning("callback_not_taken", vendor=vendor, detail=error.log_detail)
            return web.json_response({"error": "try again"}, status=503)
        if not heard.reply:
            return web.Response(status=204)
        return web.Response(text=heard.reply, content_type=heard.content_type)

    async def _take(self, vendor: PlatformName, events: Sequence[Event]) -> None:
        if not events:
            return
        await self._sessions.ingest(events)
        for event in events:
            EVENTS.labels(vendor, event.kind).inc()

    def _rejected(self, request: web.Request, rejected: RequestRejected) -> web.Response:
        REJECTED.labels("webhook", str(rejected.status)).inc()
        log.info("rejected", path=request.path[:60], status=rejected.status, reason=rejected.reason)
        return web.json_response({"error": rejected.reason}, status=rejected.status)


async def _delivery(request: web.Request) -> Delivery:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Delivery(headers, await request.read(), request.query if request.query_string else {})


def _answer(reply: Mapping[str, Any] | str | None) -> web.Response:
    if reply is None:
        return web.Response(status=204)
    if isinstance(reply, str):
        return web.Response(text=reply, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})
    return web.json_response(dict(reply))


class Health:
    """Alive: the process answers. Ready: what it accepts would be durable."""

    def __init__(self, store: Store, socket: SlackSocket | None = None) -> None:
        self._store = store
        self._socket = socket
        self._began = time.monotonic()

    async def alive(self, _: web.Request) -> web.Response:
        """200 while the process runs."""
        return web.json_response({"status": "alive", "up_seconds": round(time.monotonic() - self._began, 1)})

    async def ready(self, _: web.Request) -> web.Response:
        """200 while the store answers, else 503. A deaf Slack socket is told, but must not turn webhooks away."""
        try:
            await self._store.ping()
        except StoreUnavailable:
            STORE_UP.set(0)
            return web.json_response({"status": "not ready", "why": "the store does not answer"}, status=503)
        STORE_UP.set(1)
        if self._socket is not None and self._socket.problem:
            return web.json_response({"status": "degraded", "why": self._socket.problem})
        return web.json_response({"status": "ready"})

    async def metrics(self, _: web.Request) -> web.Response:
        """Prometheus text. Carries no person and no class."""
        SOCKET_SILENT.set(self._socket.silent_seconds if self._socket is not None else 0)
        return web.Response(body=generate_latest(REGISTRY), content_type="text/plain", charset="utf-8")
