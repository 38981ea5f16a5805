"""`modbot demo`: try modbot on an invented district, with nothing set up and nothing outside this machine."""

import asyncio
import gc
import os
import signal
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import typer
from rich.console import Console

from modbot import log
from modbot.demo import script, terminal
from modbot.demo.keyboard import typed_lines
from modbot.demo.page import play as page

STOPPED = 130  # what a shell expects of a program that Ctrl-C ended
LOOPBACK = "127.0.0.1,localhost"
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

T = TypeVar("T")


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: modbot demo --scripted")(demo)


def demo(
    scripted: bool = typer.Option(False, "--scripted", help="Play a raid on every platform and show the timeline."),
    as_json: bool = typer.Option(False, "--json", help="With --scripted: one JSON object on standard output."),
    in_terminal: bool = typer.Option(False, "--terminal", help="Type in this terminal instead of on the page."),
    port: int = typer.Option(0, "--port", min=0, max=65535, help="The page's port; 0 takes a free one."),
    modbot_port: int = typer.Option(0, "--modbot-port", min=0, max=65535, help="modbot's own port; 0 as above."),
    no_open: bool = typer.Option(False, "--no-open", help="Do not open the page in a browser."),
    data_dir: Path | None = typer.Option(  # noqa: B008 - how typer is told of options
        None, "--data-dir", help="Keep the record there. Otherwise nothing is kept."
    ),
    lie: bool = typer.Option(False, "--lie", hidden=True, help="The platforms answer success and change nothing."),
) -> None:
    """Try modbot: a simulated Slack, a class on every platform, and intruders, on a page in your browser."""
    if (as_json or lie) and not scripted:
        raise typer.BadParameter("--json and --lie need --scripted")
    if scripted:
        raise typer.Exit(raid(as_json=as_json, data_dir=data_dir, port=modbot_port or port, lie=lie))
    _only_loopback()
    # On the page a platform or Slack may be down on purpose, and what modbot then logs is no news to who looks on.
    log.configure("error" if in_terminal else "critical")
    with _folder(data_dir) as folder:
        if in_terminal:
            code = asyncio.run(_interactive(folder, modbot_port or port))
        else:
            code = asyncio.run(_on_a_page(folder, port, modbot_port, show=not no_open))
    gc.freeze()  # the interpreter would look through everything once more before it ends: 0.4 s
    raise typer.Exit(code)


def raid(*, as_json: bool, data_dir: Path | None = None, port: int = 0, lie: bool = False) -> int:
    """Play the scripted raid. The exit code: 0 when everything went as it should."""
    _only_loopback()
    log.configure("error")
    with _folder(data_dir) as folder:
        return asyncio.run(_scripted(folder, port, as_json, lie))


async def _scripted(folder: Path, port: int, as_json: bool, lie: bool) -> int:
    console = Console(stderr=as_json, soft_wrap=True, highlight=False, markup=False, emoji=False)
    steps = await _stoppable(script.play(folder, console, port=port, lying=lie))
    if steps is None:
        return STOPPED
    if as_json:
        typer.echo(script.as_json(steps))
    else:
        console.print("Everything went as it should." if script.went_well(steps) else "Not everything went well.")
    return 0 if script.went_well(steps) else 1


async def _interactive(folder: Path, port: int) -> int:
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    lines = typed_lines(sys.stdin.fileno())
    await _stoppable(terminal.play(folder, console, lines, port=port, prompt=sys.stdin.isatty()))
    return 0


async def _on_a_page(folder: Path, port: int, modbot_port: int, *, show: bool) -> int:
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    try:
        await _stoppable(page.play(folder, console.print, port=port, modbot_port=modbot_port, show=show))
    except page.PortTaken as taken:
        typer.echo(str(taken), err=True)
        return 1
    return 0


async def _stoppable(work: Coroutine[Any, Any, T]) -> T | None:
    """The work's result; None when a signal ended it. It is cancelled once, so that it can put everything away."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)

    def stop() -> None:
        for number in STOPS:
            loop.add_signal_handler(number, _already_stopping)
        task.cancel()

    for number in STOPS:
        loop.add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        return None


def _already_stopping() -> None:
    """A second Ctrl-C must not cut the stopping short: it would leave the store behind."""


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """The data directory: the one given, or a new one that is gone afterwards."""
    if kept is not None:
        yield kept.expanduser()
        return
    with tempfile.TemporaryDirectory(prefix="modbot-demo-") as made:
        yield Path(made)


def _only_loopback() -> None:
    """Every vendor of the demo is on this machine: no proxy may be asked for them."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = LOOPBACK
