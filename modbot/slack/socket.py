"""Socket Mode: Slack's requests over a WebSocket that modbot opens, for districts without a public address.

https://docs.slack.dev/apis/events-api/using-socket-mode - Slack's own client reconnects when Slack asks for it or hangs
up. What it does not notice, or cannot mend (an address that is used up, a line on which nothing arrives), is noticed
here: a line that has been silent too long is given up whole, and a new one is opened.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from modbot.log import get_logger
from modbot.metrics import SOCKET_OPENED

PING_EVERY = timedelta(seconds=10)
SILENCE = timedelta(seconds=40)  # four pings without a word
CONNECT_WITHIN = timedelta(seconds=15)
FINISH_WITHIN = timedelta(seconds=3)  # after that Slack sends the envelope again, elsewhere
FIRST_PAUSE = timedelta(milliseconds=500)
LONGEST_PAUSE = timedelta(seconds=30)
_SPEAKS = frozenset({WSMsgType.TEXT, WSMsgType.PING, WSMsgType.PONG})

log = get_logger("slack.socket")

# The SDK writes addresses with their tickets, and at debug level whole requests, into its log.
_SDK_LOG = logging.getLogger("modbot.slack.socket.sdk")
_SDK_LOG.setLevel(logging.CRITICAL + 1)


class SlackSocket:
    """Keeps one line to Slack open from `start` to `stop`, whatever happens to it."""

    def __init__(
        self, bolt: AsyncApp, app_token: str, *, silence: timedelta = SILENCE, ping_every: timedelta = PING_EVERY
    ) -> None:
        self._bolt = bolt
        self._token = app_token
        self._silence = silence
        self._ping_every = ping_every
        self._line: _Line | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._heard_at = time.monotonic()

    @property
    def silent_seconds(self) -> float:
        """Seconds since Slack last said anything (hello, ping, pong, request); before that, since the start."""
        return time.monotonic() - self._heard_at

    @property
    def problem(self) -> str:
        """What keeps Slack's requests from arriving, in a sentence, or ""."""
        if self.silent_seconds > self._silence.total_seconds():
            return f"Slack's socket has been silent for {self.silent_seconds:.0f} s"
        return "" if self._line is not None and self._line.greeted else "Slack's socket is not connected"

    async def start(self) -> None:
        """Begin to connect. Returns at once: `problem` tells when the line stands."""
        self._heard_at = time.monotonic()
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """Finish the requests in hand and hang up."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await self._hang_up()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            if await self._open():
                pause = FIRST_PAUSE
                await self._until_silent()
                log.warning("socket_silent", wait_seconds=round(self.silent_seconds))
                await self._hang_up()
            else:
                await asyncio.sleep(pause.total_seconds())
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _open(self) -> bool:
        """One try at a new line. What went wrong is logged by name: the SDK's words may hold the address's ticket."""
        self._line = _Line(self._bolt, self._token, self._heard, self._ping_every)
        try:
            async with asyncio.timeout(
                CONNECT_WITHIN.total_seconds()
            ):  # Python 3.11's wait_for can lose a cancellation
                await self._line.connect()
        except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("socket_not_opened", detail=_named(error))
            await self._hang_up()
            return False
        SOCKET_OPENED.inc()
        self._heard()  # a fresh line is given the whole time to say hello
        return True

    def _heard(self) -> None:
        self._heard_at = time.monotonic()

    async def _until_silent(self) -> None:
        while (left := self._silence.total_seconds() - self.silent_seconds) > 0:  # noqa: ASYNC110 - nothing to be told by
            await asyncio.sleep(left)

    async def _hang_up(self) -> None:
        """Close the line. Cut short, it can be called again: the line is forgotten only once it is closed."""
        if self._line is not None:
            await self._line.close()
            self._line = None


class _Line(AsyncSocketModeHandler):
    """One client of Slack's SDK with Bolt behind it. Used once."""

    def __init__(self, bolt: AsyncApp, app_token: str, heard: Callable[[], None], ping_every: timedelta) -> None:
        super().__init__(bolt, app_token, logger=_SDK_LOG, ping_interval=ping_every.total_seconds())
        self.greeted = False
        self._heard = heard
        self._in_hand: set[asyncio.Task[Any]] = set()
        self.client.message_listeners.append(self._listen)

    async def connect(self) -> None:
        """Open it. Raises SlackApiError, aiohttp.ClientError and OSError; a lost connection is tried again for ever."""
        unused = self.client.aiohttp_client_session
        # The environment's proxies by aiohttp, which honours NO_PROXY; the SDK's own reading of them does not.
        self.client.proxy = None
        self.client.aiohttp_client_session = aiohttp.ClientSession(
            trust_env=True, ws_response_class=_listening(self._heard)
        )
        await unused.close()
        opened = await self.client.web_client.apps_connections_open(app_token=self.app_token)
        self.client.wss_uri = opened["url"]
        await self.client.connect()  # type: ignore[no-untyped-call]

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """One request; remembered while it is in hand, so that closing waits for its acknowledgement."""
        task = asyncio.current_task()
        if task is not None:
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        await super().handle(client, req)

    async def _listen(self, _: AsyncBaseSocketModeClient, message: dict[str, Any], __: str | None = None) -> None:
        if message.get("type") == "hello":
            self.greeted = True
            log.info("socket_open")

    async def close(self) -> None:
        """Acknowledge what is in hand, then end the client and every task it started. Safe to call again."""
        if self._in_hand:
            await asyncio.wait(list(self._in_hand), timeout=FINISH_WITHIN.total_seconds())
        client = self.client
        with suppress(aiohttp.ClientError, OSError):  # a broken line cannot be closed politely
            await client.close()  # type: ignore[no-untyped-call]
        tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
        running = [task for task in tasks if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await client.aiohttp_client_session.close()


def _listening(heard: Callable[[], None]) -> type[ClientWebSocketResponse]:
    """A WebSocket that tells of every sign of life. The SDK keeps pings and pongs to itself."""

    class Listening(ClientWebSocketResponse):
        async def receive(self, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - aiohttp's own signature
            message = await super().receive(timeout)
            if message.type in _SPEAKS:
                heard()
            return message

    return Listening


def _named(error: BaseException) -> str:
    if isinstance(error, SlackApiError):
        return f"apps.connections.open: {error.response.get('error', 'unreadable')}"
    return type(error).__name__
