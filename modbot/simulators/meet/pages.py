"""Pages of a list, with opaque tokens that are good only for the list they came from."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from modbot.simulators.meet.gate import query
from modbot.simulators.meet.masks import selection, show
from modbot.simulators.meet.messages import Message, page_of
from modbot.simulators.meet.refusal import invalid


@dataclass(frozen=True, slots=True)
class Paging:
    """How a list method pages. `shown` is the default of its `fields` parameter; empty shows everything."""

    items: str
    message: Message
    usual: int
    most: int
    shown: str = ""

    def page(self, request: web.Request, rows: Sequence[dict[str, Any]], *, total: bool = False) -> web.Response:
        """One page of the rows. Raises Refused (400) for a bad size, token or field mask."""
        asked = query(request)
        size = self._size(asked.get("pageSize", "0"))
        seal = hashlib.sha256(f"{request.path}?{asked.get('filter', '')}".encode()).hexdigest()[:16]
        start = _start(asked["pageToken"], seal) if asked.get("pageToken") else 0
        answer: dict[str, Any] = {self.items: list(rows[start : start + size])}
        if start + size < len(rows):
            answer["nextPageToken"] = base64.urlsafe_b64encode(f"{seal}:{start + size}".encode()).decode()
        if total:
            answer["totalSize"] = len(rows)
        return web.json_response(self._show(answer, asked.get("fields") or self.shown))

    def _size(self, text: str) -> int:
        try:
            size = int(text)
        except ValueError as error:
            raise invalid("page_size", "A number is wanted.") from error
        if size < 0:
            raise invalid("page_size", "It must not be negative.")
        return min(size or self.usual, self.most)

    def _show(self, answer: dict[str, Any], fields: str) -> Any:
        filled = {name: value for name, value in answer.items() if value != []}  # as Google leaves out empty lists
        return show(filled, selection(fields, page_of(self.items, self.message))) if fields else filled


def _start(token: str, seal: str) -> int:
    try:
        kept, _, start = base64.urlsafe_b64decode(token).decode().partition(":")
        place = int(start)
    except (binascii.Error, ValueError) as error:
        raise invalid("page_token", "The page token cannot be read.") from error
    if kept != seal:
        raise invalid("page_token", "The page token belongs to another list.")
    return place
