"""Rights follow the roster: who is taken out of a class loses its room, and who has left loses everything."""

import pytest

from modbot.demo.district import District
from modbot.demo.roster import ORTIZ as LUIS
from modbot.demo.roster import SCHOOL
from modbot.model import PlatformName
from modbot.simulators.webex import Meeting
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import BROOK, CHANG, ORTIZ, School
from tests.scenarios.substitutes import NONE_RUNS, left, synced

LEFT = (
    "modbot does not know you as staff of this district, so nothing was done. If you are staff, ask IT to check that "
    "your Slack e-mail is the one in the roster. In danger, phone the office."
)
NOT_YOURS = "This is not your class. Its teacher, its principal and IT may do this. You can /page IT."
TITLE = "Grade 3 Reading"
BESIDE = {
    "sourcedId": "enr-beside", "classSourcedId": "cls-reading", "userSourcedId": "usr-chang", "role": "teacher",
}  # fmt: skip


async def taught_by_two(open_school: OpenSchool) -> tuple[School, Meeting]:
    """Mr Ortiz's class in a room that IT has linked to it. Ms Chang teaches it, too."""

    async def linked(district: District) -> dict[str, dict[str, str]]:
        series = district.webex.schedule(LUIS.email, TITLE)
        return {"rooms": {f"webex:{series.id}": "cls-reading"}}

    school = await open_school(PlatformName.WEBEX, prepare=linked)
    (series,) = school.district.webex.series.values()
    meeting = school.district.webex.start_meeting(LUIS.email, TITLE, series=series)
    await school.settled()
    await synced(school, "enrollments", lambda rows: [*rows, BESIDE])
    return school, meeting


async def test_a_teacher_who_comes_to_a_class_gets_its_room(open_school: OpenSchool) -> None:
    school, meeting = await taught_by_two(open_school)
    assert (await school.type(CHANG, "/lock")).text == "Grade 3 Reading is locked."
    assert school.district.webex.state(meeting).locked


async def test_a_teacher_who_is_taken_out_of_a_class_loses_its_room(open_school: OpenSchool) -> None:
    school, meeting = await taught_by_two(open_school)
    locked = await school.type(CHANG, "/lock")
    asked = len(school.calls("webex", "PUT", "/meetings/controls"))
    await synced(school, "enrollments", lambda rows: [row for row in rows if row != BESIDE])
    assert (await school.type(CHANG, "/unlock")).text == NONE_RUNS
    assert (await school.press(CHANG, locked, "Unlock")).text == NOT_YOURS
    assert len(school.calls("webex", "PUT", "/meetings/controls")) == asked
    assert school.district.webex.state(meeting).locked
    assert await school.refusals() == [(CHANG, NOT_YOURS)]


async def test_the_others_of_the_class_keep_it(open_school: OpenSchool) -> None:
    school, _ = await taught_by_two(open_school)
    await synced(school, "enrollments", lambda rows: [row for row in rows if row != BESIDE])
    assert (await school.type(ORTIZ, "/lock")).text == "Grade 3 Reading is locked."


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("/lock", ""),
        ("/panic", ""),
        ("/room", ""),
        ("/page", "help"),
        ("/incident", ""),
        ("/room", "who is Ana Duarte"),
    ],
)
async def test_who_has_left_may_do_nothing_any_more(open_school: OpenSchool, command: str, text: str) -> None:
    school, meeting = await taught_by_two(open_school)
    await school.type(CHANG, "/room")
    await left(school, "usr-chang")
    assert (await school.type(CHANG, command, text)).text == LEFT
    assert not school.district.webex.state(meeting).locked
    assert await school.refusals() == [(CHANG, LEFT)]


async def test_who_has_left_is_refused_by_every_button_they_still_see(open_school: OpenSchool) -> None:
    school, meeting = await taught_by_two(open_school)
    locked = await school.type(ORTIZ, "/lock")
    await left(school, "usr-ortiz")
    assert (await school.press(ORTIZ, locked, "Unlock")).text == LEFT
    assert school.district.webex.state(meeting).locked


async def test_a_principal_who_leads_a_school_no_more_loses_its_classes(open_school: OpenSchool) -> None:
    school = await open_school(PlatformName.WEBEX, schools={SCHOOL: {"principals": []}})
    await school.webex_class()
    locked = await school.type(BROOK, "/lock", "reading")
    assert locked.text == "Grade 3 Reading is locked."
    now = {"usr-brook": "aide"}
    await synced(
        school, "roles", lambda rows: [{**row, "role": now.get(row["userSourcedId"], row["role"])} for row in rows]
    )
    assert (
        await school.type(BROOK, "/unlock", "reading")
    ).text == "modbot sees no live class of yours called “reading”."
    refused = await school.press(BROOK, locked, "Unlock")
    assert refused.text == "Only the teacher of this class, its principal and IT may do this. You can /page IT."


async def test_whoever_hosts_keeps_their_own_meeting_while_they_are_a_teacher(open_school: OpenSchool) -> None:
    school, _ = await taught_by_two(open_school)
    await synced(school, "enrollments", lambda rows: [row for row in rows if row["userSourcedId"] != "usr-ortiz"])
    assert (await school.type(ORTIZ, "/lock")).text == "Grade 3 Reading is locked."
