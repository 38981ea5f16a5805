"""A simulated Clever, a source that reads it, and rows that keep what they are told."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from modbot.http import Http
from modbot.rosters import ListedSection, Person, School, Seat, Source, Term, What
from modbot.rosters.clever.api import PAGE_RECORDS, CleverApi
from modbot.rosters.clever.pace import Bucket
from modbot.rosters.clever.source import CleverSource
from modbot.rosters.patience import Pauses
from modbot.settings.clever import CleverSettings
from modbot.simulators.clever import CleverSimulator, Record, Size
from tests.platforms.lent import Clock

QUICKLY = Pauses(first=timedelta(milliseconds=1))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Told:
    """Rows as a source tells them, with the meaning `modbot.rosters.Rows` gives them."""

    schools: dict[str, School] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    everybody: dict[str, Person] = field(default_factory=dict)
    classes: dict[str, ListedSection] = field(default_factory=dict)
    seated: set[tuple[str, str, bool]] = field(default_factory=set)
    misfits: list[tuple[What, str, str]] = field(default_factory=list)
    calls: int = 0  # with at least one row, other than schools and terms

    def rows(self) -> tuple[object, ...]:
        """Everything that was told so far, to be compared: copies, for what is told later changes these."""
        return dict(self.schools), dict(self.terms), dict(self.everybody), dict(self.classes), set(self.seated)

    async def places(self, schools: Sequence[School], terms: Sequence[Term]) -> None:
        self.schools = {school.id: school for school in schools}
        self.terms = {term.id: term for term in terms}

    async def people(self, some: Sequence[Person]) -> None:
        self.calls += bool(some)
        for person in some:
            self.everybody[person.id] = person
            if person.gone:
                del self.everybody[person.id]

    async def sections(self, some: Sequence[ListedSection]) -> None:
        self.calls += bool(some)
        for section in some:
            self.classes[section.id] = section
            if section.gone:
                del self.classes[section.id]

    async def seats(self, some: Sequence[Seat]) -> None:
        self.calls += bool(some)
        self.seated |= {(seat.section, seat.person, seat.teaches) for seat in some}

    async def clear_seats(self, sections: Sequence[str]) -> None:
        self.seated = {seat for seat in self.seated if seat[0] not in sections}

    def left_out(self, what: What, row_id: str, reason: str) -> None:
        self.misfits.append((what, row_id, reason))


@dataclass
class World:
    """A district at Clever and modbot's source for it."""

    clever: CleverSimulator
    http: Http
    clock: Clock

    def source(
        self,
        *,
        district: str = "",
        secret: str = "sim-client-secret",
        page_records: int = PAGE_RECORDS,
        bucket: Bucket | None = None,
        pauses: Pauses = QUICKLY,
    ) -> Source:
        """modbot's source, with the simulator's own district and credentials unless told otherwise."""
        settings = self.settings(district=district, secret=secret)
        api = CleverApi(settings, self.http, self.clock, bucket=bucket, pauses=pauses, page_records=page_records)
        return CleverSource(api, settings.district, self.clock)

    def settings(self, *, district: str = "", secret: str = "sim-client-secret") -> CleverSettings:
        """Settings that lead to the simulator."""
        return CleverSettings.model_validate(
            {
                "client_id": "sim-client",
                "client_secret": secret,
                "district": district or self.clever.district.id,
                "api_url": self.clever.api_url,
                "oauth_url": self.clever.oauth_url,
            }
        )

    def user(self, role: str, number: int) -> Record:
        """A person's record, to be changed and put back."""
        record = self.clever.district.users.get(self.clever.district.id_of(role, number))
        assert record is not None
        return record

    def section(self, number: int) -> Record:
        """A section's record, to be changed and put back."""
        record = self.clever.district.sections.get(self.clever.district.id_of("sections", number))
        assert record is not None
        return record


@asynccontextmanager
async def world_of(size: Size | None = None) -> AsyncIterator[World]:
    """A world for as long as the context lasts. Its clock stands at a noon of the school year."""
    clock, http = Clock(NOON), Http()
    try:
        async with CleverSimulator(clock, size) as clever:
            yield World(clever, http, clock)
    finally:
        await http.close()
