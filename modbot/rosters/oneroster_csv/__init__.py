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
from modbot.rosters.joined import JoinedRoster, count
from modbot.rosters.joining import Names, join
from modbot.rosters.oneroster_csv.manifest import Layout, lay_out
from modbot.rosters.oneroster_csv.tables import Reading
from modbot.rosters.oneroster_csv.vocabulary import CLASSES, ENROLLMENTS, ROLES
from modbot.rosters.oneroster_words import WORDS
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
        yield JoinedRoster(index, report, WORDS.principals)


def _read(
    folder: Path, index: Scratch, findings: Findings, *, today: date, digest: Digest, progress: Progress | None
) -> tuple[str, Counts]:
    layout = lay_out(folder, findings)
    if layout is None:
        return "", Counts()
    reading = Reading(layout, index, findings, digest=digest, done=_teller(progress))
    try:
        reading.read()
    except BadFile as error:
        findings.unusable(error.problem)
        return layout.version, Counts()
    join(index, findings, _names(layout), WORDS, today=today, first_wins=True)
    return layout.version, count(index, left_out=findings.total)


def _teller(progress: Progress | None) -> Callable[[int], None]:
    def tell(rows: int) -> None:
        if progress is not None:
            progress(rows, None)

    return tell


def _names(layout: Layout) -> Names:
    people = layout.users.file
    roles = ROLES.file if layout.version == "1.2" else people
    return Names(people, roles, CLASSES.file, ENROLLMENTS.file)


__all__ = ["TOLERANCE", "check", "read"]
