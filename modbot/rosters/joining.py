"""Joins what was told: what refers to nothing, who is student and who is staff, which classes run, who sits where.

Everything that depends on the day is decided here, so that what was told may be joined again on another day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from modbot.rosters.findings import Findings
from modbot.rosters.scratch import Kind, Scratch


@dataclass(frozen=True, slots=True)
class Names:
    """What an admin calls the files or lists that problems are told of."""

    people: str
    roles: str
    classes: str
    enrolments: str

    def standing(self, index: Scratch) -> dict[str, int]:
        """How many rows an index holds under each name."""
        return {
            self.roles: index.rows("roles"),
            self.people: index.rows("people"),
            self.classes: index.rows("classes"),
            self.enrolments: index.rows("enrolments"),
        }


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the roles that count."""

    student: str
    staff: frozenset[str]
    principals: frozenset[str]


def settle(index: Scratch) -> None:
    """Forget what an earlier reading told of an id that was told again. Run when all has been told."""
    for table in ("people", "classes", "roles", "enrolments"):
        if former := index.former[table]:
            again = f"SELECT id FROM {table} WHERE n > ? AND id IS NOT NULL"  # noqa: S608 - our own names
            index.run(f"DELETE FROM {table} WHERE n <= ? AND id IN ({again})", former, former)  # noqa: S608
    if former := index.former["enrolments"]:
        last = "SELECT max(n) FROM enrolments WHERE n > ? AND id IS NOT NULL GROUP BY id"
        index.run(f"DELETE FROM enrolments WHERE n > ? AND id IS NOT NULL AND n NOT IN ({last})", former, former)  # noqa: S608
    if index.former["people"]:
        index.run("DELETE FROM roles WHERE beside IS NOT NULL AND beside NOT IN (SELECT n FROM people)")


def join(index: Scratch, findings: Findings, names: Names, words: Words, *, today: date, first_wins: bool) -> None:
    """Join everything. Run once, when all has been told and settled.

    `first_wins`: of rows with the same id in one reading the first counts, as in a file; else the last.
    """
    for table, name in (("people", names.people), ("classes", names.classes)):
        index.run(f"CREATE INDEX {table}_id ON {table} (id)")
        _drop_twins(index, findings, table=table, name=name, first_wins=first_wins)
    index.run("DELETE FROM roles WHERE beside IS NOT NULL AND beside NOT IN (SELECT n FROM people)")
    _join_roles(index, findings, names, today)
    _sort_people(index, findings, names, words)
    _join_classes(index, findings, names, today)
    _join_enrolments(index, findings, names, today)


def _drop_twins(index: Scratch, findings: Findings, *, table: str, name: str, first_wins: bool) -> None:
    kept = "min(n)" if first_wins else "max(n)"
    twins = f"""SELECT t.line, k.line, t.id, t.mark IS k.mark AND t.gone = k.gone FROM {table} t JOIN {table} k
        ON k.n = (SELECT {kept} FROM {table} WHERE id = t.id) WHERE t.n <> k.n ORDER BY t.n"""  # noqa: S608
    for line, first, twin, same in index.ask(twins):
        if line is not None:
            findings.left_out(name, line, f"sourcedId {twin} is already on line {first}, which is kept")
        elif not same and not index.former[table]:  # in a reading of changes the same id may well come twice
            findings.left_out(name, None, f"{twin} is there twice and not the same; the later one is kept")
    index.run(f"DELETE FROM {table} WHERE n <> (SELECT {kept} FROM {table} t WHERE t.id = {table}.id)")  # noqa: S608


def _join_roles(index: Scratch, findings: Findings, names: Names, today: date) -> None:
    over = "DELETE FROM roles WHERE gone OR until < ? OR org IN (SELECT id FROM schools WHERE gone)"
    index.run(over, today.isoformat())
    nobody = "SELECT line, person FROM roles WHERE person NOT IN (SELECT id FROM people) ORDER BY n"
    for line, person in index.ask(nobody):
        findings.left_out(names.roles, line, f"it names the user {person}, who is not in {names.people}")
    nowhere = """SELECT line, person, org FROM roles
        WHERE org <> '' AND org NOT IN (SELECT id FROM schools) AND person IN (SELECT id FROM people) ORDER BY n"""
    for line, person, org in index.ask(nowhere):
        findings.left_out(names.roles, line, f"{person} has a role at the school {org}, which is not listed")
    index.run("DELETE FROM roles WHERE org <> '' AND org NOT IN (SELECT id FROM schools)")
    index.run("CREATE INDEX roles_person ON roles (person)")


