"""The simulated OneRoster service as a server: a token address, the collections, and what tests do to it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Self

import orjson
from aiohttp import web

from modbot.simulators import SimServer, half_of
from modbot.simulators.oneroster.collection import Record
from modbot.simulators.oneroster.district import District, Size
from modbot.simulators.oneroster.gate import CLIENT_ID, CLIENT_SECRET, Gate, Refused
from modbot.simulators.oneroster.selection import selected, wanted, window

ROOTS = {"v1p2": "/ims/oneroster/rostering/v1p2", "v1p1": "/ims/oneroster/v1p1"}
LARGEST_PAGE = 5_000

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class OneRosterSimulator(SimServer):
    """One district's service. Everything public may be changed as it runs."""

    def __init__(
        self, size: Size | None = None, *, version: str = "v1p2", now: Callable[[], datetime] | None = None
    ) -> None:
        super().__init__()
        self.now = now or (lambda: datetime.now(UTC))
        self.version = version
        self.district = District(size, version=version)
        self.gate = Gate(self.now, version)
        self.tells_total = True  # X-Total-Count
        self.tells_next = True  # Link
        self.takes_fields = True
        self.largest_page = LARGEST_PAGE  # more are not given, whatever the limit says
        self.too_large_above: int | None = None  # a limit above it is answered with 413
        self.counts_unfiltered = False  # X-Total-Count is that of the whole collection
        self.cut_next = 0  # so many pages end in the middle, with the connection
        self.lost_from = ""  # the pages of this collection are empty from the second on
        self.always_first_page = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    @property
    def api_url(self) -> str:
        """What goes into MODBOT_ONEROSTER__API_URL."""
        return self.url + ROOTS[self.version]

    @property
    def token_url(self) -> str:
        """What goes into MODBOT_ONEROSTER__TOKEN_URL."""
        return f"{self.url}/oauth/token"

    def environment(self) -> dict[str, str]:
        """The settings of a modbot that asks this service."""
        return {
            "MODBOT_ONEROSTER__API_URL": self.api_url,
            "MODBOT_ONEROSTER__TOKEN_URL": self.token_url,
            "MODBOT_ONEROSTER__CLIENT_ID": CLIENT_ID,
            "MODBOT_ONEROSTER__CLIENT_SECRET": CLIENT_SECRET,
        }

    def routes(self, router: web.UrlDispatcher) -> None:
        """OneRoster's addresses."""
        router.add_post("/oauth/token", self.gate.token)
        for name in self.district.collections:
            router.add_get(f"{ROOTS[self.version]}/{name}", self._answered(name))

    def put(self, collection: str, record: Record, **changes: Any) -> None:
        """A record is new or changes, now."""
        self.district.collections[collection].put({**record, **changes, "dateLastModified": self._stamp()})

    def change(self, collection: str, row_id: str, **changes: Any) -> None:
        """Fields of a record change, now. Raises KeyError."""
        self.put(collection, self.district.collections[collection].get(row_id), **changes)

    def remove(self, collection: str, row_id: str) -> None:
        """A record is marked as deleted, now. Raises KeyError."""
        self.change(collection, row_id, status="tobedeleted")

    def _stamp(self) -> str:
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def _answered(self, name: str) -> _Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                found = self._page(request, name)
            except Refused as refused:
                return refused.answer()
            if not self.cut_next:
                return found
            self.cut_next -= 1
            return await half_of(request, found)

        return handle

    def _page(self, request: web.Request, name: str) -> web.Response:
        self.gate.admit(request, name)
        offset, limit = window(request, self.largest_page)
        if self.too_large_above is not None and int(request.query.get("limit", "100")) > self.too_large_above:
            raise Refused(413, "invaliddata", "Too many rows.")
        fields = request.query.get("fields", "")
        if fields and not self.takes_fields:
            raise Refused(400, "invalid_selection_field", "fields is not supported.")
        if self.always_first_page:
            offset = 0
        records, total = self._some(name, request.query.get("filter", ""), offset, limit)
        if self.lost_from == name and offset:
            records = []
        body = orjson.dumps({name: [selected(record, fields) for record in records]})
        return web.Response(
            body=body, content_type="application/json", headers=self._told(request, offset + limit, total)
        )

    def _some(self, name: str, query: str, offset: int, limit: int) -> tuple[list[Record], int]:
        collection = self.district.collections[name]
        keep = wanted(query)
        if keep is None:
            return list(collection.some(offset, limit)), len(collection)
        since_made = "dateLastModified>" in query  # only what was put in can be newer than the district itself
        found = [record for record in (collection.changed() if since_made else collection.all()) if keep(record)]
        return found[offset : offset + limit], len(collection) if self.counts_unfiltered else len(found)

    def _told(self, request: web.Request, following: int, total: int) -> dict[str, str]:
        headers = {"X-Total-Count": str(total)} if self.tells_total else {}
        if self.tells_next:
            links = [f'<{request.url.update_query(offset="0")}>; rel="first"']
            if following < total:
                links.append(f'<{request.url.update_query(offset=str(following))}>; rel="next"')
            headers["Link"] = ", ".join(links)
        return headers
