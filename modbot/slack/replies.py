"""Answers to one command or button press.

Slack gives each a response_url: 5 uses within 30 minutes, counted here so that a used-up one is not even tried.
The address comes from outside, so only Slack's own hosts and the configured API's are called.
https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import orjson

from modbot.errors import Forbidden
from modbot.http import Answer, Http
from modbot.messages.envelope import Message
from modbot.slack.errors import VENDOR, refusal

MAX_USES = 5
LIFETIME = timedelta(minutes=30)
_REMEMBERED = 10_000
_Origin = tuple[str, str, int | None]
_SLACK: frozenset[_Origin | None] = frozenset(
    {("https", "hooks.slack.com", None), ("https", "hooks.slack-gov.com", None)}
)


class Route(StrEnum):
    """Where an answer went."""

    RESPONSE_URL = "response_url"
    DM = "dm"


class ResponseUrls:
    """Sends answers and counts the uses of each response_url. Ages count from the first use seen by this process."""

    def __init__(self, http: Http, api_url: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._monotonic = monotonic
        self._allowed = _SLACK | {_origin(api_url)} - {None}
        self._uses: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def heard(self, response_url: str) -> None:
        """Start the 30 minutes of a response_url now, when its request arrives. Optional."""
        self._uses.setdefault(response_url, (self._monotonic(), 0))
        while len(self._uses) > _REMEMBERED:
            self._uses.popitem(last=False)

    async def respond(self, response_url: str, message: Message, *, replace: bool = False) -> None:
        """Answer at the response_url, seen only by the person; `replace` swaps the message whose button was pressed.

        Raises NotFound when it is used up or too old, Forbidden for an address that is not Slack's, VendorError.
        """
        if _origin(response_url) not in self._allowed:
            raise Forbidden(
                VENDOR, "modbot does not answer to that address.", code="response_url_refused", log_detail="not Slack's"
            )
        self._count(response_url)
        payload = message.to_payload() | {"response_type": "ephemeral", "replace_original": replace}
        answer = await self._http.request(VENDOR, "POST", response_url, json=payload)
        if not _taken(answer):
            raise refusal(answer.status, _error_of(answer), retry_after=answer.retry_after)

    def _count(self, response_url: str) -> None:
        self.heard(response_url)
        first_seen, uses = self._uses[response_url]
        if uses >= MAX_USES:
            raise refusal(404, {"error": "used_url"})
        if self._monotonic() - first_seen >= LIFETIME.total_seconds():
            raise refusal(404, {"error": "expired_url"})
        self._uses[response_url] = (first_seen, uses + 1)


def _origin(url: str) -> _Origin | None:
    if not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.username is not None or parts.password is not None or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, None if (parts.scheme, port) == ("https", 443) else port


def _taken(answer: Answer) -> bool:
    if answer.status != 200:
        return False
    return answer.body.strip() == b"ok" or _error_of(answer).get("ok") is True


def _error_of(answer: Answer) -> dict[str, Any]:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        # Slack also answers bare words here, such as no_text.
        word = answer.body[:40].decode("ascii", "replace").strip()
        return {"error": word if word.replace("_", "").isalnum() else ""}
    return found if isinstance(found, dict) else {}
