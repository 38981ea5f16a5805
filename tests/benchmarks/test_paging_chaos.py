"""How the paging chaos counts, and clocks that only one process sees."""

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.chaos.pages.counting import PagingCounts, counted, together
from benchmarks.chaos.pages.people import Ring, Seen
from benchmarks.wrong_clock import Absent, WrongClock, compiled
from modbot import page_state
from modbot.page_state import PageState, Step


def page(state: str = "acknowledged", **more: str) -> PageState:
    now = datetime.now(UTC)
    fresh = PageState("p1", "test 1", "Ms Chang", now.isoformat(), (Step(("kim.reyes@example.org",), 60),))
    opened = page_state.trigger(fresh, now).state
    return replace(opened, state=state, **more)  # type: ignore[arg-type]


def seen(*rings: tuple[str, int, float], answered_at: float | None = None) -> Seen:
    found = Seen(asked={"test 1"})
    found.rings["p1"] = [Ring("p1", who, call, at) for who, call, at in rings]
    if answered_at is not None:
        found.answered_at["p1"] = answered_at
    return found


def counts(what: Seen, *pages: PageState, deaths: tuple[float, ...] = ()) -> PagingCounts:
    return counted(what, pages, deaths, kills=len(deaths), store_restarts=0, clock_jumps=0)


def test_a_page_that_somebody_has_keeps_every_promise() -> None:
    assert not counts(seen(("kim", 1, 10.0), answered_at=11.0), page()).broken


def test_a_page_that_nobody_has_at_the_end_is_lost() -> None:
    assert counts(seen(("kim", 1, 10.0)), page("triggered")).lost == 1


def test_a_page_that_was_promised_and_does_not_exist_is_lost() -> None:
    assert counts(seen()).lost == 1


def test_an_open_page_without_a_next_step_is_stuck() -> None:
    assert counts(seen(), page("triggered", due_at="")).stuck == 1


def test_an_open_page_whose_next_step_is_an_hour_away_is_stuck() -> None:
    due = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert counts(seen(), page("triggered", due_at=due)).stuck == 1


def test_a_call_after_the_answer_counts() -> None:
    assert counts(seen(("kim", 1, 10.0), ("lou", 2, 15.0), answered_at=11.0), page()).rang_after_ack == 1


def test_the_same_call_twice_counts_when_nothing_died_in_between() -> None:
    found = counts(seen(("kim", 1, 10.0), ("kim", 1, 20.0)), page(), deaths=(15.0, 25.0))
    assert (found.duplicate_rings, found.repeated) == (1, 0)


def test_the_same_call_twice_is_explained_by_a_death_between_it_and_its_record() -> None:
    found = counts(seen(("kim", 1, 10.0), ("kim", 1, 20.0)), page(), deaths=(10.2,))
    assert (found.duplicate_rings, found.repeated) == (0, 1)


def test_a_call_of_the_next_round_is_no_repetition() -> None:
    assert not counts(seen(("kim", 1, 10.0), ("kim", 4, 20.0)), page()).duplicate_rings


def test_runs_on_several_stores_become_one_row() -> None:
    one = counts(seen(("kim", 1, 10.0)), page("triggered"))
    both = together([one, one])
    assert (both.pages, both.lost, both.broken) == (2, 2, True)


async def test_the_clock_of_one_process_jumps_while_it_runs(tmp_path: Path) -> None:
    try:
        clock = WrongClock(await compiled(tmp_path), tmp_path / "clock")
    except Absent as absent:
        pytest.skip(str(absent))
    program = "import datetime as d, sys\nfor _ in sys.stdin: print(d.datetime.now(d.UTC).isoformat(), flush=True)"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env=dict(clock.environment),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip

    async def told() -> datetime:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"\n")
        return datetime.fromisoformat((await process.stdout.readline()).decode().strip())

    right = await told()
    clock.set(timedelta(hours=1))
    wrong = await told()
    await process.communicate(b"")
    assert timedelta(minutes=59) < wrong - right < timedelta(minutes=61)
