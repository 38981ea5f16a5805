"""A district whose people on call are called by mail."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest

from modbot.simulators import free_port
from modbot.web_pages.calling import PageCalls
from tests.pagers.post_office import PostOffice, post_office
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.without_slack.mailed import SENDER, TOKEN, MailedSchool, OpenMailed, people
from tests.stores import UNHURRIED_SECONDS


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """The district's mail server."""
    async with post_office() as opened:
        yield opened


@pytest.fixture
async def open_mailed(
    open_school: OpenSchool, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OpenMailed]:
    """Starts a modbot whose people on call have the channels given, and somebody's browser."""
    patient = partial(PageCalls, answer_after=timedelta(seconds=UNHURRIED_SECONDS))
    monkeypatch.setattr("modbot.web_pages.routes.PageCalls", patient)
    opened: list[MailedSchool] = []

    async def mailed(*channels: str, **changes: object) -> MailedSchool:
        port = free_port()
        paging = {"people": people(*channels)} | dict(changes.pop("paging", {}))  # type: ignore[call-overload]
        school = await open_school(
            port=port,
            public_url=f"http://127.0.0.1:{port}",
            page_token=TOKEN,
            email={"host": "127.0.0.1", "port": office.port, "security": "none", "sender": SENDER},
            paging=paging,
            **changes,
        )
        opened.append(MailedSchool(school, office))
        return opened[-1]

    yield mailed
    for one in opened:
        await one.browser.close()


@pytest.fixture
async def mailed(open_mailed: OpenMailed) -> MailedSchool:
    """Both on call are called by mail alone."""
    return await open_mailed("email")
