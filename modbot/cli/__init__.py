"""`modbot`: run it, check it, import a roster, read the record."""

import sys

import typer

from modbot import __version__
from modbot.cli.on_demand import group_of
from modbot.errors import ModbotError, VendorError

COMMANDS = {
    "serve": "modbot.cli.serving",
    "demo": "modbot.cli.demo",
    "doctor": "modbot.cli.doctor",
    "platforms": "modbot.cli.platforms",
    "manifest": "modbot.cli.manifest",
    "roster": "modbot.cli.roster",
    "audit": "modbot.cli.audit",
    "page": "modbot.cli.page",
    "drill": "modbot.cli.drill",
    "keys": "modbot.cli.keys",
    "meet": "modbot.cli.meet",
}

app = typer.Typer(
    name="modbot",
    help="Lock a class, put an intruder out and page IT, from staff chat.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=group_of(COMMANDS),
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"modbot {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version and end."),
) -> None:
    """Options before any command."""


def main(arguments: list[str] | None = None) -> None:
    """The console script. What modbot can explain is one sentence and exit code 2, never a traceback."""
    try:
        app(arguments)
    except VendorError as error:  # its detail is for the log: only the sentence says what to do
        typer.echo(f"modbot: {error.staff_text} ({error.log_detail})", err=True)
        sys.exit(2)
    except ModbotError as error:
        typer.echo(f"modbot: {error.log_detail}", err=True)
        sys.exit(2)
