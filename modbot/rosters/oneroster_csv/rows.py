"""Reads one CSV file row by row: lenient about its form, exact about what is wrong with it.

Only the columns asked for leave this file. Passwords, phone numbers and grades are dropped as each row is read.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from modbot.rosters import Problem
from modbot.rosters.findings import BadFile

LONGEST_LINE_BYTES = 1024 * 1024  # a line without an end must not fill the memory
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")


class _Reader(Protocol):
    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Table:
    """The columns modbot reads of one file, in any order and among any others."""

    name: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.csv"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, and the cells that were asked for. `surplus` when it is wider than the header."""

    line: int
    cells: dict[str, str]
    surplus: bool = False

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def header(path: Path, table: Table) -> tuple[str, ...]:
    """The file's column names. Raises BadFile when the file is absent or lacks a needed column."""
    with _opened(path, table) as file:
        names = _header(_reader(file, table), table)
    _places(names, table)
    return names


def rows(path: Path, table: Table) -> Iterator[Row]:
    """The file's rows, without empty ones. Raises BadFile where it cannot be read on."""
    with _opened(path, table) as file:  # here, so that whoever keeps the error does not keep the file open
        reader = _reader(file, table)
        names = _header(reader, table)
        places = _places(names, table)
        before = reader.line_num
        for cells in _told(reader, table):
            line, before = before + 1, reader.line_num
            if any(cells):
                width = len(cells)
                picked = {column: cells[at].strip() if 0 <= at < width else "" for column, at in places}
                yield Row(line, picked, surplus=width > len(names))


def _opened(path: Path, table: Table) -> BinaryIO:
    if not path.is_file():
        raise BadFile(Problem(table.file, None, "the file is missing"))
    return path.open("rb")


def _reader(file: BinaryIO, table: Table) -> _Reader:
    return csv.reader(_lines(file, table), strict=True)  # a quotation mark left open must not swallow people


def _header(reader: _Reader, table: Table) -> tuple[str, ...]:
    for cells in _told(reader, table):
        if any(cells):
            return tuple(name.strip() for name in cells)
    raise BadFile(Problem(table.file, None, "the file is empty; it must begin with a line of column names"))


def _places(names: tuple[str, ...], table: Table) -> list[tuple[str, int]]:
    folded = [name.casefold() for name in names]
    missing = [column for column in table.needed if column.casefold() not in folded]
    if missing:
        raise BadFile(Problem(table.file, 1, _missing_columns(names, missing)))
    for column in (*table.needed, *table.optional):
        if folded.count(column.casefold()) > 1:
            raise BadFile(Problem(table.file, 1, f"the column {column} is there twice"))
    wanted = (*table.needed, *table.optional)
    return [(column, folded.index(column.casefold()) if column.casefold() in folded else -1) for column in wanted]


def _missing_columns(names: tuple[str, ...], missing: list[str]) -> str:
    said = f"missing column{'s' if len(missing) > 1 else ''}: {', '.join(missing)}"
    if any("\0" in name for name in names):
        return f"{said}; the file looks like UTF-16, save it as UTF-8"
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        return f"{said}; the columns must be separated by commas"
    return said


def _lines(file: BinaryIO, table: Table) -> Iterator[str]:
    number = 0
    while raw := file.readline(LONGEST_LINE_BYTES):
        number += 1
        if number == 1:
            if raw.startswith(_WIDE_BOMS):
                raise BadFile(Problem(table.file, 1, "the file is saved as UTF-16; save it as UTF-8"))
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if len(raw) == LONGEST_LINE_BYTES and not raw.endswith(b"\n"):
            raise BadFile(Problem(table.file, number, "the line is longer than a megabyte"))
        yield _decoded(raw, table, number)


def _decoded(raw: bytes, table: Table, number: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 1} of the line is not UTF-8; save the file as UTF-8"
        raise BadFile(Problem(table.file, number, reason)) from None


def _told(reader: _Reader, table: Table) -> Iterator[list[str]]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = f"the line is not valid CSV ({error}); a quotation mark may be missing"
            raise BadFile(Problem(table.file, reader.line_num, reason)) from None
        yield cells
