"""The Zoom calls modbot makes, each with its rate label. Reference: https://developers.zoom.us/docs/api/meetings/

A 2xx from here means that Zoom took the request. Nothing here says that it had its effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from modbot.http import Answer, Http
from modbot.platforms import Budget
from modbot.platforms.zoom.answers import VENDOR, error_of, malformed, token_refused
from modbot.platforms.zoom.retry import deadline_in, persist
from modbot.platforms.zoom.tokens import Tokens
from modbot.tokens import Token

PAGE_SIZE = 300
MOST_PAGES = 40  # 12,000 people: far above the largest meeting Zoom sells

NOW, SOON, LATER = 0, 1, 2  # urgency for the budget: a lock, a removal, the rest


@dataclass(frozen=True, slots=True)
class Rate:
    """One of Zoom's rate labels, as a Business, Education or Enterprise account has it.

    https://developers.zoom.us/docs/commerce/rate-limits/
    """

    name: str
    per_second: float


LIGHT = Rate("zoom:light", 80)
MEDIUM = Rate("zoom:medium", 60)
HEAVY = Rate("zoom:heavy", 40)
RESOURCE_INTENSIVE = Rate("zoom:resource_intensive", 20 / 60)


@dataclass(frozen=True, slots=True)
class Request:
    """One call: where to, with what, and against which limit."""

    method: str
    path: str
    rate: Rate
    urgency: int = LATER
    params: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None


class ZoomApi:
    """Zoom's REST API with a token, a budget and retries. Every call raises VendorError's subclasses."""

    def __init__(self, url: str, http: Http, tokens: Tokens, budget: Budget, patience: timedelta) -> None:
        self._url = url.rstrip("/")
        self._http = http
        self._tokens = tokens
        self._budget = budget
        self._patience = patience

    async def meeting(self, meeting_id: str, *, urgency: int = LATER) -> dict[str, Any]:
        """`status`, `password` and `settings` of a meeting: GET /meetings/{meetingId}."""
        request = Request("GET", f"/meetings/{segment(meeting_id)}", LIGHT, urgency)
        return (await self.send(request)).json_object()

    async def update_settings(self, meeting_id: str, changes: Mapping[str, Any], *, urgency: int = LATER) -> None:
        """Change settings of a meeting: PATCH /meetings/{meetingId}, at most 100 a day and meeting."""
        await self.send(
            Request("PATCH", f"/meetings/{segment(meeting_id)}", LIGHT, urgency, body={"settings": dict(changes)})
        )

    async def remove(self, meeting_id: str, participant_uuid: str) -> None:
        """Ask Zoom to put one person out: PATCH /live_meetings/{meetingId}/events, 202 = accepted.

        https://developers.zoom.us/changelog/meetings/may-18-2026/
        """
        body = {"method": "participant.remove", "params": {"participant_uuid": participant_uuid}}
        await self.send(Request("PATCH", f"/live_meetings/{segment(meeting_id)}/events", MEDIUM, SOON, body=body))

    async def end(self, meeting_id: str) -> None:
        """End the running meeting for everyone: PUT /meetings/{meetingId}/status."""
        await self.send(Request("PUT", f"/meetings/{segment(meeting_id)}/status", LIGHT, NOW, body={"action": "end"}))

    async def live_people(self, meeting_uuid: str, *, urgency: int = LATER) -> list[dict[str, Any]]:
        """Rows of the people in a running meeting, those who have left excepted.

        GET /metrics/meetings/{meetingId}/participants?type=live: Business plan or higher, dashboard on.
        """
        path = f"/metrics/meetings/{segment(meeting_uuid)}/participants"
        rows = await self._pages(Request("GET", path, HEAVY, urgency, params={"type": "live"}), "participants")
        return [row for row in rows if not row.get("leave_time")]

    async def live_meetings_of(self, host_email: str) -> list[dict[str, Any]]:
        """A host's running scheduled meetings, not instant ones: GET /users/{userId}/meetings?type=live."""
        path = f"/users/{segment(host_email)}/meetings"
        return await self._pages(Request("GET", path, MEDIUM, params={"type": "live"}), "meetings")

    async def live_meetings(self, since: date, until: date) -> list[dict[str, Any]]:
        """Every running meeting of the account, instant ones too: GET /metrics/meetings?type=live."""
        params = {"type": "live", "from": since.isoformat(), "to": until.isoformat()}
        return await self._pages(Request("GET", "/metrics/meetings", RESOURCE_INTENSIVE, params=params), "meetings")

    async def token(self) -> Token:
        """The current token, for its scopes."""
        return await self._tokens.current()

    async def _pages(self, request: Request, field: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        seen: set[str] = set()
        page = ""
        while len(seen) < MOST_PAGES:
            params = {**(request.params or {}), "page_size": str(PAGE_SIZE)}
            if page:
                params["next_page_token"] = page
            asked = Request(request.method, request.path, request.rate, request.urgency, params)
            body = (await self.send(asked)).json_object()
            rows += _rows(body, field)
            page = str(body.get("next_page_token") or "")
            if not page:
                return rows
            if page in seen:
                break
            seen.add(page)
        raise malformed(f"{field}: pages without end")

    async def send(self, request: Request) -> Answer:
        """One call, repeated where that helps, with a new token if Zoom refuses the old one (once)."""
        deadline = deadline_in(self._patience)
        token = await self._tokens.current()
        answer = await self._persist(request, token, deadline)
        if token_refused(answer):
            token = await self._tokens.other_than(token)
            answer = await self._persist(request, token, deadline)
        if not answer.ok:
            raise error_of(answer)
        answer.json()  # a 2xx that cannot be read is no answer
        return answer

    async def _persist(self, request: Request, token: Token, deadline: float) -> Answer:
        async def once(timeout: timedelta) -> Answer:  # noqa: ASYNC109 - handed to aiohttp
            await self._budget.take(request.rate.name, per_second=request.rate.per_second, urgency=request.urgency)
            return await self._http.request(
                VENDOR,
                request.method,
                self._url + request.path,
                headers={"Authorization": f"Bearer {token.secret}"},
                params=request.params,
                json=request.body,
                timeout=timeout,
            )

        return await persist(once, deadline)


def segment(identifier: str) -> str:
    """An id as one path segment. Zoom wants ids that begin with `/` or contain `//` encoded twice."""
    once = quote(identifier, safe="")
    return quote(once, safe="") if identifier.startswith("/") or "//" in identifier else once


def _rows(body: Mapping[str, Any], field: str) -> Sequence[dict[str, Any]]:
    rows = body.get(field)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise malformed(field)
    return rows
