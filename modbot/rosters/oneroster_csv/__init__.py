"""OneRoster 1.2 and 1.1 as a folder of CSV files (a bulk export), read once from front to back.

CSV bindings: https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv and
https://developers.imsglobal.org/oneroster-v11-final-csv-tables
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from secrets import token_bytes

from modbot.rosters import Counts, Digest, Progress, RosterReport, email_digest
from modbot.rosters.findings import BadFile, Findings
from modbot.rosters.joined import JoinedRoster, count
from modbot.rosters.joining import Names, join, settle
from modbot.rosters.oneroster_csv.manifest import NO_FORMER, UNSURE, Layout, lay_out
from modbot.rosters.oneroster_csv.tables import Reading
from modbot.rosters.oneroster_csv.vocabulary import CLASSES, ENROLLMENTS, ROLES
from modbot.rosters.oneroster_words import WORDS
from modbot.rosters.scratch import Scratch, Secrets, scratch

TOLERANCE = 0.01  # the share of a file's rows that may be left out


def check(
    folder: Path, *, today: date, strict: bool = False, tolerance: float = TOLERANCE, progress: Progress | None = None
) -> RosterReport:
    """What an import of `folder` would find. Names and addresses are looked at and not kept."""
    findings = Findings()
    layout = lay_out(folder, findings, refuses_changes=UNSURE)
    with scratch(keep_details=False) as index:
        digest = email_digest(token_bytes(32))
        counts = _read(layout, index, findings, today=today, digest=digest, progress=progress)
    return _report(folder, layout, counts, findings, strict=strict, tolerance=tolerance)


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
    secrets: Secrets | None = None,
    former: Path | None = None,
    told: Callable[[Scratch], None] | None = None,
) -> Iterator[JoinedRoster]:
    """The roster in `folder`, for as long as the context lasts. Look at its report before using it.

    `today` decides which roles, terms and enrolments have ended. `tolerance` is the share of a file's rows that may be
    left out, from 0 to 1; `strict` allows none. `progress` is called with the rows read, and None for the total.
    `former` is what an earlier reading told, under the same `secrets`: a folder of changes only is read upon it, and
    refused without it. `told` is called when everything has been read and nothing is joined yet.
    """
    findings = Findings()
    layout = lay_out(folder, findings, refuses_changes=NO_FORMER if former is None else "")
    upon = former if layout is not None and layout.changes else None
    with scratch(scratch_folder, secrets=secrets, former=upon) as index:
        if layout is not None and layout.changes:
            findings.add_standing(_names(layout).standing(index))
        counts = _read(layout, index, findings, today=today, digest=digest, progress=progress, told=told)
        report = _report(folder, layout, counts, findings, strict=strict, tolerance=tolerance)
        yield JoinedRoster(index, report, WORDS.principals)


def _report(
    folder: Path, layout: Layout | None, counts: Counts, findings: Findings, *, strict: bool, tolerance: float
) -> RosterReport:
    version = layout.version if layout is not None else ""
    return findings.report(folder.name, version, counts, strict=strict, tolerance=tolerance)


def _read(
    layout: Layout | None,
    index: Scratch,
    findings: Findings,
    *,
    today: date,
    digest: Digest,
    progress: Progress | None,
    told: Callable[[Scratch], None] | None = None,
) -> Counts:
    if layout is None:
        return Counts()
    reading = Reading(layout, index, findings, digest=digest, done=_teller(progress))
    try:
        reading.read()
    except BadFile as error:
        findings.unusable(error.problem)
        return Counts()
    settle(index)
    if told is not None:
        told(index)
    join(index, findings, _names(layout), WORDS, today=today, first_wins=True)
    return count(index, left_out=findings.total)


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
