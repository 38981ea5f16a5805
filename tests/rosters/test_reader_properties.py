"""Whatever bytes a file holds, reading it ends with a report or a roster, and never with anything else."""

import csv
import gc
import io
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modbot.rosters.findings import BadFile
from modbot.rosters.oneroster_csv import check
from modbot.rosters.oneroster_csv.rows import Table, rows
from tests.rosters.district import small_district

FILES = ("manifest", "orgs", "academicSessions", "users", "roles", "classes", "enrollments")
TODAY = date(2026, 11, 22)
TABLE = Table("things", ("one", "two"), ("three",))
CELL = st.text(st.characters(codec="utf-8"), max_size=30).map(str.strip)


@given(file=st.sampled_from(FILES), junk=st.binary(max_size=200), cut=st.integers(0, 600))
@example(file="users", junk=b'"', cut=40)
@example(file="users", junk=b"\r", cut=300)
@settings(max_examples=60)
def test_any_bytes_anywhere_in_a_file_end_in_a_report(file: str, junk: bytes, cut: int) -> None:
    with TemporaryDirectory() as directory:
        folder = small_district(Path(directory) / "export")
        path = folder / f"{file}.csv"
        good = path.read_bytes()
        path.write_bytes(good[:cut] + junk + good[cut:])
        report = check(folder, today=TODAY, tolerance=1)
        assert report.problems_total >= len(report.problems)
        assert report.accepted or report.refusal.startswith("The roster was not imported")


@given(cells=st.lists(st.tuples(CELL, CELL, CELL), max_size=8))
def test_what_a_csv_writer_wrote_is_read_back_cell_by_cell(cells: list[tuple[str, str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("two", "ignored", "one", "three"), *((b, "x", a, c) for a, b, c in cells)])
    with TemporaryDirectory() as directory:
        path = Path(directory) / TABLE.file
        path.write_bytes(text.getvalue().encode())
        found = [(row["one"], row["two"], row["three"]) for row in rows(path, TABLE)]
    assert found == cells


def still_open(path: Path) -> list[io.BufferedReader]:
    """Whatever reads this file."""
    readers = [one for one in gc.get_objects() if isinstance(one, io.BufferedReader) and not one.closed]
    return [one for one in readers if str(one.name) == str(path)]


@pytest.mark.parametrize("content", [b"one\n1\n", b'one,two\n1,"2\n', b"one,two\n1,\xff\n"])
def test_a_file_that_cannot_be_read_is_closed_at_once(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / TABLE.file
    path.write_bytes(content)
    with pytest.raises(BadFile) as kept:
        list(rows(path, TABLE))
    assert (still_open(path), type(kept.value)) == ([], BadFile)
