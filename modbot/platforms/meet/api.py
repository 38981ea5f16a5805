"""Calls to Google in a person's name: tokens, limits, retries that are safe, pages, and statuses as modbot's errors.

Limits: https://developers.google.com/workspace/meet/api/guides/limits and
https://developers.google.com/workspace/events/guides/limits
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from modbot.errors import NotFound
from modbot.http import Answer, Http
from modbot.platforms import Budget
from modbot.platforms.meet.account import Credentials
from modbot.platforms.meet.answers import VENDOR, error_of, malformed
from modbot.platforms.meet.retry import PATIENCE, persist
from modbot.platforms.meet.tokens import Scope, Tokens
from modbot.settings.meet import MeetSettings
from modbot.tokens import Token

NOW, SOON, LATER = 0, 1, 2  # urgency for the budget: a lock, a removal, the rest
MOST_PAGES = 40  # 10,000 people: far above the largest Meet


@dataclass(frozen=True, slots=True)
class Rate:
    """One of Google's quotas: for the whole project, and for one user in it."""

    name: str
    per_second: float
    per_second_and_user: float = 0.0  # 0: Google states none
    burst: int = 0  # of one user at once: Google counts by the minute, and an undo comes right after its act


READS = Rate("meet:read", 6000 / 60, 600 / 60)
WRITES = Rate("meet:write", 1000 / 60, 90 / 60, burst=10)
CREATIONS = Rate("meet:create", 100 / 60, 10 / 60)
EVENT_READS = Rate("meet:events:read", 600 / 60, 100 / 60)
EVENT_WRITES = Rate("meet:events:write", 600 / 60, 100 / 60)
# https://developers.google.com/workspace/admin/directory/v1/limits: 2,400 a minute and user, and all are one admin's
LOOK_UPS = Rate("meet:directory", 2400 / 60)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: where to, in whose name, within which scope, and against which limit."""

    method: str
    url: str
    user: str
    scope: Scope
    rate: Rate
    urgency: int = LATER
    params: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None
    repeatable: bool = True  # whether doing it twice is the same as once
    patience: timedelta = PATIENCE


class MeetApi:
    """Google's REST services with a token, a budget and retries. Every call raises VendorError's subclasses."""

    def __init__(
        self, settings: MeetSettings, http: Http, tokens: Tokens, budget: Budget, credentials: Credentials
    ) -> None:
        self.meet = settings.api_url.rstrip("/") + "/v2/"
        self.events = settings.events_url.rstrip("/") + "/v1/"
        self.directory = settings.directory_url.rstrip("/") + "/admin/directory/v1/"
        self._http = http
        self._tokens = tokens
        self._budget = budget
        self._credentials = credentials

    async def send(self, call: Call) -> dict[str, Any]:
        """The object Google answers with a 2xx. A new token is asked for once when Google refuses the old one."""
        token = await self._tokens.current(call.user, call.scope)
        answer = await self._persist(call, token)
        if answer.status == 401:
            token = await self._tokens.other_than(token, call.user, call.scope)
            answer = await self._persist(call, token)
        if not answer.ok:
            raise error_of(answer, f"as={self.alias(call.user)} scope={call.scope.rpartition('/')[2]}")
        return answer.json_object()

    async def rows(self, call: Call, field: str) -> list[dict[str, Any]]:
        """All objects of a paged list; a page without the field is an empty one."""
        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        page = ""
        while len(seen) < MOST_PAGES:
            asked = replace(call, params={**(call.params or {}), "pageToken": page}) if page else call
            body = await self.send(asked)
            found += _rows(body, field)
            page = str(body.get("nextPageToken") or "")
            if not page:
                return found
            if page in seen:
                break
            seen.add(page)
        raise malformed(f"{field}: pages without end")

    def alias(self, user: str) -> str:
        """What stands for a person in the log."""
        return self._credentials.account.alias(user)

    async def _persist(self, call: Call, token: Token) -> Answer:
        async def once(timeout: timedelta) -> Answer:  # noqa: ASYNC109 - handed to aiohttp
            await self._take(call)
            return await self._http.request(
                VENDOR,
                call.method,
                call.url,
                headers={"Authorization": f"Bearer {token.secret}", "Accept": "application/json"},
                params=call.params,
                json=call.body,
                timeout=timeout,
            )

        return await persist(once, call.patience, repeatable=call.repeatable)

    async def _take(self, call: Call) -> None:
        rate = call.rate
        await self._budget.take(rate.name, per_second=rate.per_second, urgency=call.urgency)
        if rate.per_second_and_user:
            own = f"{rate.name}:{self.alias(call.user)}"
            await self._budget.take(own, per_second=rate.per_second_and_user, urgency=call.urgency, burst=rate.burst)


def segment(identifier: str) -> str:
    """An id as one path segment. Raises NotFound for what cannot be an id."""
    if not identifier.strip("."):
        raise NotFound(VENDOR, "Google Meet has no such class.", log_detail="an empty id")
    return quote(identifier, safe="")


def _rows(body: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    rows = body.get(field, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise malformed(field)
    return rows
