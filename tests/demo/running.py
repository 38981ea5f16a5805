"""The demo as its own process, as somebody who tries modbot starts it."""

import asyncio
import os
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path

SAYS_WITHIN_SECONDS = 240
COMMAND = (sys.executable, "-c", "from modbot.cli import main; main()", "demo")


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended and what it said."""

    code: int
    out: str
    err: str


def environment(folder: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    """The test's own environment, with a temporary folder that can be looked into afterwards."""
    return {**os.environ, "TMPDIR": str(folder), **(more or {})}


async def start(folder: Path, *arguments: str, **more: str) -> Process:
    """Start it with its input open."""
    return await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment(folder, more)
    )


async def run(folder: Path, *arguments: str, typed: str = "", **more: str) -> Ended:
    """Run it to its end; `typed` is all its input."""
    process = await start(folder, *arguments, **more)
    out, err = await process.communicate(typed.encode())
    return Ended(process.returncode or 0, out.decode(), err.decode())


async def until_said(process: Process, words: str) -> None:
    """Read its output until those words have come."""
    assert process.stdout is not None
    heard = ""
    deadline = time.monotonic() + SAYS_WITHIN_SECONDS
    while words not in heard:
        line = await asyncio.wait_for(process.stdout.readline(), deadline - time.monotonic())
        assert line, f"it ended without saying {words!r}: {heard}"
        heard += line.decode()


def processes_that_name(folder: Path) -> list[str]:
    """Command lines of running processes that have this folder in them."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if str(folder) in line]


def left_in(folder: Path) -> list[str]:
    """What is still in the folder."""
    return sorted(found.name for found in folder.iterdir())
