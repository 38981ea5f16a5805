"""`modbot roster match`: who in a list of joins belongs to which class, from files alone."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Any

import typer

from modbot.cli import printing
from modbot.errors import ConfigError
from modbot.identity import Band, ClassList, Person, judge, own_domains
from modbot.messages.names import defang
from modbot.model import Section, Staff
from modbot.rosters import Problem, Roster, RosterRefused, Student, email_digest, normal_email
from modbot.rosters.oneroster_csv import read
from modbot.rosters.oneroster_csv.rows import Row, Table, rows
from modbot.rosters.scratch import Scratch, scratch

COLUMNS = ("join_id", "section", "display_name", "email", "signed_in", "join_order")
SHOWN = 30  # problems on a terminal
KEPT = 1000  # problems for --json

_TABLE = "CREATE TABLE joins (line INTEGER PRIMARY KEY, id TEXT, section TEXT, place REAL, details BLOB)"
_TWINS = "FROM joins WHERE line NOT IN (SELECT min(line) FROM joins GROUP BY id)"
_YES, _NO = ("yes", "true", "1", "y"), ("no", "false", "0", "n", "")

ROSTER = typer.Option(..., "--roster", help="The folder with the district's OneRoster CSV files.", show_default=False)
JOINS = typer.Option(..., "--joins", help=f"A CSV file with the columns {', '.join(COLUMNS)}.", show_default=False)
OUT = typer.Option(
    ..., "--out", help="Where the verdicts go: a CSV file with join_id, verdict, reasons.", show_default=False
)
JSON = typer.Option(False, "--json", help="Print the counts and what was left out as JSON.")


@dataclass(slots=True)
class Summary:
    """What one run did. `problems` holds the first ones; `left_out` counts all."""

    joins: int = 0
    sections: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    problems: list[Problem] = field(default_factory=list)

    def leave_out(self, file: str, line: int, reason: str) -> None:
        """A row that does not fit."""
        self.left_out += 1
        if len(self.problems) < KEPT:
            self.problems.append(Problem(file, line, reason))

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON writer; every band is there."""
        return {
            "joins": self.joins,
            "sections": self.sections,
            "verdicts": {str(band): self.verdicts[band] for band in Band},
            "left_out": self.left_out,
            "problems": [asdict(problem) for problem in self.problems],
        }


def add(roster: typer.Typer) -> None:
    """Register the command under `modbot roster`."""
    roster.command(epilog="Example: modbot roster match --roster ./oneroster --joins joins.csv --out verdicts.csv")(
        match
    )


def match(roster: Path = ROSTER, joins: Path = JOINS, out: Path = OUT, json_: bool = JSON) -> None:
    """Say of everybody in a file of joins whether they belong to the class, and why. Classes do not touch each other.

    Exit code 1 when rows were left out; the others have their verdict. Nothing is stored but the file of verdicts.
    """
    if not roster.is_dir():
        raise ConfigError("--roster", f"there is no folder {roster}")
    summary = Summary()
    with scratch() as index, printing.progress("Matching") as tell:
        index.run(_TABLE)
        _read_joins(joins, index, summary)
        with read(
            roster, today=datetime.now(UTC).date(), digest=email_digest(token_bytes(32)), progress=tell
        ) as district:
            if not district.report.accepted:
                raise RosterRefused(district.report)
            with _written(out) as write:
                _judge_all(joins.name, district, index, summary, write, tell)
    _show(summary, out, json_=json_)


def _read_joins(path: Path, index: Scratch, summary: Summary) -> None:
    """Everything into the index, since joins of one class need not stand together. Raises BadFile."""

    def told() -> Iterator[tuple[Any, ...]]:
        for row in rows(path, Table(path.stem, COLUMNS)):
            reason = _wrong_with(row)
            if reason:
                summary.leave_out(path.name, row.line, reason)
            else:
                details = [row["display_name"], row["email"], row["signed_in"].casefold()]
                place = float(row["join_order"] or row.line)
                yield row.line, row["join_id"], row["section"], place, index.cover(details)

    index.add("INSERT INTO joins VALUES (?, ?, ?, ?, ?)", told())
    for line, join_id in index.ask(f"SELECT line, id {_TWINS} ORDER BY line"):
        summary.leave_out(path.name, line, f"the join_id {defang(join_id)} was there before")
    index.run(f"DELETE {_TWINS}")
    index.run("CREATE INDEX by_section ON joins (section, place, line)")
    index.run("CREATE TABLE met (section TEXT PRIMARY KEY) WITHOUT ROWID")


