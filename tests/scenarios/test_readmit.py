"""After a sweep: one press lets somebody back in where the platform can, else says what to click, for an hour."""

import pytest

from modbot.simulators.slack import PostedMessage
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import STRANGER, TEAMS, WEBEX, ZOOM, On, comes, inside
from tests.scenarios.school import ORTIZ, School, buttons, people, shown
from tests.scenarios.test_sweep import BACK

HAND = pytest.mark.parametrize("on", [ZOOM, TEAMS], ids=lambda on: on.platform)
CLICKS = {
    ZOOM: ["1. In Zoom, tap Participants.", "2. Tap Admit beside the person, or Admit all."],
    TEAMS: ["1. Open People.", "2. Choose Admit beside the name, or Deny."],
}


async def swept(open_school: OpenSchool, on: On, *names: str) -> tuple[School, PostedMessage]:
    """A class that these have been swept out of, and the answer that said so."""
    school = await on.open(open_school)
    await comes(school, on, *(names or (STRANGER,)))
    question = await school.type(on.teacher, "/eject", "strangers")
    return school, await school.press(on.teacher, question, buttons(question)[0])


async def test_whoever_waits_again_is_let_in_by_one_press(open_school: OpenSchool) -> None:
    school, answer = await swept(open_school, WEBEX)
    await comes(school, WEBEX, STRANGER)
    assert STRANGER not in inside(school, WEBEX)
    back = await school.pick(ORTIZ, answer, STRANGER)
    assert shown(back) == [
        "1 person let into Grade 3 Reading.",
        "The person has been let in from the lobby.",
        f"{STRANGER} — done, confirmed",
    ]
    assert STRANGER in inside(school, WEBEX)
    assert (await school.recorded())[-2:] == [(ORTIZ, "admit", "intent"), (ORTIZ, "admit", "done")]


async def test_whoever_does_not_wait_yet_is_asked_to_join_again(open_school: OpenSchool) -> None:
    school, answer = await swept(open_school, WEBEX)
    not_yet = await school.pick(ORTIZ, answer, STRANGER)
    assert shown(not_yet) == [
        "They do not wait to come into Grade 3 Reading yet: ask them to join again.",
        BACK[WEBEX],
    ]
    await comes(school, WEBEX, STRANGER)
    await school.press(ORTIZ, not_yet, "Let back in")
    assert STRANGER in inside(school, WEBEX)


@HAND
async def test_where_only_the_host_can_admit_the_press_gives_the_clicks(open_school: OpenSchool, on: On) -> None:
    school, answer = await swept(open_school, on)
    back = await school.pick(on.teacher, answer, STRANGER)
    assert shown(back)[0] == f"modbot cannot let people into {on.title}: you can, in the meeting."
    assert BACK[on] in shown(back)
    assert shown(back)[-3:-1] == CLICKS[on]
    assert (await school.recorded())[-1] == (on.teacher, "admit", "unsupported")


async def test_each_of_those_swept_has_a_button_of_their_own(open_school: OpenSchool) -> None:
    school, answer = await swept(open_school, WEBEX, STRANGER, "Zed Zzz")
    await comes(school, WEBEX, STRANGER, "Zed Zzz")
    await school.pick(ORTIZ, answer, "Zed Zzz")
    assert ("Zed Zzz" in inside(school, WEBEX), STRANGER in inside(school, WEBEX)) == (True, False)


async def test_two_of_the_same_name_that_wait_are_not_told_apart(open_school: OpenSchool) -> None:
    school, answer = await swept(open_school, WEBEX)
    await comes(school, WEBEX, STRANGER, STRANGER)
    back = await school.pick(ORTIZ, answer, STRANGER)
    assert shown(back) == ["2 people of that name wait to come in. Nothing was done."]
    assert buttons(back) == ["Choose who to let in…"]
    assert STRANGER not in inside(school, WEBEX)


async def test_a_second_press_says_that_they_are_in(open_school: OpenSchool) -> None:
    school, answer = await swept(open_school, WEBEX)
    await comes(school, WEBEX, STRANGER)
    await school.pick(ORTIZ, answer, STRANGER)
    again = await school.pick(ORTIZ, answer, STRANGER)
    assert shown(again) == ["Somebody of that name is in Grade 3 Reading already. Nothing was done."]


async def test_after_the_hour_the_press_offers_who_waits(open_school: OpenSchool) -> None:
    school, answer = await swept(open_school, WEBEX)
    store = school.app.state.store
    await store.run("DEL", *await store.run("KEYS", "mb:sweep:*"))
    late = await school.pick(ORTIZ, answer, STRANGER)
    assert shown(late) == ["The hour for this is over. When they wait to come in, let them in by name."]
    assert buttons(late) == ["Who is waiting?"]


@pytest.mark.parametrize("on", [WEBEX, TEAMS], ids=lambda on: on.platform)
async def test_whoever_was_let_back_in_is_remembered_and_no_stranger_any_more(open_school: OpenSchool, on: On) -> None:
    school, answer = await swept(open_school, on)
    await comes(school, on, STRANGER)
    await school.pick(on.teacher, answer, STRANGER)
    room = await school.type(on.teacher, "/room")
    assert "Not listed here: 12 on the class list, 1 remembered." in shown(room)


async def test_a_platform_that_lies_is_found_out(open_school: OpenSchool) -> None:
    school, answer = await swept(open_school, WEBEX)
    await comes(school, WEBEX, STRANGER)
    school.district.on_webex.lie()
    back = await school.pick(ORTIZ, answer, STRANGER)
    assert people(back) == [f"{STRANGER} — still there"]
    assert (await school.recorded())[-1] == (ORTIZ, "admit", "failed")
