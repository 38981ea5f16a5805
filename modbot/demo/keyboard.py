"""What is typed, line by line, from a terminal, a pipe or a file, without holding up the event loop.

The thread reads the descriptor itself: one that waits inside Python's own buffered stdin could not be left behind when
the program ends.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from threading import Thread

_MOST_BYTES = 4096


async def typed_lines(descriptor: int) -> AsyncIterator[str]:
    """Each line without its end, until the end of the file. What is not UTF-8 is shown as �."""
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[bytes] = asyncio.Queue()

    def read() -> None:
        while True:
            piece = _read(descriptor)
            if loop.is_closed():
                return
            loop.call_soon_threadsafe(pieces.put_nowait, piece)
            if not piece:
                return

    Thread(target=read, name="keyboard", daemon=True).start()
    rest = b""
    while piece := await pieces.get():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield _text(line)
    if rest:
        yield _text(rest)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _MOST_BYTES)
    except OSError:
        return b""  # the terminal is gone: that is its end


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").strip()
