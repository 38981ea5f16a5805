"""A Slack that is down: the next channel rings at once, and the card catches up when Slack is back."""

from datetime import timedelta

import pytest

from tests.scenarios.school import ORTIZ, REYES, School, untimed
from tests.scenarios.without_slack.mailed import KIM, LOU, OpenMailed
from tests.stores import until


def posts(school: School) -> int:
    """How often modbot tried to post in Slack."""
    return sum("chat.postMessage" in seen.path for seen in school.slack.seen)


async def test_while_slack_is_down_the_next_channel_rings_at_once(open_mailed: OpenMailed) -> None:
    mailed = await open_mailed("slack", "email")
    mailed.school.slack.faults.drop_connection = True
    status, said = await mailed.ask({"what": "the phones are dead", "from": "help desk"})
    assert (status, said["called"]) == (202, ["Kim Reyes"])
    assert "help desk: the phones are dead" in (await mailed.office.to(KIM)).text


async def test_while_slack_is_up_no_mail_is_sent(open_mailed: OpenMailed) -> None:
    mailed = await open_mailed("slack", "email")
    await mailed.open_page()
    await mailed.school.page_to(REYES)
    assert not mailed.office.mails


async def test_while_the_mail_server_refuses_slack_rings_at_once(open_mailed: OpenMailed) -> None:
    mailed = await open_mailed("email", "slack")
    mailed.office.answers["RCPT"] = "550 5.1.1 no such person"
    await mailed.open_page()
    await mailed.school.page_to(REYES)


async def test_the_next_person_is_called_by_mail_too(open_mailed: OpenMailed) -> None:
    steps = [{"people": [KIM], "wait_seconds": 5}, {"people": [LOU], "wait_seconds": 60}]
    mailed = await open_mailed("email", paging={"steps": steps})
    await mailed.open_page()
    assert "Call 2 of 6." in (await mailed.office.to(LOU)).text


async def test_when_slack_comes_back_the_card_says_what_happened_meanwhile(open_mailed: OpenMailed) -> None:
    mailed = await open_mailed("slack", "email")
    school = mailed.school
    await school.webex_class()
    await school.type(ORTIZ, "/oncall")  # who a stranger is would have to be asked of Slack
    school.slack.faults.drop_connection = True
    await school.slack.slash(ORTIZ, "/page")
    assert (await mailed.press((await mailed.office.to(KIM)).link)).status == 200
    school.slack.faults.drop_connection = False
    card = await school.until_card_says("Grade 3 Reading", "Kim Reyes has it.")
    assert untimed(await school.until_timeline(card, "Kim Reyes has it.")) == [
        "Luis Ortiz: IT was called.",
        "Kim Reyes could not be reached by Slack.",
        "Kim Reyes is being called by e-mail.",
        "Call 1 of 6 was answered N s after it began, N s after help was called for.",
        "Kim Reyes has it.",
    ]


async def test_after_an_outage_longer_than_every_try_the_card_still_catches_up(
    open_mailed: OpenMailed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modbot.jobs.ATTEMPTS", 1)
    monkeypatch.setattr("modbot.card_patience.FIRST", timedelta(milliseconds=200))
    mailed = await open_mailed("slack", "email")
    school = mailed.school
    await school.webex_class()
    await school.type(ORTIZ, "/oncall")
    school.slack.faults.drop_connection = True
    await school.slack.slash(ORTIZ, "/page")
    await mailed.press((await mailed.office.to(KIM)).link)
    tried = posts(school)
    await until("modbot has tried again and again", lambda: posts(school) >= tried + 5)
    school.slack.faults.drop_connection = False
    card = await school.until_card_says("Grade 3 Reading", "Kim Reyes has it.")
    assert "Kim Reyes has it." in await school.until_timeline(card, "Kim Reyes has it.")


async def test_whoever_has_it_says_by_mail_that_they_still_do(open_mailed: OpenMailed) -> None:
    mailed = await open_mailed("email", paging={"still_on_it_seconds": 1, "answer_seconds": 60})
    page_id = await mailed.open_page()
    await mailed.press((await mailed.office.to(KIM)).link)
    question = await mailed.office.to(KIM, count=2)
    assert question.message["Subject"] == "Do you still have this page?"
    assert "Still on it" in (await mailed.look(question.link)).text
    assert "You still have it. Nothing rings." in (await mailed.press(question.link)).text
    assert not (await mailed.page(page_id)).asked_at


async def test_a_mail_that_nobody_answers_rings_again(open_mailed: OpenMailed) -> None:
    mailed = await open_mailed("email", paging={"still_on_it_seconds": 1, "answer_seconds": 1})
    await mailed.open_page()
    await mailed.press((await mailed.office.to(KIM)).link)
    assert (await mailed.office.to(KIM, count=3)).message["Subject"] == "PAGE: help is needed."