def _wrong_with(row: Row) -> str:
    """Why a row cannot be used; "" when it can."""
    if row.surplus:
        return "the row has more cells than the first line has columns"
    for column in ("join_id", "section"):
        if not row[column]:
            return f"{column} is empty"
    if row["signed_in"].casefold() not in (*_YES, *_NO):
        return "signed_in must be yes or no (true, false, 1 and 0 are taken too)"
    if row["join_order"] and not (row["join_order"].isascii() and row["join_order"].isdigit()):
        return "join_order must be a whole number"
    return ""


def _judge_all(
    file: str,
    district: Roster,
    index: Scratch,
    summary: Summary,
    write: Callable[[str, str, str], None],
    tell: printing.Tell | None,
) -> None:
    in_all = index.number("SELECT count(*) FROM joins")
    everybody = tuple(district.staff())
    for section, students in district.sections():
        index.run("INSERT INTO met VALUES (?)", section.id)
        people = [_person(index, join_id, details) for join_id, details in _joins_of(index, section)]
        if not people:
            continue
        for verdict in judge(_class_list(section, students, everybody, people), people):
            write(verdict.person_id, verdict.band, " ".join(verdict.sentences))
            summary.verdicts[verdict.band] += 1
        summary.sections += 1
        summary.joins += len(people)
        if tell is not None:
            tell(summary.joins, in_all)
    lost = index.ask("SELECT line, section FROM joins WHERE section NOT IN (SELECT section FROM met) ORDER BY line")
    for line, name in lost:
        summary.leave_out(file, line, f"the roster has no running class {defang(name)}")


def _joins_of(index: Scratch, section: Section) -> Iterable[tuple[str, bytes]]:
    found = index.ask("SELECT id, details FROM joins WHERE section = ? ORDER BY place, line", section.id)
    return ((join_id, details) for join_id, details in found)


def _person(index: Scratch, join_id: str, covered: bytes) -> Person:
    name, email, signed_in = index.uncover(covered)
    return Person(join_id, name, email, signed_in=signed_in in _YES)


def _class_list(
    section: Section, students: tuple[Student, ...], everybody: tuple[Staff, ...], people: list[Person]
) -> ClassList:
    """The class with the staff of its school, and whoever else of the district's staff is among those who joined."""
    addresses = {normal_email(person.email) for person in people if person.email}
    staff = [
        person
        for person in everybody
        if section.school in person.schools or section.id in person.sections or normal_email(person.email) in addresses
    ]
    return ClassList(students, staff, domains=own_domains(students, staff))


@contextmanager
def _written(path: Path) -> Iterator[Callable[[str, str, str], None]]:
    """Rows go to a file beside `path`, which takes its place when all are there. Raises ConfigError."""
    part = path.with_name(f"{path.name}.part")
    try:
        file = part.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigError("--out", f"{path} cannot be written: {error.strerror}") from None
    try:
        with file:
            writer = csv.writer(file)
            writer.writerow(("join_id", "verdict", "reasons"))
            yield lambda join_id, verdict, reasons: writer.writerow((join_id, verdict, reasons))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _show(summary: Summary, out: Path, *, json_: bool) -> None:
    if json_:
        printing.as_json(summary.to_json())
    else:
        _for_people(summary, out)
    raise typer.Exit(1 if summary.left_out else 0)


def _for_people(summary: Summary, out: Path) -> None:
    title = f"{summary.joins:,} joins of {summary.sections:,} classes"
    printing.table(title, ("verdict", "how many"), [(band, f"{summary.verdicts[band]:,}") for band in Band])
    for problem in summary.problems[:SHOWN]:
        printing.note(str(problem))
    if summary.left_out > SHOWN:
        printing.note(f"… and {summary.left_out - SHOWN:,} more rows that were left out.")
    printing.say(f"The verdicts are in {out}.")
