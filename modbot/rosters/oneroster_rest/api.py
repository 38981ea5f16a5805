"""The OneRoster calls modbot makes: a token, and collections page by page.

1.2: https://www.imsglobal.org/sites/default/files/spec/oneroster/v1p2/rostering-restbinding/OneRosterv1p2RosteringService_RESTBindv1p0.html
1.1: https://www.imsglobal.org/oneroster-v11-final-specification (section 3.4: limit, offset, filter, fields, sort)
"""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from aiohttp import encode_basic_auth

from modbot.errors import AuthRejected, MalformedAnswer
from modbot.http import Answer, Http
from modbot.rosters import Gap
from modbot.rosters.oneroster_rest.refusals import VENDOR, error_of, malformed, token_error
from modbot.rosters.oneroster_rest.shapes import Shape
from modbot.rosters.patience import Pauses, persist
from modbot.settings.oneroster import OneRosterSettings

PATIENCE = timedelta(seconds=60)  # for one answer: a service may need long for a large page
FEWEST_ROWS = 10

_TOO_LARGE = 413
_NEXT = re.compile(r';\s*rel="?next"?', re.IGNORECASE)

T = TypeVar("T")


class _TooMuch(Exception):
    """The page is larger than the service or modbot will have it: ask for fewer rows."""


class _NoSelection(Exception):
    """The service does not take `fields`: ask for whole records."""


class OneRosterApi:
    """One service and one set of credentials. The token lives in this object's memory only."""

    def __init__(self, settings: OneRosterSettings, http: Http, *, pauses: Pauses) -> None:
        self._settings = settings
        self._http = http
        self._pauses = pauses
        self._token = ""
        self._rows = settings.page_rows
        self._selects = True
        self.server_time: datetime | None = None  # of the service's first answer, by its own clock

    async def find_token(self) -> None:
        """Ask for a token. Raises VendorError."""
        await persist(self._find_token, self._pauses)

    async def first(self, shape: Shape[T]) -> list[T | None]:
        """At most one record, to see whether the collection may be read. Raises VendorError."""
        return (await self._page(shape, offset=0, where="", rows=1))[0]

    async def pages(self, shape: Shape[T], *, where: str = "") -> AsyncIterator[list[T | None]]:
        """A collection page by page. `where` is a filter in OneRoster's words. Raises VendorError.

        Services end a collection in different ways: with the total, without a link to a next page, or with an empty
        page. Fewer records than the total says are half a collection: MalformedAnswer, or Gap with a filter, as there
        are services that count without it.
        """
        offset = 0
        before: object = None
        while True:
            records, answer = await self._page_of_some(shape, offset, where)
            total = _total(answer)
            offset += len(records)
            if records:
                if offset > len(records) and records[0] == before:
                    raise malformed(f"{shape.name}: the service gives the same page again")
                before = records[0]
                yield records
            if _ended(answer, len(records), offset, total):
                if total is not None and offset < total:
                    raise _half(shape.name, offset, total, filtered=bool(where))
                return

    async def _page_of_some(self, shape: Shape[T], offset: int, where: str) -> tuple[list[T | None], Answer]:
        while True:
            try:
                return await self._page(shape, offset=offset, where=where, rows=self._rows)
            except _TooMuch:
                if self._rows <= FEWEST_ROWS:
                    raise malformed(f"{shape.name}: {self._rows} rows are too many for one answer") from None
                self._rows = max(self._rows // 2, FEWEST_ROWS)
            except _NoSelection:
                self._selects = False

    async def _page(self, shape: Shape[T], *, offset: int, where: str, rows: int) -> tuple[list[T | None], Answer]:
        params = {"limit": str(rows), "offset": str(offset), "sort": "sourcedId", "orderBy": "asc"}
        if self._selects:
            params["fields"] = shape.selection
        if where:
            params["filter"] = where

        async def ask() -> tuple[list[T | None], Answer]:
            answer = await self._send(f"/{shape.name}", params)
            self._understand(answer, shape.name)
            return shape.read(answer.body), answer

        return await persist(ask, self._pauses)

    def _understand(self, answer: Answer, what: str) -> None:
        if answer.status == _TOO_LARGE:
            raise _TooMuch
        if answer.status in (400, 422) and self._selects:
            raise _NoSelection
        if not answer.ok:
            raise error_of(answer, what)
        if self.server_time is None:
            self.server_time = _date_of(answer)

    async def _send(self, path: str, params: Mapping[str, str]) -> Answer:
        """One request, with another token when the service refuses the one it gave."""
        if not self._token:
            await self._find_token()
        answer = await self._once(path, params)
        if answer.status == 401:
            await self._find_token()
            answer = await self._once(path, params)
        return answer

    async def _once(self, path: str, params: Mapping[str, str]) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        url = self._settings.api_url + path
        try:
            return await self._http.request(VENDOR, "GET", url, params=params, headers=headers, timeout=PATIENCE)
        except MalformedAnswer:  # the only one the client raises: the answer was too long for it
            raise _TooMuch from None

    async def _find_token(self) -> None:
        """Client credentials: https://datatracker.ietf.org/doc/html/rfc6749#section-4.4"""
        secret = self._settings.client_secret
        form = {"grant_type": "client_credentials"}
        if scope := self._settings.scope.format(version=self._settings.version):
            form["scope"] = scope
        credentials = encode_basic_auth(self._settings.client_id, secret.get_secret_value() if secret else "")
        headers = {"Authorization": credentials, "Accept": "application/json"}
        url = self._settings.token_url
        answer = await self._http.request(VENDOR, "POST", url, form=form, headers=headers, timeout=PATIENCE)
        if not answer.ok:
            raise token_error(answer)
        token = answer.json_object().get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise AuthRejected(VENDOR, "The OneRoster token address gave no token.", status=answer.status)
        self._token = token


def _half(what: str, received: int, total: int, *, filtered: bool) -> Exception:
    if filtered:
        return Gap("The OneRoster service told only some of what changed, so everything is read anew.")
    return malformed(f"{what}: {received} records of {total}")


def _total(answer: Answer) -> int | None:
    said = answer.headers.get("x-total-count", "").strip()
    return int(said) if said.isdigit() and len(said) < 12 else None


def _ended(answer: Answer, received: int, offset: int, total: int | None) -> bool:
    if not received:
        return True
    if total is not None:
        return offset >= total
    link = answer.headers.get("link")
    return link is not None and not _NEXT.search(link)


def _date_of(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return None
