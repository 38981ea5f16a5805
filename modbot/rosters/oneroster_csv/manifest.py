"""Which files the folder must hold: its manifest says, and each one's header is looked at before any row is read."""

from dataclasses import dataclass
from pathlib import Path

from modbot.rosters import Problem
from modbot.rosters.findings import BadFile, Findings
from modbot.rosters.oneroster_csv.rows import Table, header, rows
from modbot.rosters.oneroster_csv.vocabulary import (
    CLASSES,
    ENROLLMENTS,
    MANIFEST,
    ORGS,
    ROLES,
    SESSIONS,
    USERS_V11,
    USERS_V12,
)

VERSIONS = ("1.1", "1.2")
DELTA = "delta"
ABSENT = "absent"
NO_FORMER = (
    "it holds changes only (delta), and modbot has kept nothing to change; import a bulk export with --keep first"
)
UNSURE = "it holds changes only (delta); whether they fit shows when they are imported"
MIXED = "it is a bulk file among changes (delta); a folder must hold one or the other"


@dataclass(frozen=True, slots=True)
class Layout:
    """A folder whose files are all there, with the columns modbot needs."""

    folder: Path
    version: str
    has_sessions: bool
    changes: bool  # what is there holds changes only
    absent: frozenset[str]  # tables without a file

    @property
    def users(self) -> Table:
        """The layout of users.csv, which differs between versions."""
        return USERS_V12 if self.version == "1.2" else USERS_V11

    def has(self, table: Table) -> bool:
        """Whether a table has a file."""
        return table.name not in self.absent

    def path(self, table: Table) -> Path:
        """Where a table lies."""
        return self.folder / table.file


def lay_out(folder: Path, findings: Findings, *, refuses_changes: str = NO_FORMER) -> Layout | None:
    """What lies in the folder, or None when it cannot be imported; the findings then say everything that is wrong.

    `refuses_changes` is why a folder of changes cannot be taken, "" when it can.
    """
    if not folder.is_dir():
        findings.unusable(Problem(folder.name, None, "this is not a folder; give the folder that holds the CSV files"))
        return None
    try:
        said = _manifest(folder, findings)
    except BadFile as error:
        findings.unusable(error.problem)
        return None
    version = _version(said)
    if version is None:
        reason = "oneroster.version must be 1.1 or 1.2; a file of another version cannot be read"
        findings.unusable(Problem(MANIFEST.file, None, reason))
        return None
    modes = {table.name: said.get(f"file.{table.name}", "") for table in _tables(version)}
    changes = DELTA in modes.values()
    may_lack = set(modes) if changes else {SESSIONS.name}
    absent = frozenset(name for name, mode in modes.items() if mode == ABSENT and name in may_lack)
    layout = Layout(folder, version, has_sessions=SESSIONS.name not in absent, changes=changes, absent=absent)
    _look_at(layout, modes, findings, refuses_changes)
    return None if findings.fatal else layout


def _tables(version: str) -> list[Table]:
    tables = [ORGS, SESSIONS, USERS_V12 if version == "1.2" else USERS_V11, CLASSES, ENROLLMENTS]
    return [*tables, ROLES] if version == "1.2" else tables


def _manifest(folder: Path, findings: Findings) -> dict[str, str]:
    said = {}
    for row in rows(folder / MANIFEST.file, MANIFEST):
        findings.rows[MANIFEST.file] += 1
        said[row["propertyName"]] = row["value"].casefold()
    return said


def _version(said: dict[str, str]) -> str | None:
    given = said.get("oneroster.version", "").removeprefix("v").replace("p", ".")
    return next((version for version in VERSIONS if given == version or given.startswith(f"{version}.")), None)


def _look_at(layout: Layout, modes: dict[str, str], findings: Findings, refuses_changes: str) -> None:
    for table in filter(layout.has, _tables(layout.version)):
        if layout.changes and refuses_changes:
            if modes[table.name] == DELTA:
                findings.unusable(Problem(table.file, None, refuses_changes))
            continue
        if layout.changes and modes[table.name] != DELTA:
            findings.unusable(Problem(table.file, None, MIXED))
            continue
        try:
            header(layout.path(table), table)
        except BadFile as error:
            findings.unusable(error.problem)
