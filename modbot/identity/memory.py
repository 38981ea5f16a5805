"""What is remembered of a class: names worn before, kept as digests that nobody can read back, and habits.

A digest is keyed with the district's key and belongs to one section, so the same name in two classes has two digests.
Where and how long the digests are kept is the store's matter; what each one holds is `RememberedName`.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from modbot.identity.habits import MARK_BYTES, Habits
from modbot.identity.shown import READ_AT_MOST, read_shown
from modbot.identity.vocabulary import is_prank
from modbot.who import fold

DIGEST_BYTES = 16
KEY_BYTES = 16  # the shortest key that is taken
MOST_NAMES = 300  # of one class: it shows far fewer, and a flood of made-up ones must not fill the store


@dataclass(frozen=True, slots=True)
class RememberedName:
    """A shown name this section has seen before.

    `tolerated`: a teacher of the section let it stay in class while nothing else said who it is. Otherwise it was only
    worn by a signed-in student, which says whose name it is, and lets nobody in.
    """

    digest: bytes
    expires: date  # the first day on which it no longer counts: the day after the term's end
    student: bytes = b""  # the mark of whose name it is, where that is known
    tolerated: bool = True

    def joined(self, other: "RememberedName") -> "RememberedName":
        """The two as one: for as long as either counts. A name that two students have worn is nobody's."""
        whose = {one for one in (self.student, other.student) if one}
        return RememberedName(
            self.digest,
            max(self.expires, other.expires),
            whose.pop() if len(whose) == 1 else b"",
            self.tolerated or other.tolerated,
        )


class NameMemory:
    """How one section's names are digested. `key` is the district's; it never leaves the caller's hands otherwise."""

    def __init__(self, key: bytes, section_id: str) -> None:
        """Raises ValueError for a key under 16 bytes."""
        if len(key) < KEY_BYTES:
            raise ValueError(f"the key must have at least {KEY_BYTES} bytes")
        self._key = key
        self._prefix = section_id.encode("utf-8", "surrogatepass") + b"\x00"

    def digest(self, name: str) -> bytes:
        """HMAC-SHA-256 of the name as it compares (no case, accents or hidden characters), cut to 16 bytes."""
        compared = fold(name[:READ_AT_MOST]).encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, self._prefix + compared, "sha256")[:DIGEST_BYTES]

    def mark(self, student_id: str) -> bytes:
        """What a student is known by beside the names: HMAC-SHA-256 of the roster id, cut to 8 bytes."""
        told = b"student\x00" + self._prefix + student_id.encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, told, "sha256")[:MARK_BYTES]

    def remember(
        self, name: str, *, term_ends: date, student_id: str = "", tolerated: bool = True
    ) -> RememberedName | None:
        """What to keep for a name, or None for one that anybody could show: a device, a number, a prank, nothing."""
        if not may_be_remembered(name):
            return None
        whose = self.mark(student_id) if student_id else b""
        return RememberedName(self.digest(name), date.fromordinal(term_ends.toordinal() + 1), whose, tolerated)


def may_be_remembered(name: str) -> bool:
    """Whether the name says something about one person. "iPad" does not: whoever shows it next is anybody."""
    shown = read_shown(name)
    if shown.alike or shown.hidden or is_prank(shown.whole):
        return False
    return sum(map(len, shown.words)) >= 2


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered of one class."""

    names: Mapping[bytes, RememberedName] = field(default_factory=dict)  # by digest
    habits: Habits = field(default_factory=Habits)

    def with_names(self, noted: Iterable[RememberedName]) -> "Past":
        """These too. Of too many names those go that would go first."""
        names = dict(self.names)
        for one in noted:
            there = names.get(one.digest)
            names[one.digest] = one if there is None else there.joined(one)
        longest = sorted(names.values(), key=lambda one: one.expires, reverse=True)[:MOST_NAMES]
        return replace(self, names={one.digest: one for one in longest})

    def on(self, today: date) -> "Past":
        """What of it still counts on this day."""
        names = {digest: one for digest, one in self.names.items() if today < one.expires}
        return Past(names, self.habits if today < self.habits.expires else Habits())
