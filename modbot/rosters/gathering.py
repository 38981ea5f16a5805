"""Takes the rows of a source that is asked over the network, and makes a roster of them."""

import asyncio
from collections.abc import Sequence
from datetime import date

import orjson

from modbot.rosters import (
    Digest,
    ListedSection,
    Person,
    Post,
    Progress,
    School,
    Seat,
    Term,
    What,
    email_digest,
    normal_email,
)
from modbot.rosters.findings import Findings
from modbot.rosters.fitting import Misfit, identifier, looks_like_email, name
from modbot.rosters.joining import Names, Words
from modbot.rosters.scratch import Scratch

TOLERANCE = 0.01  # the share of a list's rows that may be left out
SHOWN_ID = 60  # characters of an id in a problem

NAMES = Names(people="people", roles="people", classes="sections", enrolments="seats")
WORDS = Words(
    Post.STUDENT, frozenset({Post.TEACHER, Post.PRINCIPAL, Post.OTHER}), principals=frozenset({Post.PRINCIPAL})
)

_ADD_PERSON = "INSERT INTO people (n, id, gone, enabled, email, details, mark) VALUES (?, ?, ?, ?, ?, ?, ?)"
_ADD_ROLE = "INSERT INTO roles (beside, person, role, org) VALUES (?, ?, ?, ?)"
_ADD_ROLE_UNTIL = "INSERT INTO roles (beside, person, role, org, until) VALUES (?, ?, ?, ?, ?)"
_ADD_SECTION = "INSERT INTO classes (id, gone, school, terms, details, mark) VALUES (?, ?, ?, ?, ?, ?)"
# SQLite's module looks up how to write whatever is not exactly a str, an int or a float, None and bool too: a row of
# three plain values is inserted three times as fast as the same with None and False written out.
_ADD_PLAIN_SEAT = "INSERT INTO enrolments (teaches, class, person) VALUES (?, ?, ?)"
_ADD_SEAT = "INSERT INTO enrolments (id, teaches, class, person, until, gone) VALUES (?, ?, ?, ?, ?, ?)"
_ADD_SCHOOL = "INSERT OR REPLACE INTO schools VALUES (?, ?, ?)"
_ADD_TERM = "INSERT OR REPLACE INTO terms VALUES (?, ?, ?)"
_NO_SEAT = "DELETE FROM enrolments WHERE class = ? AND person = ? AND teaches = ?"
_NO_SEATS = "DELETE FROM enrolments WHERE class = ?"


