"""A page goes on ringing up the chain though modbot dies: each person once, nobody forgotten (P8)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from modbot.jobs import Jobs
from modbot.page_state import Change, PageState
from modbot.paging import TIMER_JOB
from modbot.simulators.slack import PostedMessage
from modbot.store.pages import Pages
from tests.crash.site import A_WHILE, Site, hold, let_go, until_asked
from tests.stores import until

pytestmark = pytest.mark.crash

FIRST, SECOND = "kim.reyes@example.org", "lou.baker@example.org"
WAIT_SECONDS = 5  # the shortest a step may have


@pytest.fixture
def quick_site(site: Site) -> Site:
    """A site whose policy waits as little as one may, and gives up after the second person."""
    policy = {
        "people": [{"email": FIRST, "name": "Kim Reyes"}, {"email": SECOND, "name": "Lou Baker"}],
        "steps": [{"people": [who], "wait_seconds": WAIT_SECONDS} for who in (FIRST, SECOND)],
        "rounds": 1,
    }
    site.extra["MODBOT_PAGING"] = orjson.dumps(policy).decode()
    return site


def calls(site: Site, user: str) -> list[PostedMessage]:
    """The pages this person was sent."""
    private = site.slack.world.im_with(user).id
    return [m for m in site.slack.messages if m.channel == private and m.text.startswith("PAGE:")]


async def until_exhausted(site: Site) -> None:
    """Nobody is left to call: every timer has rung."""

    async def is_so() -> bool:
        page = await site.page()
        return page is not None and page.exhausted

    await until("the page has gone through its steps", is_so, within=A_WHILE)


async def test_the_timer_of_a_dead_modbot_rings_once_in_the_next(quick_site: Site) -> None:
    site = quick_site
    modbot = await site.serve()
    await site.type("U0BROOK", "/page", "the projector hall is locked")
    await site.answer("U0BROOK")
    modbot.kill()
    await modbot.ended()
    await site.serve()
    await until_exhausted(site)
    await until("both were called", lambda: all(calls(site, who) for who in ("U0REYES", "U0BAKER")))
    assert [len(calls(site, who)) for who in ("U0REYES", "U0BAKER")] == [1, 1]


async def test_a_call_that_was_leaving_is_made_again(quick_site: Site) -> None:
    site = quick_site
    modbot = await site.serve()
    hold(site.slack, "POST /api/chat.postMessage")
    await site.type("U0BROOK", "/page")
    await until_asked(site.slack, "POST /api/chat.postMessage")
    modbot.kill()
    await modbot.ended()
    let_go(site.slack)
    await site.serve()
    await until("the first person was called", lambda: len(calls(site, "U0REYES")) == 1)
    assert "IT has been called: Kim Reyes." in await site.answer("U0BROOK")


async def test_a_lost_timer_is_found_by_the_watchdog(site: Site) -> None:
    modbot = await site.serve()
    await site.type("U0BROOK", "/page")
    await site.answer("U0BROOK")
    modbot.terminate()
    await modbot.ended()
    await lose_the_timer(site)
    await site.serve()
    await until("the second person was called", lambda: len(calls(site, "U0BAKER")) == 1)
    assert len(calls(site, "U0REYES")) == 1


async def lose_the_timer(site: Site) -> None:
    """An open page, overdue, and nothing that would ring."""
    overdue = (datetime.now(UTC) - timedelta(minutes=2)).isoformat()

    def late(page: PageState) -> Change:
        return Change(replace(page, due_at=overdue))

    async with site.state() as state:
        page = await site.page()
        assert page is not None
        await Pages(state.store, state.keyring).change(page.id, late)
        jobs = Jobs(state.url, {TIMER_JOB: never})
        await jobs.start(work=False)
        await jobs.cancel(f"page:{page.id}:{page.token}")
        await jobs.drain(timedelta(seconds=1))


async def never(job_id: str) -> None:
    raise AssertionError(f"nobody works here: {job_id}")
