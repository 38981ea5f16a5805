"""`make eval`: the same classes each time, the two halves of names apart, and a report with every goal in it."""

import json
from pathlib import Path
from random import Random

import pytest

from benchmarks.identity.__main__ import SETTINGS
from benchmarks.identity.attacks import INTRUDER, KINDS, LENT_ACCOUNT, with_intruder
from benchmarks.identity.classes import SIZE, a_class
from benchmarks.identity.counting import Counts, counted
from benchmarks.identity.noise import SHARES as NOISE
from benchmarks.identity.noise import one_edit
from benchmarks.identity.origins import SHARES, origins
from benchmarks.identity.report import NAMES_ONLY, SIGNED_IN, for_people, goals_of, row_of
from benchmarks.matching import IDS, measure
from benchmarks.options import QUICK
from benchmarks.progress import silent
from modbot.identity import judge


def drawn(seed: str) -> Random:
    """Chance that is the same in every run."""
    return Random(seed)  # noqa: S311 - not a secret


def test_no_name_of_an_origin_is_in_both_halves() -> None:
    tuning, reporting = origins(reporting=False), origins(reporting=True)
    for name in SHARES:
        assert not set(tuning[name].given) & set(reporting[name].given)
        assert not set(tuning[name].family) & set(reporting[name].family)


def test_shares_of_origins_make_a_whole_and_noise_leaves_room_for_exact_names() -> None:
    assert sum(SHARES.values()) == pytest.approx(1)
    assert 2 * sum(NOISE.values()) < 1.2


def test_the_same_seed_gives_the_same_class() -> None:
    first, second = (a_class(drawn("seed"), NAMES_ONLY, reporting=False) for _ in range(2))
    assert first.comers == second.comers
    assert len(first.pupils) == SIZE


def test_an_intruder_comes_after_the_student_they_copy() -> None:
    of = a_class(drawn("seed"), NAMES_ONLY, reporting=False)
    for kind in KINDS:
        people, victim = with_intruder(of, kind, drawn(kind))
        ids = [person.id for person in people]
        assert ids.index(INTRUDER) > ids.index(victim.person.id)


def test_one_edit_never_gives_the_name_back() -> None:
    chance = drawn("edits")
    assert all(one_edit("Ana Lee", chance).casefold() != "ana lee" for _ in range(500))


def test_a_lent_account_is_not_found_and_the_report_says_so() -> None:
    of = next(of for of in (a_class(drawn(f"{n}"), NAMES_ONLY, reporting=False) for n in range(99)) if of.absent)
    people, _ = with_intruder(of, LENT_ACCOUNT, drawn("lent"))
    verdict = next(verdict for verdict in judge(of.class_list, people) if verdict.person_id == INTRUDER)
    assert verdict.band.welcome


def test_counts_of_two_runs_add_up() -> None:
    whole = counted(NAMES_ONLY, range(4), reporting=False)
    parts = Counts()
    for seeds in (range(2), range(2, 4)):
        parts.add(counted(NAMES_ONLY, seeds, reporting=False))
    assert parts == whole


def test_the_report_has_every_goal_and_every_attack() -> None:
    rows = {
        setting: row_of(setting, counted(setting, range(2), reporting=False)) for setting in (NAMES_ONLY, SIGNED_IN)
    }
    goals = goals_of(rows)
    text = for_people(rows, goals)
    assert all(goal.what in text for goal in goals)
    assert all(kind in text for kind in KINDS)
    assert set(rows[NAMES_ONLY]["attacks"]) == set(KINDS)


def test_every_setting_that_was_asked_for_is_evaluated() -> None:
    assert {(one.noise, one.signed_in, one.memory) for one in SETTINGS} == {
        (noise, share, memory) for noise in (0.5, 1.0, 2.0) for share in (0.0, 0.5, 0.9) for memory in (False, True)
    }


def test_the_report_in_the_tree_is_of_the_reporting_half() -> None:
    written = Path(__file__).resolve().parents[2] / "benchmarks" / "identity.json"
    report = json.loads(written.read_text(encoding="utf-8"))
    assert report["about"]["names_and_seeds"] == "reporting"
    assert len(report["settings"]) == len(SETTINGS)


async def test_what_matching_costs_is_measured() -> None:
    figures = await measure(QUICK, silent)
    assert set(figures) == set(IDS)
    assert all(figure.ours for figure in figures.values())
