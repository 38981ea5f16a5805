"""How a roster generation is laid out in the store, and how each record is sealed."""

import base64
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Protocol

import orjson

from modbot.model import Section, Staff, StaffRole
from modbot.rosters import Counts, Digest, EmailDigest, Student, email_digest
from modbot.store import keys

MAIL_BUCKETS = 1 << 14  # small hashes: New York's million addresses take about 30 bytes each instead of 100
META, STAFF, SECTIONS, MEMBERS = "meta", "staff", "sections", "members"
_AS_TUPLE = attrgetter(*(field.name for field in fields(Student)))  # `astuple` copies deeply: 40 % of a whole sync

# Generation "0" is never a roster: it holds the bookkeeping of the others.
IMPORTING = keys.roster("0", "importing")  # the generation being written; expires when its writer dies
GENERATIONS = keys.roster("0", "generations")  # every generation that may have keys, so that none is left behind


class Sealer(Protocol):
    """The district's keys (`modbot.seal.Keyring`)."""

    def seal(self, plain: bytes, *, context: bytes) -> bytes:
        """Encrypt; opens only with the same context."""

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """What was sealed. Raises SealBroken."""


@dataclass(frozen=True, slots=True)
class MailPerson:
    """Whose an address is: a staff member's or a student's roster id."""

    id: str
    staff: bool


@dataclass(frozen=True, slots=True)
class Meta:
    """What a generation says about itself. `salt` keys its digests of addresses."""

    salt: bytes
    counts: Counts
    imported_at: datetime


class Records:
    """The records of one generation, to and from what the store keeps."""

    def __init__(self, sealer: Sealer, generation: str) -> None:
        self.generation = generation
        self._sealer = sealer

    def key(self, table: str) -> str:
        """The store key of a table."""
        return keys.roster(self.generation, table)

    def mail_key(self, digest: bytes) -> str:
        """The bucket of an address."""
        return self.key(_mail_table(int.from_bytes(digest[:2], "big") * MAIL_BUCKETS >> 16))

    def seal_staff(self, person: Staff) -> bytes:
        """A staff member, sealed."""
        return self._seal(
            STAFF,
            person.id,
            [person.email, person.name, sorted(person.roles), sorted(person.schools), sorted(person.sections)],
        )

    def open_staff(self, person_id: str, sealed: bytes) -> Staff:
        """The inverse of `seal_staff`."""
        email, name, roles, schools, sections = self._open(STAFF, person_id, sealed)
        return Staff(person_id, email, name, frozenset(map(StaffRole, roles)), frozenset(schools), frozenset(sections))

    def seal_section(self, section: Section) -> bytes:
        """A class, sealed: its title may name its teacher."""
        ends = None if section.ends is None else section.ends.isoformat()
        return self._seal(SECTIONS, section.id, [section.title, section.school, sorted(section.teachers), ends])

    def open_section(self, section_id: str, sealed: bytes) -> Section:
        """The inverse of `seal_section`."""
        title, school, teachers, *more = self._open(SECTIONS, section_id, sealed)
        ends = more[0] if more else None  # a roster that an earlier modbot imported does not tell
        return Section(section_id, title, school, frozenset(teachers), ends and date.fromisoformat(ends))

    def seal_members(self, section_id: str, members: Sequence[Student]) -> bytes:
        """A class list, sealed as one."""
        return self._seal(MEMBERS, section_id, [_AS_TUPLE(member) for member in members])

    def open_members(self, section_id: str, sealed: bytes) -> tuple[Student, ...]:
        """The inverse of `seal_members`."""
        return tuple(Student(*member) for member in self._open(MEMBERS, section_id, sealed))

    def seal_meta(self, meta: Meta) -> bytes:
        """What the generation says about itself, sealed: without the district's key its digests tell nothing."""
        salt = base64.b64encode(meta.salt).decode("ascii")
        return self._seal(META, "", [salt, asdict(meta.counts), meta.imported_at.isoformat()])

    def open_meta(self, sealed: bytes) -> Meta:
        """The inverse of `seal_meta`."""
        salt, counts, imported_at = self._open(META, "", sealed)
        return Meta(base64.b64decode(salt), Counts(**counts), datetime.fromisoformat(imported_at))

    def _seal(self, table: str, record_id: str, value: Any) -> bytes:
        packed = zlib.compress(orjson.dumps(value), level=1)
        return self._sealer.seal(packed, context=self._context(table, record_id))

    def _open(self, table: str, record_id: str, sealed: bytes) -> Any:
        return orjson.loads(zlib.decompress(self._sealer.open(sealed, context=self._context(table, record_id))))

    def _context(self, table: str, record_id: str) -> bytes:
        return f"roster\0{self.generation}\0{table}\0{record_id}".encode()


def tables_of(generation: str) -> Iterator[str]:
    """Every key a generation may have."""
    yield from (keys.roster(generation, table) for table in (STAFF, SECTIONS, MEMBERS, META))
    yield from (keys.roster(generation, _mail_table(bucket)) for bucket in range(MAIL_BUCKETS))


def _mail_table(bucket: int) -> str:
    return f"mail:{bucket:x}"


def mail_value(email: EmailDigest) -> bytes:
    """What an address's digest leads to."""
    return (b"t" if email.staff else b"s") + email.person_id.encode()


def mail_person(value: bytes) -> MailPerson:
    """The inverse of `mail_value`."""
    return MailPerson(value[1:].decode(), staff=value[:1] == b"t")


def digest_of(meta: Meta) -> Digest:
    """The digests of a generation."""
    return email_digest(meta.salt)
