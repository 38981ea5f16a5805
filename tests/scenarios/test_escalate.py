"""Call the next person: the button below a page, for when the one who was called does not come."""

import asyncio
from copy import deepcopy

from modbot.simulators.slack import PostedMessage
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import BAKER, CHANG, ORTIZ, REYES, School, buttons, untimed
from tests.stores import until


def answers_to(school: School, user: str) -> list[PostedMessage]:
    """What only this person sees; acknowledgements have no blocks."""
    return [message for message in school.slack.messages if message.only_for == user and message.blocks]


async def test_the_next_person_is_called_at_once(school: School) -> None:
    await school.type(ORTIZ, "/page", "the projector")
    answer = await school.press(REYES, await school.page_to(REYES), "Call the next person")
    assert answer.text == "Called so far: Kim Reyes, Lou Baker."
    assert len(school.pages_to(BAKER)) == 1


async def test_when_everybody_was_called_the_help_desk_is_named(open_school: OpenSchool) -> None:
    school = await open_school(paging={"rounds": 1})
    await school.type(ORTIZ, "/page", "the projector")
    page = await school.page_to(REYES)
    await school.press(REYES, page, "Call the next person")
    answer = await school.press(REYES, page, "Call the next person")
    assert answer.text == "Everyone on call has been called. Phone your help desk now."


async def test_a_button_pressed_twice_calls_one_person(school: School) -> None:
    await school.type(ORTIZ, "/page", "the projector")
    page = await school.page_to(REYES)
    known = len(answers_to(school, REYES))
    await asyncio.gather(*(school.slack.press(REYES, page, "Call the next person") for _ in range(2)))
    await school.page_to(BAKER)
    await until("both presses were answered", lambda: len(answers_to(school, REYES)) == known + 2)
    answer = await school.press(REYES, page, "Call the next person")
    assert answer.text == "Called so far: Kim Reyes, Lou Baker."
    assert len(school.pages_to(REYES)) == 1  # two steps further it would be the second round, and his again


async def test_whoever_passed_it_on_may_pass_the_next_call_on_too(school: School) -> None:
    await school.type(ORTIZ, "/page", "the projector")
    answer = await school.press(REYES, await school.page_to(REYES), "Call the next person")
    await school.press(REYES, answer, "Call the next person")
    assert len(school.pages_to(REYES)) == 2


async def test_the_last_call_offers_no_next_person(open_school: OpenSchool) -> None:
    school = await open_school(paging={"rounds": 1, "steps": []})
    await school.type(ORTIZ, "/page", "the projector")
    await school.press(REYES, await school.page_to(REYES), "Call the next person")
    assert buttons(await school.page_to(BAKER)) == ["Acknowledge"]


async def test_after_an_answer_nobody_else_is_called(school: School) -> None:
    await school.type(ORTIZ, "/page", "the projector")
    page = deepcopy(await school.page_to(REYES))  # as it stands on a phone that has been offline since
    await school.type(BAKER, "/ack")
    answer = await school.press(REYES, page, "Call the next person")
    assert answer.text == "Lou Baker already has it."
    assert not school.pages_to(BAKER)


async def test_who_called_the_next_person_stands_on_the_card(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/page", "the projector")
    await school.press(REYES, await school.page_to(REYES), "Call the next person")
    card = await school.card("Grade 3 Reading")
    thread = await school.until_timeline(card, "Lou Baker was called by Slack.")
    assert untimed(thread[1:]) == [
        "Kim Reyes was called by Slack.",
        "Kim Reyes: call the next person.",
        "Call 1 of 6 had no answer in N s.",
        "Lou Baker was called by Slack.",
    ]


async def test_panics_of_one_school_within_a_minute_make_one_page(school: School) -> None:
    await school.webex_class()
    await school.zoom_class()
    await school.type(ORTIZ, "/panic")
    answer = await school.type(CHANG, "/panic")
    assert "IT had been called already: Kim Reyes." in answer.text
    assert len(school.pages_to(REYES)) == 1


async def test_one_answer_is_for_every_class_of_the_page(school: School) -> None:
    await school.webex_class()
    await school.zoom_class()
    await school.type(ORTIZ, "/panic")
    await school.type(CHANG, "/panic")
    await school.press(REYES, await school.page_to(REYES), "Acknowledge")
    await school.until_card_says("Grade 3 Reading", "Kim Reyes has it.")
    await school.until_card_says("Grade 5 Science", "Kim Reyes has it.")


async def test_a_page_rings_on_while_one_of_its_classes_is_unresolved(school: School) -> None:
    await school.webex_class()
    await school.zoom_class()
    await school.type(ORTIZ, "/panic")
    await school.type(CHANG, "/panic")
    page = await school.page_to(REYES)
    await school.press(ORTIZ, await school.card("Grade 3 Reading"), "Resolve")
    assert "Acknowledge" in page.everything
    await school.press(CHANG, await school.card("Grade 5 Science"), "Resolve")
    await school.until_says(page, "This page is over.")


async def test_whoever_has_it_is_asked_and_keeps_it_by_saying_so(open_school: OpenSchool) -> None:
    school = await open_school(paging={"still_on_it_seconds": 1, "answer_seconds": 60})
    await school.type(ORTIZ, "/page", "the projector")
    await school.press(REYES, await school.page_to(REYES), "Acknowledge")
    question = await school.slack.wait_for(lambda m: m.text == "Do you still have this page?", "the question")
    answer = await school.press(REYES, question, "Still on it")
    assert answer.text == "You still have it. Nothing rings."


async def test_a_page_whose_owner_does_not_answer_rings_again(open_school: OpenSchool) -> None:
    school = await open_school(paging={"still_on_it_seconds": 1, "answer_seconds": 1})
    await school.type(ORTIZ, "/page", "the projector")
    first = await school.page_to(REYES)
    await school.press(REYES, first, "Acknowledge")
    again = await school.slack.wait_for(
        lambda m: m is not first and m.text == "PAGE: help is needed." and "Acknowledge" in m.everything, "a new ring"
    )
    assert again.channel == first.channel


async def test_the_card_asks_for_somebody_again_when_a_page_is_given_back(open_school: OpenSchool) -> None:
    school = await open_school(paging={"still_on_it_seconds": 1, "answer_seconds": 1})
    await school.webex_class()
    await school.type(ORTIZ, "/page", "the projector")
    await school.press(REYES, await school.page_to(REYES), "Acknowledge")
    card = await school.card("Grade 3 Reading")
    line = "Kim Reyes did not say that they still have it: it rings again."
    assert line in await school.until_timeline(card, "did not say")
    await school.until_card_says("Grade 3 Reading", "🔴 Open")
