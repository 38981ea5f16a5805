"""`modbot roster sync`, and `modbot roster check` without a folder: the roster from a source on the network."""

import asyncio
from datetime import UTC, datetime

import typer

from modbot.cli import printing
from modbot.cli.opening import quiet_settings, who, with_state
from modbot.errors import ConfigError
from modbot.http import Http
from modbot.roster_sync import SyncReport
from modbot.roster_sync import sync as sync_once
from modbot.roster_sync.record import entry
from modbot.roster_sync.wiring import chosen, keeping
from modbot.rosters import Means, Probe, Progress, RosterRefused, RosterReport, Source
from modbot.rosters.registry import configured
from modbot.settings import Settings
from modbot.state import State, now

STOPPED = 3  # the exit code of a sync that would remove too much
SHOWN = 30  # problems on a terminal; --json has all that were kept

ACCEPT = typer.Option(False, "--accept-removals", help="Go on although more than a tenth would be removed.")
DRY = typer.Option(False, "--dry-run", help="Say what would change, and change nothing.")
EVERYTHING = typer.Option(False, "--everything", help="Read everything, also where the source could tell changes.")
JSON = typer.Option(False, "--json", help="Print the report as JSON.")


def add(roster: typer.Typer) -> None:
    """Register the command."""
    roster.command(epilog="Example: modbot roster sync --dry-run")(sync)


def sync(
    accept_removals: bool = ACCEPT, dry_run: bool = DRY, everything: bool = EVERYTHING, json_: bool = JSON
) -> None:
    """Bring the roster up to date from Clever or OneRoster, whole or not at all.

    Exit code 1 when what the source tells does not fit, 2 when it cannot be asked, 3 when too much would be removed:
    nothing was changed then.
    """
    with printing.progress("Syncing") as tell:

        async def work(state: State) -> SyncReport | RosterReport:
            return await _synced(state, tell, accept_removals=accept_removals, dry_run=dry_run, everything=everything)

        done = with_state(work)
    if isinstance(done, RosterReport):
        _show_refusal(done, json_=json_)
    else:
        _show(done, json_=json_, dry_run=dry_run)


def check(json_: bool) -> None:
    """Try the source with a few small requests, and print what came of each. Exit code 1 when one failed."""
    probes = asyncio.run(_probed(quiet_settings()))
    failed = [probe for probe in probes if not probe.ok]
    if json_:
        told = [{"what": one.what, "ok": one.ok, "said": one.said} for one in probes]
        printing.as_json({"accepted": not failed, "checks": told})
    else:
        rows = [(one.what, "good" if one.ok else "BAD", one.said) for one in probes]
        printing.table("The roster's source", ("what", "", "found"), rows)
        printing.say("The source can be asked." if not failed else "The source cannot be asked as it is.")
    raise typer.Exit(1 if failed else 0)


async def _synced(
    state: State, tell: Progress | None, *, accept_removals: bool, dry_run: bool, everything: bool
) -> SyncReport | RosterReport:
    http = Http()
    try:
        settings = state.settings
        choices = chosen(settings, accept_removals=accept_removals, dry_run=dry_run, everything=everything)
        kept = keeping(settings, state.keyring)
        source = _source(settings, http)
        report = await sync_once(source, state.roster, kept=kept, now=now(), choices=choices, progress=tell)
    except RosterRefused as refused:
        return refused.report
    finally:
        await http.close()
    if not dry_run:
        await state.audit.append(entry(report, actor=who(), at=datetime.now(UTC)))
    return report


async def _probed(settings: Settings) -> list[Probe]:
    http = Http()
    try:
        return list(await _source(settings, http).probe())
    finally:
        await http.close()


def _source(settings: Settings, http: Http) -> Source:
    source = configured(settings, Means(http, now))
    if source is None:
        raise ConfigError(
            "MODBOT_CLEVER__… or MODBOT_ONEROSTER__…",
            "no source is set up. To import CSV files instead: modbot roster import FOLDER",
        )
    return source


def _show(report: SyncReport, *, json_: bool, dry_run: bool) -> None:
    if json_:
        printing.as_json(report.to_json())
    else:
        for line in report.sentences:
            printing.say(line)
        _problems(report.roster)
        printing.say(_verdict(report, dry_run=dry_run))
    raise typer.Exit(STOPPED if report.stopped else 0)


def _verdict(report: SyncReport, *, dry_run: bool) -> str:
    if report.stopped:
        return report.stopped
    if dry_run:
        return "Nothing was changed: this was a dry run."
    return "In force. A running modbot notices within seconds."


def _show_refusal(report: RosterReport, *, json_: bool) -> None:
    if json_:
        printing.as_json({**report.to_json(), "in_force": False, "stopped": ""})
    else:
        _problems(report)
        printing.say(report.refusal)
    raise typer.Exit(1)


def _problems(report: RosterReport) -> None:
    for problem in report.problems[:SHOWN]:
        printing.note(str(problem))
    if report.problems_total > SHOWN:
        printing.note(f"… and {report.problems_total - SHOWN} more problems.")
