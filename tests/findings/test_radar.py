"""The same unmatched person in several sections within a quarter of an hour: one finding, however it is heard of."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.findings import FindingKind, Thresholds, Unmatched, fresh, raids, unmatched_in
from modbot.identity import NameMemory, judge, person_of
from modbot.model import EventKind, Participant
from tests.findings.classes import T0, at, event, joined, session_of
from tests.identity.classes import CLASS

MEMORY = NameMemory(bytes(range(32)), "radar")


def sighted(section: str, seconds: float, *names: str, email: str = "") -> list[Unmatched]:
    """Those of one class who are looked for elsewhere."""
    people = [Participant(f"{section}-{n}", name, email) for n, name in enumerate(names)]
    events = [event(EventKind.JOINED, seconds, who, session_id=section) for who in people]
    session = session_of(events, section)
    verdicts = {verdict.person_id: verdict for verdict in judge(CLASS, [person_of(who) for who in people])}
    return list(unmatched_in(session, verdicts, section=section, school="maple", memory=MEMORY))


def test_one_name_in_two_sections_within_a_quarter_of_an_hour_is_a_raid() -> None:
    (raid,) = raids([*sighted("c1", 0, "Clara Quill"), *sighted("c2", 899, "clara  quill")])
    assert (raid.kind, raid.at) == (FindingKind.RAID, at(899))
    assert raid.sessions == ("zoom:c1", "zoom:c2")
    assert dict(raid.evidence) == {"sections": 2, "schools": "maple", "seconds": 899}


def test_whoever_changes_their_name_in_class_is_one_person_still() -> None:
    (before,) = sighted("c1", 0, "Clara Quill")
    (after,) = sighted("c1", 0, "Dorian Pike")
    (raid,) = raids([before, after, *sighted("c2", 9, "Clara Quill"), *sighted("c3", 20, "Dorian Pike")])
    assert raid.sessions == ("zoom:c1", "zoom:c2", "zoom:c3")


def test_characters_that_cannot_be_seen_hide_nobody() -> None:
    (raid,) = raids([*sighted("c1", 0, "Clara\u202e Quill"), *sighted("c2", 9, "Clara\u200b Quill")])
    assert raid.sessions == ("zoom:c1", "zoom:c2")


@pytest.mark.parametrize(
    ("first", "second", "seconds"),
    [
        ("Clara Quill", "Clara Quill", 901),
        ("Clara Quill", "Dorian Pike", 10),
        ("iPad", "iPad", 10),
        ("", "", 10),
        ("lol", "lol", 10),
        ("Jaden Brooks", "Jaden Brooks", 10),
    ],
    ids=["long after", "two people", "a device", "no name", "a word that many use", "a student"],
)
def test_this_is_no_raid(first: str, second: str, seconds: float) -> None:
    assert raids([*sighted("c1", 0, first), *sighted("c2", seconds, second)]) == ()


def test_somebody_who_comes_back_to_the_same_section_is_no_raid() -> None:
    twice = [*sighted("c1", 0, "Clara Quill"), *sighted("c1", 60, "Clara Quill")]
    assert raids(twice) == ()


def test_another_name_with_the_same_address_is_the_same_person() -> None:
    mail = "quill@example.net"
    assert len(raids([*sighted("c1", 0, "Clara Quill", email=mail), *sighted("c2", 9, "Zed Moss", email=mail)])) == 1


def test_a_raid_that_grows_is_told_once() -> None:
    two = [*sighted("c1", 0, "Clara Quill"), *sighted("c2", 60, "Clara Quill")]
    (first,) = raids(two)
    grown = raids([*sighted("c3", 30, "Clara Quill"), *two])
    assert len(grown) == 1
    assert fresh(grown, first.causes) == []


def test_the_same_name_on_another_day_is_told_again() -> None:
    (first,) = raids([*sighted("c1", 0, "Clara Quill"), *sighted("c2", 60, "Clara Quill")])
    later = raids([*sighted("d1", 86_400, "Clara Quill"), *sighted("d2", 86_460, "Clara Quill")])
    assert len(fresh(later, first.causes)) == 1


def test_a_mark_says_nothing_of_the_name() -> None:
    (one,) = sighted("c1", 0, "Clara Quill")
    assert b"lara" not in b"".join(one.marks)


def test_a_district_may_ask_for_more_sections() -> None:
    two = [*sighted("c1", 0, "Clara Quill"), *sighted("c2", 60, "Clara Quill")]
    assert raids(two, Thresholds(raid_sections=3)) == ()


def test_events_and_sightings_meet() -> None:
    assert joined(0, "x", "Clara Quill").at == sighted("c1", 0, "Clara Quill")[0].at == T0


SIGHTINGS = st.lists(
    st.builds(
        lambda section, minute, marks: Unmatched(
            f"zoom:{section}", section, "maple", f"{section}-{minute}", T0 + timedelta(minutes=minute), marks
        ),
        st.sampled_from(["c1", "c2", "c3", "c4"]),
        st.integers(0, 60),
        st.frozensets(st.sampled_from([b"a", b"b", b"c"]), min_size=1),
    ),
    max_size=12,
)


@given(SIGHTINGS, st.randoms(use_true_random=False))
def test_any_order_with_repeats_gives_the_same_raids(sightings: list[Unmatched], chance: object) -> None:
    shuffled = [*sightings, *sightings]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert raids(shuffled) == raids(sightings)


@given(SIGHTINGS)
def test_two_sections_with_one_mark_close_together_are_always_found_and_never_twice(sightings: list[Unmatched]) -> None:
    close = any(
        one.section != other.section and one.marks & other.marks and abs(one.at - other.at) <= timedelta(minutes=15)
        for one in sightings
        for other in sightings
    )
    found = raids(sightings)
    assert bool(found) == close
    causes = [cause for raid in found for cause in raid.causes]
    assert len(causes) == len(set(causes))


def test_two_findings_of_one_cause_are_told_as_one() -> None:
    (raid,) = raids([*sighted("c1", 0, "Clara Quill"), *sighted("c2", 60, "Clara Quill")])
    assert fresh([raid, raid], told=()) == [raid]
