"""`modbot manifest`: the Slack app, ready to paste."""

import typer

from modbot import command
from modbot.cli import printing
from modbot.slack import manifest as slack

PLACEHOLDER = "https://modbot.example.org"


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: modbot manifest --url https://modbot.example.org")(manifest)


def manifest(
    url: str = typer.Option("", help="Where Slack reaches modbot, beginning with https://."),
    socket: bool = typer.Option(False, "--socket", help="For Socket Mode, where Slack need not reach modbot."),
) -> None:
    """Print the Slack app's manifest as JSON. Paste it at api.slack.com/apps, Create New App, From a manifest."""
    if not url and not socket:
        printing.note(f"No --url was given: replace {PLACEHOLDER} by modbot's own address, or use --socket.")
    made = slack.manifest(url or PLACEHOLDER, slash_commands(), socket_mode=socket)
    printing.as_json(made)


def slash_commands() -> list[tuple[str, str, str]]:
    """Every command that staff may type: name with its slash, usage, help."""
    return [(f"/{one.name}", one.usage, one.help) for one in command.load().values() if one.slash]
