"""Findings of one session: each with its evidence, once for its cause, whatever order events arrive in."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.findings import FindingKind, Thresholds, found_later, fresh
from modbot.model import Event, EventKind, Participant, ParticipantRole
from tests.findings.classes import at, event, found, joined, left, session_of, shares, verdicts_of

STRANGERS = ("Clara Quill", "Dorian Pike", "Esme Tull", "Fabian Oxley", "Gilda Nash", "Horace Penn")
JADEN = "jaden.brooks@students.example.org"


def kinds(events: list[Event], **more: object) -> list[FindingKind]:
    """Just the kinds."""
    return [finding.kind for finding in found(events, **more)]  # type: ignore[arg-type]


def test_three_strangers_within_a_minute_are_a_wave() -> None:
    (finding,) = found([joined(20 * n, f"x{n}", name) for n, name in enumerate(STRANGERS[:3])])
    assert finding.kind is FindingKind.JOIN_WAVE
    assert (finding.at, finding.participants) == (at(40), ("x0", "x1", "x2"))
    assert dict(finding.evidence) == {"arrivals": 3, "seconds": 40, "here": 3, "class_size": 11}


def test_a_wave_goes_on_for_as_long_as_they_keep_coming() -> None:
    names = (*STRANGERS, "Ines Volt")
    (finding,) = found([joined(20 * n + 200 * (n == 6), f"x{n}", name) for n, name in enumerate(names)])
    assert (finding.at, finding.participants) == (at(40), ("x0", "x1", "x2", "x3", "x4", "x5"))
    assert dict(finding.evidence) == {"arrivals": 6, "seconds": 100, "here": 6, "class_size": 11}


def test_strangers_who_come_one_by_one_are_no_wave() -> None:
    assert kinds([joined(45 * n, f"x{n}", name) for n, name in enumerate(STRANGERS)]) == []


def test_people_without_a_name_are_a_wave_once_they_are_more_than_the_class() -> None:
    devices = [joined(n, f"x{n}", "iPhone") for n in range(6)]
    assert kinds(devices, class_size=11) == []
    assert kinds(devices, class_size=3) == [FindingKind.JOIN_WAVE]


def test_people_whose_names_the_platform_has_not_told_yet_are_no_wave() -> None:
    assert kinds([joined(n, f"x{n}", "") for n in range(6)], class_size=3) == []


def test_a_class_that_arrives_together_is_no_wave() -> None:
    names = ("Jaden Brooks", "Maria Lopez", "Skye Green", "Xiaoming Wang", "Irina Petrova", "Maria Keane")
    assert kinds([joined(n, f"s{n}", name) for n, name in enumerate(names)], class_size=3) == []


def test_a_double_is_an_impostor_after_the_grace_of_a_lost_connection() -> None:
    events = [joined(0, "a", "Jaden Brooks"), joined(100, "b", "Jaden Brooks")]
    assert kinds(events, now=189) == []
    (finding,) = found(events, now=190)
    assert (finding.kind, finding.participants, finding.at) == (FindingKind.IMPOSTOR, ("b", "a"), at(190))
    assert finding.evidence == (("why", "double"),)


def test_a_rejoin_within_the_grace_is_no_impostor() -> None:
    assert kinds([joined(0, "a", "Jaden Brooks"), joined(100, "b", "Jaden Brooks"), left(110, "a")]) == []


def test_a_name_a_letter_off_somebody_present_is_an_impostor_at_once() -> None:
    (finding,) = found([joined(0, "a", "Jaden Brooks"), joined(100, "b", "Jadon Brooks")], now=100)
    assert (finding.kind, finding.evidence) == (FindingKind.IMPOSTOR, (("why", "near_double"),))


def test_a_students_name_on_another_school_account_is_an_impostor() -> None:
    assert kinds([joined(0, "a", "Jaden Brooks", "other@students.example.org")]) == [FindingKind.IMPOSTOR]


def test_a_stranger_who_shares_is_found_and_a_student_who_shares_is_not() -> None:
    assert kinds([joined(0, "x", "Clara Quill"), shares(5, "x")]) == [FindingKind.STRANGER_SHARES]
    assert kinds([joined(0, "a", "Jaden Brooks"), shares(5, "a")]) == []


def test_a_host_who_shares_under_an_unknown_name_is_no_stranger() -> None:
    host = Participant("h", "Clara Quill", role=ParticipantRole.HOST)
    assert kinds([event(EventKind.JOINED, 0, host), shares(5, "h")]) == []


def test_the_name_of_somebody_who_just_left_without_their_account_is_found() -> None:
    events = [joined(0, "a", "Jaden Brooks", JADEN), left(100, "a"), joined(200, "b", "jaden brooks")]
    (finding,) = found(events)
    assert (finding.kind, finding.participants, finding.at) == (FindingKind.NAME_TAKEN_OVER, ("a", "b"), at(200))


@pytest.mark.parametrize(
    "events",
    [
        [joined(0, "a", "Jaden Brooks", JADEN), left(100, "a"), joined(200, "b", "Jaden Brooks", JADEN)],
        [joined(0, "a", "Jaden Brooks"), left(100, "a"), joined(200, "b", "Jaden Brooks")],
        [joined(0, "a", "Jaden Brooks", JADEN), left(100, "a"), joined(500, "b", "Jaden Brooks")],
        [joined(0, "a", "iPad", JADEN), left(100, "a"), joined(200, "b", "iPad")],
    ],
    ids=["the same account", "neither signed in", "long after", "a device"],
)
def test_a_plain_rejoin_is_not_found(events: list[Event]) -> None:
    assert FindingKind.NAME_TAKEN_OVER not in kinds(events)


def test_a_district_may_set_its_own_thresholds() -> None:
    two = [joined(n, f"x{n}", name) for n, name in enumerate(STRANGERS[:2])]
    assert kinds(two, thresholds=Thresholds(wave_strangers=2)) == [FindingKind.JOIN_WAVE]
    assert kinds(two, thresholds=Thresholds(wave_strangers=2, wave_within=timedelta(0))) == []


def test_a_stranger_who_shared_for_a_moment_is_found_after_they_have_stopped() -> None:
    stopped = event(EventKind.NOT_SHARING, 6, Participant("x"))
    (finding,) = found([joined(0, "x", "Clara Quill"), shares(5, "x"), stopped])
    assert (finding.kind, finding.evidence) == (FindingKind.STRANGER_SHARES, (("sharing_now", 0),))


def test_a_double_that_is_not_yet_one_is_to_be_looked_at_when_its_grace_is_over() -> None:
    session = session_of([joined(0, "a", "Jaden Brooks"), joined(100, "b", "Jaden Brooks")])
    verdicts = verdicts_of(session)
    assert found_later(session, verdicts, now=at(100)) == at(190)
    assert found_later(session, verdicts, now=at(190)) is None


NAMES = ["Jaden Brooks", "Jadon Brooks", "Clara Quill", "Dorian Pike", "Esme Tull", "iPad", "", "Maria"]
PEOPLE = st.builds(
    Participant, st.sampled_from("abcde"), st.sampled_from(NAMES), st.sampled_from(["", "", JADEN, "x@example.net"])
)
KINDS = [EventKind.JOINED, EventKind.LEFT, EventKind.LOBBY, EventKind.LOBBY_LEFT, EventKind.SHARING]
EVENTS = st.lists(st.builds(event, st.sampled_from(KINDS), st.integers(0, 300), PEOPLE), max_size=15)


@given(EVENTS, st.randoms(use_true_random=False))
def test_any_order_with_repeats_gives_the_same_findings(events: list[Event], chance: object) -> None:
    shuffled = [*events, *events]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert found(shuffled) == found(events)


@given(EVENTS)
def test_no_two_findings_have_one_cause(events: list[Event]) -> None:
    causes = [cause for finding in found(events) for cause in finding.causes]
    assert len(causes) == len(set(causes))


@given(EVENTS)
def test_looked_at_after_every_event_no_cause_is_told_twice(events: list[Event]) -> None:
    told: list[str] = []
    for many in range(1, len(events) + 1):
        told += [cause for finding in fresh(found(events[:many]), told) for cause in finding.causes]
    assert len(told) == len(set(told))
