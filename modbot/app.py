"""One modbot process: the order in which its parts start and stop."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp

from modbot.confirmation import Patience
from modbot.errors import ConfigError, ModbotError
from modbot.http import Http
from modbot.log import get_logger
from modbot.parts import Parts
from modbot.settings import Settings
from modbot.slack import bolt
from modbot.slack.edge import SlackEdge
from modbot.slack.socket import SlackSocket
from modbot.state import State, open_state
from modbot.store.inbox import Limits
from modbot.web import application

DRAIN = timedelta(seconds=20)
QUEUE_DRAIN = timedelta(seconds=5)  # card changes that still wait for their channel's turn
HOUSEKEEPING = timedelta(seconds=60)

log = get_logger("app")


def _web(settings: Settings, state: State, parts: Parts, app: AsyncApp, socket: SlackSocket | None) -> web.Application:
    secret = settings.slack.signing_secret
    edge = SlackEdge(secret=secret.get_secret_value().encode() if secret else b"", intake=parts.intake, bolt=app)
    return application(
        slack=edge.handle,
        platforms=parts.platforms,
        sessions=parts.sessions,
        rereading=parts.rereading,
        callbacks=parts.callbacks,
        web_pages=parts.web_pages,
        store=state.store,
        socket=socket,
    )


class App:
    """One modbot process."""

    def __init__(
        self,
        settings: Settings,
        *,
        patience: Patience | None = None,
        limits: Limits | None = None,
        http: Http | None = None,
        drain: timedelta = DRAIN,
        beside: bool = False,
    ) -> None:
        """`http` makes every outgoing request, and is closed with the rest.

        `drain` is how long stopping waits for what was accepted, before it is handed back.

        `beside`: another process of the same modbot keeps the embedded store.
        """
        self.settings = settings
        self._beside = beside
        self._drain = drain
        self._patience = patience
        self._limits = limits
        self._http = http or Http()
        self._stack = AsyncExitStack()
        self._background: list[asyncio.Task[None]] = []
        self.port = 0

    async def start(self) -> None:
        """Open everything and listen. Raises ConfigError with one sentence when the settings cannot work."""
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def _start(self) -> None:
        settings = self.settings
        if settings.slack.signing_secret is None:
            raise ConfigError("MODBOT_SLACK__SIGNING_SECRET", "is not set: modbot cannot tell Slack from a stranger")
        http = self._http
        self._stack.push_async_callback(http.close)
        state = await open_state(settings, self._stack, beside=self._beside)
        await state.store.ping()
        self.state = state
        parts = Parts(state, settings, http, patience=self._patience, limits=self._limits)
        self._stack.push_async_callback(parts.queue.drain, min(QUEUE_DRAIN, self._drain))
        for platform in parts.platforms.values():
            self._stack.push_async_callback(platform.close)
        self._stack.push_async_callback(parts.rereading.stop)
        self._stack.push_async_callback(parts.paging.drain)
        self._stack.push_async_callback(parts.callbacks.drain)
        self._stack.push_async_callback(parts.web_pages.finish)
        await parts.jobs.start()
        self._stack.push_async_callback(parts.jobs.drain, self._drain)
        self._stack.push_async_callback(parts.door.settle)
        await parts.inbox.start(parts.dispatcher.handle)
        self._stack.push_async_callback(parts.inbox.drain, self._drain)
        self._stack.push_async_callback(parts.intake.drain)
        token, app_token = settings.slack.bot_token, settings.slack.app_token
        bolted = bolt.build(
            intake=parts.intake, web=parts.client.web, bot_token=token.get_secret_value() if token else ""
        )
        socket = SlackSocket(bolted, app_token.get_secret_value()) if app_token else None
        await self._listen(_web(settings, state, parts, bolted, socket))
        self._keep_house(parts, state)
        if socket is not None:
            await socket.start()
            self._stack.push_async_callback(socket.stop)

    async def _listen(self, app: web.Application) -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, self.settings.host, self.settings.port, reuse_port=self.settings.processes > 1)
        try:
            await site.start()
        except OSError as error:
            raise ConfigError("MODBOT_PORT", f"{self.settings.port} cannot be listened on: {error.strerror}") from error
        self.port = runner.addresses[0][1]
        log.info("listening", address=self.settings.host, port=self.port)

    def _keep_house(self, parts: Parts, state: State) -> None:
        async def roster() -> None:
            await parts.people.refresh()

        async def pages() -> None:
            await parts.paging.repair()

        async def tolerated() -> None:
            await parts.belonging.learn()

        async def record() -> None:
            await state.audit.trim(timedelta(days=self.settings.audit_days))

        loop = asyncio.get_running_loop()
        self._background = [
            loop.create_task(_every(timedelta(seconds=5), roster)),
            loop.create_task(_every(timedelta(seconds=1), parts.door.settle)),
            loop.create_task(_every(HOUSEKEEPING, pages)),
            loop.create_task(_every(timedelta(seconds=1), tolerated)),
            loop.create_task(_every(timedelta(hours=6), record)),
            loop.create_task(parts.upkeep.run()),
            loop.create_task(parts.noticing.run()),
        ]
        if parts.roster_schedule is not None:
            self._background.append(loop.create_task(parts.roster_schedule.run()))
        if state.embedded is not None:
            self._background.append(loop.create_task(state.embedded.watch()))

    async def stop(self) -> None:
        """Take nothing more, finish or hand back what was accepted, then close everything."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._stack.aclose()


async def _every(span: timedelta, step: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await step()
        except ModbotError as error:
            log.warning("housekeeping_failed", step=step.__name__, detail=error.log_detail)
        except Exception:  # house must be kept on, whatever went wrong once
            log.exception("housekeeping_broke", step=step.__name__)
        await asyncio.sleep(span.total_seconds())
