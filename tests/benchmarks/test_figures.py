"""Rows and the files they go to."""

import json
from pathlib import Path

import pytest

from benchmarks import acks
from benchmarks.__main__ import MEASURES, main
from benchmarks.acks import Rounds, figures_of
from benchmarks.figures import GOALS, alone, compared, percentile, write
from benchmarks.load import Load


def load_of(per_second: int) -> Load:
    """One round in which everything was taken, in one second."""
    return Load(per_second, per_second, per_second, 1.0, 1.0, 2.0, 3.0, {"200": per_second})


def test_rounds_become_their_medians_and_the_ratio_of_those() -> None:
    row = compared([10, 30, 20], [40, 10, 5], "acks/s", "")
    assert (row.ours, row.reference, row.ratio, row.rounds) == (20, 10, 2.0, 3)


def test_every_round_is_told_beside_the_median() -> None:
    row = compared([10, 300, 20], [40, 10, 5], "acks/s", "More.")
    assert row.note == "Rounds 10.00, 300, 20.00. reference 40.00, 10.00, 5.00. More."


def test_a_reference_that_could_not_be_had_leaves_its_place_empty() -> None:
    figure = compared([10], [], "acks/s", "node is absent")
    assert (figure.reference, figure.ratio, figure.note) == (None, None, "node is absent")


def test_one_in_a_hundred_is_slower_than_the_99th_percentile() -> None:
    assert percentile(sorted(range(1000)), 0.99) == 990


def test_the_file_holds_the_documented_shape_for_each_figure(tmp_path: Path) -> None:
    write(tmp_path, {"idle_rss_mb": alone([98.04], "MB", "a note")}, {"machine": "invented"})
    row = {"ours": 98.04, "unit": "MB", "reference": None, "ratio": None, "rounds": 1, "note": "a note"}
    assert json.loads((tmp_path / "results.json").read_text()) == {"idle_rss_mb": row}


def test_the_table_says_machine_goal_and_note(tmp_path: Path) -> None:
    write(tmp_path, {"idle_rss_mb": alone([98.04], "MB", "a note")}, {"machine": "invented"})
    table = (tmp_path / "results.md").read_text()
    assert "- machine: invented" in table
    assert "| `idle_rss_mb` | 98.04 MB | - |  | ≤ 120 MB | 1 |" in table
    assert "- `idle_rss_mb`: a note" in table


def test_every_figure_is_measured_by_somebody() -> None:
    assert sorted(name for ids, _ in MEASURES for name in ids) == sorted(GOALS)


def test_without_node_the_row_says_so_and_ours_stands() -> None:
    rounds = Rounds(without_boltjs="node and npm are not installed here.")
    for who in ("/lock", "/oncall", "bolt"):
        for connections in (1, 16, 64):
            rounds.add(who, connections, load_of(100))
    row = figures_of(rounds, 1000.0)[acks.IDS[3]]
    assert (row.ours, row.reference, row.ratio) == (100, None, None)
    assert row.note.startswith("node and npm are not installed here.")


def test_acknowledgements_that_took_nothing_do_not_count() -> None:
    rounds = Rounds()
    rounds.add("/lock", 64, Load(100, 100, 60, 2.0, 1.0, 1.0, 1.0, {"200": 100}))
    assert rounds.rates("/lock", 64) == [30.0]


def test_an_unknown_figure_is_refused_before_anything_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["no_such_figure"])
    assert ended.value.code == 2
    assert "no_such_figure" in capsys.readouterr().err
