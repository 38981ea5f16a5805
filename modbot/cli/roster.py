"""`modbot roster`: put a district's OneRoster files in force, or see beforehand what would happen."""

from datetime import UTC, datetime
from pathlib import Path

import typer

from modbot.audit import AuditEntry
from modbot.cli import printing, roster_match, roster_source
from modbot.cli.opening import who, with_state
from modbot.errors import ConfigError
from modbot.roster_sync.wiring import keeping
from modbot.rosters import RosterRefused, RosterReport
from modbot.state import State
from modbot.store.roster import check as check_folder
from modbot.store.roster import import_roster

SHOWN = 30  # problems on a terminal; --json has all that were kept

roster = typer.Typer(
    no_args_is_help=True, help="Who teaches what, and who is in which class: from Clever, OneRoster or CSV files."
)

FOLDER = typer.Argument(help="The folder with manifest.csv and the other files.", show_default=False)
FOLDER_OR_SOURCE = typer.Argument(None, help="The folder; without one, Clever or OneRoster is tried.")
STRICT = typer.Option(False, "--strict", help="Refuse the import when a single row does not fit.")
KEEP = typer.Option(False, "--keep", help="Keep what was read, sealed, so that later files may hold changes only.")
JSON = typer.Option(False, "--json", help="Print the report as JSON.")


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(roster, name="roster")
    roster_source.add(roster)
    roster_match.add(roster)


@roster.command(epilog="Example: modbot roster check ./oneroster")
def check(folder: Path | None = FOLDER_OR_SOURCE, strict: bool = STRICT, json_: bool = JSON) -> None:
    """Say what an import would find, and change nothing. Exit code 1 when it would be refused.

    Without a folder, try the source that is set up: its address, credentials and scopes.
    """
    if folder is None:
        roster_source.check(json_)
        return
    _must_be_folder(folder)
    with printing.progress("Reading") as tell:
        report = check_folder(folder, strict=strict, progress=tell)
    _show(report, json_=json_, verdict="These files may be imported.")


@roster.command(name="import", epilog="Example: modbot roster import ./oneroster --json")
def import_(folder: Path = FOLDER, strict: bool = STRICT, keep: bool = KEEP, json_: bool = JSON) -> None:
    """Import the files, whole or not at all. Exit code 1 when they are refused: nothing was changed then."""
    _must_be_folder(folder)
    with printing.progress("Importing") as tell:

        async def work(state: State) -> RosterReport:
            try:
                kept = keeping(state.settings, state.keyring)
                report = await import_roster(folder, state.roster, strict=strict, progress=tell, kept=kept, keep=keep)
            except RosterRefused as refused:
                return refused.report
            await state.audit.append(_entry(await state.roster.generation(), report))
            return report

        report = with_state(work)
    _show(report, json_=json_, verdict="Imported and in force. A running modbot notices within seconds.")


def _entry(generation: str, report: RosterReport) -> AuditEntry:
    counted = {"staff": report.counts.staff, "sections": report.counts.sections, "left_out": report.counts.left_out}
    return AuditEntry(datetime.now(UTC), f"roster:{generation}", who(), "roster.import", outcome="done", extra=counted)


def _show(report: RosterReport, *, json_: bool, verdict: str) -> None:
    if json_:
        printing.as_json(report.to_json())
    else:
        _for_people(report, verdict)
    raise typer.Exit(0 if report.accepted else 1)


def _for_people(report: RosterReport, verdict: str) -> None:
    counts = report.counts
    rows = [
        ("schools", counts.schools),
        ("classes", counts.sections),
        ("staff", counts.staff),
        ("staff without an e-mail: Slack cannot tell who they are", counts.staff_without_email),
        ("students", counts.students),
        ("rows left out", counts.left_out),
    ]
    if report.accepted:
        printing.table(f"OneRoster {report.version}", ("what", "how many"), [(what, f"{n:,}") for what, n in rows])
    for problem in report.problems[:SHOWN]:
        printing.note(str(problem))
    if report.problems_total > SHOWN:
        printing.note(f"… and {report.problems_total - SHOWN} more problems.")
    printing.say(verdict if report.accepted else report.refusal)


def _must_be_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ConfigError("FOLDER", f"there is no folder {folder}")
