"""Names that a class has worn before, kept as digests that nobody can read back.

A digest is keyed with the district's key and belongs to one section, so the same name in two classes has two digests.
Where and how long the digests are kept is the store's matter; what each one holds is `RememberedName`.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from modbot.identity.shown import READ_AT_MOST, read_shown
from modbot.identity.vocabulary import is_prank
from modbot.who import fold

DIGEST_BYTES = 16
KEY_BYTES = 16  # the shortest key that is taken


@dataclass(frozen=True, slots=True)
class RememberedName:
    """A shown name this section has seen before.

    `tolerated`: a teacher of the section let it stay in class while nothing else said who it is. Otherwise it was only
    worn by a signed-in student, which says whose name it is, and lets nobody in.
    """

    digest: bytes
    expires: date  # the first day on which it no longer counts: the day after the term's end
    student_id: str = ""  # whose name it is, where that is known
    tolerated: bool = True


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

    def remember(
        self, name: str, *, term_ends: date, student_id: str = "", tolerated: bool = True
    ) -> RememberedName | None:
        """What to keep for a name, or None for one that anybody could show: a device, a number, a prank, nothing."""
        if not may_be_remembered(name):
            return None
        return RememberedName(self.digest(name), date.fromordinal(term_ends.toordinal() + 1), student_id, tolerated)


def may_be_remembered(name: str) -> bool:
    """Whether the name says something about one person. "iPad" does not: whoever shows it next is anybody."""
    shown = read_shown(name)
    if shown.alike or shown.hidden or is_prank(shown.whole):
        return False
    return sum(map(len, shown.words)) >= 2


def in_force(names: Iterable[RememberedName], today: date) -> Mapping[bytes, RememberedName]:
    """By digest, those that have not expired. A tolerated entry goes before one that was only worn."""
    found: dict[bytes, RememberedName] = {}
    for name in names:
        there = found.get(name.digest)
        if today < name.expires and (there is None or (name.tolerated and not there.tolerated)):
            found[name.digest] = name
    return found
