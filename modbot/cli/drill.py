"""`modbot drill`: a raid on an invented district, from the first stranger to the end."""

import typer

from modbot.cli.demo import raid


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: modbot drill --json")(drill)


def drill(json_: bool = typer.Option(False, "--json", help="Print the steps as JSON.")) -> None:
    """Play a raid on an invented district and show each step. No real class and no real Slack is touched.

    Do it after installing or upgrading: it shows that this modbot works on this machine. Exit code 1 when it does not.
    """
    raise typer.Exit(raid(as_json=json_))
