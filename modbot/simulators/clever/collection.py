"""One kind of record: made from its number when it is asked for, with the changes of a test laid over it.

A district of a million people takes no more memory than its changes. Pages follow ascending ids, and a cursor need
not be the id of anything: https://dev.clever.com/docs/paging-and-limits
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from modbot.simulators.clever.people import Record

LAST = "last"  # `ending_before=last`: the newest page
_EVERYTHING = "\x7f"  # sorts after every id
_Place = tuple[str, int | None]  # an id, and the number its record is made from when nothing lies over it


@dataclass(frozen=True, slots=True)
class Page:
    """Some records by ascending id, and whether there are others on either side."""

    records: tuple[Record, ...]
    before: bool
    after: bool


class Collection:
    """Records by id. `numbers` has the numbers of each role's people; "" stands for all."""

    def __init__(
        self, numbers: Mapping[str, range], id_of: Callable[[int], str], record_of: Callable[[int], Record]
    ) -> None:
        self._numbers = numbers
        self._id_of = id_of
        self._record_of = record_of
        self._changed: dict[str, Record | None] = {}

    def get(self, record_id: str) -> Record | None:
        """A record; None when there is none or it was removed."""
        if record_id in self._changed:
            return self._changed[record_id]
        number = self._number(record_id)
        return None if number is None else self._record_of(number)

    def put(self, record: Record) -> None:
        """Add a record, or lay it over the one with its id."""
        self._changed[record["id"]] = record

    def remove(self, record_id: str) -> None:
        """Take a record away."""
        self._changed[record_id] = None

    def page(self, *, after: str = "", before: str = "", limit: int, role: str = "") -> Page:
        """The records next after a cursor, or those next before one."""
        if before:
            end = _EVERYTHING if before == LAST else before
            found = list(islice(self._backwards(end, role), limit + 1))
            return Page(tuple(reversed(found[:limit])), before=len(found) > limit, after=before != LAST)
        found = list(islice(self._forwards(after, role), limit + 1))
        return Page(tuple(found[:limit]), before=bool(after), after=len(found) > limit)

    def _forwards(self, after: str, role: str) -> Iterator[Record]:
        numbers = self._numbers.get(role, range(0))
        known = numbers[bisect_right(numbers, after, key=self._id_of) :]
        added = sorted(record_id for record_id in self._added(numbers) if record_id > after)
        return self._records(merge(self._with_ids(known), ((one, None) for one in added), key=_id), role)

    def _backwards(self, before: str, role: str) -> Iterator[Record]:
        numbers = self._numbers.get(role, range(0))
        known = numbers[: bisect_left(numbers, before, key=self._id_of)][::-1]
        added = sorted((record_id for record_id in self._added(numbers) if record_id < before), reverse=True)
        merged = merge(self._with_ids(known), ((one, None) for one in added), key=_id, reverse=True)
        return self._records(merged, role)

    def _with_ids(self, numbers: range) -> Iterator[_Place]:
        return ((self._id_of(number), number) for number in numbers)

    def _added(self, numbers: range) -> Iterator[str]:
        for record_id in self._changed:
            number = self._number(record_id)
            if number is None or number not in numbers:
                yield record_id

    def _records(self, places: Iterator[_Place], role: str) -> Iterator[Record]:
        for record_id, number in places:
            if number is None or record_id in self._changed:
                record = self._changed[record_id]
            else:
                record = self._record_of(number)
            if record is not None and (not role or record["roles"].get(role) is not None):
                yield record

    def _number(self, record_id: str) -> int | None:
        numbers = self._numbers[""]
        at = bisect_left(numbers, record_id, key=self._id_of)
        return numbers[at] if at < len(numbers) and self._id_of(numbers[at]) == record_id else None


def _id(place: _Place) -> str:
    return place[0]
