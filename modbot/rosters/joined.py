"""From the index to a roster: who is staff, what refers to nothing, and the records in order."""

from collections.abc import Iterator
from itertools import groupby

from modbot.model import Section, Staff, StaffRole
from modbot.rosters import Counts, EmailDigest, RosterReport, Student
from modbot.rosters.findings import Findings
from modbot.rosters.scratch import Kind, Scratch


def join_people(index: Scratch, findings: Findings, *, people_file: str) -> None:
    """Drop people who are there twice. Run when all are in the index."""
    _drop_twins(index, findings, table="people", file=people_file)


def join_roles(
    index: Scratch,
    findings: Findings,
    *,
    people_file: str,
    roles_file: str,
    student: str,
    staff: frozenset[str],
) -> None:
    """Sort people into students and staff. Run when all roles are in the index."""
    dangling = "SELECT line, person FROM roles WHERE person NOT IN (SELECT id FROM people) ORDER BY line"
    for line, person in index.ask(dangling):
        findings.left_out(roles_file, line, f"it names the user {person}, who is not in {people_file}")
    words = ", ".join("?" * len(staff))
    both = f"""SELECT line FROM people WHERE kind = ? AND id IN (SELECT person FROM roles WHERE role = ?)
        AND id IN (SELECT person FROM roles WHERE role IN ({words})) ORDER BY line"""  # noqa: S608 - only marks
    for (line,) in index.ask(both, Kind.LISTED, student, *staff):
        findings.left_out(people_file, line, "the user is both student and staff; taken as a student only")
    sort = "UPDATE people SET kind = ? WHERE kind = ? AND id IN (SELECT person FROM roles WHERE role = ?)"
    index.run(sort, Kind.STUDENT, Kind.LISTED, student)
    for role in sorted(staff):
        index.run(sort, Kind.STAFF, Kind.LISTED, role)
    index.run("UPDATE people SET kind = ? WHERE kind = ? AND NOT enabled", Kind.GONE, Kind.STAFF)
    index.run("CREATE INDEX roles_person ON roles (person)")
    _drop_twin_addresses(index, findings, file=people_file)


def join_classes(index: Scratch, findings: Findings, *, classes_file: str) -> None:
    """Drop classes that are there twice. Run when all are in the index."""
    _drop_twins(index, findings, table="classes", file=classes_file)


def join_enrolments(index: Scratch, findings: Findings, *, file: str, people_file: str, classes_file: str) -> None:
    """Seat students and teachers. Run last."""
    for line, known in index.ask("SELECT line, class FROM enrolments WHERE class IS NULL OR person IS NULL"):
        missing = f"a user who is not in {people_file}" if known else f"a class that is not in {classes_file}"
        findings.left_out(file, line, f"it names {missing}")
    wrong = (
        "SELECT e.line, e.teaches FROM enrolments e JOIN people p ON p.n = e.person WHERE p.kind = ? AND e.teaches = ?"
    )
    for line, _ in index.ask(wrong, Kind.STUDENT, 1):
        findings.left_out(file, line, "it makes a student the teacher of a class")
    for line, _ in index.ask(wrong, Kind.STAFF, 0):
        findings.left_out(file, line, "it makes a staff member a student of a class")
    seat = """INSERT OR IGNORE INTO {} SELECT {} FROM enrolments e JOIN people p ON p.n = e.person
        JOIN classes c ON c.n = e.class WHERE e.teaches = ? AND p.kind = ? AND c.kind = ? ORDER BY 1, 2"""
    index.run(seat.format("seats", "c.n, p.n"), 0, Kind.STUDENT, Kind.LISTED)
    index.run(seat.format("teaching", "p.n, c.n"), 1, Kind.STAFF, Kind.LISTED)
    index.run("CREATE INDEX teaching_class ON teaching (class)")


def _drop_twins(index: Scratch, findings: Findings, *, table: str, file: str) -> None:
    index.run(f"CREATE INDEX {table}_id ON {table} (id)")
    twins = f"""SELECT t.line, f.line, t.id FROM {table} t JOIN {table} f
        ON f.n = (SELECT min(n) FROM {table} WHERE id = t.id) WHERE t.n > f.n ORDER BY t.line"""  # noqa: S608
    for line, first, twin in index.ask(twins):
        findings.left_out(file, line, f"sourcedId {twin} is already on line {first}, which is kept")
    index.run(f"DELETE FROM {table} WHERE n > (SELECT min(n) FROM {table} t WHERE t.id = {table}.id)")  # noqa: S608


