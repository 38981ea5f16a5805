"""Records by ascending id: any number that follow from their place, and those that were put in or changed since."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import Any

Record = dict[str, Any]


class Collection:
    """One collection of a service. `record_of` makes the nth record; ids ascend with the numbers."""

    def __init__(self, count: int, id_of: Callable[[int], str], record_of: Callable[[int], Record]) -> None:
        self._count = count
        self._id_of = id_of
        self._record_of = record_of
        self._put: dict[str, Record] = {}
        self._new: list[str] = []

    def __len__(self) -> int:
        return self._count + len(self._new)

    def put(self, record: Record) -> None:
        """Add a record, or put it in the place of the one with its id."""
        row_id = record["sourcedId"]
        if row_id not in self._put and not self._made(row_id):
            insort(self._new, row_id)
        self._put[row_id] = record

    def get(self, row_id: str) -> Record:
        """A record by id. Raises KeyError."""
        if row_id in self._put:
            return self._put[row_id]
        number = self._number(row_id)
        if number is None:
            raise KeyError(row_id)
        return self._record_of(number)

    def all(self) -> Iterator[Record]:
        """Every record by id."""
        return self.some(0, len(self))

    def changed(self) -> list[Record]:
        """What was put in, by id."""
        return [self._put[row_id] for row_id in sorted(self._put)]

    def some(self, offset: int, limit: int) -> Iterator[Record]:
        """A page. Records that were put in beyond the made ones follow after those."""
        for number in range(offset, min(offset + limit, len(self))):
            if number < self._count:
                row_id = self._id_of(number)
                yield self._put.get(row_id) or self._record_of(number)
            else:
                yield self._put[self._new[number - self._count]]

    def _made(self, row_id: str) -> bool:
        return self._number(row_id) is not None

    def _number(self, row_id: str) -> int | None:
        found = bisect_left(range(self._count), row_id, key=self._id_of)
        return found if found < self._count and self._id_of(found) == row_id else None
