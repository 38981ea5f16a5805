"""A wall clock that one process alone sees, to be set while it runs. Needs Linux and a C compiler."""

import asyncio
import shutil
import struct
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

SOURCE = Path(__file__).parent / "servers" / "clock.c"


class Absent(Exception):
    """Clocks cannot be made wrong on this machine; the message says why."""


class WrongClock:
    """The clock of the processes that are started with its `environment`. It is right until it is set."""

    def __init__(self, library: Path, file: Path) -> None:
        self._library = library
        self._file = file
        self.set(timedelta(0))

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process is started with."""
        return {"LD_PRELOAD": str(self._library), "WRONG_CLOCK": str(self._file)}

    def set(self, wrong_by: timedelta) -> None:
        """From now on it is wrong by so much, in whole seconds."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:  # the same file: it is mapped
            file.write(struct.pack("@q", int(wrong_by.total_seconds())))


async def compiled(folder: Path) -> Path:
    """The library that makes clocks wrong. Raises Absent."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        raise Absent("no process's clock can be made wrong here: that takes Linux and a C compiler (cc)")
    library = folder / "wrong_clock.so"
    process = await asyncio.create_subprocess_exec(
        compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode != 0:
        raise Absent(f"no process's clock can be made wrong here: cc said {said.decode(errors='replace')[-300:]}")
    return library
