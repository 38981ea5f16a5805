"""`modbot serve`: run until told to stop, then finish what was accepted."""

import asyncio
import gc
import os
import signal

import typer
import uvloop

from modbot import log
from modbot.app import App
from modbot.cli.supervising import supervise
from modbot.settings import Settings, load

EPILOG = "Example: modbot serve --port 3000"
LOOK_FOR_PARENT_SECONDS = 1.0
YOUNG_OBJECTS = 5_000  # more than the requests of one moment hold, so that these alone start no search for garbage


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog=EPILOG)(serve)


def serve(
    port: int | None = typer.Option(None, "--port", min=0, max=65535, help="Listen here instead of on MODBOT_PORT."),
    worker_of: int = typer.Option(0, "--worker-of", hidden=True, help="One of several, started by this process."),
) -> None:
    """Run modbot: Slack, webhooks and timers on one port, until SIGTERM or Ctrl-C."""
    settings = load() if port is None else load(port=port)
    log.configure(settings.log_level)
    search_less_for_garbage()
    uvloop.run(_serve(settings, worker_of))


def search_less_for_garbage() -> None:
    """Leave out of each search what stays until the end: 130,000 objects of modules, for which all stood still 80 ms.

    Objects that nothing refers to are freed at once as ever; only cycles of them wait for a search.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


async def _serve(settings: Settings, worker_of: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.processes > 1 and not worker_of:
        await supervise(settings, stop, _say_listening)
        return
    app = App(settings, beside=bool(worker_of))
    await app.start()
    if not worker_of:
        _say_listening(settings.host, app.port)
    try:
        await (_until_orphaned(stop, worker_of) if worker_of else stop.wait())
    finally:
        await app.stop()


def _say_listening(host: str, port: int) -> None:
    typer.echo(f"modbot is listening on http://{host}:{port}")


async def _until_orphaned(stop: asyncio.Event, parent: int) -> None:
    """A worker stops when told to, and when the process that keeps its store is gone."""
    while not stop.is_set() and os.getppid() == parent:
        try:
            await asyncio.wait_for(stop.wait(), LOOK_FOR_PARENT_SECONDS)
        except TimeoutError:
            continue
