"""How findings are worded: true for one and for many, and without a name but in the rows beside the buttons."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.finding_words import ABOUT, Seen, to_helpers, to_teacher
from modbot.findings import Finding, FindingKind, Thresholds, find
from modbot.identity import judge
from modbot.model import Event, EventKind, Participant
from modbot.reply import Reply
from modbot.standing import in_order, persons, standings
from tests.findings.classes import at, event, joined, left, session_of, shares
from tests.identity.classes import CLASS

JADEN = "jaden.brooks@students.example.org"
STRANGERS = ("Clara Quill", "Dorian Pike", "Esme Tull")
LOOSE = Thresholds(missing_sign_in=True)


def seen(events: Sequence[Event], class_size: int = 11) -> dict[FindingKind, Seen]:
    """What is found ten minutes into the class, as it is told."""
    session = session_of(events)
    people = in_order(session.participants)
    verdicts = judge(CLASS, persons(session, people))
    stand = standings(session, people, verdicts, ())
    by_id = {one.person_id: one for one in verdicts}
    found = find(session, by_id, class_size=class_size, now=at(600), thresholds=LOOSE)
    kinds: dict[FindingKind, list[Finding]] = {}
    for one in found:
        kinds.setdefault(one.kind, []).append(one)
    return {kind: Seen(session, kind, tuple(of_kind), by_id, stand) for kind, of_kind in kinds.items()}


def said(events: Sequence[Event], kind: FindingKind) -> Reply:
    """What the teacher reads of this kind."""
    return to_teacher(seen(events)[kind])


def test_a_share_that_has_stopped_is_told_as_such() -> None:
    events = [joined(0, "x", "Clara Quill"), shares(5, "x"), event(EventKind.NOT_SHARING, 6, Participant("x"))]
    told = said(events, FindingKind.STRANGER_SHARES)
    assert told.headline == "Somebody whom modbot does not recognise shared a screen in Zoom class 065432."
    assert told.lines[0] == "It has stopped."


def test_two_who_share_are_counted() -> None:
    events = [joined(0, "x", "Clara Quill"), shares(5, "x"), joined(0, "y", "Dorian Pike"), shares(7, "y")]
    told = said(events, FindingKind.STRANGER_SHARES)
    assert told.headline == "2 people whom modbot does not recognise share screens in Zoom class 065432."


def test_several_names_taken_over_are_counted() -> None:
    events = [
        joined(0, "a", "Jaden Brooks", JADEN), left(100, "a"), joined(200, "b", "Jaden Brooks"), left(210, "b"),
        joined(220, "c", "Jaden Brooks"),
    ]  # fmt: skip
    told = said(events, FindingKind.NAME_TAKEN_OVER)
    assert told.headline.startswith("2 people came into Zoom class 065432 under the names of people who had just left")


def test_whoever_has_left_is_shown_as_such_and_cannot_be_put_out() -> None:
    events = [joined(0, "a", "Jaden Brooks", JADEN), left(100, "a"), joined(200, "b", "Jaden Brooks")]
    gone, come = said(events, FindingKind.NAME_TAKEN_OVER).people
    assert (gone.note, gone.button) == ("has left", None)
    assert come.button is not None


def test_a_wave_of_many_says_how_many_are_listed() -> None:
    events = [joined(n / 10, f"x{n:02}", f"Clara Quil{'abcdefghijklmnopqrstuvwxyz'[n % 26]}{n}") for n in range(40)]
    told = said(events, FindingKind.JOIN_WAVE)
    assert told.headline == "40 people whom modbot does not recognise came into Zoom class 065432."
    assert told.lines[0] == "They came within 3 seconds. 40 were in then; the class has 11 students."
    assert (len(told.people), told.lines[-1]) == (30, "30 of 40 are listed.")


@pytest.mark.parametrize("kind", [kind for kind in FindingKind if kind is not FindingKind.RAID])
def test_every_kind_that_a_teacher_is_told_can_be_silenced(kind: FindingKind) -> None:
    assert ABOUT[kind]


NAMES = st.sampled_from(["Jaden Brooks", "Jadon Brooks", *STRANGERS, "iPad", "*Zed* <!here>", "Ма́ria Lopez", "Maria"])
PEOPLE = st.builds(Participant, st.sampled_from("abcdef"), NAMES, st.sampled_from(["", "", JADEN, "x@example.net"]))
KINDS = [EventKind.JOINED, EventKind.LEFT, EventKind.LOBBY, EventKind.SHARING, EventKind.NOT_SHARING]
EVENTS = st.lists(st.builds(event, st.sampled_from(KINDS), st.integers(0, 300), PEOPLE), max_size=20)


@given(EVENTS, st.integers(0, 12))
def test_no_name_stands_outside_the_rows_and_none_at_all_where_many_read(events: list[Event], size: int) -> None:
    for one in seen(events, size).values():
        shown = {person.name.split()[0] for person in one.session.participants if person.name}
        teacher, helpers = to_teacher(one), to_helpers(one)
        assert helpers.people == ()
        for reply in (teacher, helpers):
            words = " ".join((reply.headline, *reply.lines, reply.footnote, *(b.label for b in reply.buttons)))
            assert not [name for name in shown if name in words]


@given(EVENTS, st.integers(0, 12))
def test_whoever_is_signed_in_as_a_student_is_never_offered_to_be_put_out(events: list[Event], size: int) -> None:
    for one in seen(events, size).values():
        own = {person.id for person in one.session.participants if person.email == JADEN}
        offered = {row.button.args["people"] for row in to_teacher(one).people if row.button is not None}
        present_twice = len([who for who in own if who in offered])
        assert present_twice <= max(0, len(own) - 1)
