"""A line that is cut is said, and mended; several visitors see one district; a reload loses nothing."""

import pytest

from tests.browser.district import posted, running, snapshot
from tests.browser.served import ServedPage
from tests.browser.visiting import PHONE, Visitors

pytestmark = pytest.mark.browser


async def test_a_lost_connection_is_said_and_mended(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await served.close()
    await page.get_by_text("Connection lost").wait_for()
    await served.open()
    await page.get_by_text("live", exact=True).wait_for()


async def test_after_a_lost_connection_the_page_shows_what_is_now(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await served.close()
    await page.get_by_text("Connection lost").wait_for()
    served.snapshot = {**snapshot(), "district": "Another District"}
    await served.open()
    await page.get_by_role("heading", level=1, name="Another District").wait_for()


async def test_two_visitors_see_the_same(visitors: Visitors, served: ServedPage) -> None:
    one, other = await visitors.page(served.url), await visitors.page(served.url)
    await served.show(rooms=[{**snapshot()["rooms"][0], "locked": True, "entry": "Locked"}])
    for page in (one, other):
        await page.locator('[data-entry="locked"]').wait_for()
    assert await one.locator(".classes").inner_text() == await other.locator(".classes").inner_text()


async def test_a_reload_keeps_who_one_is_and_where_one_looks(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await page.get_by_role("radio", name="Ada Brook").check(force=True)
    await page.get_by_role("button", name="incidents").click()
    await page.reload()
    await page.get_by_text("You are Ada Brook").wait_for()
    assert await page.get_by_role("log").get_by_text("the class is shut").is_visible()


async def test_starting_a_scenario_makes_the_visitor_the_person_it_is_about(
    visitors: Visitors, served: ServedPage
) -> None:
    page = await visitors.page(served.url)
    await page.get_by_role("button", name="Start: A drill").click()
    await page.get_by_text("You are Ada Brook").wait_for()
    assert served.posted[0] == ("/api/scenario", {"name": "drill"})


async def test_goals_tick_as_they_are_met(visitors: Visitors, served: ServedPage) -> None:
    await served.show(running=running())
    page = await visitors.page(served.url)
    met = [{"text": "The stranger is out", "met": True}]
    await served.show(running=running(goals=met))
    await page.get_by_text("1 of 1").wait_for()


async def test_a_new_message_is_marked_until_it_is_read(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    incidents = page.get_by_role("button", name="incidents")
    await incidents.click()
    await page.get_by_role("button", name="modbot").click()
    assert "unread" not in await incidents.inner_text()
    card = next(one["ts"] for one in served.snapshot["messages"] if one["channel"] == "C0INCIDENTS")
    reply, news = posted("C0INCIDENTS", 80, "A line", thread_ts=card), posted("C0INCIDENTS", 90, "News")
    await served.show(messages=[*served.snapshot["messages"], reply, news])
    await incidents.filter(has_text="1 unread").wait_for()
    await incidents.click()
    await incidents.filter(has_not_text="unread").wait_for()


async def test_a_phone_shows_one_view_at_a_time(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url, size=PHONE)
    await page.get_by_role("navigation", name="Views").get_by_role("button", name="Classes").click()
    assert await page.get_by_role("heading", name="Grade 5 Science").is_visible()
    assert not await page.get_by_role("combobox", name="Type a command").is_visible()


async def test_the_chosen_theme_outlives_a_reload(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await page.get_by_label("Colours").select_option("Dark")
    await page.reload()
    await page.get_by_role("heading", level=1).wait_for()
    assert await page.evaluate("() => getComputedStyle(document.documentElement).colorScheme") == "dark"
