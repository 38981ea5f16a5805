"""Whatever changed, in any order: reading the changes gives the roster that reading everything gives."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from modbot.rosters import ListedSection, Person, Post, Role, Rows, School, Seat, Term
from modbot.rosters.network import read
from modbot.rosters.scratch import Scratch, Secrets, scratch

TODAY = date(2026, 11, 22)
SECRETS = Secrets()
T = TypeVar("T")
PEOPLE, SECTIONS = ["p1", "p2", "p3"], ["c1", "c2"]


def mostly(usual: T, *others: T) -> st.SearchStrategy[T]:
    """Nearly always the first: a roster in which little fits shows little."""
    return st.sampled_from([*[usual] * 8, *others])


DAYS = mostly(None, date(2026, 6, 5), date(2027, 6, 5))
ROLES = st.builds(
    Role, st.sampled_from([Post.STUDENT, Post.TEACHER, *Post]), mostly("north", "", "south", "closed", "nowhere"), DAYS
)
PERSONS = st.builds(
    Person,
    st.sampled_from(PEOPLE),
    given=st.sampled_from(["Ada", "Ben", ""]),
    family=mostly("Okafor", "Lund", "L" * 300),
    email=mostly("a@example.org", "", "none"),
    roles=ROLES.map(lambda role: (role,)),
    enabled=mostly(True, False),
    gone=mostly(False, True),
)
LISTED = st.builds(
    ListedSection,
    st.sampled_from(SECTIONS),
    title=st.sampled_from(["Algebra", ""]),
    school=mostly("north", "south", "closed"),
    terms=mostly(("now",), (), ("over",), ("over", "unheard")),
    gone=mostly(False, True),
)
SEATS = st.builds(
    Seat,
    mostly("c1", "c2", "c-none"),
    st.sampled_from([*PEOPLE, "p-none"]),
    teaches=st.booleans(),
    id=st.sampled_from(["e1", "e2", "e3", "e4"]),
    until=DAYS,
    gone=mostly(False, True, True),
)


@dataclass
class Told:
    """A source that hands over what it is given, in pages of two."""

    people: Sequence[Person] = ()
    sections: Sequence[ListedSection] = ()
    seats: Sequence[Seat] = ()
    name: str = field(default="told")

    async def read(self, rows: Rows, *, since: str = "") -> str:
        """See `modbot.rosters.Source`."""
        terms = [Term("now", date(2027, 6, 5)), Term("over", date(2026, 6, 5))]
        await rows.places([School("north"), School("south"), School("closed", gone=True)], terms)
        for page in pages(self.seats):  # before those they name: any order will do
            await rows.seats(page)
        for some in pages(self.people):
            await rows.people(some)
        for listed in pages(self.sections):
            await rows.sections(listed)
        return "mark"

    async def probe(self) -> Sequence[Any]:
        """Nothing to try."""
        return []


def pages(rows: Sequence[T]) -> list[Sequence[T]]:
    return [rows[at : at + 2] for at in range(0, len(rows), 2)]


def last_of_each(rows: Sequence[T], key: Callable[[T], str]) -> list[T]:
    return list({key(row): row for row in rows}.values())


def fits(person: Person) -> bool:
    """A change that does not fit leaves what was known: everything told at once would leave the person out instead."""
    return person.gone or len(person.family) <= 200


async def roster_of(source: Told, index: Scratch, since: str, copy: Path) -> tuple[object, ...]:
    roster = await read(source, index, today=TODAY, since=since, tolerance=1, told=lambda told, _: told.copy_to(copy))
    sections = {section.id: (section, set(students)) for section, students in roster.sections()}
    emails = sorted((one.digest, one.person_id, one.staff) for one in roster.emails())
    return {one.id: one for one in roster.staff()}, sections, emails, replace(roster.report.counts, left_out=0)


@given(
    people=st.lists(PERSONS, min_size=4, max_size=8),
    sections=st.lists(LISTED, min_size=2, max_size=4),
    seats=st.lists(SEATS, min_size=4, max_size=10),
    later_people=st.lists(PERSONS.filter(fits), max_size=4),
    later_sections=st.lists(LISTED, max_size=2),
    later_seats=st.lists(SEATS, max_size=4),
)
@settings(max_examples=80, deadline=None)
def test_changes_upon_what_was_told_give_what_everything_gives(
    people: list[Person],
    sections: list[ListedSection],
    seats: list[Seat],
    later_people: list[Person],
    later_sections: list[ListedSection],
    later_seats: list[Seat],
) -> None:
    people, seats = last_of_each(people, lambda one: one.id), last_of_each(seats, lambda one: one.id)
    later_people = unshared(later_people)
    with TemporaryDirectory() as directory, ExitStack() as stack:
        kept, unused = Path(directory) / "kept.db", Path(directory) / "unused.db"
        first = stack.enter_context(scratch(secrets=SECRETS))
        asyncio.run(roster_of(Told(unshared(people), sections, seats), first, "", kept))
        changed = stack.enter_context(scratch(secrets=SECRETS, former=kept))
        later = Told(later_people, later_sections, later_seats)
        by_changes = asyncio.run(roster_of(later, changed, "mark", unused))
        fresh = stack.enter_context(scratch(secrets=SECRETS))
        now = Told(
            last_of_each([*unshared(people), *later_people], lambda one: one.id),
            last_of_each([*sections, *later_sections], lambda one: one.id),
            last_of_each([*seats, *later_seats], lambda one: one.id),
        )
        assert by_changes == asyncio.run(roster_of(now, fresh, "", unused))


def unshared(people: Sequence[Person]) -> list[Person]:
    """Which of two staff members with one address is recognised depends on the order, so nobody shares one here."""
    return [replace(one, email=f"{one.id}@example.org") if "@" in one.email else one for one in people]