def _sort_people(index: Scratch, findings: Findings, names: Names, words: Words) -> None:
    staff = sorted(words.staff)
    index.run("UPDATE people SET kind = ? WHERE NOT gone", Kind.LISTED)
    both = f"""SELECT line, id FROM people WHERE kind = ? AND id IN (SELECT person FROM roles WHERE role = ?)
        AND id IN (SELECT person FROM roles WHERE role IN ({_marks(staff)})) ORDER BY n"""  # noqa: S608 - only marks
    for line, person in index.ask(both, Kind.LISTED, words.student, *staff):
        who = "the user" if line is not None else person
        findings.left_out(names.people, line, f"{who} is both student and staff; taken as a student only")
    sort = "UPDATE people SET kind = ? WHERE kind = ? AND id IN (SELECT person FROM roles WHERE role = ?)"
    index.run(sort, Kind.STUDENT, Kind.LISTED, words.student)
    for role in staff:
        index.run(sort, Kind.STAFF, Kind.LISTED, role)
    index.run("UPDATE people SET kind = ? WHERE kind = ? AND NOT enabled", Kind.GONE, Kind.STAFF)
    _drop_twin_addresses(index, findings, name=names.people)


def _drop_twin_addresses(index: Scratch, findings: Findings, *, name: str) -> None:
    index.run("CREATE INDEX people_email ON people (email)")
    twins = """SELECT t.n, t.line, f.line, t.id, f.id FROM people t JOIN people f
        ON f.n = (SELECT min(n) FROM people WHERE email = t.email AND kind = t.kind)
        WHERE t.kind = ? AND t.n > f.n ORDER BY t.n"""
    for number, line, first, person, other in list(index.ask(twins, Kind.STAFF)):
        told = "the same e-mail is on line {}" if line is not None else f"{person} has the same e-mail as {{}}"
        found = told.format(other if line is None else first)
        findings.left_out(name, line, f"{found}; only that person is recognised by it")
        index.run("UPDATE people SET email = NULL WHERE n = ?", number)


def _join_classes(index: Scratch, findings: Findings, names: Names, today: date) -> None:
    nowhere = "SELECT line, id FROM classes WHERE NOT gone AND school NOT IN (SELECT id FROM schools) ORDER BY n"
    for line, section in index.ask(nowhere):
        findings.left_out(names.classes, line, f"{section} is at a school that is not listed")
    running = """UPDATE classes SET kind = ? WHERE NOT gone AND school IN (SELECT id FROM schools WHERE NOT gone)
        AND (terms IS NULL OR EXISTS (SELECT 1 FROM json_each(classes.terms) j LEFT JOIN terms t ON t.id = j.value
            WHERE t.id IS NULL OR NOT t.gone AND (t.until IS NULL OR t.until >= ?)))"""
    index.run(running, Kind.LISTED, today.isoformat())


def _join_enrolments(index: Scratch, findings: Findings, names: Names, today: date) -> None:
    index.run("CREATE TEMP TABLE linked (line, id, teaches, class, class_kind, person, person_kind)")
    link = """INSERT INTO linked SELECT e.line, e.id, e.teaches, c.n, c.kind, p.n, p.kind FROM enrolments e
        LEFT JOIN classes c ON c.id = e.class LEFT JOIN people p ON p.id = e.person
        WHERE NOT e.gone AND (e.until IS NULL OR e.until >= ?) ORDER BY e.n"""
    index.run(link, today.isoformat())
    for line, row, known in index.ask("SELECT line, id, class FROM linked WHERE class IS NULL OR person IS NULL"):
        missing = f"a user who is not in {names.people}" if known else f"a class that is not in {names.classes}"
        findings.left_out(names.enrolments, line, f"{_row(line, row)} names {missing}")
    wrong = "SELECT line, id FROM linked WHERE person_kind = ? AND teaches = ?"
    for line, row in index.ask(wrong, Kind.STUDENT, 1):
        findings.left_out(names.enrolments, line, f"{_row(line, row)} makes a student the teacher of a class")
    for line, row in index.ask(wrong, Kind.STAFF, 0):
        findings.left_out(names.enrolments, line, f"{_row(line, row)} makes a staff member a student of a class")
    seat = """INSERT OR IGNORE INTO {} SELECT {} FROM linked
        WHERE teaches = ? AND person_kind = ? AND class_kind = ? ORDER BY 1, 2"""
    index.run(seat.format("seats", "class, person"), 0, Kind.STUDENT, Kind.LISTED)
    index.run(seat.format("teaching", "person, class"), 1, Kind.STAFF, Kind.LISTED)
    index.run("DROP TABLE linked")
    index.run("CREATE INDEX teaching_class ON teaching (class)")


def _row(line: int | None, row_id: str | None) -> str:
    return "it" if line is not None or not row_id else row_id


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
