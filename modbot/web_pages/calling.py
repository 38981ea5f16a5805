"""`POST /page`: help is called without Slack, by a button on a wall or the telephone system of a help desk.

Whoever asks must have the district's token. The same request sent again is the same page.
"""

import asyncio
import hmac
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from modbot.audit import Audit, AuditEntry
from modbot.errors import RequestRejected, StoreUnavailable
from modbot.helping import HelpDesk
from modbot.log import get_logger
from modbot.metrics import REJECTED
from modbot.model import Actor
from modbot.page_state import PageState
from modbot.paging import Paging
from modbot.reply import Reply

MOST_BYTES = 4096
MOST_CHARACTERS = {"what": 500, "school": 64, "from": 60}
MOST_A_MINUTE = 10
MINUTE = timedelta(minutes=1)
SAME_WITHIN = timedelta(minutes=1)  # the same words again
SAME_KEY_WITHIN = timedelta(hours=1)  # the same words under the same Idempotency-Key
MOST_TURNS = 100  # equal requests within that time, each after the page before was over
ANSWER_AFTER = timedelta(seconds=3)  # whoever asks need not wait until everybody has been called
ACTOR = "api:page"
DEFAULT_FROM = "Somebody without Slack"
_AGAIN = "This was asked for before. modbot calls until someone answers."
FORM = "application/x-www-form-urlencoded"

