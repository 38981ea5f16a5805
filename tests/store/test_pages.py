"""Pages in the store: which of them are looked after, and what looking costs."""

from datetime import UTC, datetime

import pytest

from modbot import page_state
from modbot.page_state import Change, PageState, Step, StillOnIt
from modbot.seal import Keyring
from modbot.store import Store
from modbot.store.pages import Pages

NOW = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)


def page(page_id: str, still: StillOnIt) -> PageState:
    """A page that rings."""
    policy = (Step(("kim.reyes@example.org",), 60),)
    return page_state.trigger(PageState(page_id, "help", "Ms Chang", NOW.isoformat(), policy, still), NOW).state


@pytest.fixture
def pages(store: Store) -> Pages:
    return Pages(store, Keyring([bytes(32)]))


async def opened(pages: Pages, page_id: str, still: StillOnIt = StillOnIt()) -> None:  # noqa: B008 - frozen
    await pages.create(page(page_id, still))


async def answered(pages: Pages, page_id: str) -> None:
    await pages.change(page_id, lambda page: page_state.acknowledge(page, "Kim", NOW))
    await pages.change(page_id, lambda page: page_state.hushed(page, NOW, quiet=True))


async def ids(pages: Pages) -> set[str]:
    return {page.id for page in await pages.watched()}


async def test_a_page_that_rings_is_looked_after(pages: Pages) -> None:
    await opened(pages, "p1")
    assert await ids(pages) == {"p1"}


async def test_a_page_that_somebody_has_and_nobody_asks_about_is_not(pages: Pages) -> None:
    await opened(pages, "p1")
    await answered(pages, "p1")
    assert await ids(pages) == set()


async def test_a_page_whose_owner_will_be_asked_is(pages: Pages) -> None:
    await opened(pages, "p1", StillOnIt(after_seconds=600))
    await answered(pages, "p1")
    assert await ids(pages) == {"p1"}


async def test_a_page_that_is_over_is_looked_after_until_it_is_quiet(pages: Pages) -> None:
    await opened(pages, "p1")
    await pages.change("p1", page_state.resolve)
    assert await ids(pages) == {"p1"}
    await pages.change("p1", lambda page: page_state.hushed(page, NOW, quiet=True))
    assert await ids(pages) == set()


async def test_a_look_reads_no_page_that_is_over(pages: Pages, store: Store) -> None:
    for number in range(20):
        await opened(pages, f"over{number}")
        await answered(pages, f"over{number}")
    for number in range(3):
        await opened(pages, f"open{number}")
    before = await gets(store)
    await pages.watched()
    assert await gets(store) - before == 3


async def test_a_page_that_has_expired_is_struck_off(pages: Pages, store: Store) -> None:
    await opened(pages, "p1")
    await store.run("DEL", "mb:page:p1")
    await pages.watched()
    assert await pages.open_ids() == []


async def test_a_change_says_which_timer_was_live_before(pages: Pages) -> None:
    await opened(pages, "p1")
    before = await pages.get("p1")
    change = await pages.change("p1", lambda page: page_state.escalate(page, NOW))
    assert isinstance(change, Change)
    assert before is not None
    assert change.former == before.token


async def gets(store: Store) -> int:
    """How many GETs the server has answered."""
    facts = await store.run("INFO", "commandstats")
    return int(facts.get("cmdstat_get", {}).get("calls", 0))
