"""/page: whoever is on call is called, up the chain, until someone answers; never refused for want of a class."""

import orjson
import pytest

from modbot.dispatch import CONTEXT, payload_of
from modbot.intake import now_ms
from modbot.store.inbox import Inbox
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import BAKER, BROOK, CHANG, ORTIZ, REYES, School, buttons, shown

CALLED = "IT has been called: Kim Reyes. modbot keeps calling until someone answers."
SHORT = {
    "steps": [
        {"people": ["kim.reyes@example.org"], "wait_seconds": 5},
        {"people": ["lou.baker@example.org"], "wait_seconds": 60},
    ]
}


async def test_a_page_from_a_webex_class_rings_with_the_class_and_the_words_typed(school: School) -> None:
    await school.webex_class()
    answer = await school.type(ORTIZ, "/page", "a stranger, in room 5, for 10 minutes")
    assert shown(answer) == [CALLED]
    page = await school.page_to(REYES)
    assert shown(page) == [
        "PAGE: help is needed in Grade 3 Reading.",
        "Luis Ortiz: a stranger, in room 5, for 10 minutes",
        "Call 1 of 6.",
    ]


async def test_a_page_from_a_zoom_class_rings(school: School) -> None:
    await school.zoom_class()
    answer = await school.press(CHANG, await school.type(CHANG, "/eject", "ben"), "Page IT")
    assert answer.text == CALLED
    assert (await school.page_to(REYES)).text == "PAGE: help is needed in Grade 5 Science."


async def test_what_was_typed_is_not_in_the_push_preview(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/page", "Ana Duarte is threatened")
    assert "Ana" not in (await school.page_to(REYES)).text


async def test_a_page_from_a_class_opens_an_incident_with_acknowledge_on_its_card(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/page")
    card = await school.until_card_says("Grade 3 Reading", "Acknowledge")
    thread = await school.until_timeline(card, "was called by Slack")
    assert thread == ["Luis Ortiz: IT was called.", "Kim Reyes was called by Slack."]


async def test_a_page_without_a_class_rings_and_opens_no_incident(school: School) -> None:
    answer = await school.type(BROOK, "/page", "the projector smokes")
    assert shown(answer) == [CALLED]
    assert shown(await school.page_to(REYES)) == [
        "PAGE: help is needed.",
        "Ada Brook: the projector smokes",
        "Call 1 of 6.",
    ]
    assert (await school.type(REYES, "/incident")).text == "No incident that you may see is open."


@pytest.mark.parametrize("platform", ["webex", "zoom"])
async def test_a_page_asks_no_platform_first(school: School, platform: str) -> None:
    await school.type(BROOK, "/page")
    assert not school.calls(platform, "GET", "/")


async def test_the_same_signed_bytes_twice_ring_once(school: School) -> None:
    first = await school.slack.slash(BROOK, "/page")
    await school.slack.send_again(first)
    await school.page_to(REYES)
    await school.type(BROOK, "/oncall")
    assert len(school.pages_to(REYES)) == 1


async def test_a_second_page_from_the_same_class_joins_the_first(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/page")
    answer = await school.type(ORTIZ, "/page")
    said = "IT had been called already: Kim Reyes. modbot keeps calling until someone answers."
    assert (answer.text, len(school.pages_to(REYES))) == (said, 1)


async def test_the_second_person_is_called_after_the_wait_and_both_are_quiet_after_the_answer(
    open_school: OpenSchool,
) -> None:
    school = await open_school(paging=SHORT)
    await school.type(BROOK, "/page")
    first = await school.page_to(REYES)
    second = await school.page_to(BAKER)
    assert shown(second)[-1] == "Call 2 of 6."
    await school.press(BAKER, second, "Acknowledge")
    for message in (first, second):
        await school.until_says(message, "Lou Baker has it.")
        assert buttons(message) == []


async def test_nobody_set_up_is_said_at_once(open_school: OpenSchool) -> None:
    school = await open_school(paging={"people": [], "steps": []})
    answer = await school.type(BROOK, "/page")
    assert shown(answer) == ["Nobody is set up to be called here. Phone your help desk."]


async def test_a_stranger_pages_nobody(school: School) -> None:
    answer = await school.type("U0STRANGER", "/page")
    assert answer.text.startswith("modbot does not know you as staff of this district, so nothing was done.")
    assert school.pages_to(REYES) == []


async def test_help_asked_for_long_before_modbot_came_back_is_called_all_the_same(school: School) -> None:
    state = school.app.state
    long_ago = payload_of(command="page", user=ORTIZ, text="the projector", at_ms=now_ms() - 42 * 60_000)
    sealed = state.keyring.seal(orjson.dumps(long_ago), context=CONTEXT)
    await Inbox(state.store).accept("request", sealed, signature="held back")
    page = await school.page_to(REYES)
    assert "the projector" in page.everything
