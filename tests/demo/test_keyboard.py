"""Lines from a descriptor: whole ones, the last one without its end, and bytes that are no text."""

import os

from modbot.demo.keyboard import typed_lines


async def typed(written: bytes) -> list[str]:
    """The lines that come out of a pipe into which these bytes were written."""
    reading, writing = os.pipe()
    os.write(writing, written)
    os.close(writing)
    lines = [line async for line in typed_lines(reading)]
    os.close(reading)
    return lines


async def test_lines_come_without_their_ends() -> None:
    assert await typed(b"/lock\n/eject zzz\r\n") == ["/lock", "/eject zzz"]


async def test_a_last_line_without_an_end_counts() -> None:
    assert await typed(b"raid\nquit") == ["raid", "quit"]


async def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    assert await typed(b"/eject \xff\n") == ["/eject �"]
