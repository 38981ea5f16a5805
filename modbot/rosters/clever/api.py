"""The Clever calls modbot makes. Reference: https://dev.clever.com/docs/paging-and-limits

Everything is a read, so a request that got no answer, half an answer or a passing fault is sent again.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from copy import copy
from datetime import datetime, timedelta
from typing import Protocol, Self, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

from modbot.errors import Forbidden, MalformedAnswer, NotFound, VendorError
from modbot.http import Answer, Http
from modbot.rosters.clever import shapes
from modbot.rosters.clever.answers import NOT_SHARED, OTHER_DISTRICT, UNREADABLE, VENDOR, error_of, malformed
from modbot.rosters.clever.pace import Bucket
from modbot.rosters.clever.shapes import Link, Shape
from modbot.rosters.clever.tokens import Tokens, refusal
from modbot.rosters.patience import Pauses, persist
from modbot.settings.clever import CleverSettings

PAGE_RECORDS = 1_000  # Clever allows 10,000: about 18 MB with every field a district may share
FEWEST_RECORDS = 10
PATIENCE = timedelta(seconds=60)  # for one answer
BRIEFLY = Pauses(tries=2)
NEWEST = "last"

_TOO_LARGE = 413


class Owned(Protocol):
    """A record that names its district."""

    @property
    def district(self) -> str | None:
        """Clever's id of the district."""


R = TypeVar("R", bound=Owned)


class _TooMuch(VendorError):
    """The page is larger than Clever or modbot will have it: ask for fewer records."""

    def __init__(self, what: str) -> None:
        super().__init__(VENDOR, UNREADABLE, log_detail=f"{what}: too many records for one answer")


