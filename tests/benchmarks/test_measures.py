"""Tiny runs of the real thing: that it works and says what it should, never how fast it was."""

import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks import boltjs, chaos, programs
from benchmarks.__main__ import measured
from benchmarks.options import QUICK
from benchmarks.programs import NotStarted
from benchmarks.progress import silent

TINY = replace(QUICK, seconds=0.2, presses=2, nyc_share=0.0005, roster_students=200, roster_sections=40)


@pytest.mark.crash
@pytest.mark.parametrize(
    "figure",
    ["keypress_to_vendor_p50_ms", "ingest_vs_ceiling", "nyc_store_mb", "roster_sync_peak_mb", "ready_seconds"],
)
async def test_a_figure_is_measured_and_says_how(figure: str) -> None:
    (row,) = (await measured([figure], TINY, silent)).values()
    assert row.ours is not None
    assert row.ours > 0
    assert row.note


@pytest.mark.crash
async def test_of_commands_typed_while_modbots_are_killed_none_is_lost_and_each_is_accounted_for() -> None:
    counts = await chaos.ran("modbot_killed", chaos.QUICK, silent)
    assert counts.acked + counts.refused == chaos.QUICK.teachers
    assert counts.done_once + counts.told_failed + counts.lost + counts.doubled == counts.acked
    assert not counts.broken, asdict(counts)


async def test_a_program_that_ends_instead_of_listening_is_quoted(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('the port is taken')"]
    with pytest.raises(NotStarted, match="the port is taken"):
        await programs.start(command, tmp_path / "log")


async def test_without_node_the_reference_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(boltjs.Absent, match="node"):
        await boltjs.installed(tmp_path)
