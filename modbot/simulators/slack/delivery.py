"""How the simulated Slack reaches the app: signed requests, or envelopes over Socket Mode without a webhook_url."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import orjson

from modbot.simulators.slack.sockets import Sockets
from modbot.simulators.slack.world import Json, World
from modbot.slack.signature import sign

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SIGNING_SECRET = "simulated-signing-secret"
ACK_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class SlashAnswer:
    """What the app answered, and when. Status 0 when it did not within Slack's 3 s, or could not be reached.

    `sent` and `sent_headers` are the bytes as they went out, for sending them again.
    """

    status: int
    body: bytes
    elapsed: timedelta
    headers: Mapping[str, str]
    sent: bytes = b""
    sent_headers: Mapping[str, str] | None = None

    @property
    def acknowledged(self) -> bool:
        """Whether Slack would be content."""
        return self.status == 200

    def json(self) -> Json:
        """The body as an object; plain words become `text`, as Slack shows them. `{}` when it is empty."""
        if not self.body.strip():
            return {}
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {"text": self.body.decode()}
        return found if isinstance(found, dict) else {"text": self.body.decode()}


class Delivery:
    """Sends what the people in the workspace do."""

    def __init__(self, world: World, sockets: Sockets) -> None:
        self.world = world
        self.sockets = sockets
        self.secret = SIGNING_SECRET.encode()
        self.ack_seconds = ACK_SECONDS

    async def form(self, client: aiohttp.ClientSession, url: str, fields: Mapping[str, str]) -> SlashAnswer:
        """A slash command."""
        if not url:
            return await self._over_socket("slash_commands", dict(fields))
        return await self.signed(client, url, urlencode(fields).encode(), FORM)

    async def interaction(self, client: aiohttp.ClientSession, url: str, payload: Json) -> SlashAnswer:
        """A press, choice, submission or shortcut."""
        if not url:
            return await self._over_socket("interactive", payload)
        return await self.signed(client, url, urlencode({"payload": orjson.dumps(payload).decode()}).encode(), FORM)

    async def event(
        self, client: aiohttp.ClientSession, url: str, payload: Json, headers: Mapping[str, str]
    ) -> SlashAnswer:
        """An event, or the challenge of an address."""
        if not url:
            return await self._over_socket("events_api", payload)
        return await self.signed(client, url, orjson.dumps(payload), JSON, headers)

    async def signed(
        self,
        client: aiohttp.ClientSession,
        url: str,
        body: bytes,
        content_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> SlashAnswer:
        """Sign these bytes now and send them."""
        timestamp = str(int(self.world.now()))
        own = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.secret, timestamp, body),
        }
        return await self.raw(client, url, body, own | dict(headers or {}))

    async def raw(
        self, client: aiohttp.ClientSession, url: str, body: bytes, headers: Mapping[str, str]
    ) -> SlashAnswer:
        """Send these bytes with these headers, whether or not they are rightly signed."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        timeout = aiohttp.ClientTimeout(total=self.ack_seconds)
        status, answer, answered_headers = 0, b"", {}
        try:
            async with client.post(events_url(url), data=body, headers=headers, timeout=timeout) as response:
                status, answer = response.status, await response.read()
                answered_headers = {name.lower(): value for name, value in response.headers.items()}
        except (TimeoutError, aiohttp.ClientError):
            pass  # status 0 says so
        elapsed = timedelta(seconds=loop.time() - started)
        return SlashAnswer(status, answer, elapsed, answered_headers, body, headers)

    async def _over_socket(self, kind: str, payload: dict[str, Any]) -> SlashAnswer:
        if not self.sockets.connections:
            raise RuntimeError("nobody listens: set webhook_url, or connect over Socket Mode")
        loop = asyncio.get_running_loop()
        started = loop.time()
        ack = await self.sockets.deliver(kind, payload, self.world.number(), deadline_seconds=self.ack_seconds)
        elapsed = timedelta(seconds=loop.time() - started)
        return SlashAnswer(0 if ack is None else 200, orjson.dumps(ack) if ack else b"", elapsed, {})


def events_url(url: str) -> str:
    """`url` with /slack/events when it has no path of its own."""
    return url.rstrip("/") + "/slack/events" if urlsplit(url).path in ("", "/") else url
