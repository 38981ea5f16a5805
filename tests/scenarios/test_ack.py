"""/ack: answering anywhere stops every ringing everywhere; a late answer changes nothing."""

import asyncio
from dataclasses import replace

import pytest

from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import BAKER, BROOK, CHANG, ORTIZ, REYES, School, buttons, shown

HAS_IT = "Kim Reyes has it. Nothing more to do for you."


async def test_the_button_of_the_page_takes_it_and_the_message_stops_asking(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/page", "help")
    page = await school.page_to(REYES)
    answer = await school.press(REYES, page, "Acknowledge")
    assert shown(answer) == ["You have it. Every ringing has stopped.", "Luis Ortiz: help"]
    assert buttons(answer) == ["Resolve the incident"]
    await school.until_says(page, HAS_IT)
    assert buttons(page) == []


async def test_the_typed_command_takes_the_only_open_page(school: School) -> None:
    await school.type(BROOK, "/page")
    page = await school.page_to(REYES)
    await school.type(REYES, "/ack")
    await school.until_says(page, HAS_IT)


async def test_words_after_the_command_do_not_keep_it_from_being_taken(school: School) -> None:
    await school.type(BROOK, "/page")
    assert (await school.type(REYES, "/ack", "on my way")).text == "You have it. Every ringing has stopped."


async def test_the_card_takes_it_and_then_says_who_has_it(school: School) -> None:
    await school.zoom_class()
    await school.type(CHANG, "/panic")
    page = await school.page_to(REYES)
    await school.press(BROOK, await school.until_card_says("Grade 5 Science", "Acknowledge"), "Acknowledge")
    await school.until_says(page, "Ada Brook has it.")
    card = await school.until_card_says("Grade 5 Science", "Being handled")
    assert shown(card) == ["🟡 Being handled: Grade 5 Science", "Opened by Megan Chang.", "Ada Brook has it."]
    assert buttons(card) == ["Lock", "Eject…", "All clear", "Resolve"]


async def test_a_late_answer_says_who_has_it_and_changes_nothing(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/page")
    page = await school.page_to(REYES)
    as_seen_before = replace(await school.until_card_says("Grade 3 Reading", "Acknowledge"))
    await school.press(REYES, page, "Acknowledge")
    await school.until_card_says("Grade 3 Reading", "Being handled")
    answer = await school.press(BAKER, as_seen_before, "Acknowledge")
    assert shown(answer) == ["Kim Reyes already has it."]
    assert "Lou Baker" not in (await school.until_card_says("Grade 3 Reading", "Being handled")).everything


async def test_a_double_click_takes_it_once(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/page")
    page = await school.page_to(REYES)
    await asyncio.gather(school.slack.press(REYES, page, "Acknowledge"), school.slack.press(REYES, page, "Acknowledge"))
    card = await school.until_card_says("Grade 3 Reading", "Being handled")
    thread = await school.until_timeline(card, "Kim Reyes has it.")
    assert thread.count("Kim Reyes has it.") == 1


async def test_after_an_answer_nobody_else_is_called(open_school: OpenSchool) -> None:
    steps = [{"people": [f"{name}@example.org"], "wait_seconds": 10} for name in ("kim.reyes", "lou.baker")]
    school = await open_school(paging={"steps": steps})
    await school.webex_class()
    await school.type(ORTIZ, "/page")
    await school.press(REYES, await school.page_to(REYES), "Acknowledge")
    await school.type(BROOK, "/page", "something else")
    await school.page_to(BAKER)  # of the second page, asked later: the first's time is up
    assert [m.text for m in school.pages_to(BAKER)] == ["PAGE: help is needed."]


async def test_with_two_open_pages_the_answer_asks_which_one(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/page")
    await school.type(BROOK, "/page", "the projector smokes")
    asked = await school.type(REYES, "/ack")
    assert asked.text == "2 pages are open. Which one do you take?"
    answer = await school.press(REYES, asked, "Take Grade 3 Reading")
    assert shown(answer)[0] == "You have it. Every ringing has stopped."


async def test_nothing_to_answer_is_said(school: School) -> None:
    assert shown(await school.type(REYES, "/ack")) == ["No page is waiting for an answer."]


async def test_somebody_who_was_called_may_answer_though_they_are_not_it(open_school: OpenSchool) -> None:
    people = [{"email": "luis.ortiz@example.org", "name": "Luis Ortiz"}]
    school = await open_school(paging={"people": people, "steps": []})
    await school.type(BROOK, "/page")
    answer = await school.press(ORTIZ, await school.page_to(ORTIZ), "Acknowledge")
    assert answer.text == "You have it. Every ringing has stopped."


@pytest.mark.parametrize("command", ["/ack", "/resolve"])
async def test_somebody_who_was_not_called_does_not_find_a_page_of_elsewhere(school: School, command: str) -> None:
    await school.type(BROOK, "/page")
    answer = await school.type(CHANG, command)
    assert answer.text in ("No page is waiting for an answer.", "No incident of yours is open.")


async def test_a_button_shown_to_somebody_who_may_not_is_refused_with_the_reason_on_record(school: School) -> None:
    await school.type(BROOK, "/page")
    page = await school.page_to(REYES)
    answer = await school.press(CHANG, page, "Acknowledge")
    why = "It is not about your class or your school, and you were not called."
    assert (answer.text, await school.refusals()) == (why, [(CHANG, why)])
