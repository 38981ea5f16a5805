"""`modbot serve`: run until told to stop, then finish what was accepted."""

import asyncio
import signal

import typer

from modbot import log
from modbot.app import App
from modbot.settings import load

EPILOG = "Example: modbot serve --port 3000"


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog=EPILOG)(serve)


def serve(
    port: int | None = typer.Option(None, "--port", min=0, max=65535, help="Listen here instead of on MODBOT_PORT."),
) -> None:
    """Run modbot: Slack, webhooks and timers on one port, until SIGTERM or Ctrl-C."""
    settings = load() if port is None else load(port=port)
    log.configure(settings.log_level)
    asyncio.run(_serve(App(settings)))


async def _serve(app: App) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await app.start()
    typer.echo(f"modbot is listening on http://{app.settings.host}:{app.port}")
    try:
        await stop.wait()
    finally:
        await app.stop()
