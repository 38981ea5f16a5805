"""Starting what is measured: each program in a process of its own, ended when its measurement is over."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

START_SECONDS = 120.0
STOP_SECONDS = 60.0
ROOT = Path(__file__).resolve().parent.parent
LISTENING = re.compile(rb"listening on (?:http://[\d.]+:)?(\d+)")


class NotStarted(Exception):
    """A program ended or stayed silent instead of listening."""


class Program:
    """One running process that said where it listens."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log
        self.port = 0

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def wait_until_listening(self) -> None:
        """Raises NotStarted with the end of its log."""
        try:
            async with asyncio.timeout(START_SECONDS):
                self.port = await self._announced()
        except TimeoutError:
            raise NotStarted(f"did not listen within {START_SECONDS:g} s{self._tail()}") from None

    async def _announced(self) -> int:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if found := LISTENING.search(line):
                return int(found[1])
        raise NotStarted(f"ended with status {await self._process.wait()}{self._tail()}")

    def _tail(self) -> str:
        said = self._log.read_text(errors="replace")[-1500:] if self._log.exists() else ""
        return f"; it said: {said}" if said else ""

    async def kill(self) -> None:
        """kill -9, with all the processes that it started, and wait until it is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end; kill it when it does not within 30 s."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()


async def start(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Program:
    """Start a program and wait until it listens. Its errors go to `log`. Raises NotStarted."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**_plain_environment(), **(environment or {})},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,  # a group of its own, to be killed whole
        )
    program = Program(process, log)
    try:
        await program.wait_until_listening()
    except BaseException:
        await program.kill()
        raise
    return program


@asynccontextmanager
async def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Program]:
    """A program that is killed at the end."""
    program = await start(command, log, environment)
    try:
        yield program
    finally:
        await program.kill()


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module with this Python."""
    return [sys.executable, "-m", module, *arguments]


def _plain_environment() -> dict[str, str]:
    """This process's environment without anybody's modbot settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MODBOT_")}