class Gathering:
    """`modbot.rosters.Rows` over an index. Work on the disk is done in a thread."""

    def __init__(self, index: Scratch, findings: Findings, *, changes: bool, progress: Progress | None) -> None:
        """`changes`: the index holds what was told before, and only what changed is told now."""
        self._index = index
        self._findings = findings
        self._changes = changes
        self._progress = progress
        self._digest: Digest = email_digest(index.secrets.salt)
        self._people = index.former["people"]
        self._by_section = False

    async def places(self, schools: Sequence[School], terms: Sequence[Term]) -> None:
        """See `Rows`."""
        await asyncio.to_thread(self._places, schools, terms)
        self._told("schools", len(schools))
        self._told("terms", len(terms))

    async def people(self, some: Sequence[Person]) -> None:
        """See `Rows`."""
        await asyncio.to_thread(self._add_people, some)
        self._told("people", len(some))

    async def sections(self, some: Sequence[ListedSection]) -> None:
        """See `Rows`."""
        await asyncio.to_thread(self._add_sections, some)
        self._told("sections", len(some))

    async def seats(self, some: Sequence[Seat]) -> None:
        """See `Rows`."""
        await asyncio.to_thread(self._add_seats, some)
        self._told("seats", len(some))

    async def clear_seats(self, sections: Sequence[str]) -> None:
        """See `Rows`."""
        await asyncio.to_thread(self._clear_seats, sections)

    def left_out(self, what: What, row_id: str, reason: str) -> None:
        """See `Rows`."""
        self._problem(what, row_id, reason)
        self._told(what, 1)
        if what == "people":
            self._tombstone(row_id)
        elif what == "sections":
            self._tombstone_of_section(row_id)

    def _told(self, what: What, rows: int) -> None:
        self._findings.rows[what] += rows
        if self._progress is not None:
            self._progress(self._findings.rows.total(), None)

    def _problem(self, what: What, row_id: str, reason: str) -> None:
        shown = row_id[:SHOWN_ID] if row_id.isprintable() else ""
        self._findings.left_out(what, None, f"{shown}: {reason}" if shown else reason)

    def _places(self, schools: Sequence[School], terms: Sequence[Term]) -> None:
        self._index.run("DELETE FROM schools")
        self._index.run("DELETE FROM terms")
        self._index.add(
            _ADD_SCHOOL, [(one.id, one.gone, one.counts) for one in schools if self._named("schools", one.id)]
        )
        self._index.add(
            _ADD_TERM, [(one.id, _day(one.until), one.gone) for one in terms if self._named("terms", one.id)]
        )

    def _named(self, what: What, row_id: str) -> bool:
        try:
            identifier(row_id, "id")
        except Misfit as misfit:
            self._problem(what, row_id, str(misfit))
            return False
        return True

    def _add_people(self, some: Sequence[Person]) -> None:
        people, roles = [], []
        for person in some:
            if not self._named("people", person.id):
                continue
            self._people += 1
            try:
                people.append((self._people, person.id, *self._person(person)))
            except Misfit as misfit:
                self._people -= 1
                self._problem("people", person.id, str(misfit))
                self._tombstone(person.id)
                continue
            roles += [(self._people, person.id, role.post.value, role.school, role.until) for role in person.roles]
        self._index.add(_ADD_PERSON, people)
        self._index.add(_ADD_ROLE, [role[:-1] for role in roles if role[-1] is None])
        self._index.add(_ADD_ROLE_UNTIL, [(*role[:-1], _day(role[-1])) for role in roles if role[-1] is not None])

    def _person(self, person: Person) -> tuple[int, int, bytes | None, bytes | None, bytes | None]:
        if person.gone:
            return 1, 0, None, None, None
        names = [
            name(person.given, "the given name"),
            name(person.family, "the family name"),
            name(person.preferred_given, "the preferred given name"),
            name(person.preferred_family, "the preferred family name"),
        ]
        if not any(names[:2]):
            raise Misfit("given name and family name are both empty")
        for role in person.roles:
            if role.school:
                identifier(role.school, "the school of a role")
        email = self._email(person)
        details = [*names, email]
        digest = self._digest(email) if email else None
        return 0, int(person.enabled), digest, self._index.cover(details), self._index.mark(details)

    def _email(self, person: Person) -> str:
        email = normal_email(person.email)
        if email and not looks_like_email(email):
            self._problem("people", person.id, "the e-mail is not an address; it is left out")
            return ""
        return email

    def _add_sections(self, some: Sequence[ListedSection]) -> None:
        rows = []
        for section in some:
            if not self._named("sections", section.id):
                continue
            try:
                rows.append((section.id, *self._section(section)))
            except Misfit as misfit:
                self._problem("sections", section.id, str(misfit))
                self._tombstone_of_section(section.id)
        self._index.add(_ADD_SECTION, rows)

    def _section(self, section: ListedSection) -> tuple[bool, str | None, str | None, bytes | None, bytes | None]:
        if section.gone:
            return True, None, None, None, None
        title = [name(section.title, "the title") or section.id]
        school = identifier(section.school, "the school")
        terms = [identifier(term, "a term") for term in section.terms]
        listed = orjson.dumps(terms).decode() if terms else None
        return False, school, listed, self._index.cover(title), self._index.mark(title)

    def _add_seats(self, some: Sequence[Seat]) -> None:
        plain: list[tuple[int, str, str]] = []
        rows = []
        fitting: set[str] = set()  # ids that stand in many rows are looked at once
        for seat in some:
            try:
                self._look_at(seat, fitting)
            except Misfit as misfit:
                self._problem("seats", seat.id, str(misfit))
                continue
            if seat.id or seat.gone or seat.until is not None:
                rows.append(seat)
            else:
                plain.append((int(seat.teaches), seat.section, seat.person))
        self._index.add(_ADD_PLAIN_SEAT, plain)
        self._add_other_seats(rows)

    def _add_other_seats(self, seats: Sequence[Seat]) -> None:
        named = [
            (seat.id or None, int(seat.teaches), seat.section, seat.person, _day(seat.until), int(seat.gone))
            for seat in seats
            if seat.id or not seat.gone
        ]
        self._index.add(_ADD_SEAT, named)
        gone = [(seat.section, seat.person, int(seat.teaches)) for seat in seats if seat.gone and not seat.id]
        if gone:
            self._ready_by_section()
            self._index.add(_NO_SEAT, gone)

    def _look_at(self, seat: Seat, fitting: set[str]) -> None:
        if seat.id:
            identifier(seat.id, "the id of a seat")
        if seat.gone and seat.id:
            return
        if seat.section not in fitting:
            fitting.add(identifier(seat.section, "the section of a seat"))
        if seat.person not in fitting:
            fitting.add(identifier(seat.person, "the person of a seat"))

    def _clear_seats(self, sections: Sequence[str]) -> None:
        self._ready_by_section()
        self._index.add(_NO_SEATS, [(section,) for section in sections])

    def _ready_by_section(self) -> None:
        if not self._by_section:
            self._index.run("CREATE INDEX IF NOT EXISTS enrolments_class ON enrolments (class)")
            self._by_section = True

    def _tombstone(self, person_id: str) -> None:
        """Who refers to someone left out is no second problem. Of changes, what was known before stays as it was."""
        if self._changes or not self._good_id(person_id):
            return
        self._people += 1
        gone = (self._people, person_id, True, False, None, None, None)
        self._index.run(_ADD_PERSON, *gone)

    def _tombstone_of_section(self, section_id: str) -> None:
        if not self._changes and self._good_id(section_id):
            gone = (section_id, True, None, None, None, None)
            self._index.run(_ADD_SECTION, *gone)

    def _good_id(self, row_id: str) -> bool:
        try:
            return bool(identifier(row_id, "id"))
        except Misfit:
            return False


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
