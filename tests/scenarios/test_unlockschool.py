"""The lock of a school's rooms undone with one press: what it locked, and nothing that somebody has changed since."""

from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import WEBEX, ZOOM
from tests.scenarios.raids import MAPLE, locked, shut, warned
from tests.scenarios.school import BROOK, CHANG, ORTIZ, shown

ASK = "Ask the hosts to do this in their meetings now:"
OPENED_ON_ZOOM = (
    "Grade 5 Science (Zoom), only in part: The waiting room settings are as they were before, read back from Zoom. If "
    "you locked the class by hand, unlock it by hand: Host tools → Lock meeting."
)
UNDO = "Undo: unlock 2 live rooms"


async def test_one_press_undoes_it(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    answer = await locked(school, warning)
    undone = await school.press(BROOK, answer, "Undo: unlock 2 live rooms")
    assert shown(undone)[:4] == [
        f"2 live rooms of {MAPLE}: 1 unlocked again, 1 only in part.",
        "Unlocked: Grade 3 Reading (Webex).",
        OPENED_ON_ZOOM,
        ASK,
    ]
    assert shut(school) == [False, False]


async def test_an_undo_leaves_what_was_locked_before_and_what_was_locked_anew_since(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    await school.type(CHANG, "/lock")
    answer = await locked(school, warning)
    assert shown(answer)[1:3] == [
        "Locked: Grade 3 Reading (Webex).",
        "Grade 5 Science (Zoom), only in part: Nothing had to be changed: what Zoom lets modbot do was done before.",
    ]
    await school.type(ORTIZ, "/lock")
    undone = await school.press(BROOK, answer, "Undo: unlock 1 live room")
    assert shown(undone) == [
        f"1 live room of {MAPLE}: 1 not unlocked again.",
        "Not done: Grade 3 Reading (Webex) is unchanged. A newer order about the door stands, so nothing was done.",
    ]
    assert shut(school) == [True, True]


async def test_an_undo_that_is_pressed_twice_changes_nothing_the_second_time(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    answer = await locked(school, warning)
    await school.press(BROOK, answer, UNDO)
    await school.type(ORTIZ, "/lock")
    again = await school.press(BROOK, answer, UNDO)
    assert shown(again)[0] == f"2 live rooms of {MAPLE}: 2 not unlocked again."
    assert shut(school) == [False, True]


async def test_when_the_rooms_have_ended_that_is_said(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    answer = await locked(school, warning)
    for on in (ZOOM, WEBEX):
        await school.district.stand_ins[on.platform].close_class()
    await school.settled()
    again = await school.press(BROOK, answer, UNDO)
    assert shown(again) == [f"Nothing was done: no room of {MAPLE} that was locked then is still live."]


async def test_a_teacher_cannot_undo_it(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    answer = await locked(school, warning)
    refused = await school.press(CHANG, answer, UNDO)
    assert shown(refused)[0].startswith("Only the principal of this school and IT may lock all its rooms.")
    assert shut(school) == [True, True]


async def test_the_warning_tells_that_it_was_undone(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    await school.press(BROOK, await locked(school, warning), UNDO)
    await school.until_says(warning, f"Ada Brook: 2 live rooms of {MAPLE}: 1 unlocked again, 1 only in part.")
