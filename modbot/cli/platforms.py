"""`modbot platforms`: what modbot can do on each meeting platform, how, and what only the host can do by hand."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

import typer

from modbot.cli import printing
from modbot.doctor.meetings import looking
from modbot.http import Http
from modbot.model import Operation, PlatformName
from modbot.platforms import Capability, How
from modbot.platforms.registry import DECLARED, configured
from modbot.settings import Settings, load

Table = Mapping[Operation, Capability]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: modbot platforms --json")(platforms)


def platforms(
    every: bool = typer.Option(False, "--all", help="Every platform modbot knows, not only those with credentials."),
    json_: bool = typer.Option(
        False,
        "--json",
        help="Print platform → operation → how, via, needs, steps, effect, instead, proviso, needs_lock, back.",
    ),
) -> None:
    """Show what modbot can do where: with your credentials, or without any what each platform can do."""
    yours = {} if every else _yours(load())
    shown = yours or DECLARED
    if json_:
        printing.as_json(
            {str(name): {str(op): asdict(row) for op, row in table.items()} for name, table in shown.items()}
        )
        return
    for name, table in shown.items():
        rows = [(str(op), _how(row), _by(row), "\n".join(row.needs)) for op, row in table.items()]
        printing.table(name.label, ("operation", "how", "by", "needs"), rows)
    printing.say(
        "native: the platform does it · substitute: something weaker, named here and in the reply · by hand: only the "
        "host can, with these clicks"
    )
    if not yours and not every:
        printing.note("No platform has credentials yet: this is what each can do.")


def _how(row: Capability) -> str:
    named = f": {row.instead}" if row.instead else ""
    return row.how.replace("_", " ") + named + (f", {row.proviso}" if row.proviso else "")


def _by(row: Capability) -> str:
    """The call modbot makes, or the clicks that are left where it makes none."""
    return "\n".join(row.steps) if row.how is How.BY_HAND else row.via


def _yours(settings: Settings) -> Mapping[PlatformName, Table]:
    built = configured(settings, looking(Http(), lambda: datetime.now(UTC)))
    return {name: platform.capabilities for name, platform in built.items()}
