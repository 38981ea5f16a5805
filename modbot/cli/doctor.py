"""`modbot doctor`: look at everything a raid would need, and say what to fix."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, replace

import typer

from modbot import log
from modbot.cli import printing
from modbot.doctor import Check, Probe, bad, examine, good
from modbot.doctor.keeping import directory_probe, keys_probe, store_probe
from modbot.doctor.meetings import looking, platform_probes, setup_probe
from modbot.doctor.pagers import pager_probes
from modbot.doctor.rosters import roster_probe, source_probes
from modbot.doctor.staff import named_probe, paging_probe
from modbot.doctor.workspace import Workspace, app_token_probe, channel_probes, secret_probe, token_probe
from modbot.errors import ConfigError
from modbot.http import Http
from modbot.platforms.registry import configured
from modbot.seal import KEYS_SETTING
from modbot.settings import Settings, load
from modbot.state import State, load_keys, now, open_state
from modbot.store.budget import SharedBudget
from modbot.store.vault import Vault

SETTINGS_FIX = "Correct this setting in the environment or in the file that MODBOT_CONFIG names."


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: modbot doctor --json")(doctor)


def doctor(json_: bool = typer.Option(False, "--json", help="Print the checks as JSON.")) -> None:
    """Check settings, store, Slack, platforms, roster, people and pagers. Exit code 1 if something is to be mended."""
    log.configure("critical")  # what modbot would log here is what the doctor says
    checks = _checked()
    ok = all(check.ok for check in checks)
    if json_:
        printing.as_json({"ok": ok, "checks": [asdict(check) for check in checks]})
    else:
        _for_people(checks, ok=ok)
    raise typer.Exit(0 if ok else 1)


def _for_people(checks: Sequence[Check], *, ok: bool) -> None:
    wrong = [check for check in checks if not check.ok]
    rows = [("ok" if check.ok else "WRONG", check.name, check.found) for check in checks]
    printing.table("modbot doctor", ("", "checked", "found"), rows)
    for check in wrong:
        printing.say(f"{check.name}: {check.found}.\n  → {check.fix}")
    printing.say("Everything that can be checked from here is in order." if ok else f"{len(wrong)} to fix.")


def _checked() -> list[Check]:
    try:
        settings = load()
    except ConfigError as error:
        return [bad("settings", f"{error.setting}: {error.problem}", SETTINGS_FIX)]
    return [good("settings", "read"), *asyncio.run(_examined(settings))]


async def _examined(settings: Settings) -> list[Check]:
    async with AsyncExitStack() as stack:
        http = Http()
        stack.push_async_callback(http.close)
        try:
            state = await open_state(settings, stack, beside=True)
        except ConfigError as error:
            fault = bad("store", f"{error.setting}: {error.problem}", "See docs/operations.md, Store.")
            return [fault, *await examine(probes(settings, http, None))]
        return await examine(probes(settings, http, state))


def probes(settings: Settings, http: Http, state: State | None) -> list[Probe]:
    """What is looked at, in the order it is told. Without a store, everything that can do without it."""
    workspace = Workspace(http, settings.slack.api_url, settings.slack.bot_token)
    found = [
        *(_kept(settings, state) if state else ()),
        keys_probe(lambda: load_keys(settings), KEYS_SETTING if settings.encryption_keys else "the data directory"),
        secret_probe(settings),
        token_probe(workspace, now),
        *channel_probes(workspace, settings),
        *_meetings(settings, http, state),
        *((roster_probe(state.roster, settings, now),) if state else ()),
        *source_probes(settings, http, now),
        named_probe(workspace, settings),
        paging_probe(workspace, settings),
        *pager_probes(settings, http),
    ]
    if settings.slack.app_token is not None:
        found.append(app_token_probe(Workspace(http, settings.slack.api_url, settings.slack.app_token)))
    return found


def _kept(settings: Settings, state: State) -> list[Probe]:
    if state.embedded is None:
        return [store_probe(state.store, "the one that MODBOT_REDIS_URL names")]
    running = "modbot serve runs on it" if state.embedded.joined else "modbot serve does not run on it now"
    return [store_probe(state.store, f"embedded; {running}"), directory_probe(settings.data_dir)]


def _meetings(settings: Settings, http: Http, state: State | None) -> list[Probe]:
    means = looking(http, now, settings.public_url)
    if state:
        means = replace(means, vault=Vault(state.store, state.keyring), budget=SharedBudget(state.store))
    platforms = configured(settings, means)
    return [setup_probe(settings, platforms), *platform_probes(platforms)]