log = get_logger("web_pages")


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked for."""

    what: str
    school: str
    by: str


class PageCalls:
    """Opens pages for whoever has the token."""

    def __init__(
        self,
        *,
        token: str,
        help_desk: HelpDesk,
        paging: Paging,
        audit: Audit,
        name_of: Callable[[str], str],
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        answer_after: timedelta = ANSWER_AFTER,
    ) -> None:
        """`token` is what whoever asks must have. `name_of` gives an address on call the name that staff know."""
        self._token = token.encode()
        self._help_desk = help_desk
        self._paging = paging
        self._audit = audit
        self._name_of = name_of
        self._now = now
        self._monotonic = monotonic
        self._answer_after_seconds = answer_after.total_seconds()
        self._taken: deque[float] = deque()
        self._calling: dict[str, asyncio.Task[Reply]] = {}

    async def handle(self, request: web.Request) -> web.Response:
        """202 once the page is durable: `{"page": …, "called": [names] or "calling", "said": …}`."""
        try:
            self._known(request)
            self._not_too_often()
            body = await _body(request)
            call = _call(request.content_type, body)
            return await self._answer(call, await self._id_of(call, request.headers.get("Idempotency-Key", "")))
        except RequestRejected as rejected:
            REJECTED.labels("page", str(rejected.status)).inc()
            log.info("rejected", path="/page", status=rejected.status, reason=rejected.reason)
            return web.json_response(
                {"error": rejected.reason}, status=rejected.status, headers=_HINTS.get(rejected.status)
            )

    async def finish(self) -> None:
        """Wait for the calls that are under way."""
        await asyncio.gather(*self._calling.values(), return_exceptions=True)

    def _known(self, request: web.Request) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        sent = given.strip().encode("utf-8", "surrogateescape")
        if scheme.casefold() != "bearer" or not hmac.compare_digest(sent, self._token):
            raise RequestRejected(401, "the token is missing or wrong")

    def _not_too_often(self) -> None:
        now = self._monotonic()
        while self._taken and now - self._taken[0] >= MINUTE.total_seconds():
            self._taken.popleft()
        if len(self._taken) >= MOST_A_MINUTE:
            raise RequestRejected(429, f"more than {MOST_A_MINUTE} pages within a minute")
        self._taken.append(now)

    async def _id_of(self, call: Call, key: str) -> str:
        """The id of the page: that of an equal request a moment ago, unless that page is over."""
        within = SAME_KEY_WITHIN if key else SAME_WITHIN
        now = self._now()
        slot = int(now.timestamp() // within.total_seconds())
        page_id = ""
        for when in (slot - 1, slot):
            for turn in range(MOST_TURNS):
                page_id = _id(call, key, when, turn)
                page = await self._page_of(page_id)
                if page is None:
                    break
                if page.state != "resolved" and now - datetime.fromisoformat(page.opened_at) < within:
                    return page_id
        return page_id

    async def _answer(self, call: Call, page_id: str) -> web.Response:
        page = await self._page_of(page_id)
        calling = self._calling.get(page_id)
        if calling is None:
            if page is not None:
                return _json(202, page.id, self._called(page), _AGAIN)
            calling = self._begin(call, page_id)
        await asyncio.wait({calling}, timeout=self._answer_after_seconds)
        page = await self._page_of(page_id)
        if page is not None and not calling.done():
            return _json(202, page.id, "calling", "People are being called.")
        reply = await asyncio.shield(calling)
        page = await self._page_of(page_id)
        if page is None:  # nobody is set up to be called, or it could not be recorded
            return _json(503, None, [], " ".join((reply.headline, *reply.lines)))
        return _json(202, page.id, self._called(page), reply.headline)

    def _begin(self, call: Call, page_id: str) -> asyncio.Task[Reply]:
        """Equal requests at once share one calling."""
        calling = asyncio.create_task(self._page(call, page_id))
        self._calling[page_id] = calling
        calling.add_done_callback(lambda _: self._calling.pop(page_id, None))
        return calling

    def _called(self, page: PageState) -> list[str]:
        return [self._name_of(email) for email in page.reached]

    async def _page(self, call: Call, page_id: str) -> Reply:
        reply = await self._help_desk.page(page_id, Actor(ACTOR, call.by), call.what, None, school=call.school)
        if await self._page_of(page_id) is not None:
            await self._record(page_id)
        return reply

    async def _page_of(self, page_id: str) -> PageState | None:
        try:
            return await self._paging.get(page_id)
        except StoreUnavailable as error:
            log.warning("page_unread", page=page_id, detail=error.log_detail)
            return None

    async def _record(self, page_id: str) -> None:
        try:
            await self._audit.append(AuditEntry(self._now(), page_id, ACTOR, "page", outcome="done"))
        except StoreUnavailable as error:
            log.warning("page_unrecorded", page=page_id, detail=error.log_detail)


_HINTS = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": str(int(MINUTE.total_seconds()))}}


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > MOST_BYTES:
        raise RequestRejected(413, f"more than {MOST_BYTES} bytes")
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > MOST_BYTES:  # it came without a length
            raise RequestRejected(413, f"more than {MOST_BYTES} bytes")
    return bytes(body)


def _call(content_type: str, body: bytes) -> Call:
    """What the body asks for. Raises RequestRejected (400, 415)."""
    given = _fields(content_type, body)
    said = {name: _field(given, name) for name in MOST_CHARACTERS}
    if not said["what"]:
        raise RequestRejected(400, "what: say in a few words what is wrong")
    return Call(said["what"], said["school"], said["from"] or DEFAULT_FROM)


def _fields(content_type: str, body: bytes) -> dict[str, Any]:
    try:
        if content_type == FORM:
            return dict(parse_qsl(body.decode(), max_num_fields=20))
        if content_type != "application/json":
            raise RequestRejected(415, "send application/json or a form")
        given = orjson.loads(body)
    except ValueError as error:
        raise RequestRejected(400, "the body cannot be read") from error
    if not isinstance(given, dict):
        raise RequestRejected(400, "the body is not a JSON object")
    return given


def _field(given: dict[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise RequestRejected(400, f"{name}: must be text")
    text = " ".join(value.split())
    if len(text) > MOST_CHARACTERS[name]:
        raise RequestRejected(400, f"{name}: at most {MOST_CHARACTERS[name]} characters")
    return text


def _id(call: Call, key: str, slot: int, turn: int) -> str:
    same = orjson.dumps([key[:200], call.what, call.school, call.by, slot, turn])
    return f"api-{blake2b(same, digest_size=10).hexdigest()}"


def _json(status: int, page: str | None, called: list[str] | str, said: str) -> web.Response:
    return web.json_response({"page": page, "called": called, "said": said}, status=status)
