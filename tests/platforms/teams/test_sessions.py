"""Which classes run, and by what names modbot calls them and their runs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import Forbidden, MalformedAnswer, NotFound
from modbot.platforms.teams.classes import room_id_of
from modbot.platforms.teams.runs import Lesson, Marks, openings, run_id
from tests.platforms.teams.fakes import TEACHER, District

DAY = datetime(2026, 11, 24, tzinfo=UTC)
times = st.integers(0, 3 * 24 * 60).map(lambda minutes: DAY + timedelta(minutes=minutes))


def lesson(hour: float, hours: float = 0.8) -> Lesson:
    """A lesson of the day."""
    return Lesson(DAY + timedelta(hours=hour), DAY + timedelta(hours=hour + hours))


async def test_a_class_whose_time_is_now_counts_as_running(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    (found,) = await district.platform().live_sessions(TEACHER)
    assert (found.room.id, found.title, found.host_email) == (meeting.join_meeting_id, "Algebra 1", TEACHER)
    assert found.host_id == meeting.organizer.oid


async def test_a_class_of_later_does_not_run(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    meeting.start += timedelta(hours=2)
    meeting.end += timedelta(hours=2)
    assert await district.platform().live_sessions(TEACHER) == []


async def test_a_class_that_was_heard_to_end_does_not_run_though_it_is_its_time(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.tend()
    district.sim.start_meeting(TEACHER, "Algebra 1", meeting=meeting)
    district.clock.forward(timedelta(minutes=5))
    district.sim.end(meeting)
    await district.heard(3)
    assert await platform.live_sessions(TEACHER) == []


async def test_a_class_that_runs_over_its_time_still_runs(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.tend()
    district.sim.start_meeting(TEACHER, "Algebra 1", meeting=meeting)
    events = await district.heard(2)
    district.clock.forward(timedelta(hours=2))
    (found,) = await platform.live_sessions(TEACHER)
    assert (found.id, found.started_at) == (events[0].session_id, events[0].at)


async def test_every_page_of_a_full_calendar_is_read(district: District) -> None:
    for number in range(25):
        district.sim.schedule(TEACHER, f"Class {number}")
    district.sim.page_size = 100
    assert len(await district.platform().live_sessions(TEACHER)) == 25


async def test_the_next_page_is_not_looked_for_on_another_host(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    body = b'{"value": [], "@odata.nextLink": "https://evil.example.org/v1.0/users"}'
    district.sim.faults.only = "calendarView"
    district.sim.faults.fail_next.append((200, {"Content-Type": "application/json"}, body))
    with pytest.raises(MalformedAnswer, match="another host"):
        await district.platform().live_sessions(TEACHER)


async def test_a_page_that_never_ends_is_given_up(district: District) -> None:
    again = f'{{"value": [], "@odata.nextLink": "{district.sim.url}/v1.0/users/x/calendarView"}}'.encode()
    district.sim.faults.only = "calendarView"
    district.sim.faults.fail_next.extend([(200, {"Content-Type": "application/json"}, again)] * 30)
    with pytest.raises(MalformedAnswer, match="more than"):
        await district.platform().live_sessions(TEACHER)


async def test_a_link_that_is_no_meeting_any_more_hides_no_other_class(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    district.sim.schedule(TEACHER, "Algebra 2")
    district.sim.faults.only = "onlineMeetings"
    district.sim.faults.fail_next.append((404, {}, b"{}"))
    assert len(await district.platform().live_sessions(TEACHER)) == 1


async def test_somebody_unknown_to_microsoft_is_not_found(district: District) -> None:
    with pytest.raises(NotFound):
        await district.platform().live_sessions("nobody@example.org")


async def test_a_calendar_that_may_not_be_read_names_the_permission(district: District) -> None:
    district.sim.user(TEACHER)
    district.sim.roles.discard("Calendars.Read")
    with pytest.raises(Forbidden) as refused:
        await district.platform().live_sessions(TEACHER)
    assert "Calendars.ReadBasic.All" in refused.value.staff_text


async def test_a_malformed_answer_is_said_to_be_one(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.live_sessions(TEACHER)
    district.sim.faults.malformed = True
    with pytest.raises(MalformedAnswer):
        await platform.live_sessions(TEACHER)


def test_a_room_without_a_meeting_id_is_named_by_a_digest() -> None:
    assert room_id_of("MSo0Yjc1", "") == room_id_of("MSo0Yjc1", "12x") != room_id_of("other", "")
    assert room_id_of("MSo0Yjc1", "").startswith("m")
    assert room_id_of("MSo0Yjc1", "256123456789") == "256123456789"


def test_lessons_close_on_each_other_are_one_sitting() -> None:
    lessons = [lesson(8), lesson(9), lesson(10), lesson(11), lesson(12), lesson(18)]
    assert openings(lessons) == (DAY + timedelta(hours=7), DAY + timedelta(hours=17))


def test_an_opening_stays_when_its_lesson_is_moved_a_little() -> None:
    kept = openings([lesson(8)])
    assert openings([lesson(8.5)], kept) == kept


def test_each_days_sitting_begins_another_run() -> None:
    opened = openings([lesson(8), lesson(32)])
    first = run_id("1", opened, Marks(), DAY + timedelta(hours=8.5), arriving=True)
    assert first == "1-20261124T070000"
    assert run_id("1", opened, Marks(), DAY + timedelta(hours=32), arriving=True) == "1-20261125T070000"


def test_a_call_that_runs_into_the_next_sitting_stays_one_run() -> None:
    opened = openings([lesson(8), lesson(12)])
    marks = Marks(started=DAY + timedelta(hours=8))
    before = run_id("1", opened, marks, DAY + timedelta(hours=8.2), arriving=True)
    assert run_id("1", opened, marks, DAY + timedelta(hours=12.1), arriving=True) == before


def test_who_leaves_after_the_end_leaves_the_run_that_ended() -> None:
    end = DAY + timedelta(hours=8.5)
    opened, marks = openings([lesson(8)]), Marks(ended=(end,), started=DAY + timedelta(hours=8))
    late = end + timedelta(seconds=30)
    assert run_id("1", opened, marks, late, arriving=False) == run_id("1", opened, marks, end, arriving=True)
    assert run_id("1", opened, marks, late, arriving=True) != run_id("1", opened, marks, end, arriving=True)


def test_an_end_told_twice_a_moment_apart_is_of_one_run() -> None:
    end = DAY + timedelta(hours=8.5)
    again = end + timedelta(seconds=1)
    opened, marks = openings([lesson(8)]), Marks(ended=(end, again), started=DAY + timedelta(hours=8))
    assert run_id("1", opened, marks, again, arriving=True) == run_id("1", opened, marks, end, arriving=True)


@given(starts=st.lists(times, max_size=8), ended=st.lists(times, max_size=4), at=times, later=times)
def test_a_later_moment_is_never_of_an_earlier_run(
    starts: list[datetime], ended: list[datetime], at: datetime, later: datetime
) -> None:
    opened = openings([Lesson(one, one + timedelta(minutes=50)) for one in starts])
    marks = Marks(ended=tuple(sorted(ended)))
    first, second = sorted((at, later))
    runs = [run_id("1", opened, marks, one, arriving=True).replace("-0", "-") for one in (first, second)]
    assert runs == sorted(runs)


@given(starts=st.lists(times, min_size=1, max_size=8))
def test_openings_do_not_depend_on_the_order_of_the_calendar(starts: list[datetime]) -> None:
    lessons = [Lesson(one, one + timedelta(minutes=50)) for one in starts]
    assert openings(reversed(lessons)) == openings(lessons)
    assert openings(lessons, openings(lessons)) == openings(lessons)


async def test_a_new_title_is_known_after_a_week_at_the_latest(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.live_sessions(TEACHER)
    meeting.subject = "Geometry"
    forgotten = [name for name in district.vault.secrets if name.startswith("teams:link:")]
    for name in forgotten:
        del district.vault.secrets[name]
    (found,) = await platform.live_sessions(TEACHER)
    assert found.title == "Geometry"
