"""What a new roster would add, change and take away, compared with the one in force; in bounded memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import orjson

from modbot.model import Section, Staff
from modbot.rosters import Student
from modbot.rosters.joined import ENDS, JoinedRoster
from modbot.rosters.scratch import Kind, Scratch

_TABLES = ("former_staff", "former_students", "former_sections", "new_staff", "new_students", "new_sections")
_NO_SEATS: set[tuple[str, bool]] = set()
_SEATS = """SELECT c.id,
    (SELECT json_group_array(p.id) FROM seats s JOIN people p ON p.n = s.person WHERE s.class = c.n),
    (SELECT json_group_array(p.id) FROM teaching t JOIN people p ON p.n = t.person WHERE t.class = c.n)
    FROM json_each(?) j JOIN classes c ON c.id = j.value"""


@dataclass(frozen=True, slots=True)
class Change:
    """How many of one kind there were, and what becomes of them."""

    before: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def after(self) -> int:
        """How many there will be."""
        return self.before + self.added - self.removed

    @property
    def share_removed(self) -> float:
        """The share of those there were that goes, from 0 to 1."""
        return self.removed / self.before if self.before else 0.0


@dataclass(frozen=True, slots=True)
class Changes:
    """A new roster against the one in force. A seat is someone in a section, as student or teacher."""

    staff: Change = Change()
    students: Change = Change()  # who are in a section
    sections: Change = Change()
    seats: Change = Change()

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON writer."""
        return {name: {**numbers, "after": getattr(self, name).after} for name, numbers in asdict(self).items()}

    def too_many_removed(self, most: float) -> str:
        """In an admin's words what would go, where more than `most` (0 to 1) of it would; else ""."""
        kinds = {"staff": self.staff, "students": self.students, "sections": self.sections}
        gone = [
            f"{change.removed:,} of {change.before:,} {what}"
            for what, change in kinds.items()
            if change.share_removed > most
        ]
        return " and ".join(gone)


class Comparison:
    """Tell it the roster in force in pieces, then ask for the `changes`. Runs in one thread at a time."""

    def __init__(self, index: Scratch, roster: JoinedRoster) -> None:
        self._index = index
        for table in _TABLES:
            index.run(f"DROP TABLE IF EXISTS temp.{table}")
            index.run(f"CREATE TEMP TABLE {table} (id TEXT PRIMARY KEY, mark BLOB) WITHOUT ROWID")
        index.add("INSERT INTO new_staff VALUES (?, ?)", ((one.id, self._mark_of(one)) for one in roster.staff()))
        index.run(
            "INSERT INTO new_students SELECT id, mark FROM people WHERE kind = ? AND n IN (SELECT person FROM seats)",
            Kind.STUDENT,
        )
        self._new_sections()
        self._seats_before = self._seats_kept = 0

    def former_staff(self, people: Iterable[Staff]) -> None:
        """Some staff of the roster in force."""
        self._index.add(
            "INSERT OR IGNORE INTO former_staff VALUES (?, ?)", [(one.id, self._mark_of(one)) for one in people]
        )

    def former_sections(self, sections: Sequence[tuple[Section, tuple[Student, ...]]]) -> None:
        """Some sections of the roster in force, with their students. One that is told twice counts once."""
        known = self._known("former_sections", (section.id for section, _ in sections))
        fresh = {section.id: (section, students) for section, students in sections if section.id not in known}
        marks = [(one.id, self._mark_of_section(one.title, one.school, _told(one.ends))) for one, _ in fresh.values()]
        self._index.add("INSERT INTO former_sections VALUES (?, ?)", marks)
        self._former_students({one.id: one for _, students in fresh.values() for one in students})
        now = self._seats_of(fresh)
        for section, students in fresh.values():
            before = {(one.id, False) for one in students} | {(teacher, True) for teacher in section.teachers}
            self._seats_before += len(before)
            self._seats_kept += len(before & now.get(section.id, _NO_SEATS))

    def _former_students(self, students: Mapping[str, Student]) -> None:
        """Most sit in several sections, and are told with each."""
        known = self._known("former_students", students)
        fresh = [(one.id, self._mark_of_student(one)) for one in students.values() if one.id not in known]
        self._index.add("INSERT INTO former_students VALUES (?, ?)", fresh)

    def changes(self) -> Changes:
        """What becomes of them."""
        seats = self._index.number("SELECT (SELECT count(*) FROM seats) + (SELECT count(*) FROM teaching)")
        return Changes(
            staff=self._change("staff"),
            students=self._change("students"),
            sections=self._change("sections"),
            seats=Change(self._seats_before, seats - self._seats_kept, 0, self._seats_before - self._seats_kept),
        )

    def _change(self, what: str) -> Change:
        old, new = f"former_{what}", f"new_{what}"
        number = self._index.number
        return Change(
            before=number(f"SELECT count(*) FROM {old}"),  # noqa: S608 - our own names, here and below
            added=number(f"SELECT count(*) FROM {new} WHERE id NOT IN (SELECT id FROM {old})"),  # noqa: S608
            changed=number(f"SELECT count(*) FROM {new} n JOIN {old} o USING (id) WHERE n.mark <> o.mark"),  # noqa: S608
            removed=number(f"SELECT count(*) FROM {old} WHERE id NOT IN (SELECT id FROM {new})"),  # noqa: S608
        )

    def _known(self, table: str, ids: Iterable[str]) -> set[str]:
        """Which of these ids a table has."""
        found = f"SELECT id FROM {table} WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own names
        return {one for (one,) in self._index.ask(found, _listed(ids))}

    def _seats_of(self, sections: Iterable[str]) -> dict[str, set[tuple[str, bool]]]:
        """Who sits in these sections and who teaches them, where they are in the new roster."""
        found: dict[str, set[tuple[str, bool]]] = {}
        for section, students, teachers in self._index.ask(_SEATS, _listed(sections)):
            seated = {(person, False) for person in orjson.loads(students)}
            found[section] = seated | {(person, True) for person in orjson.loads(teachers)}
        return found

    def _new_sections(self) -> None:
        listed = f"SELECT id, school, details, ifnull({ENDS}, '') FROM classes WHERE kind = ?"  # noqa: S608 - our own
        running = self._index.ask(listed, Kind.LISTED)
        titled = ((row, self._index.uncover(hidden)[0], school, ends) for row, school, hidden, ends in running)
        marks = ((row, self._mark_of_section(title, school, ends)) for row, title, school, ends in titled)
        self._index.add("INSERT INTO new_sections VALUES (?, ?)", marks)

    def _mark_of_section(self, title: str, school: str, ends: str) -> bytes:
        return self._index.mark([title, school, ends])

    def _mark_of(self, person: Staff) -> bytes:
        """What is theirs apart from sections: those are seats."""
        return self._index.mark([person.name, person.email, *sorted(person.roles), "", *sorted(person.schools)])

    def _mark_of_student(self, one: Student) -> bytes:
        return self._index.mark([one.given, one.family, one.preferred_given, one.preferred_family, one.email])


def _listed(ids: Iterable[str]) -> str:
    return orjson.dumps(list(ids)).decode()


def _told(ends: date | None) -> str:
    return "" if ends is None else ends.isoformat()
