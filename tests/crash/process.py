"""A real `modbot serve` in a process of its own, which a test may kill."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTENING = re.compile(r"listening on http://[^:]+:(\d+)")
START_WITHIN = timedelta(seconds=120)
END_WITHIN = timedelta(seconds=120)


class Modbot:
    """One process. `port` is known once it is ready, `errors` is what it wrote to standard error so far."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = {**os.environ, **environment}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    async def start(self) -> "Modbot":
        """Start it and wait until it listens. Fails with what it wrote when it does not."""
        await self.launch()
        assert self._process is not None
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), START_WITHIN.total_seconds())
        found = LISTENING.search(line.decode())
        assert found, f"modbot said {line!r} and then {self.errors}"
        self.port = int(found.group(1))
        return self

    async def launch(self) -> None:
        """Start it without waiting."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "modbot", "serve"),
                cwd=ROOT,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def errors(self) -> str:
        """What it and those before it wrote to the log."""
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        """kill -9: nothing of it runs after this."""
        os.kill(self.pid, signal.SIGKILL)

    def pause(self) -> None:
        """It hears nothing more until it is killed or continued."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on where it was."""
        os.kill(self.pid, signal.SIGCONT)

    def terminate(self) -> None:
        """Ask it to end, as a service manager does."""
        os.kill(self.pid, signal.SIGTERM)

    async def ended(self) -> int:
        """Its exit status, once it has ended."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), END_WITHIN.total_seconds())

    async def gone(self) -> None:
        """Make sure that it is, however the test went."""
        if self._process is None:
            return
        if self._process.returncode is None:
            with suppress(ProcessLookupError):  # it has ended, and nobody was told yet
                self.kill()
        await self._process.communicate()
