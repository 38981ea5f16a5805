"""What earlier meetings of a class say of its students: who usually is recognised there, and who usually signs in.

Of each student only a keyed digest is kept, with three bits for each of the latest meetings.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from struct import Struct

MEETINGS = 10  # of a class, the latest: two weeks of a daily one
ENOUGH = 3  # meetings from which on they say anything of a student
REGULAR_SHARE = 0.5  # of the meetings a student could have come to
SIGNS_IN_SHARE = 0.8  # of those where the student was recognised
MARK_BYTES = 8

_KEPT = (1 << MEETINGS) - 1
_ROW = Struct(f"<{MARK_BYTES}sHHH")
_UNTIL = Struct("<I")


@dataclass(frozen=True, slots=True)
class Habit:
    """One student's latest meetings, a bit for each, the newest lowest: on the list, recognised, by their account."""

    listed: int = 0
    recognised: int = 0
    signed_in: int = 0

    def after(self, *, recognised: bool, signed_in: bool) -> "Habit":
        """One meeting later."""
        return Habit(
            (self.listed << 1 | 1) & _KEPT,
            (self.recognised << 1 | recognised) & _KEPT,
            (self.signed_in << 1 | signed_in) & _KEPT,
        )

    @property
    def signs_in(self) -> bool:
        """Whether they normally sign in."""
        times = self.recognised.bit_count()
        return times >= ENOUGH - 1 and self.signed_in.bit_count() >= SIGNS_IN_SHARE * times

    @property
    def rare(self) -> bool:
        """Whether they were hardly ever recognised, as far as that can be told."""
        meetings = self.listed.bit_count()
        return meetings >= ENOUGH and self.recognised.bit_count() < REGULAR_SHARE * meetings


@dataclass(frozen=True, slots=True)
class Habits:
    """Of all students of a class, by their marks (`NameMemory.mark`)."""

    of: Mapping[bytes, Habit] = field(default_factory=dict)
    expires: date = date.min  # the first day on which they no longer count

    @property
    def enough(self) -> bool:
        """Whether enough meetings are known to say anything of the class."""
        return any(one.listed.bit_count() >= ENOUGH for one in self.of.values())

    def after(
        self,
        students: Iterable[bytes],
        *,
        recognised: Collection[bytes],
        signed_in: Collection[bytes],
        term_ends: date,
    ) -> "Habits":
        """One meeting later. Whoever is no longer on the list is forgotten."""
        later = {
            mark: self.of.get(mark, Habit()).after(recognised=mark in recognised, signed_in=mark in signed_in)
            for mark in students
        }
        return Habits(later, date.fromordinal(term_ends.toordinal() + 1))

    def to_bytes(self) -> bytes:
        """For the store."""
        rows = (_ROW.pack(mark, one.listed, one.recognised, one.signed_in) for mark, one in self.of.items())
        return _UNTIL.pack(self.expires.toordinal()) + b"".join(rows)

    @staticmethod
    def from_bytes(kept: bytes) -> "Habits":
        """The inverse of `to_bytes`. Raises struct.error for anything else."""
        (until,) = _UNTIL.unpack_from(kept)
        rows = _ROW.iter_unpack(kept[_UNTIL.size :])
        return Habits({mark: Habit(*bits) for mark, *bits in rows}, date.fromordinal(until))
