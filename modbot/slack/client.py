"""Slack's Web API for modbot: one connection pool, rate limits waited out within reason, and failures made ours.

Nothing is repeated after a lost connection: whether the message arrived is not known, and the caller decides.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from modbot.errors import ConfigError, NotFound, Unreachable, VendorError
from modbot.http import Http
from modbot.messages.envelope import Message, Modal
from modbot.settings import SlackSettings
from modbot.slack.errors import VENDOR, refusal
from modbot.slack.people import (
    ChannelInfo,
    Identity,
    SlackUser,
    channel_of,
    identity_of,
    required_object,
    required_text,
    unreadable,
    user_of,
)
from modbot.slack.replies import ResponseUrls, Route

RATE_LIMIT_CAP = timedelta(seconds=60)  # in total for one call; a teacher waits no longer
_UNTOLD_WAIT = timedelta(seconds=1)  # Slack always says how long; this is for a proxy that strips it

# The SDK logs whole request bodies at debug level, and its own idea of "is debug on" includes an unset level.
_SDK_LOG = logging.getLogger("modbot.slack.sdk")
_SDK_LOG.setLevel(logging.WARNING)


class SlackClient:
    """Calls Slack as the district's own app. Every method raises VendorError and its kinds, and nothing else."""

    def __init__(
        self,
        http: Http,
        settings: SlackSettings,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Raises ConfigError without a bot token. Nothing is called yet."""
        if settings.bot_token is None:
            raise ConfigError("MODBOT_SLACK__BOT_TOKEN", "is not set")
        self._http = http
        self._token = settings.bot_token
        self._api_url = settings.api_url
        self._monotonic = monotonic
        self._sleep = sleep
        self._response_urls = ResponseUrls(http, settings.api_url, monotonic=monotonic)
        self._web: AsyncWebClient | None = None
        self._identity: Identity | None = None
        self._dms: dict[str, str] = {}

    @property
    def web(self) -> AsyncWebClient:
        """The SDK's client on the shared pool, for Bolt. It neither repeats nor logs requests."""
        if self._web is None:
            self._web = AsyncWebClient(
                token=self._token.get_secret_value(), base_url=self._api_url, logger=_SDK_LOG, retry_handlers=[]
            )
            # The pool reads the proxy variables itself, and honours NO_PROXY, which the SDK does not.
            self._web.proxy = None
        self._web.session = self._http.session
        return self._web

    async def post(self, channel: str, message: Message, thread_ts: str | None = None) -> str:
        """Post, and get the message's ts. https://docs.slack.dev/reference/methods/chat.postMessage"""
        quiet = {"unfurl_links": False, "unfurl_media": False}
        body = {"channel": channel, **message.to_payload(), **quiet}
        return required_text(
            await self._call("chat.postMessage", body | ({"thread_ts": thread_ts} if thread_ts else {})), "ts"
        )

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace a message of modbot's. https://docs.slack.dev/reference/methods/chat.update"""
        # Without blocks Slack would keep the old ones, so they are always said.
        await self._call("chat.update", {"channel": channel, "ts": ts, "blocks": [], **message.to_payload()})

    async def dm(self, user_id: str, message: Message) -> tuple[str, str]:
        """Post to one person; (channel, ts). https://docs.slack.dev/reference/methods/conversations.open"""
        channel = self._dms.get(user_id)
        if channel is None:
            answer = await self._call("conversations.open", {"users": user_id})
            channel = self._dms[user_id] = required_text(required_object(answer, "channel"), "id")
        return channel, await self.post(channel, message)

    async def ephemeral(self, channel: str, user_id: str, message: Message) -> None:
        """Show a message to one person in a channel. Slack does not promise that it is seen.

        https://docs.slack.dev/reference/methods/chat.postEphemeral
        """
        await self._call("chat.postEphemeral", {"channel": channel, "user": user_id, **message.to_payload()})

    def heard(self, response_url: str) -> None:
        """Start the 30 minutes of a response_url now, when its request arrives. Optional."""
        self._response_urls.heard(response_url)

    async def respond(self, response_url: str, message: Message, *, replace: bool = False) -> None:
        """Answer one command or press, seen only by the person; `replace` swaps the message whose button was pressed.

        Raises NotFound when the address is used up (5 times) or too old (30 minutes), Forbidden when it is not Slack's.
        """
        await self._response_urls.respond(response_url, message, replace=replace)

    async def reply(self, response_url: str, user_id: str, message: Message, *, replace: bool = False) -> Route:
        """`respond`, or a private message to `user_id` when that fails for any reason. Says which was used.

        Raises VendorError when the private message fails too. If Slack's answer was lost the person may see it twice.
        """
        try:
            await self.respond(response_url, message, replace=replace)
            return Route.RESPONSE_URL
        except VendorError:
            await self.dm(user_id, message)
            return Route.DM

    async def open_view(self, trigger_id: str, view: Modal) -> str:
        """Open a modal and get its id. Raises Conflict when the press is older than 3 s.

        https://docs.slack.dev/reference/methods/views.open
        """
        answer = await self._call("views.open", {"trigger_id": trigger_id, "view": view.to_payload()})
        return required_text(required_object(answer, "view"), "id")

    async def update_view(self, view_id: str, view: Modal) -> None:
        """Replace an open modal. https://docs.slack.dev/reference/methods/views.update"""
        await self._call("views.update", {"view_id": view_id, "view": view.to_payload()})

    async def user_info(self, user_id: str) -> SlackUser:
        """Who a person is. https://docs.slack.dev/reference/methods/users.info"""
        identity = await self._known_identity()
        answer = await self._call("users.info", {"user": user_id}, read=True)
        return user_of(answer, identity)

    async def lookup_by_email(self, email: str) -> str | None:
        """The id of the active person of this workspace with that confirmed e-mail, or None.

        https://docs.slack.dev/reference/methods/users.lookupByEmail
        """
        identity = await self._known_identity()
        try:
            answer = await self._call("users.lookupByEmail", {"email": email}, read=True)
        except NotFound:
            return None
        user = user_of(answer, identity)
        return user.id if user.email else None

    async def channel_info(self, channel: str) -> ChannelInfo:
        """What kind of channel it is. https://docs.slack.dev/reference/methods/conversations.info"""
        return channel_of(await self._call("conversations.info", {"channel": channel}, read=True))

    async def auth_test(self) -> Identity:
        """Whose token it is, asked of Slack now. https://docs.slack.dev/reference/methods/auth.test"""
        self._identity = identity_of(await self._call("auth.test", {}))
        return self._identity

    async def _known_identity(self) -> Identity:
        return self._identity or await self.auth_test()

    async def _call(self, method: str, arguments: Mapping[str, Any], *, read: bool = False) -> dict[str, Any]:
        """One call, repeated only after a 429 and only while the waits stay under the cap."""
        give_up = self._monotonic() + RATE_LIMIT_CAP.total_seconds()
        while True:
            status, headers, answer = await self._once(method, arguments, read=read)
            if status == 200 and answer.get("ok") is True:
                return answer
            wait = _retry_after(headers)
            error = refusal(status, answer, retry_after=wait)
            pause = wait or _UNTOLD_WAIT
            if status != 429 or self._monotonic() + pause.total_seconds() > give_up:
                raise error
            await self._sleep(pause.total_seconds())

    async def _once(
        self, method: str, arguments: Mapping[str, Any], *, read: bool
    ) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        try:
            if read:
                response = await self.web.api_call(method, http_verb="GET", params=dict(arguments))
            else:
                response = await self.web.api_call(method, json=dict(arguments))
            return response.status_code, response.headers, _dictionary(response.data, response.status_code)
        except SlackApiError as error:
            return _refused(error)
        except aiohttp.ClientConnectorError as error:
            raise Unreachable(VENDOR, maybe_applied=False, log_detail=f"{method} {type(error).__name__}") from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unreachable(VENDOR, maybe_applied=True, log_detail=f"{method} {type(error).__name__}") from error
        except (AttributeError, ValueError) as error:
            # The SDK takes every answer for a JSON object and stumbles over text, lists and broken encodings.
            raise unreadable(None, f"{method} {type(error).__name__}") from error


def _refused(error: SlackApiError) -> tuple[int, Mapping[str, str], dict[str, Any]]:
    response = error.response
    if isinstance(response, aiohttp.ClientResponse):  # the body was not JSON
        if response.status == 200:
            raise unreadable(200, "not JSON") from error
        return response.status, response.headers, {}
    return response.status_code, response.headers, _dictionary(response.data, response.status_code)


def _dictionary(data: object, status: int) -> dict[str, Any]:
    if isinstance(data, dict) and (data or status != 200):
        return data
    if status != 200:
        return {}
    raise unreadable(status, f"expected an object, got {type(data).__name__}")


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    raw = headers.get("Retry-After", "").strip()
    return timedelta(seconds=int(raw)) if raw.isascii() and raw.isdigit() and len(raw) < 7 else None
