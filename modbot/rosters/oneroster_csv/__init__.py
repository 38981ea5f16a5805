"""OneRoster 1.2 and 1.1 as a folder of CSV files (a bulk export), read once from front to back.

CSV bindings: https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv and
https://developers.imsglobal.org/oneroster-v11-final-csv-tables
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from secrets import token_bytes

from modbot.rosters import Counts, Digest, Progress, Roster, RosterReport, email_digest
from modbot.rosters.findings import BadFile, Findings
from modbot.rosters.joined import (
    JoinedRoster,
    count,
    join_classes,
    join_enrolments,
    join_people,
    join_roles,
)
from modbot.rosters.oneroster_csv.manifest import Layout, lay_out
from modbot.rosters.oneroster_csv.tables import Reading
from modbot.rosters.oneroster_csv.vocabulary import (
    CLASSES,
    ENROLLMENTS,
    PRINCIPAL_ROLES,
    ROLES,
    STAFF_ROLES,
    STUDENT,
)
from modbot.rosters.scratch import Scratch, scratch

TOLERANCE = 0.01  # the share of a file's rows that may be left out


def check(
    folder: Path, *, today: date, strict: bool = False, tolerance: float = TOLERANCE, progress: Progress | None = None
) -> RosterReport:
    """What an import of `folder` would find. Names and addresses are looked at and not kept."""
    findings = Findings()
    with scratch(keep_details=False) as index:
        digest = email_digest(token_bytes(32))
        version, counts = _read(folder, index, findings, today=today, digest=digest, progress=progress)
    return findings.report(folder.name, version, counts, strict=strict, tolerance=tolerance)


@contextmanager
def read(
    folder: Path,
    *,
    today: date,
    digest: Digest,
    strict: bool = False,
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
    scratch_folder: Path | None = None,
) -> Iterator[Roster]:
    """The roster in `folder`, for as long as the context lasts. Look at its report before using it.

    `today` decides which roles, terms and enrolments have ended. `tolerance` is the share of a file's rows that may be
    left out, from 0 to 1; `strict` allows none. `progress` is called with the rows read, and None for the total.
    """
    findings = Findings()
    with scratch(scratch_folder) as index:
        version, counts = _read(folder, index, findings, today=today, digest=digest, progress=progress)
        report = findings.report(folder.name, version, counts, strict=strict, tolerance=tolerance)
        yield JoinedRoster(index, report, PRINCIPAL_ROLES)


def _read(
    folder: Path, index: Scratch, findings: Findings, *, today: date, digest: Digest, progress: Progress | None
) -> tuple[str, Counts]:
    layout = lay_out(folder, findings)
    if layout is None:
        return "", Counts()
    reading = Reading(layout, index, findings, today=today, digest=digest, done=_teller(progress))
    try:
        _read_tables(layout, reading, index, findings)
    except BadFile as error:
        findings.unusable(error.problem)
        return layout.version, Counts()
    return layout.version, count(index, schools=reading.schools, left_out=findings.total)


def _teller(progress: Progress | None) -> Callable[[int], None]:
    def tell(rows: int) -> None:
        if progress is not None:
            progress(rows, None)

    return tell


def _read_tables(layout: Layout, reading: Reading, index: Scratch, findings: Findings) -> None:
    people_file = layout.users.file
    reading.read_places()
    reading.read_people()
    join_people(index, findings, people_file=people_file)
    reading.read_roles()
    join_roles(
        index,
        findings,
        people_file=people_file,
        roles_file=ROLES.file if layout.version == "1.2" else people_file,
        student=STUDENT,
        staff=STAFF_ROLES,
    )
    reading.read_classes()
    join_classes(index, findings, classes_file=CLASSES.file)
    reading.read_enrolments()
    join_enrolments(index, findings, file=ENROLLMENTS.file, people_file=people_file, classes_file=CLASSES.file)


__all__ = ["TOLERANCE", "check", "read"]
