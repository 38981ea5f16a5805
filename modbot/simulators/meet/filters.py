"""List filters: the few forms that Meet v2 and Workspace Events v1 document. Anything else is refused.

Meet: comparisons joined by AND, or `field IS NULL`
(https://developers.google.com/workspace/meet/api/reference/rest/v2/conferenceRecords/list).
Workspace Events: event types joined by OR, and perhaps one target
(https://developers.google.com/workspace/events/reference/rest/v1/subscriptions/list).
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from modbot.simulators.meet.refusal import invalid

Row = Mapping[str, "str | datetime | None"]

_COMPARE: dict[str, Callable[[object, object], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,  # type: ignore[dict-item]  # only ever used on two times
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
}
_CLAUSE = re.compile(
    r"(?P<field>[a-z_.]+)\s*(?:(?P<null>\s+IS\s+NULL)|(?P<sign><=|>=|!=|=|<|>)\s*\"(?P<value>[^\"\\]*)\")\s*"
)
_AND = re.compile(r"AND\s+")

_TYPE = r"event_types:\"[\w.]+\""
_TYPES = rf"{_TYPE}(?:\s+OR\s+{_TYPE})*"
_TARGET = r"target_resource\s*=\s*\"(?P<target>[^\"\\]+)\""
_EVENTS = re.compile(rf"\s*(?:(?P<plain>{_TYPES})|(?:\(\s*)?(?P<typed>{_TYPES})(?:\s*\))?\s+AND\s+{_TARGET})\s*")


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison; no `value` means IS NULL."""

    field: str
    sign: str
    value: str | datetime | None

    def holds(self, row: Row) -> bool:
        """Whether a row fulfils it. What is not there fulfils no comparison."""
        found = row[self.field]
        if self.value is None:
            return found is None
        return found is not None and _COMPARE[self.sign](found, self.value)


def clauses(text: str, times: frozenset[str], names: frozenset[str] = frozenset()) -> tuple[Clause, ...]:
    """A Meet filter over the fields that hold times and those that hold names. Raises Refused (400)."""
    found: list[Clause] = []
    rest = text.strip()
    while rest:
        match = _CLAUSE.match(rest)
        if match is None:
            raise _unreadable()
        found.append(_clause(match, times, names))
        rest = rest[match.end() :]
        if rest:
            joint = _AND.match(rest)
            if joint is None or joint.end() == len(rest):
                raise _unreadable()
            rest = rest[joint.end() :]
    return tuple(found)


def _clause(match: re.Match[str], times: frozenset[str], names: frozenset[str]) -> Clause:
    field, sign, value = match["field"], match["sign"] or "", match["value"]
    if field not in times | names:
        raise invalid("filter", f"There is no field {field[:80]!r} to filter by.")
    if field in times:
        return Clause(field, sign, None if match["null"] else _time(value))
    if sign not in {"=", "!="}:
        raise _unreadable()
    return Clause(field, sign, value)


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid("filter", "A time in RFC 3339 is wanted.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Subscriptions with at least one of the types and, unless empty, exactly this target."""

    event_types: frozenset[str]
    target: str = ""


def event_filter(text: str) -> EventFilter:
    """The filter of subscriptions.list, which must name an event type. Raises Refused (400)."""
    match = _EVENTS.fullmatch(text)
    if match is None:
        raise _unreadable()
    types = re.findall(r"event_types:\"([\w.]+)\"", match["plain"] or match["typed"])
    return EventFilter(frozenset(types), match["target"] or "")


def _unreadable() -> Exception:
    return invalid("filter", "The filter cannot be read.")
