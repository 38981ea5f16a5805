"""Calls to the Webex REST API: bearer tokens, retries that are safe, paging, and its statuses as modbot's errors.

Every Meetings operation lists the same statuses; 423 may and 429 should carry `Retry-After` in seconds:
https://github.com/webex/webex-openapi-specs/blob/main/public-spec/webex-meeting.json
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urljoin, urlsplit

from modbot.errors import (
    AuthRejected,
    Conflict,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    ResourceLocked,
    VendorError,
    VendorFault,
)
from modbot.http import Answer, Http
from modbot.platforms import Budget
from modbot.platforms.webex.tokens import Account, WebexTokens

CALLS_PER_SECOND = 30.0  # ours, one class muted in a second: Webex publishes no number, only 429 with Retry-After
DEADLINE = timedelta(seconds=8)
LONGEST_WAIT = timedelta(seconds=3)
MORE_TRIES = 2
BACKOFF = timedelta(milliseconds=200)
MAX_PAGES = 50
PAGE_SIZE = 100  # the most Webex gives at once

T = TypeVar("T")

_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_NEXT = re.compile(r";\s*rel\s*=\s*\"?next\"?(?:[\s;,]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to Webex.

    `host_email` chooses the account. `for_host` names the host to Webex too ("query" or "body") when the account is
    not the host's own: that is how an admin reads another person's meeting.
    """

    method: str
    path: str
    host_email: str = ""
    urgency: int = 2
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    content_type: str = ""
    for_host: str = ""
    deadline: timedelta = DEADLINE
    more_tries: int = MORE_TRIES

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice is the same as once: reads, and the PUTs this adapter sends."""
        return self.method in {"GET", "PUT"}


class WebexApi:
    """The Webex REST API as the district's accounts. Statuses come back as `modbot.errors`."""

    def __init__(self, api_url: str, http: Http, tokens: WebexTokens, budget: Budget) -> None:
        self._base = api_url.rstrip("/")
        self._http = http
        self._tokens = tokens
        self._budget = budget

    async def send(self, call: Call) -> Answer:
        """The 2xx answer to `call`, by the best account that Webex accepts. Raises VendorError."""
        return await self._as_best(call, lambda account: self.send_as(account, call))

    async def send_as(self, account: Account, call: Call) -> Answer:
        """The 2xx answer to `call` made by this account. Raises VendorError."""
        return await self._tried(account, call, self._base + call.path, _addressed(account, call))

    async def items(self, call: Call) -> list[dict[str, Any]]:
        """All objects of a paged list. Follows `Link: rel="next"` inside the API only. Raises VendorError.

        https://developer.webex.com/docs/basics
        """
        return await self._as_best(call, lambda account: self._pages(account, call))

    async def _as_best(self, call: Call, attempt: Callable[[Account], Awaitable[T]]) -> T:
        rejected: AuthRejected | None = None
        for account in self._tokens.accounts_for(call.host_email):
            try:
                return await attempt(account)
            except AuthRejected as error:
                rejected = rejected or error
        raise rejected or AuthRejected("webex", "Webex is not connected.")

    async def _pages(self, account: Account, call: Call) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        url, params = self._base + call.path, _addressed(account, call)
        for _ in range(MAX_PAGES):
            answer = await self._tried(account, call, url, params)
            found += _page(answer)
            following = next_page(url, answer.headers.get("link", ""))
            if following is None:
                return found
            if not _same_origin(following, self._base):
                raise _unreadable(answer, "the next page is on another host")
            url, params = following, {}
        raise _unreadable(answer, f"more than {MAX_PAGES} pages")

    async def _tried(self, account: Account, call: Call, url: str, params: Mapping[str, str]) -> Answer:
        clock = asyncio.get_running_loop().time
        end = clock() + call.deadline.total_seconds()
        for tries_left in range(call.more_tries if call.repeatable else 0, -1, -1):
            left = timedelta(seconds=max(end - clock(), 0.001))
            answer = await self._authorized(account, call, url, params, left)
            if answer.ok:
                return answer
            wait = _wait_before_retry(answer)
            if wait is None or not tries_left or clock() + wait.total_seconds() >= end:
                break
            await asyncio.sleep(wait.total_seconds())
        raise error_of(account, answer)

    async def _authorized(
        self, account: Account, call: Call, url: str, params: Mapping[str, str], left: timedelta
    ) -> Answer:
        token = await self._tokens.access(account)
        answer = await self._once(account, call, url, params, token, left)
        if answer.status != 401:
            return answer
        token = await self._tokens.renew(account, token)
        return await self._once(account, call, url, params, token, left)

    async def _once(
        self, account: Account, call: Call, url: str, params: Mapping[str, str], token: str, left: timedelta
    ) -> Answer:
        await self._budget.take("webex", per_second=CALLS_PER_SECOND, urgency=call.urgency)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if call.content_type:
            headers["Content-Type"] = call.content_type
        body = call.body
        if body is not None and call.for_host == "body" and _foreign(account, call):
            body = {**body, "hostEmail": call.host_email}
        return await self._http.request(
            "webex", call.method, url, headers=headers, params=params or None, json=body, timeout=left
        )


