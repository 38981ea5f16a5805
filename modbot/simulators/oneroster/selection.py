"""OneRoster's `filter`, `fields`, `limit` and `offset`, as section 3.4 of 1.1 and the REST binding of 1.2 tell them."""

import operator
import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from modbot.simulators.oneroster.collection import Record
from modbot.simulators.oneroster.gate import Refused

_TERM = re.compile(r"(\w+)\s*(!=|>=|<=|=|>|<)\s*'([^']*)'")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def wanted(query: str) -> Callable[[Record], bool] | None:
    """The filter; None without one. Raises Refused (400) for one that makes no sense."""
    if not query:
        return None
    terms = [_TERM.fullmatch(term.strip()) for term in query.split(" AND ")]
    if not all(terms):
        raise Refused(400, "invalid_filter_field", "The filter cannot be read.")
    parts = [term.groups() for term in terms if term]

    def keep(record: Record) -> bool:
        return all(_COMPARE[sign](str(record.get(name, "")), value) for name, sign, value in parts)

    return keep


def selected(record: Record, fields: str) -> Record:
    """The record, or the fields of it that were asked for."""
    if not fields:
        return record
    return {name: record[name] for name in fields.split(",") if name in record}


def window(request: web.Request, largest: int) -> tuple[int, int]:
    """Offset and limit. Raises Refused (400)."""
    offset, limit = request.query.get("offset", "0"), request.query.get("limit", "100")
    if not offset.isdigit() or not limit.isdigit() or not int(limit):
        raise Refused(400, "invaliddata", "limit and offset must be numbers.")
    return int(offset), min(int(limit), largest)
