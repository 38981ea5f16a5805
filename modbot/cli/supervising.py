"""Several modbot processes on one port and one store: for districts whose mornings need more than one core.

The first process keeps the store and starts the others, which share the port (the system spreads connections among
them). One that ends by itself is started again.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack

from modbot.app import DRAIN
from modbot.errors import ConfigError
from modbot.log import get_logger
from modbot.settings import Settings
from modbot.state import open_state

START_AGAIN_SECONDS = 1.0
UP_WITHIN_SECONDS = 20.0
END_WITHIN_SECONDS = DRAIN.total_seconds() * 3 + 10

log = get_logger("supervising")

Say = Callable[[str, int], None]


async def supervise(settings: Settings, stop: asyncio.Event, say_listening: Say) -> None:
    """Run `settings.processes` workers until `stop`, then end them in order. Raises ConfigError."""
    async with AsyncExitStack() as stack:
        state = await open_state(settings, stack)
        await state.store.ping()
        held = stack.enter_context(_hold_port(settings))
        port = held.getsockname()[1]
        watching = asyncio.create_task(state.embedded.watch()) if state.embedded is not None else None
        workers = [asyncio.create_task(_keep_running(port, stop)) for _ in range(settings.processes)]
        await _until_up(settings.host, port, stop)
        say_listening(settings.host, port)
        await stop.wait()
        await asyncio.gather(*workers)
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


def _hold_port(settings: Settings) -> socket.socket:
    """Keeps the port for the workers, without listening on it."""
    held = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((settings.host, settings.port))
    except OSError as error:
        held.close()
        raise ConfigError("MODBOT_PORT", f"{settings.port} cannot be listened on: {error.strerror}") from error
    return held


async def _keep_running(port: int, stop: asyncio.Event) -> None:
    while not stop.is_set():
        command = [sys.executable, "-m", "modbot", "serve", "--worker-of", str(os.getpid()), "--port", str(port)]
        worker = await asyncio.create_subprocess_exec(*command, env=dict(os.environ), start_new_session=True)
        ended = asyncio.create_task(worker.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not stop.is_set():
            log.warning("worker_ended", process=worker.pid, status=worker.returncode)
            await asyncio.sleep(START_AGAIN_SECONDS)
            continue
        await _end(worker, ended)


async def _end(worker: asyncio.subprocess.Process, ended: "asyncio.Task[int]") -> None:
    if worker.returncode is None:
        worker.terminate()
    try:
        await asyncio.wait_for(ended, END_WITHIN_SECONDS)
    except TimeoutError:
        log.warning("worker_killed", process=worker.pid)
        worker.kill()
        await worker.wait()


async def _until_up(host: str, port: int, stop: asyncio.Event) -> None:
    deadline = asyncio.get_running_loop().time() + UP_WITHIN_SECONDS
    while not stop.is_set():
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            if asyncio.get_running_loop().time() > deadline:
                raise ConfigError("MODBOT_PROCESSES", "none of the processes came up; the log says why") from None
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
