"""The roster in force, and the source it comes from: Clever, OneRoster, or files."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from modbot import rosters
from modbot.doctor import Check, Probe, bad, good
from modbot.errors import ConfigError, SealBroken, as_written
from modbot.http import Http
from modbot.rosters import Means, Source
from modbot.rosters.registry import configured
from modbot.settings import Settings
from modbot.store.roster import RosterStore

NAME, SOURCE = "roster", "roster source"
PUT_BACK = "Put the key it was sealed with back into the keys, or import the roster again."
NO_SOURCE = (
    "Connect Clever or OneRoster (docs/roster.md) and run modbot roster sync, or import files: "
    "modbot roster import FOLDER"
)
_NEEDED = {  # what each source cannot do without
    "clever": ("client_id", "client_secret", "district"),
    "oneroster": ("api_url", "token_url", "client_id", "client_secret"),
}


def roster_probe(roster: RosterStore, settings: Settings, now: Callable[[], datetime]) -> Probe:
    """A roster is in force, no older than the district allows, and opens with the keys there are."""
    fix = _how_to_renew(settings)

    async def run() -> Sequence[Check]:
        try:
            at, counts = await roster.imported_at(), await roster.counts()
        except SealBroken as error:
            return [bad(NAME, f"it does not open: {error.log_detail}", PUT_BACK)]
        if at is None or counts is None:
            return [bad(NAME, "there is none: only people named in the settings may do anything", fix)]
        age, block = now() - at, settings.rosters
        held = f"{counts.staff:,} staff and {counts.sections:,} classes, imported {_age(age)} ago"
        if age > block.oldest:
            return [bad(NAME, f"{held}; rosters.oldest_hours allows {block.oldest_hours:,} hours", fix)]
        return [good(NAME, held)]

    return Probe(NAME, fix, run)


def _how_to_renew(settings: Settings) -> str:
    if not any(getattr(settings, name).configured for name in _NEEDED):
        return NO_SOURCE
    by_itself = "" if settings.rosters.times else " Set rosters.at, so that it runs by itself."
    return f"Run: modbot roster sync.{by_itself}"


def _age(age: timedelta) -> str:
    return f"{age.days} days" if age.days else f"{int(age.total_seconds() // 3600)} hours"


def source_probes(settings: Settings, http: Http, now: Callable[[], datetime]) -> list[Probe]:
    """The source that is set up, asked with a few small requests; what is missing where only some of it is set."""
    half = [_half(name, missing) for name in _NEEDED if (missing := _missing(settings, name))]
    try:
        source = configured(settings, Means(http, now))
    except ConfigError as error:
        return [Probe(SOURCE, "", partial(_told, bad(SOURCE, error.problem, f"Set {error.setting}: docs/roster.md.")))]
    return [*half, _probe(source)] if source is not None else half


def _probe(source: Source) -> Probe:
    label = as_written(source.name)

    async def run() -> Sequence[Check]:
        return [_check(label, one) for one in await source.probe()]

    return Probe(label, "See docs/roster.md, and run: modbot roster check", run)


def _check(label: str, probe: rosters.Probe) -> Check:
    name = f"{label} {probe.what}"
    if probe.ok:
        return good(name, probe.said.rstrip("."))
    found, _, fix = probe.said.partition(". ")
    return bad(name, found.rstrip("."), fix or "Run: modbot roster check. See docs/roster.md.")


def _half(name: str, missing: Sequence[str]) -> Probe:
    label = as_written(name)
    settings = ", ".join(f"MODBOT_{name}__{one}".upper() for one in missing)
    found = bad(
        label, f"{settings} not set: no roster comes from it", "Complete it, or remove the rest: docs/roster.md."
    )
    return Probe(label, found.fix, partial(_told, found))


async def _told(check: Check) -> Sequence[Check]:
    return [check]


def _missing(settings: Settings, name: str) -> list[str]:
    """What is not set of a source of which something is."""
    missing = [one for one in _NEEDED[name] if not getattr(getattr(settings, name), one)]
    return missing if len(missing) < len(_NEEDED[name]) else []