def _drop_twin_addresses(index: Scratch, findings: Findings, *, file: str) -> None:
    index.run("CREATE INDEX people_email ON people (email)")
    twins = """SELECT t.n, t.line, f.line FROM people t JOIN people f
        ON f.n = (SELECT min(n) FROM people WHERE email = t.email AND kind = t.kind)
        WHERE t.kind = ? AND t.n > f.n ORDER BY t.line"""
    for number, line, first in list(index.ask(twins, Kind.STAFF)):
        findings.left_out(file, line, f"the same e-mail is on line {first}; only that person is recognised by it")
        index.run("UPDATE people SET email = NULL WHERE n = ?", number)


class JoinedRoster:
    """A roster whose rows have been joined. `report` is set by who read them."""

    def __init__(self, index: Scratch, report: RosterReport, principals: frozenset[str]) -> None:
        self._index = index
        self._principals = principals
        self.report = report

    def staff(self) -> Iterator[Staff]:
        """Everybody on staff. A principal's `schools` are only those they lead, so that no right is lent to another."""
        everybody = "SELECT n, id, email, details FROM people WHERE kind = ? ORDER BY n"
        for number, person_id, email, covered in self._index.ask(everybody, Kind.STAFF):
            given, family, preferred_given, preferred_family, address = self._index.uncover(covered)
            roles, schools = self._standing(person_id)
            sections = self._index.ask(
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
        held = set(self._index.ask("SELECT role, org FROM roles WHERE person = ?", person_id))
        led = frozenset(org for role, org in held if role in self._principals)
        roles = {StaffRole.TEACHER} if any(role == "teacher" for role, _ in held) else set()
        if led:
            return frozenset(roles | {StaffRole.PRINCIPAL}), led
        return frozenset(roles), frozenset(org for _, org in held)

    def sections(self) -> Iterator[tuple[Section, tuple[Student, ...]]]:
        """Every running class and its students."""
        running = "SELECT n, id, school, details FROM classes WHERE kind = ? ORDER BY n"
        for number, section_id, school, covered in self._index.ask(running, Kind.LISTED):
            teachers = self._index.ask(
                "SELECT p.id FROM teaching t JOIN people p ON p.n = t.person WHERE t.class = ?", number
            )
            [title] = self._index.uncover(covered)
            section = Section(section_id, title, school, frozenset(teacher for (teacher,) in teachers))
            yield section, tuple(self._students(number))

    def _students(self, number: int) -> Iterator[Student]:
        seated = """SELECT p.id, p.details FROM seats s JOIN people p ON p.n = s.person
            WHERE s.class = ? ORDER BY s.person"""
        for person_id, covered in self._index.ask(seated, number):
            yield Student(person_id, *self._index.uncover(covered))

    def emails(self) -> Iterator[EmailDigest]:
        """Addresses that identify one person: staff before students, and nobody where students share one."""
        owned = (
            "SELECT email, id, kind FROM people WHERE email IS NOT NULL AND kind IN (?, ?) ORDER BY email, kind DESC"
        )
        for digest, holders in groupby(self._index.ask(owned, Kind.STAFF, Kind.STUDENT), key=lambda holder: holder[0]):
            (_, person_id, kind), *others = holders
            if kind == Kind.STAFF or not others:
                yield EmailDigest(digest, person_id, staff=kind == Kind.STAFF)


def count(index: Scratch, *, schools: int, left_out: int) -> Counts:
    """How much the index holds once everything is joined."""
    shared = """SELECT count(*) FROM (SELECT email FROM people WHERE kind = ? AND email IS NOT NULL
        GROUP BY email HAVING count(*) > 1)"""
    return Counts(
        schools=schools,
        sections=index.number("SELECT count(*) FROM classes WHERE kind = ?", Kind.LISTED),
        staff=index.number("SELECT count(*) FROM people WHERE kind = ?", Kind.STAFF),
        students=index.number("SELECT count(*) FROM people WHERE kind = ?", Kind.STUDENT),
        seats=index.number("SELECT count(*) FROM seats"),
        staff_without_email=index.number("SELECT count(*) FROM people WHERE kind = ? AND email IS NULL", Kind.STAFF),
        shared_emails=index.number(shared, Kind.STUDENT),
        left_out=left_out,
    )
