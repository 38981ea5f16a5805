"""A grant is in force exactly between its times, where it is of, and while whoever gave it may share that class."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from modbot.authorize import BY_GRANT, KNOWN, Granted, Place, Verb, may
from modbot.granting import covers, in_force
from modbot.model import Staff, StaffRole
from modbot.store.grants import Grant

MORNING = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)
WARD = Staff("w", "sam.ward@example.org", "Sam Ward", frozenset(), frozenset({"oak"}))
SAID = "Megan Chang shared this class with you until 14:30."

SECTIONS = st.sampled_from(["c1", "c2"])
ROOMS = st.sampled_from(["zoom:1", "zoom:2"])
PLACES = st.builds(
    Place,
    room=ROOMS,
    host_email=st.sampled_from(["", "megan.chang@example.org", "luis.ortiz@example.org"]),
    section=st.none() | SECTIONS,
    school=st.sampled_from([None, "maple", "oak"]),
)
GRANTERS = st.none() | st.builds(
    Staff,
    id=st.just("c"),
    email=st.just("megan.chang@example.org"),
    name=st.just("Megan Chang"),
    roles=st.frozensets(st.sampled_from(StaffRole)),
    schools=st.frozensets(st.sampled_from(["maple", "oak"])),
    sections=st.frozensets(SECTIONS),
)
MINUTES = st.integers(min_value=-600, max_value=600).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    since = MORNING + draw(MINUTES)
    return Grant(
        id="r1", to=WARD.email, to_name=WARD.name, by="megan.chang@example.org", by_name="Megan Chang",
        since=since, until=since + timedelta(minutes=draw(st.integers(1, 600))), title="Grade 5 Science",
        section=draw(st.sampled_from(["", "c1"])), room=draw(st.sampled_from(["", "zoom:1"])), host="", school="maple",
    )  # fmt: skip


@given(grant=grants(), place=PLACES, granter=GRANTERS, after=MINUTES)
def test_a_grant_is_in_force_exactly_between_its_times_and_while_its_giver_may_share_the_class(
    grant: Grant, place: Place, granter: Staff | None, after: timedelta
) -> None:
    now = MORNING + after
    of_it = grant.section == place.section if grant.section else False
    in_its_room = bool(grant.room) and grant.room == place.room and (not grant.section or place.section is None)
    right = may(granter, Verb.SHARE, place).allowed
    expected = grant.since <= now < grant.until and (of_it or in_its_room) and right
    assert in_force(grant, place, granter, now) is expected


@given(grant=grants(), place=PLACES, granter=GRANTERS)
def test_it_begins_and_ends_to_the_moment(grant: Grant, place: Place, granter: Staff | None) -> None:
    tick = timedelta(microseconds=1)
    at_once = in_force(grant, place, granter, grant.since)
    assert in_force(grant, place, granter, grant.until - tick) is at_once
    assert not in_force(grant, place, granter, grant.until)
    assert not in_force(grant, place, granter, grant.since - tick)


@given(grant=grants(), place=PLACES, now=MINUTES)
def test_nobody_who_left_keeps_a_grant_alive(grant: Grant, place: Place, now: timedelta) -> None:
    assert not in_force(grant, place, None, MORNING + now)


@given(place=PLACES, verb=st.sampled_from(sorted(KNOWN)))
def test_a_grant_adds_what_a_teacher_may_do_there_and_nothing_else(place: Place, verb: str) -> None:
    granted = replace(place, granted=(Granted("Sam.Ward@example.org", SAID),))
    decided = may(WARD, verb, granted)
    if verb in BY_GRANT:
        assert (decided.allowed, decided.why) == (True, SAID)
    elif verb not in (Verb.ACK, Verb.RESOLVE):
        assert decided.allowed == may(WARD, verb, place).allowed


@given(place=PLACES, verb=st.sampled_from(sorted(KNOWN)))
def test_somebody_elses_grant_gives_nothing(place: Place, verb: str) -> None:
    granted = replace(place, granted=(Granted("kay.moss@example.org", SAID),))
    assert may(WARD, verb, granted) == may(WARD, verb, place)


@given(place=PLACES)
def test_it_cannot_be_shared_on(place: Place) -> None:
    decided = may(WARD, Verb.SHARE, replace(place, granted=(Granted(WARD.email, SAID),)))
    assert decided.why == f"{SAID} Only its teacher, its principal and IT can share it."
    assert not decided.allowed


def test_a_section_s_grant_holds_in_its_room_while_nobody_can_tell_which_class_runs_there() -> None:
    grant = Grant(
        "r",
        WARD.email,
        WARD.name,
        "c@example.org",
        "C",
        MORNING,
        MORNING + timedelta(hours=1),
        "T",
        "c1",
        "zoom:1",
        "",
        "",
    )
    assert covers(grant, Place("zoom:1"))
    assert covers(grant, Place("zoom:9", section="c1"))
    assert not covers(grant, Place("zoom:1", section="c2"))
    assert not covers(grant, Place("zoom:9"))