class CleverApi:
    """Clever's Data and Events API for one district, with its token, its bucket and its patience."""

    def __init__(
        self,
        settings: CleverSettings,
        http: Http,
        now: Callable[[], datetime],
        *,
        bucket: Bucket | None = None,
        pauses: Pauses | None = None,
        page_records: int = PAGE_RECORDS,
    ) -> None:
        self._url = settings.api_url.rstrip("/")
        self._district = settings.district
        self._http = http
        self._now = now
        self._tokens = Tokens(settings, http)
        self._bucket = bucket or Bucket()
        self.pauses = pauses or Pauses()
        self._limit = page_records

    def briefly(self) -> Self:
        """The same for an admin who waits: with its token and bucket, and each request repeated once at the most."""
        brief = copy(self)
        brief.pauses = BRIEFLY
        return brief

    async def find_token(self) -> None:
        """Ask for the district's token. Raises VendorError."""
        await persist(self._find_token, self.pauses)

    async def district(self) -> shapes.District:
        """The token's own district, which is the one that is set: GET /districts. Raises Forbidden for another."""
        records, _ = await self._page("districts", shapes.DISTRICTS, {})
        found = [record for record in records if record is not None]
        if len(found) != 1:
            raise malformed("not one district")
        return found[0]

    async def some(self, kind: str, shape: Shape[R], role: str = "") -> Sequence[R | None]:
        """At most one record of a kind, to see whether it is shared. Raises VendorError."""
        records, _ = await self._page(kind, shape, {"limit": "1", **({"role": role} if role else {})})
        return records

    async def newest_event(self) -> str:
        """The id of the newest event that is kept: GET /events?ending_before=last. "" when there is none, or none is
        shared.
        """
        try:
            records, _ = await self._page("events", shapes.EVENTS, {"limit": "1", "ending_before": NEWEST})
        except (NotFound, Forbidden) as error:
            if error.status not in NOT_SHARED:
                raise
            return ""
        return records[-1].id or "" if records and records[-1] is not None else ""

    async def keeps_event(self, event_id: str) -> bool:
        """Whether an event is still kept: GET /events/{id}."""
        path = f"/events/{quote(event_id, safe='')}"

        async def ask() -> bool:
            answer = await self._send(path, {})
            if answer.status in NOT_SHARED:
                return False
            self._need_ok(answer, "events")
            return True

        return await persist(ask, self.pauses)

    async def pages(
        self, kind: str, shape: Shape[R], *, role: str = "", after: str = ""
    ) -> AsyncGenerator[list[R | None], None]:
        """A kind of records page by page, by ascending id. The next page is fetched while one is worked on.

        Close it (`contextlib.aclosing`) when leaving early. Raises VendorError, and MalformedAnswer for pages that
        lead nowhere.
        """
        coming = asyncio.ensure_future(self._page_after(kind, shape, role, after))
        try:
            while True:
                records, following = await coming
                if not following:
                    yield records
                    return
                if following <= after:
                    raise malformed(f"{kind}: the next page is not further on")
                after = following
                coming = asyncio.ensure_future(self._page_after(kind, shape, role, after))
                yield records
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def all(self, kind: str, shape: Shape[R]) -> list[R | None]:
        """Every record of a kind there is little of."""
        async with aclosing(self.pages(kind, shape)) as pages:
            return [record async for page in pages for record in page]

    async def _page_after(self, kind: str, shape: Shape[R], role: str, after: str) -> tuple[list[R | None], str]:
        asked = {name: value for name, value in (("role", role), ("starting_after", after)) if value}
        while True:
            try:
                records, links = await self._page(kind, shape, {"limit": str(self._limit), **asked})
                return records, _following(kind, links)
            except _TooMuch:
                if self._limit <= FEWEST_RECORDS:
                    raise
                self._limit = max(self._limit // 2, FEWEST_RECORDS)

    async def _page(self, kind: str, shape: Shape[R], params: Mapping[str, str]) -> tuple[list[R | None], list[Link]]:
        async def ask() -> tuple[list[R | None], list[Link]]:
            answer = await self._send(f"/{kind}", params)
            if answer.status == _TOO_LARGE:
                raise _TooMuch(kind)
            self._need_ok(answer, kind)
            return shape.read(answer.body)

        records, links = await persist(ask, self.pauses)
        if any(record is not None and record.district not in (None, self._district) for record in records):
            raise Forbidden(VENDOR, OTHER_DISTRICT, log_detail=f"{kind} of another district")
        return records, links

    async def _send(self, path: str, params: Mapping[str, str]) -> Answer:
        """One request, with another token when Clever refuses the one it gave."""
        token = self._tokens.kept or await self._find_token()
        answer = await self._once(path, params, token)
        if answer.status == 401:
            answer = await self._once(path, params, await self._find_token())
        return answer

    async def _once(self, path: str, params: Mapping[str, str], token: str) -> Answer:
        await self._bucket.take()
        headers = {"Authorization": f"Bearer {token}"}
        try:
            return await self._http.request(
                VENDOR, "GET", self._url + path, params=params, headers=headers, timeout=PATIENCE
            )
        except MalformedAnswer:  # the only one the client raises: the answer was too long for it
            raise _TooMuch(path) from None

    async def _find_token(self) -> str:
        answer = await self._tokens.ask(PATIENCE)
        if error := refusal(answer):
            raise error
        self._need_ok(answer, "token")
        return self._tokens.take(answer)

    def _need_ok(self, answer: Answer, what: str) -> None:
        if not answer.ok:
            raise error_of(answer, what, self._now())


def _following(kind: str, links: Sequence[Link]) -> str:
    """The cursor of the next page, "" on the last. Only the cursor is taken: no link leads the token elsewhere.

    Raises MalformedAnswer for a next page without a cursor: what comes after would be lost without a word.
    """
    nexts = [link.uri or "" for link in links if link.rel == "next"]
    cursors = [cursor for uri in nexts for cursor in parse_qs(urlsplit(uri).query).get("starting_after", [])]
    if len(cursors) != len(nexts) or len(nexts) > 1:
        raise malformed(f"{kind}: the next page has no cursor")
    return cursors[0] if cursors else ""
