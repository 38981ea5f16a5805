"""`make test` says what ran, counts it, and fails when a lane fails."""

from pathlib import Path

import pytest

from scripts.lanes import ROOT, Lane, Tally, Verdict, Word, finish, main
from scripts.lanes import tests as lane_of_tests


def test_the_tally_counts_what_pytest_reported(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="10" failures="2" errors="1" skipped="3"/></testsuites>')
    tally = Tally()
    tally.add_report(report)
    assert str(tally) == "4 passed, 3 failed, 3 skipped"


def test_a_run_that_died_before_its_report_counts_nothing(tmp_path: Path) -> None:
    tally = Tally()
    assert tally.add_report(tmp_path / "none.xml") == []
    assert str(tally) == "0 passed, 0 failed, 0 skipped"


@pytest.mark.parametrize(("word", "status"), [(Word.OK, 0), (Word.DID_NOT_RUN, 0), (Word.FAILED, 1)])
def test_only_a_failed_lane_fails_the_run(word: Word, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    lane = Lane("layers", lambda: Verdict(word, "because"))
    assert finish([(lane, lane.run(), 1.25)], Tally()) == status
    printed = capsys.readouterr().out
    assert "layers" in printed
    assert "because" in printed
    assert printed.rstrip().endswith("0 passed, 0 failed, 0 skipped")


def test_an_unknown_word_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["everything"]) == 2
    assert "usage" in capsys.readouterr().out


FAILS_AT_FIRST = """
import pathlib
MARKS = pathlib.Path({marks!r})
def test_this() -> None:
    runs_before = len(list(MARKS.iterdir()))
    (MARKS / str(runs_before)).touch()
    assert runs_before >= {failures}
"""


@pytest.mark.timeout(600)  # up to three runs of pytest
@pytest.mark.parametrize(("failures", "word"), [(0, Word.OK), (1, Word.OK), (2, Word.OK), (3, Word.FAILED)])
def test_a_test_that_fails_runs_again_twice_at_most(tmp_path: Path, failures: int, word: Word) -> None:
    file, marks, tally = tmp_path / "test_it.py", tmp_path / "marks", Tally()
    marks.mkdir()
    file.write_text(FAILS_AT_FIRST.format(marks=str(marks), failures=failures))
    verdict = lane_of_tests(tally, "-c", str(ROOT / "pyproject.toml"), str(file))()
    passed = word is Word.OK
    assert (verdict.word, str(tally)) == (word, f"{passed:d} passed, {not passed:d} failed, 0 skipped")
    assert ("UNSTEADY" in verdict.note) == (passed and failures > 0)
