"""How people stand: whatever comes, nobody is lost, hosts and staff are never swept, and no roster name is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from modbot.identity import ClassList, judge
from modbot.model import Participant, ParticipantRole, PlatformName, Presence, Room, Session, Staff, StaffRole
from modbot.rosters import Student
from modbot.standing import SWEPT, Group, Standing, in_order, persons, standings, stayed

T0 = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)
STUDENTS = tuple(
    Student(f"s{number}", given, family, email=f"s{number}@students.example.org")
    for number, (given, family) in enumerate([("Ana", "Duarte"), ("Benedict", "Okafor"), ("Chloe", "Nguyen")])
)
BROOK = Staff("t1", "ada.brook@example.org", "Ada Brook", frozenset({StaffRole.PRINCIPAL}))
CLASS = ClassList(STUDENTS, [BROOK], domains={"students.example.org", "example.org"})
NAMES = st.sampled_from(["ana d", "ANA DUARTE", "ana duarte", "ana duarta", "ben", "iPad", "Wanda Quill", "", "chloe"])
ADDRESSES = st.sampled_from(["", "", "s0@students.example.org", "ADA.brook@example.org", "who@else.example.org"])
PEOPLE = st.lists(
    st.builds(
        Participant,
        id=st.integers(0, 99).map(str),
        name=NAMES,
        email=ADDRESSES,
        role=st.sampled_from(ParticipantRole),
        presence=st.sampled_from(Presence),
        joined_at=st.none() | st.integers(0, 3000).map(lambda seconds: T0 + timedelta(seconds=seconds)),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)


def judged(platform: PlatformName, people: list[Participant]) -> tuple[Standing, ...]:
    """How they stand in an invented class."""
    session = Session(Room(platform, "1"), "run", participants=tuple(people))
    present = in_order(people)
    return standings(session, present, judge(CLASS, persons(session, present)), {BROOK.email})


@given(st.sampled_from(PlatformName), PEOPLE)
def test_everybody_present_stands_somewhere_once_and_nobody_else(
    platform: PlatformName, people: list[Participant]
) -> None:
    found = sorted(one.person.id for one in judged(platform, people))
    assert found == sorted(one.id for one in people if one.presence is not Presence.LEFT)


@given(st.sampled_from(PlatformName), PEOPLE)
def test_neither_a_host_nor_anybody_with_an_address_of_staff_is_ever_swept(
    platform: PlatformName, people: list[Participant]
) -> None:
    swept = [one.person for one in judged(platform, people) if one.group in SWEPT]
    assert not [one for one in swept if one.role is not ParticipantRole.ATTENDEE]
    assert not [one for one in swept if one.email.casefold() == BROOK.email]


@given(st.sampled_from(PlatformName), PEOPLE)
def test_no_reason_tells_a_name_that_nobody_in_the_room_shows(
    platform: PlatformName, people: list[Participant]
) -> None:
    shown = {one.name for one in people}
    said = " ".join(reason for one in judged(platform, people) for reason in one.reasons)
    for name in ("Ana Duarte", "Benedict Okafor", "Chloe Nguyen", "Benedict", "Okafor", "Nguyen"):
        assert name not in said or any(name in one for one in shown)


@given(st.sampled_from([PlatformName.WEBEX, PlatformName.JITSI]), PEOPLE)
def test_where_addresses_are_only_typed_nobody_is_staff_by_one(
    platform: PlatformName, people: list[Participant]
) -> None:
    assert not [one for one in judged(platform, people) if one.group is Group.STAFF]


@given(PEOPLE)
def test_those_to_look_at_first_stand_in_front(people: list[Participant]) -> None:
    order = [list(Group).index(one.group) for one in judged(PlatformName.ZOOM, people)]
    assert order == sorted(order)


def test_who_came_first_keeps_the_place_and_who_waits_comes_after_all_in_the_room() -> None:
    early = Participant("a", "Ana Duarte", joined_at=T0, presence=Presence.LOBBY)
    late = Participant("b", "Ana Duarte", joined_at=T0 + timedelta(minutes=5))
    found = {one.person.id: one.group for one in judged(PlatformName.ZOOM, [early, late])}
    assert found == {"a": Group.DUPLICATE, "b": Group.KNOWN}


def test_only_whoever_was_there_for_a_while_and_to_the_end_has_stayed() -> None:
    ended = T0 + timedelta(minutes=50)
    whole = Participant("whole", joined_at=T0)
    left = replace(whole, id="left", presence=Presence.LEFT, left_at=T0 + timedelta(minutes=20))
    with_the_class = replace(left, id="with", left_at=ended - timedelta(minutes=1))
    barely = replace(left, id="barely", joined_at=ended - timedelta(minutes=12), left_at=ended - timedelta(minutes=2))
    late = replace(whole, id="late", joined_at=ended - timedelta(minutes=5))
    waiting = replace(whole, id="waiting", presence=Presence.LOBBY)
    unknown = replace(whole, id="unknown", joined_at=None)
    people = (whole, left, with_the_class, barely, late, waiting, unknown)
    session = Session(Room(PlatformName.ZOOM, "1"), "run", ended_at=ended, participants=people)
    assert [one.id for one in stayed(session)] == ["whole", "with", "barely"]


def test_nobody_has_stayed_in_a_class_that_still_runs() -> None:
    session = Session(Room(PlatformName.ZOOM, "1"), "run", participants=(Participant("a", joined_at=T0),))
    assert stayed(session) == []
