"""Pages without Slack: mails with a button, `POST /page`, and a Slack that is down and comes back."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from modbot.demo.given import free_port
from tests.pagers.post_office import PostOffice, post_office
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import ORTIZ, School

KIM, LOU = "kim.reyes@example.org", "lou.baker@example.org"
TOKEN = "an-invented-token-of-a-district"


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """The district's mail server."""
    async with post_office() as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody's browser, or a button on a wall."""
    async with aiohttp.ClientSession() as session:
        yield session


async def with_mail(open_school: OpenSchool, office: PostOffice, *channels: str, **changes: Any) -> School:
    """A district where both on call have these channels."""
    port = free_port()
    people = [
        {"email": KIM, "name": "Kim Reyes", "channels": channels},
        {"email": LOU, "name": "Lou Baker", "channels": channels},
    ]
    return await open_school(
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        page_token=TOKEN,
        email={"host": "127.0.0.1", "port": office.port, "security": "none", "sender": "modbot@example.org"},
        paging={"people": people, **changes},
    )


async def asked(school: School, browser: aiohttp.ClientSession, body: Any, **headers: str) -> tuple[int, Any]:
    """What `POST /page` answers."""
    sent = {"Authorization": f"Bearer {TOKEN}"} | headers
    url = f"{school.app.settings.public_url}/page"
    async with browser.post(url, json=body, headers=sent) as answer:
        return answer.status, await answer.json()


async def test_while_slack_is_down_the_next_channel_rings_at_once(
    open_school: OpenSchool, office: PostOffice, browser: aiohttp.ClientSession
) -> None:
    school = await with_mail(open_school, office, "slack", "email")
    school.slack.faults.drop_connection = True
    status, said = await asked(school, browser, {"what": "the phones are dead", "from": "help desk"})
    assert (status, said["called"]) == (202, ["Kim Reyes"])
    assert "help desk: the phones are dead" in (await office.to(KIM)).text


async def test_the_button_of_a_mail_takes_the_page(
    open_school: OpenSchool, office: PostOffice, browser: aiohttp.ClientSession
) -> None:
    school = await with_mail(open_school, office, "email")
    _, said = await asked(school, browser, {"what": "help"})
    link = (await office.to(KIM)).link
    async with browser.get(link) as shown:
        assert "I have it" in await shown.text()
    async with browser.post(link) as pressed:
        assert "You have it. Every ringing has stopped." in await pressed.text()
    await school.until_recorded(("api:page", "page", "done"))


async def test_when_slack_comes_back_the_card_says_what_happened_meanwhile(
    open_school: OpenSchool, office: PostOffice, browser: aiohttp.ClientSession
) -> None:
    school = await with_mail(open_school, office, "slack", "email")
    await school.webex_class()
    await school.type(ORTIZ, "/oncall")  # who a stranger is would have to be asked of Slack
    school.slack.faults.drop_connection = True
    await school.slack.slash(ORTIZ, "/page")
    mail = await office.to(KIM)
    async with browser.post(mail.link) as pressed:
        assert pressed.status == 200
    school.slack.faults.drop_connection = False
    card = await school.until_card_says("Grade 3 Reading", "Kim Reyes has it.")
    thread = await school.until_timeline(card, "Kim Reyes has it.")
    assert thread == [
        "Luis Ortiz: IT was called.",
        "Kim Reyes could not be reached by Slack.",
        "Kim Reyes is being called by e-mail.",
        "Kim Reyes has it.",
    ]
