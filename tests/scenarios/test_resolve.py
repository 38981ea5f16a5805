"""/resolve: the incident closes, its page is over, its card says by whom and why."""

import asyncio

from tests.scenarios.school import BROOK, CHANG, ORTIZ, REYES, School, buttons, shown


async def test_a_resolved_incident_shows_by_whom_and_why_and_its_page_is_over(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/page")
    page = await school.page_to(REYES)
    answer = await school.type(ORTIZ, "/resolve", "two pupils, a prank")
    assert shown(answer) == ["Resolved: Grade 3 Reading."]
    await school.until_says(page, "This page is over.")
    card = await school.until_card_says("Grade 3 Reading", "Resolved by")
    assert shown(card) == [
        "🟢 Resolved: Grade 3 Reading",
        "Opened by Luis Ortiz.",
        "Resolved by Luis Ortiz: two pupils, a prank",
    ]
    assert buttons(card) == []


async def test_the_button_of_a_zoom_classes_card_resolves_it(school: School) -> None:
    await school.zoom_class()
    await school.type(CHANG, "/panic")
    answer = await school.press(BROOK, await school.card("Grade 5 Science"), "Resolve")
    assert shown(answer) == ["Resolved: Grade 5 Science."]
    await school.until_card_says("Grade 5 Science", "Resolved by Ada Brook: no reason given")


async def test_resolving_twice_at_once_closes_it_once(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/eject", "ben")
    card = await school.card("Grade 3 Reading")
    await asyncio.gather(school.slack.press(REYES, card, "Resolve"), school.slack.press(BROOK, card, "Resolve"))
    thread = await school.until_timeline(await school.card("Grade 3 Reading"), "resolved it")
    assert sum("resolved it" in line for line in thread) == 1


async def test_after_an_all_clear_one_press_resolves_with_that_reason(school: School) -> None:
    await school.zoom_class()
    await school.type(CHANG, "/panic")
    await school.press(CHANG, await school.type(CHANG, "/allclear"), "Resolve the incident")
    await school.until_card_says("Grade 5 Science", "Resolved by Megan Chang: all clear")


async def test_with_two_open_incidents_it_asks_which_one_and_keeps_the_reason(school: School) -> None:
    await school.webex_class()
    await school.zoom_class()
    await school.type(ORTIZ, "/eject", "ben")
    await school.type(CHANG, "/eject", "ben")
    asked = await school.type(REYES, "/resolve", "a prank")
    assert asked.text == "2 incidents are open. Which one is over?"
    await school.press(REYES, asked, "Resolve Grade 5 Science")
    await school.until_card_says("Grade 5 Science", "Resolved by Kim Reyes: a prank")


async def test_a_new_page_after_a_resolution_opens_a_new_incident(school: School) -> None:
    await school.webex_class()
    for command in ("/page", "/resolve", "/page"):
        await school.type(ORTIZ, command)
    assert len(school.pages_to(REYES)) == 2


async def test_nothing_to_resolve_is_said(school: School) -> None:
    assert shown(await school.type(ORTIZ, "/resolve")) == ["No incident of yours is open."]


async def test_whoever_called_for_help_without_a_class_may_say_that_it_is_over(school: School) -> None:
    await school.type(ORTIZ, "/page", "the projector")
    page = await school.page_to(REYES)
    assert shown(await school.type(ORTIZ, "/resolve")) == ["The page is over. Nothing rings any more."]
    await school.until_says(page, "This page is over.")


async def test_whoever_takes_a_page_without_a_class_is_offered_to_resolve_it(school: School) -> None:
    await school.type(ORTIZ, "/page", "the projector")
    taken = await school.press(REYES, await school.page_to(REYES), "Acknowledge")
    answer = await school.press(REYES, taken, "Resolve the page")
    assert shown(answer) == ["The page is over. Nothing rings any more."]
    assert shown(await school.press(REYES, taken, "Resolve the page")) == ["That page was over before."]


async def test_a_page_that_somebody_has_is_resolved_by_command_too(school: School) -> None:
    await school.type(ORTIZ, "/page", "the projector")
    await school.type(REYES, "/ack")
    assert shown(await school.type(REYES, "/resolve")) == ["The page is over. Nothing rings any more."]


async def test_a_page_that_is_none_of_theirs_is_not_resolved(school: School) -> None:
    await school.type(ORTIZ, "/page", "the projector")
    assert shown(await school.type(CHANG, "/resolve")) == ["No incident of yours is open."]


async def test_with_an_incident_and_a_page_open_it_asks_which_one_is_over(school: School) -> None:
    await school.type(BROOK, "/page", "the office floods")
    await school.webex_class()
    await school.type(ORTIZ, "/page")
    asked = await school.type(REYES, "/resolve")
    assert asked.text == "1 incident and 1 page are open. Which one is over?"
    answer = await school.press(REYES, asked, "Resolve the page of Ada Brook")
    assert shown(answer) == ["The page is over. Nothing rings any more."]
