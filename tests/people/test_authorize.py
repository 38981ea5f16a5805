"""Who may do what, written out: every role, every verb, every kind of place."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.authorize import KNOWN, Place, Verb, may, section_of
from modbot.model import Operation, PlatformName, Room, Session, Staff, StaffRole

OWN = Place("zoom:1", host_email="Me@staff.example.org", section="c9", school="north")
OWN_CLASS = Place("zoom:2", host_email="sub@staff.example.org", section="c1", school="south")  # a substitute hosts it
SAME_SCHOOL = Place("zoom:3", host_email="other@staff.example.org", section="c2", school="north")
OTHER_SCHOOL = Place("zoom:4", host_email="other@staff.example.org", section="c3", school="south")
UNKNOWN_SCHOOL = Place("zoom:5", host_email="other@staff.example.org")
CALLED = Place("", involved=frozenset({"ME@staff.example.org"}), school="south")
NO_ROOM = None
PLACES = {
    "own": OWN,
    "own_class": OWN_CLASS,
    "same_school": SAME_SCHOOL,
    "other_school": OTHER_SCHOOL,
    "unknown_school": UNKNOWN_SCHOOL,
    "called": CALLED,
    "no_room": NO_ROOM,
}
EVERYWHERE = set(PLACES)
THEIRS = {"own", "own_class"}

ANYONE = {"page", "whoami", "help", "oncall"}
ANSWERS = {"ack", "resolve"}
ACTS = {
    "lock", "unlock", "eject", "admit", "mute", "end", "harden", "restore", "participants", "panic", "allclear",
    "share",
}  # fmt: skip
LOOKS = {"posture", "room", "incident"}
LEADS = {"audit", "drill"}
ASKS = {"who"}
VERBS = ANYONE | ANSWERS | ACTS | LOOKS | LEADS | ASKS

# role → verb → the places where it is allowed; a verb that is not named is allowed nowhere
IN_MY_SCHOOL = {"own", "same_school"}  # "own_class" is taught by them, in a school they do not lead
IN_MY_SCHOOL_OR_MINE = THEIRS | {"same_school", "called"}
TABLE: dict[str, dict[str, set[str]]] = {
    "nobody": {},
    "no role": {
        **dict.fromkeys(ANYONE, EVERYWHERE),
        **dict.fromkeys(ANSWERS, IN_MY_SCHOOL_OR_MINE),
    },
    "teacher": {
        **dict.fromkeys(ANYONE, EVERYWHERE),
        **dict.fromkeys(ANSWERS, IN_MY_SCHOOL_OR_MINE),
        **dict.fromkeys(ACTS | LOOKS, THEIRS),
        **dict.fromkeys(ASKS, IN_MY_SCHOOL),
    },
    "principal": {
        **dict.fromkeys(ANYONE, EVERYWHERE),
        **dict.fromkeys(ANSWERS, IN_MY_SCHOOL_OR_MINE),
        **dict.fromkeys(ACTS | LOOKS, THEIRS | {"same_school"}),
        **dict.fromkeys(LEADS | ASKS, IN_MY_SCHOOL),
    },
    "it": dict.fromkeys(VERBS, EVERYWHERE),
    "security": {
        **dict.fromkeys(ANYONE, EVERYWHERE),
        **dict.fromkeys(ANSWERS, IN_MY_SCHOOL_OR_MINE),
        **dict.fromkeys(LOOKS | {"audit"}, EVERYWHERE),
    },
}


def somebody(*roles: StaffRole) -> Staff:
    return Staff("me", "me@staff.example.org", "Me", frozenset(roles), frozenset({"north"}), frozenset({"c1"}))


PERSONS = {
    "nobody": None,
    "no role": somebody(),
    "teacher": somebody(StaffRole.TEACHER),
    "principal": somebody(StaffRole.PRINCIPAL),
    "it": somebody(StaffRole.IT),
    "security": somebody(StaffRole.SECURITY),
}


def test_the_table_speaks_of_every_verb_there_is() -> None:
    assert VERBS == KNOWN == {*Verb, *Operation}
    assert TABLE.keys() == PERSONS.keys()


@pytest.mark.parametrize(("who", "verb"), sorted(product(TABLE, VERBS)))
def test_each_role_may_do_each_verb_exactly_where_the_table_says(who: str, verb: str) -> None:
    allowed = {place for place in PLACES if may(PERSONS[who], verb, PLACES[place]).allowed}
    assert allowed == TABLE[who].get(verb, set())


@pytest.mark.parametrize("who", TABLE)
def test_every_decision_says_why_in_a_plain_sentence(who: str) -> None:
    for verb, place in product([*sorted(VERBS), "dance"], PLACES):
        why = may(PERSONS[who], verb, PLACES[place]).why
        assert why.endswith("."), (verb, place)
        assert 15 < len(why) < 200, (verb, place)


@pytest.mark.parametrize("who", TABLE)
def test_an_unknown_verb_is_denied_to_everybody(who: str) -> None:
    assert not any(may(PERSONS[who], "dance", place).allowed for place in PLACES.values())


def test_a_principal_is_told_when_the_school_of_a_class_is_not_known() -> None:
    assert "does not know which school" in may(PERSONS["principal"], "lock", UNKNOWN_SCHOOL).why


def test_people_without_an_address_do_not_own_rooms_without_a_host() -> None:
    nameless = Staff("x", "", "X", frozenset({StaffRole.TEACHER}))
    assert not may(nameless, "lock", Place("zoom:6", host_email="")).allowed
    assert not may(nameless, "ack", Place("", involved=frozenset({""}))).allowed


STAFF = st.builds(
    Staff,
    id=st.just("x"),
    email=st.sampled_from(["", "me@staff.example.org", "other@staff.example.org"]),
    name=st.just("X"),
    roles=st.frozensets(st.sampled_from(StaffRole)),
    schools=st.frozensets(st.sampled_from(["north", "south"])),
    sections=st.frozensets(st.sampled_from(["c1", "c2", "c3"])),
)
SCHOOLS = st.sampled_from(["north", "south", None])
PLACE = st.builds(
    Place,
    room=st.just("zoom:7"),
    host_email=st.sampled_from(["", "me@staff.example.org", "other@staff.example.org"]),
    section=st.sampled_from(["c1", "c2", "c3", None]),
    school=SCHOOLS,
)
VERB = st.one_of(st.sampled_from(sorted(VERBS)), st.text(max_size=8))


@given(staff=STAFF, more=st.frozensets(st.sampled_from(StaffRole)), verb=VERB, place=st.none() | PLACE)
def test_another_role_never_takes_a_right_away(
    staff: Staff, more: frozenset[StaffRole], verb: str, place: Place | None
) -> None:
    promoted = Staff(staff.id, staff.email, staff.name, staff.roles | more, staff.schools, staff.sections)
    assert may(promoted, verb, place).allowed or not may(staff, verb, place).allowed


@given(verb=VERB, place=st.none() | PLACE)
def test_who_is_not_on_staff_may_do_nothing(verb: str, place: Place | None) -> None:
    assert not may(None, verb, place).allowed


@given(staff=STAFF, verb=st.sampled_from(sorted(ACTS | {"drill"})), place=st.none() | PLACE)
def test_a_security_officer_who_is_nothing_else_acts_on_nothing(staff: Staff, verb: str, place: Place | None) -> None:
    only = Staff(staff.id, staff.email, staff.name, frozenset({StaffRole.SECURITY}), staff.schools, staff.sections)
    assert not may(only, verb, place).allowed


SESSION = Session(Room(PlatformName.ZOOM, "1"), "s1", host_email="me@staff.example.org")


def teaching(*sections: str) -> Staff:
    return Staff("me", "me@staff.example.org", "Me", frozenset({StaffRole.TEACHER}), sections=frozenset(sections))


@pytest.mark.parametrize(
    ("linked", "host", "overlaps", "section", "how"),
    [
        ("c9", teaching("c1"), {"c1": 20}, "c9", "linked"),
        ("c9", None, {}, "c9", "linked"),
        (None, teaching("c1"), {}, "c1", "host_only_section"),
        (None, teaching("c1", "c2"), {"c1": 2, "c2": 20}, "c2", "overlap"),
        (None, teaching("c1", "c2"), {"c2": 3}, "c2", "overlap"),
        (None, teaching("c1", "c2"), {"c2": 2}, None, "unknown"),
        (None, teaching("c1", "c2"), {"c1": 11, "c2": 20}, None, "unknown"),
        (None, teaching("c1", "c2"), {"c9": 20}, None, "unknown"),  # participants of a class the host does not teach
        (None, teaching(), {"c1": 20}, None, "unknown"),
        (None, None, {"c1": 20}, None, "unknown"),
    ],
)
def test_a_session_is_the_linked_class_else_one_of_its_hosts_with_a_clear_lead(
    linked: str | None, host: Staff | None, overlaps: dict[str, int], section: str | None, how: str
) -> None:
    guess = section_of(SESSION, linked, host, overlaps)
    assert (guess.section, guess.how) == (section, how)
    assert guess.said.endswith(".")


def test_a_host_who_is_not_the_sessions_host_tells_nothing() -> None:
    other = Session(SESSION.room, "s2", host_email="other@staff.example.org")
    assert section_of(other, None, teaching("c1"), {}).section is None
