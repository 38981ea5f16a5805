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


@dataclass(frozen=True, slots=True)
class Layout:
    """A folder whose files are all there, with the columns modbot needs."""

    folder: Path
    version: str
    has_sessions: bool

    @property
    def users(self) -> Table:
        """The layout of users.csv, which differs between versions."""
        return USERS_V12 if self.version == "1.2" else USERS_V11

    def path(self, table: Table) -> Path:
        """Where a table lies."""
        return self.folder / table.file


def lay_out(folder: Path, findings: Findings) -> Layout | None:
    """What lies in the folder, or None when it cannot be imported; the findings then say everything that is wrong."""
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
    layout = Layout(folder, version, has_sessions=said.get(f"file.{SESSIONS.name}") != "absent")
    _look_at(layout, said, findings)
    return None if findings.fatal else layout


def _manifest(folder: Path, findings: Findings) -> dict[str, str]:
    said = {}
    for row in rows(folder / MANIFEST.file, MANIFEST):
        findings.rows[MANIFEST.file] += 1
        said[row["propertyName"]] = row["value"].casefold()
    return said


def _version(said: dict[str, str]) -> str | None:
    given = said.get("oneroster.version", "").removeprefix("v").replace("p", ".")
    return next((version for version in VERSIONS if given == version or given.startswith(f"{version}.")), None)


def _look_at(layout: Layout, said: dict[str, str], findings: Findings) -> None:
    tables = [ORGS, layout.users, CLASSES, ENROLLMENTS]
    tables += [ROLES] if layout.version == "1.2" else []
    tables += [SESSIONS] if layout.has_sessions else []
    for table in tables:
        if said.get(f"file.{table.name}") == "delta":
            reason = "it holds changes only (delta); modbot needs a bulk export, which holds everybody"
            findings.unusable(Problem(table.file, None, reason))
            continue
        try:
            header(layout.path(table), table)
        except BadFile as error:
            findings.unusable(error.problem)
