"""Rosters: who works where and who belongs to which class, as a district's student information system tells it.

One source is one folder beside this file. What a source reads becomes a `Roster`: staff, sections with their students,
and keyed digests of e-mail addresses.

A source that is asked over the network exports one function and is named once in `modbot.rosters.registry`:

    def build(block: <its settings block>, means: Means) -> Source

`Source.read` asks the vendor page by page and hands each page's rows to `Rows`, which checks them and puts them into an
index on disk: after each call the page may be forgotten, so memory does not grow with the district. The source takes
from the vendor's JSON only what `Person`, `ListedSection`, `Seat`, `School` and `Term` have a place for; whatever else
the vendor sends is dropped there. Everything that follows (who is staff, what refers to nothing, the comparison with
the roster in force, the switch) is done for all sources alike.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Literal, Protocol

from modbot.errors import RosterError
from modbot.http import Http
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


class Post(StrEnum):
    """What someone is to a school. A vendor's other words are `OTHER` for staff, and no role at all for anyone else."""

    STUDENT = "student"
    TEACHER = "teacher"
    PRINCIPAL = "principal"  # leads the school; whoever may act on all its classes
    OTHER = "staff"  # on staff without a class: may page


@dataclass(frozen=True, slots=True)
class Role:
    """A post at a school ("" = the district), up to and including a day."""

    post: Post
    school: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class School:
    """A school by id. `gone`: its sections do not run and its roles do not count."""

    id: str
    gone: bool = False
    counts: bool = True  # False for the district itself or a department: a place of roles and not a school


@dataclass(frozen=True, slots=True)
class Term:
    """A term by id, up to and including a day; None when its end is not known."""

    id: str
    until: date | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A person with all their roles. Not `enabled`: staff vanish, students stay. `gone`: only the id counts."""

    id: str
    given: str = ""
    family: str = ""
    preferred_given: str = ""
    preferred_family: str = ""
    email: str = ""
    roles: Sequence[Role] = ()
    enabled: bool = True
    gone: bool = False


@dataclass(frozen=True, slots=True)
class ListedSection:
    """A class without its people. It runs while one of its terms does, or when it names none."""

    id: str
    title: str = ""
    school: str = ""
    terms: Sequence[str] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """Someone in a section, as teacher or student. `id` is the vendor's own for this row, "" when it has none."""

    section: str
    person: str
    teaches: bool = False
    id: str = ""
    until: date | None = None
    gone: bool = False


What = Literal["schools", "terms", "people", "sections", "seats"]


class Rows(Protocol):
    """Takes a source's rows a page at a time. What does not fit is left out, counted and told with its id.

    Told again, an id takes the place of what was told of it before, in the same reading or in an earlier one. Rows may
    refer to what is told later. Nothing here raises for what the vendor sent; StoreUnavailable and OSError are not the
    source's to catch.
    """

    async def places(self, schools: Sequence[School], terms: Sequence[Term]) -> None:
        """Every school and every term. Once in each reading, also in one of changes only: they are few."""

    async def people(self, some: Sequence[Person]) -> None:
        """A page of people."""

    async def sections(self, some: Sequence[ListedSection]) -> None:
        """A page of sections. Their seats stay as they are."""

    async def seats(self, some: Sequence[Seat]) -> None:
        """A page of seats. One that is `gone` is taken away by its id, else by section, person and `teaches`."""

    async def clear_seats(self, sections: Sequence[str]) -> None:
        """Forget who is in these sections: for a vendor that sends a changed section with everybody in it."""

    def left_out(self, what: What, row_id: str, reason: str) -> None:
        """A row the source itself could not make sense of: its id ("" when it has none), and why in an admin's words.

        Do not hand it to the other methods as well.
        """


class Gap(RosterError):
    """The vendor cannot tell everything that changed since the mark: everything must be read anew."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that was tried, and in an admin's words what came of it and what to do."""

    what: str
    ok: bool
    said: str


class Source(Protocol):
    """A student information system that is asked over the network, with one set of credentials."""

    name: str  # its folder and its settings block, such as "clever"

    async def read(self, rows: Rows, *, since: str = "") -> str:
        """Hand everything to `rows`, or what changed since a mark; returns the mark for the next reading.

        A mark is up to 1,000 characters of the source's own making, "" when the source cannot tell changes. It stands
        for the moment this reading began, so that nothing falls between two readings. What the mark says must be enough
        to notice a gap and another district's credentials. Raises Gap, at any moment of a reading with `since`: the
        reading is then thrown away and begun anew without. Raises VendorError whose `staff_text` is written for the
        admin and says what to do; it carries no name, address or token.
        """

    async def probe(self) -> Sequence[Probe]:
        """Try address, credentials and scopes with a few small requests. What fails is told there, not raised."""


@dataclass(frozen=True, slots=True)
class Means:
    """What modbot lends every source."""

    http: Http
    now: Callable[[], datetime]


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
