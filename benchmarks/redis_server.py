"""The system's own Redis as the store that is measured or killed, on settings that lose nothing."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from modbot.errors import StoreUnavailable
from modbot.store import connect

ANSWERS_SECONDS = 20.0
LOOK_SECONDS = 0.05


class StoreServer(Protocol):
    """A server of the store in a process of its own: modbot's embedded one, or `RedisServer`."""

    @property
    def url(self) -> str:
        """What `modbot.store.connect` takes."""

    @property
    def pid(self) -> int | None:
        """Its process id, or None while it does not run."""

    async def start(self) -> str:
        """Start it and wait until it answers."""

    async def stop(self) -> None:
        """End it, with its data on disk."""

    async def watch(self, restarted: Callable[[], None] | None = None) -> None:
        """Start it again whenever it dies, until cancelled."""


class RedisServer:
    """`redis-server`, append-only, every write on the disk before it is answered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """`unix://…`."""
        return f"unix://{self._folder / 'redis.sock'}"

    @property
    def pid(self) -> int | None:
        """Its process id, or None while it does not run."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    async def start(self) -> str:
        """Start it on the files there are, and wait until it answers. Raises StoreUnavailable when it does not."""
        self._folder.mkdir(parents=True, exist_ok=True)
        options = {
            "port": "0", "unixsocket": str(self._folder / "redis.sock"), "dir": str(self._folder), "save": "",
            "appendonly": "yes", "appendfsync": "always", "loglevel": "warning",
        }  # fmt: skip
        flags = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._server = subprocess.Popen(  # noqa: ASYNC220 - takes a millisecond
            [str(shutil.which("redis-server")), *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        await self._answers()
        return self.url

    async def _answers(self) -> None:
        end = asyncio.get_running_loop().time() + ANSWERS_SECONDS
        store = connect(self.url)
        try:
            while True:
                try:
                    await store.ping()
                    return
                except StoreUnavailable:
                    if asyncio.get_running_loop().time() > end:
                        raise
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await store.close()
            await store.client.connection_pool.disconnect()

    async def stop(self) -> None:
        """End it, with its data on disk."""
        if self._server is None:
            return
        self._server.terminate()
        while self._server.poll() is None:  # noqa: ASYNC110 - nobody tells when a process ends
            await asyncio.sleep(LOOK_SECONDS)
        self._server = None

    async def watch(self, restarted: Callable[[], None] | None = None) -> None:
        """Start it again whenever it dies, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._server is not None and self._server.poll() is not None:
                await self.start()
                if restarted is not None:
                    restarted()


def installed() -> bool:
    """Whether this machine has `redis-server`."""
    return shutil.which("redis-server") is not None
