"""Calls to Microsoft Graph: bearer tokens, retries that are safe, paging, and its statuses as modbot's errors.

https://learn.microsoft.com/graph/throttling
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from modbot.errors import NotFound
from modbot.http import Answer, Http
from modbot.platforms import Budget
from modbot.platforms.teams.refusals import error_of, unreadable
from modbot.platforms.teams.tokens import GraphTokens

CALLS_PER_SECOND = 200.0  # ours; Graph allows an app 130,000 in 10 s, and far fewer of some kinds it does not name
DEADLINE = timedelta(seconds=8)
LONGEST_WAIT = timedelta(seconds=3)
MORE_TRIES = 2
BACKOFF = timedelta(milliseconds=200)
MAX_PAGES = 20
MAX_ITEMS = 5_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request to Graph. `permission` is the application permission it needs: named when it is missing."""

    method: str
    path: str
    permission: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    prefer: str = ""
    urgency: int = 2
    version: str = "v1.0"
    deadline: timedelta = DEADLINE
    more_tries: int = MORE_TRIES

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice is the same as once: all that modbot sends but POST."""
        return self.method != "POST"


class GraphApi:
    """Microsoft Graph as the district's app. Refusals come back as `modbot.errors`."""

    def __init__(self, graph_url: str, http: Http, tokens: GraphTokens, budget: Budget) -> None:
        self._origin = graph_url.rstrip("/")
        self._http = http
        self._tokens = tokens
        self._budget = budget

    async def send(self, call: Call) -> Answer:
        """The 2xx answer to `call`. Raises VendorError."""
        return await self._tried(call, f"{self._origin}/{call.version}{call.path}", call.params)

    async def item(self, call: Call) -> dict[str, Any]:
        """The 2xx answer's object. Raises VendorError."""
        return (await self.send(call)).json_object()

    async def items(self, call: Call) -> list[dict[str, Any]]:
        """All objects of a collection. Follows `@odata.nextLink` inside Graph only, so far and no farther.

        Raises VendorError. https://learn.microsoft.com/graph/paging
        """
        found: list[dict[str, Any]] = []
        url, params = f"{self._origin}/{call.version}{call.path}", call.params
        for _ in range(MAX_PAGES):
            answer = await self._tried(call, url, params)
            body = answer.json_object()
            found += _values(answer, body)
            following = body.get("@odata.nextLink")
            if following is None:
                return found
            if not isinstance(following, str) or not _same_origin(following, self._origin):
                raise unreadable(answer, "the next page is on another host")
            if len(found) > MAX_ITEMS:
                raise unreadable(answer, f"more than {MAX_ITEMS} items")
            url, params = following, {}
        raise unreadable(answer, f"more than {MAX_PAGES} pages")

    async def _tried(self, call: Call, url: str, params: Mapping[str, str]) -> Answer:
        clock = asyncio.get_running_loop().time
        end = clock() + call.deadline.total_seconds()
        for tries_left in range(call.more_tries if call.repeatable else 0, -1, -1):
            left = timedelta(seconds=max(end - clock(), 0.001))
            answer = await self._authorized(call, url, params, left)
            if answer.ok:
                return answer
            wait = _wait_before_retry(answer)
            if wait is None or not tries_left or clock() + wait.total_seconds() >= end:
                break
            await asyncio.sleep(wait.total_seconds())
        raise error_of(answer, call.permission)

    async def _authorized(self, call: Call, url: str, params: Mapping[str, str], left: timedelta) -> Answer:
        token = await self._tokens.access()
        answer = await self._once(call, url, params, token, left)
        if answer.status != 401:
            return answer
        token = await self._tokens.access(rejected=token)
        return await self._once(call, url, params, token, left)

    async def _once(self, call: Call, url: str, params: Mapping[str, str], token: str, left: timedelta) -> Answer:
        await self._budget.take("teams", per_second=CALLS_PER_SECOND, urgency=call.urgency)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if call.prefer:
            headers["Prefer"] = call.prefer
        return await self._http.request(
            "teams", call.method, url, headers=headers, params=params or None, json=call.body, timeout=left
        )


def segment(vendor_id: str) -> str:
    """An id as one path segment. Raises NotFound for one that cannot be an id."""
    if not vendor_id.strip("."):
        raise NotFound("teams", "Microsoft Teams has no such class.", log_detail="an empty id")
    return quote(vendor_id, safe="")


def quoted(value: str) -> str:
    """Text inside an OData filter: in single quotes, those in it doubled."""
    return "'" + value.replace("'", "''") + "'"


def _values(answer: Answer, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    values = body.get("value")
    if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
        raise unreadable(answer, "no list of values")
    return values


def _wait_before_retry(answer: Answer) -> timedelta | None:
    asked = answer.retry_after
    if answer.status in {423, 429}:
        return asked if asked is not None and asked <= LONGEST_WAIT else None
    if answer.status in {502, 503, 504}:
        return BACKOFF if asked is None else asked if asked <= LONGEST_WAIT else None
    return None


def _same_origin(one: str, other: str) -> bool:
    try:
        first, second = urlsplit(one), urlsplit(other)
        return (first.scheme, first.hostname, first.port) == (second.scheme, second.hostname, second.port)
    except ValueError:
        return False
