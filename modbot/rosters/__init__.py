"""Rosters: who works where and who belongs to which class, as a district's student information system tells it.

One source is one folder beside this file. It reads the district's data, leaves out what modbot has no use for, and
offers the rest as a `Roster`: staff, sections with their students, and keyed digests of e-mail addresses.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any, Protocol

from modbot.errors import RosterError
from modbot.model import Section, Staff

DIGEST_BYTES = 12
Digest = Callable[[str], bytes]  # a normal e-mail address → its keyed digest
Progress = Callable[[int, int | None], None]  # rows done, rows in all or None while that is not known


@dataclass(frozen=True, slots=True)
class Student:
    """Someone on a class list. The preferred names are "" where they are the same or not given."""

    id: str
    given: str
    family: str
    preferred_given: str = ""
    preferred_family: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class EmailDigest:
    """An address nobody can read back, and the one person it belongs to."""

    digest: bytes
    person_id: str
    staff: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the district's files that does not fit. Carries ids and lines, never names or addresses."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a roster holds."""

    schools: int = 0
    sections: int = 0
    staff: int = 0
    students: int = 0
    seats: int = 0  # students in sections; one student may have several
    staff_without_email: int = 0  # they cannot be recognised in Slack
    shared_emails: int = 0  # addresses of more than one student: they identify nobody
    left_out: int = 0  # rows that did not fit


@dataclass(frozen=True, slots=True)
class RosterReport:
    """What was found in the district's files. `refusal` is "" when they may be imported."""

    source: str
    version: str = ""
    counts: Counts = Counts()
    rows: Mapping[str, int] = field(default_factory=dict)  # file → rows read
    problems: tuple[Problem, ...] = ()  # the first ones, in the order of reading
    problems_total: int = 0
    refusal: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the files may be imported."""
        return not self.refusal

    def to_json(self) -> dict[str, Any]:
        """The report as plain data for a JSON writer."""
        return {
            "accepted": self.accepted,
            "refusal": self.refusal,
            "source": self.source,
            "version": self.version,
            "counts": asdict(self.counts),
            "rows": dict(self.rows),
            "problems": [asdict(problem) for problem in self.problems],
            "problems_total": self.problems_total,
        }


class RosterRefused(RosterError):
    """The files do not fit well enough to be imported; nothing was changed. `report` says what is wrong."""

    def __init__(self, report: RosterReport) -> None:
        super().__init__(report.refusal, problems=[str(problem) for problem in report.problems])
        self.report = report


class Roster(Protocol):
    """A district's roster that has been read and checked. Each iterator holds one record at a time."""

    @property
    def report(self) -> RosterReport:
        """What was found; the iterators may be used when it is accepted."""

    def staff(self) -> Iterator[Staff]:
        """Everybody on staff, with the schools and sections their rights follow from."""

    def sections(self) -> Iterator[tuple[Section, tuple[Student, ...]]]:
        """Every running class and its students."""

    def emails(self) -> Iterator[EmailDigest]:
        """Addresses that identify one person, in the order of their digests."""


def normal_email(address: str) -> str:
    """The form in which addresses are compared."""
    return address.strip().casefold()


def email_digest(key: bytes) -> Digest:
    """Digests of addresses under one key of 16 to 64 bytes: the same address gives the same 12 bytes."""

    def digest(address: str) -> bytes:
        return blake2b(
            normal_email(address).encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES, key=key
        ).digest()

    return digest