def segment(vendor_id: str) -> str:
    """An id as one path segment. Raises NotFound for one that cannot be an id."""
    if not vendor_id.strip("."):
        raise NotFound("webex", "Webex has no such class.", log_detail="an empty id")
    return quote(vendor_id, safe="")


def next_page(current: str, link_header: str) -> str | None:
    """The address of the next page in a `Link` header (RFC 8288), or None."""
    for target, attributes in _LINK.findall(link_header):
        if _NEXT.search(attributes):
            try:
                return str(urljoin(current, target))
            except ValueError:
                return None
    return None


def error_of(account: Account, answer: Answer) -> VendorError:
    """Webex's refusal as modbot's error. The log detail keeps Webex's tracking id for support cases."""
    detail = f"account={account.id} trackingid={tracking_id(answer)}"
    error = _waiting_error(answer, detail)
    if error is not None:
        return error
    kind, sentence = _KINDS.get(answer.status, (None, ""))
    if kind is AuthRejected:
        sentence = account.remedy
    if kind is None:
        kind, sentence = (VendorFault if answer.status >= 500 else VendorError), "Webex did not do it."
        if answer.status >= 500:
            sentence = "Webex is having trouble and did not say whether it acted."
    return kind("webex", sentence, status=answer.status, log_detail=detail)


def tracking_id(answer: Answer) -> str:
    """The `trackingid` response header, cut to what such an id may hold."""
    raw = answer.headers.get("trackingid", "")[:80]
    return "".join(char for char in raw if char.isascii() and (char.isalnum() or char in "_-."))


_KINDS: Mapping[int, tuple[type[VendorError], str]] = {
    401: (AuthRejected, ""),
    403: (
        Forbidden,
        (
            "Webex does not let modbot control this class. Only its host or a co-host may. IT must connect this "
            "teacher or add the moderator account as a co-host."
        ),
    ),
    404: (NotFound, "Webex does not find this class or person. The class may have ended."),
    409: (Conflict, "Webex cannot do this in the state the class is in now."),
}


def _waiting_error(answer: Answer, detail: str) -> VendorError | None:
    error: VendorError
    if answer.status == 423:
        error = ResourceLocked("webex", "Webex is busy with this class. Try again.", retry_after=answer.retry_after)
    elif answer.status == 429:
        error = RateLimited("webex", "Webex asks modbot to slow down. Try again.", retry_after=answer.retry_after)
    else:
        return None
    error.log_detail = f"{error.log_detail} {detail}"
    return error


def _wait_before_retry(answer: Answer) -> timedelta | None:
    asked = answer.retry_after
    if answer.status in {423, 429}:
        return asked if asked is not None and asked <= LONGEST_WAIT else None
    if answer.status in {502, 503, 504}:
        return BACKOFF if asked is None else asked if asked <= LONGEST_WAIT else None
    return None


def _foreign(account: Account, call: Call) -> bool:
    return bool(call.host_email) and account.email.casefold() != call.host_email.casefold()


def _addressed(account: Account, call: Call) -> Mapping[str, str]:
    if call.for_host == "query" and _foreign(account, call):
        return {**call.params, "hostEmail": call.host_email}
    return call.params


def _page(answer: Answer) -> list[dict[str, Any]]:
    items = answer.json_object().get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _unreadable(answer, "no list of items")
    return items


def _same_origin(one: str, other: str) -> bool:
    try:
        first, second = urlsplit(one), urlsplit(other)
        return (first.scheme, first.hostname, first.port) == (second.scheme, second.hostname, second.port)
    except ValueError:
        return False


def _unreadable(answer: Answer, detail: str) -> MalformedAnswer:
    return MalformedAnswer(
        "webex",
        "Webex gave an answer modbot could not read.",
        status=answer.status,
        log_detail=f"{detail} trackingid={tracking_id(answer)}",
    )
