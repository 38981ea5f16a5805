"""`modbot demo`: try modbot on an invented district, with nothing set up and nothing outside this machine."""

import asyncio
from pathlib import Path

import typer

from modbot import log

STOPPED = 130  # what a shell expects of a program that Ctrl-C ended
LOOPBACK = "127.0.0.1,localhost"


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(demo)


def demo(
    scripted: bool = typer.Option(False, "--scripted", help="Play one raid on both platforms and show the timeline."),
    as_json: bool = typer.Option(False, "--json", help="With --scripted: one JSON object on standard output."),
    port: int = typer.Option(0, "--port", min=0, max=65535, help="modbot's own port; 0 takes a free one."),
    no_open: bool = typer.Option(False, "--no-open", help="Open no browser. The demo in the terminal never does."),
    data_dir: Path | None = typer.Option(None, "--data-dir", help="Keep the record there. Otherwise nothing is kept."),
    lie: bool = typer.Option(False, "--lie", hidden=True, help="The platforms answer success and change nothing."),
) -> None:
    """Try modbot: a simulated Slack, Zoom and Webex, a class on each, and intruders."""
    del no_open
    if (as_json or lie) and not scripted:
        raise typer.BadParameter("--json and --lie need --scripted")
    _only_loopback()
    log.configure("warning" if scripted else "critical")
    with _folder(data_dir) as folder:
        code = asyncio.run(_scripted(folder, port, as_json, lie) if scripted else _interactive(folder, port))
    raise typer.Exit(code)
