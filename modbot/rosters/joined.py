"""From the index to a roster: who is staff, what refers to nothing, and the records in order."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import groupby

from modbot.model import Section, Staff, StaffRole
from modbot.rosters import Counts, EmailDigest, RosterReport, Student
from modbot.rosters.scratch import Kind, Scratch

# The last day of the last of a class's terms; NULL where it names none, or the end of one of them is not known.
ENDS = """(SELECT CASE WHEN count(*) = count(t.until) THEN max(t.until) END
    FROM json_each(classes.terms) j LEFT JOIN terms t ON t.id = j.value WHERE t.id IS NULL OR NOT t.gone)"""

STUDENTS_AT_HAND = 8192  # about 4 MB: more than a large school has


class JoinedRoster:
    """A roster whose rows have been joined (`modbot.rosters.joining`). `report` is set by who read them."""

    def __init__(self, index: Scratch, report: RosterReport, principals: frozenset[str]) -> None:
        self.index = index
        self._principals = principals
        self.report = report

    def staff(self) -> Iterator[Staff]:
        """Everybody on staff. A principal's `schools` are only those they lead, so that no right is lent to another."""
        everybody = "SELECT n, id, email, details FROM people WHERE kind = ? ORDER BY n"
        for number, person_id, email, covered in self.index.ask(everybody, Kind.STAFF):
            given, family, preferred_given, preferred_family, address = self.index.uncover(covered)
            roles, schools = self._standing(person_id)
            sections = self.index.ask(
                "SELECT c.id FROM teaching t JOIN classes c ON c.n = t.class WHERE t.person = ?", number
            )
            taught = frozenset(section for (section,) in sections)
            yield Staff(
                id=person_id,
                email=address if email is not None else "",
                name=f"{preferred_given or given} {preferred_family or family}".strip(),
                roles=roles | {StaffRole.TEACHER} if taught else roles,
                schools=schools,
                sections=taught,
            )

    def _standing(self, person_id: str) -> tuple[frozenset[StaffRole], frozenset[str]]:
        held = set(self.index.ask("SELECT role, org FROM roles WHERE person = ?", person_id))
        led = frozenset(org for role, org in held if role in self._principals)
        roles = {StaffRole.TEACHER} if any(role == "teacher" for role, _ in held) else set()
        if led:
            return frozenset(roles | {StaffRole.PRINCIPAL}), led
        return frozenset(roles), frozenset(org for _, org in held)

    def sections(self) -> Iterator[tuple[Section, tuple[Student, ...]]]:
        """Every running class and its students, school by school: most of a school's students sit in several."""
        running = f"SELECT n, id, school, details, {ENDS} FROM classes WHERE kind = ? ORDER BY school, n"  # noqa: S608
        student = lru_cache(STUDENTS_AT_HAND)(self._student)
        for number, section_id, school, covered, until in self.index.ask(running, Kind.LISTED):
            teachers = self.index.ask(
                "SELECT p.id FROM teaching t JOIN people p ON p.n = t.person WHERE t.class = ?", number
            )
            [title] = self.index.uncover(covered)
            ends = None if until is None else date.fromisoformat(until)
            section = Section(section_id, title, school, frozenset(teacher for (teacher,) in teachers), ends)
            seated = self.index.ask("SELECT person FROM seats WHERE class = ? ORDER BY person", number)
            yield section, tuple([student(person) for (person,) in seated])

    def _student(self, number: int) -> Student:
        [(person_id, covered)] = self.index.ask("SELECT id, details FROM people WHERE n = ?", number)
        return Student(person_id, *self.index.uncover(covered))

    def emails(self) -> Iterator[EmailDigest]:
        """Addresses that identify one person: staff before students, and nobody where students share one."""
        owned = (
            "SELECT email, id, kind FROM people WHERE email IS NOT NULL AND kind IN (?, ?) ORDER BY email, kind DESC"
        )
        for digest, holders in groupby(self.index.ask(owned, Kind.STAFF, Kind.STUDENT), key=lambda holder: holder[0]):
            (_, person_id, kind), *others = holders
            if kind == Kind.STAFF or not others:
                yield EmailDigest(digest, person_id, staff=kind == Kind.STAFF)


def count(index: Scratch, *, left_out: int) -> Counts:
    """How much the index holds once everything is joined."""
    shared = """SELECT count(*) FROM (SELECT email FROM people WHERE kind = ? AND email IS NOT NULL
        GROUP BY email HAVING count(*) > 1)"""
    return Counts(
        schools=index.number("SELECT count(*) FROM schools WHERE counts AND NOT gone"),
        sections=index.number("SELECT count(*) FROM classes WHERE kind = ?", Kind.LISTED),
        staff=index.number("SELECT count(*) FROM people WHERE kind = ?", Kind.STAFF),
        students=index.number("SELECT count(*) FROM people WHERE kind = ?", Kind.STUDENT),
        seats=index.number("SELECT count(*) FROM seats"),
        staff_without_email=index.number("SELECT count(*) FROM people WHERE kind = ? AND email IS NULL", Kind.STAFF),
        shared_emails=index.number(shared, Kind.STUDENT),
        left_out=left_out,
    )
