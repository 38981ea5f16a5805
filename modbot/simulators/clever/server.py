"""The simulated Clever itself: tokens, the Data API 3.1, the Events API, and a district that changes."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlencode

import orjson
from aiohttp import web

from modbot.simulators import SimServer, half_of
from modbot.simulators.clever.collection import Page
from modbot.simulators.clever.district import District, Size
from modbot.simulators.clever.events import Events
from modbot.simulators.clever.gate import Gate, Refused
from modbot.simulators.clever.people import Record

VERSION = "/v3.1"
KINDS = ("users", "sections", "schools", "terms", "courses", "districts")


_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class CleverSimulator(SimServer):
    """Districts of a Clever app. `district` is the first; `gate`, `events` and `faults` may be changed as it runs."""

    def __init__(self, now: Callable[[], datetime] | None = None, size: Size | None = None) -> None:
        super().__init__()
        self.now = now or (lambda: datetime.now(UTC))
        self.district = District(size)
        self.others: dict[str, District] = {}
        self.gate = Gate(self.now)
        self.events = Events(self.now)
        self.cut_next = 0  # so many pages end in the middle, with the connection
        self.repeat_records = 0  # so many records of the former page come again at the head of the next
        self.stuck = False  # every page names itself as the next one
        self.gate.connect(self.district.id)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    @property
    def api_url(self) -> str:
        """What the setting of Clever's address is to be."""
        return self.url + VERSION

    @property
    def oauth_url(self) -> str:
        """What the setting of Clever's token address is to be."""
        return f"{self.url}/oauth/tokens"

    def environment(self) -> dict[str, str]:
        """The settings of a program that is to read the first district."""
        return {
            "MODBOT_CLEVER__API_URL": self.api_url,
            "MODBOT_CLEVER__OAUTH_URL": self.oauth_url,
            "MODBOT_CLEVER__CLIENT_ID": self.gate.client_id,
            "MODBOT_CLEVER__CLIENT_SECRET": self.gate.client_secret,
            "MODBOT_CLEVER__DISTRICT": self.district.id,
        }

    def routes(self, router: web.UrlDispatcher) -> None:
        """Clever's addresses."""
        router.add_get("/oauth/tokens", self._answered(self._tokens))
        router.add_get(f"{VERSION}/events", self._answered(self._events))
        router.add_get(f"{VERSION}/events/{{id}}", self._answered(self._event))
        for kind in KINDS:
            router.add_get(f"{VERSION}/{kind}", self._answered(self._list, kind))
            router.add_get(f"{VERSION}/{kind}/{{id}}", self._answered(self._one, kind))

    def add_district(self, number: int, size: Size | None = None) -> District:
        """Another district of the same app, with a token of its own."""
        district = District(size, number=number)
        self.others[district.id] = district
        self.gate.connect(district.id)
        return district

    def put(self, kind: str, record: Record) -> None:
        """A record is new or changes; an event tells of it."""
        collection = self.district.collection(kind)
        former = collection.get(record["id"])
        collection.put(record)
        self.events.tell(f"{kind}.{'created' if former is None else 'updated'}", record, former)

    def remove(self, kind: str, record_id: str) -> None:
        """A record goes away; an event tells of it."""
        collection = self.district.collection(kind)
        former = collection.get(record_id)
        collection.remove(record_id)
        if former is not None:
            self.events.tell(f"{kind}.deleted", former)

    def _answered(self, answer: Callable[..., web.Response], *arguments: str) -> _Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                found = answer(request, *arguments)
            except Refused as refused:
                return refused.answer()
            if not self.cut_next:
                return found
            self.cut_next -= 1
            return await half_of(request, found)

        return handle

    def _tokens(self, request: web.Request) -> web.Response:
        return _json({"data": self.gate.granted(request), "links": [{"rel": "self", "uri": request.path_qs}]})

    def _list(self, request: web.Request, kind: str) -> web.Response:
        collection = self._district(request, kind).collection(kind)
        query = request.query
        role = query.get("role", "") if kind == "users" else ""
        after = query.get("starting_after", "")
        page = collection.page(
            after=after, before=query.get("ending_before", ""), limit=self.gate.limit_of(request), role=role
        )
        if after and self.repeat_records:
            again = collection.page(before=after, limit=self.repeat_records, role=role)
            page = Page((*again.records, *page.records), page.before, page.after)
        return self._paged(request, page)

    def _one(self, request: web.Request, kind: str) -> web.Response:
        record = self._district(request, kind).collection(kind).get(request.match_info["id"])
        return _single(record)

    def _events(self, request: web.Request) -> web.Response:
        self._district(request, "events")
        query = request.query
        page = self.events.page(
            after=query.get("starting_after", ""),
            before=query.get("ending_before", ""),
            limit=self.gate.limit_of(request),
            kinds=frozenset(query.getall("record_type", [])),
        )
        return self._paged(request, page)

    def _event(self, request: web.Request) -> web.Response:
        self._district(request, "events")
        return _single(self.events.get(request.match_info["id"]))

    def _district(self, request: web.Request, kind: str) -> District:
        owner = self.gate.admit(request, kind)
        return self.others.get(owner, self.district)

    def _paged(self, request: web.Request, page: Page) -> web.Response:
        links = [{"rel": "self", "uri": request.path_qs}]
        if page.records and page.before:
            links.append(_link(request, "prev", ending_before=page.records[0]["id"]))
        if self.stuck:
            links.append({"rel": "next", "uri": request.path_qs})
        elif page.records and page.after:
            links.append(_link(request, "next", starting_after=page.records[-1]["id"]))
        return _json({"data": [{"data": record} for record in page.records], "links": links})


def _link(request: web.Request, rel: str, **cursor: str) -> dict[str, str]:
    kept = [(name, value) for name, value in request.query.items() if name not in ("starting_after", "ending_before")]
    return {"rel": rel, "uri": f"{request.path}?{urlencode([*kept, *cursor.items()])}"}


def _single(record: Record | None) -> web.Response:
    if record is None:
        raise Refused(404, "resource not found")
    return _json({"data": record})


def _json(value: object) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json")
