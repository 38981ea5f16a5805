"""Who is on call when, in every week of the year."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.oncall import Handover, Rotation, Schedule, Shift

DENVER, BERLIN, PHOENIX = ZoneInfo("America/Denver"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/Phoenix")
MONDAY_8 = Handover(0, time(8))
PEOPLE = ("kim@example.org", "lou@example.org", "ada@example.org")


def rotation(zone: ZoneInfo = DENVER, handover: Handover = MONDAY_8, weeks: int = 1) -> Rotation:
    return Rotation(PEOPLE, handover, date(2026, 9, 7), zone, weeks)


def local(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def moments(first: str, last: str) -> st.SearchStrategy[datetime]:
    seconds = [int(datetime.fromisoformat(f"{day}T00:00+00:00").timestamp()) for day in (first, last)]
    return st.integers(*seconds).map(lambda second: datetime.fromtimestamp(second, UTC))


MOMENTS = moments("2020-01-01", "2035-01-01")
AUTUMN = moments("2026-09-01", "2026-12-01")
ROTATIONS = st.builds(
    Rotation,
    st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=5).map(tuple),
    st.builds(Handover, st.integers(0, 6), st.times(timezones=st.none()).map(lambda t: t.replace(fold=0))),
    st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    st.sampled_from([DENVER, BERLIN, PHOENIX, ZoneInfo("Australia/Lord_Howe")]),
    st.integers(1, 4),
)


@given(ROTATIONS, MOMENTS)
def test_there_is_no_moment_without_anybody_and_none_with_two(turns: Rotation, moment: datetime) -> None:
    now = turns.at(moment)
    assert now.since <= moment < now.until
    following = turns.at(now.until)
    assert following.since == now.until
    assert turns.at(now.until - timedelta(microseconds=1)) == now


@given(ROTATIONS, MOMENTS)
def test_everybody_has_their_turn_in_order(turns: Rotation, moment: datetime) -> None:
    shift = turns.at(moment)
    seen = []
    for _ in turns.people:
        seen.append(shift.person)
        shift = turns.at(shift.until)
    first = seen[0]
    starts = [i for i, person in enumerate(turns.people) if person == first]
    assert any(seen == [*turns.people[i:], *turns.people[:i]] for i in starts)


@pytest.mark.parametrize(
    ("zone", "handover_before", "handover_after", "hours"),
    [
        # the week in which clocks go back is an hour longer, the one in which they go forward an hour shorter
        (DENVER, "2026-10-26T08:00", "2026-11-02T08:00", 169),
        (DENVER, "2027-03-08T08:00", "2027-03-15T08:00", 167),
        (BERLIN, "2026-10-19T08:00", "2026-10-26T08:00", 169),
        (BERLIN, "2027-03-22T08:00", "2027-03-29T08:00", 167),
        (PHOENIX, "2026-10-26T08:00", "2026-11-02T08:00", 168),
        (PHOENIX, "2027-03-08T08:00", "2027-03-15T08:00", 168),
    ],
)
def test_handovers_stay_at_their_local_time_when_clocks_change(
    zone: ZoneInfo, handover_before: str, handover_after: str, hours: int
) -> None:
    shift = rotation(zone).at(local(handover_before, zone))
    assert (shift.since, shift.until) == (local(handover_before, zone), local(handover_after, zone))
    assert shift.until - shift.since == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "handover", "moment", "since"),
    [
        # 02:30 on that Sunday is skipped in spring: the handover comes when clocks have moved past it
        (DENVER, "sun 02:30", "2027-03-14T12:00+00:00", "2027-03-14T09:30+00:00"),
        (BERLIN, "sun 02:30", "2027-03-28T12:00+00:00", "2027-03-28T01:30+00:00"),
        # 01:30 (Denver) and 02:30 (Berlin) come twice in autumn: the first counts
        (DENVER, "sun 01:30", "2026-11-01T12:00+00:00", "2026-11-01T07:30+00:00"),
        (BERLIN, "sun 02:30", "2026-10-25T12:00+00:00", "2026-10-25T00:30+00:00"),
    ],
)
def test_a_handover_within_the_change_of_clocks_happens_once(
    zone: ZoneInfo, handover: str, moment: str, since: str
) -> None:
    shift = rotation(zone, Handover.parse(handover)).at(datetime.fromisoformat(moment))
    assert shift.since == datetime.fromisoformat(since)


def test_the_first_named_has_the_week_it_starts_in() -> None:
    assert rotation().at(local("2026-09-07T08:00", DENVER)).person == PEOPLE[0]
    assert rotation().at(local("2026-09-14T08:00", DENVER)).person == PEOPLE[1]
    assert rotation().at(local("2026-09-07T07:59", DENVER)).person == PEOPLE[2]


def test_turns_of_two_weeks_last_two_weeks() -> None:
    shift = rotation(weeks=2).at(local("2026-09-20T08:00", DENVER))
    assert shift == Shift(PEOPLE[0], local("2026-09-07T08:00", DENVER), local("2026-09-21T08:00", DENVER))


STAND_IN = Shift("sub@example.org", local("2026-09-09T18:00", DENVER), local("2026-09-10T06:00", DENVER))


@pytest.mark.parametrize(
    ("moment", "person"),
    [
        ("2026-09-09T17:59", PEOPLE[0]),
        ("2026-09-09T18:00", "sub@example.org"),
        ("2026-09-10T05:59", "sub@example.org"),
        ("2026-09-10T06:00", PEOPLE[0]),
    ],
)
def test_whoever_stands_in_has_it_for_just_that_time(moment: str, person: str) -> None:
    assert Schedule("it", rotation(), (STAND_IN,)).at(local(moment, DENVER)).person == person


def test_a_shift_ends_where_somebody_begins_to_stand_in() -> None:
    shift = Schedule("it", rotation(), (STAND_IN,)).at(local("2026-09-08T12:00", DENVER))
    assert shift.until == STAND_IN.since


def test_a_shift_taken_by_hand_overrules_a_planned_one() -> None:
    taken = Shift("lou@example.org", local("2026-09-09T20:00", DENVER), local("2026-09-09T22:00", DENVER))
    schedule = Schedule("it", rotation(), (STAND_IN,))
    assert schedule.at(local("2026-09-09T21:00", DENVER), [taken]).person == "lou@example.org"
    assert schedule.at(local("2026-09-09T22:00", DENVER), [taken]).person == "sub@example.org"


def test_who_is_next_is_told_past_ones_own_shifts() -> None:
    schedule = Schedule("it", rotation(), (Shift(PEOPLE[0], STAND_IN.since, STAND_IN.until),))
    assert schedule.following(local("2026-09-08T12:00", DENVER)).person == PEOPLE[1]


SHIFTS = st.builds(
    lambda who, since, hours: Shift(who, since, since + timedelta(hours=hours)),
    st.sampled_from([*PEOPLE, "sub@example.org"]),
    AUTUMN,
    st.integers(1, 100),
)


@given(ROTATIONS, st.lists(SHIFTS, max_size=4).map(tuple), st.lists(SHIFTS, max_size=3),
       AUTUMN)  # fmt: skip
def test_the_person_stays_the_same_within_a_shift(
    turns: Rotation, overrides: tuple[Shift, ...], taken: list[Shift], moment: datetime
) -> None:
    schedule = Schedule("it", turns, overrides)
    shift = schedule.at(moment, taken)
    assert shift.since <= moment < shift.until
    middle = shift.since + (shift.until - shift.since) / 2
    assert {schedule.at(m, taken).person for m in (shift.since, middle, moment)} == {shift.person}


@pytest.mark.parametrize("text", ["", "mon", "funday 08:00", "mon 25:00", "mon 8 o'clock", "08:00", "mon 08:00Z"])
def test_a_handover_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Handover.parse(text)


def test_a_rotation_without_anybody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one person"):
        Rotation((), MONDAY_8, date(2026, 9, 7), DENVER).at(datetime(2026, 9, 8, tzinfo=UTC))
