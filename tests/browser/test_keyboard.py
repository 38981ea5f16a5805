"""Everything by keyboard alone: commands are completed and sent, modals filled and closed, and focus comes back."""

import pytest
from playwright.async_api import Page

from tests.browser.district import CHANG, REYES, running
from tests.browser.served import ServedPage
from tests.browser.test_rendering import modal
from tests.browser.visiting import Visitors
from tests.stores import until

pytestmark = pytest.mark.browser


async def focused(page: Page) -> str:
    """What has the focus: its label or words."""
    script = """() => {
        const there = document.activeElement;
        return there === document.body ? "" : there.ariaLabel || there.innerText || there.name;
    }"""
    return " ".join(str(await page.evaluate(script)).split())


async def tab_to(page: Page, label: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(80):
        if label in await focused(page):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {label}")


async def test_a_command_is_completed_and_sent(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await tab_to(page, "Type a command")
    await page.keyboard.type("/lo")
    await page.keyboard.press("Tab")
    await page.keyboard.type("for 15m")
    await page.keyboard.press("Enter")
    await until("the command is sent", lambda: bool(served.posted))
    sent = {"user": CHANG, "command": "/lock", "text": "for 15m", "channel": "D00001"}
    assert served.posted == [("/api/slash", sent)]


async def test_arrows_walk_through_the_commands(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    line = page.get_by_role("combobox", name="Type a command")
    await line.press_sequentially("/pa")
    await line.press("ArrowDown")
    chosen = page.get_by_role("listbox", name="Commands").get_by_role("option", selected=True)
    assert (await chosen.inner_text()).startswith("/page")
    assert await line.get_attribute("aria-activedescendant") == await chosen.get_attribute("id")


async def test_escape_closes_the_commands_and_keeps_what_was_typed(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    line = page.get_by_role("combobox", name="Type a command")
    await line.press_sequentially("/pa")
    await line.press("Escape")
    assert await page.get_by_role("listbox").count() == 0
    assert await line.input_value() == "/pa"


async def test_a_command_that_does_not_exist_is_not_sent(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    line = page.get_by_role("combobox", name="Type a command")
    await line.press_sequentially("/explode now")
    await line.press("Enter")
    assert "no /explode" in await page.get_by_role("alert").inner_text()
    assert served.posted == []


async def test_a_modal_is_filled_and_sent(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await served.show(views=[modal()])
    await page.get_by_role("dialog").wait_for()
    await tab_to(page, "why")
    await page.keyboard.type("A stranger")
    await page.keyboard.press("Enter")
    await until("the modal is sent", lambda: bool(served.posted))
    assert served.posted[0][1]["values"]["why"] == "A stranger"


async def test_escape_closes_a_modal(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await served.show(views=[modal()])
    await page.get_by_role("dialog").wait_for()
    await page.keyboard.press("Escape")
    await until("the modal is closed", lambda: bool(served.posted))
    assert served.posted == [("/api/close", {"view": "V1"})]


async def test_focus_stays_in_a_modal(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await served.show(views=[modal()])
    await page.get_by_role("dialog").wait_for()
    inside = "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate(inside)


async def test_focus_comes_back_after_a_modal(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await tab_to(page, "Type a command")
    await served.show(views=[modal()])
    await page.get_by_role("dialog").wait_for()
    await served.show(views=[])
    await page.get_by_role("dialog").wait_for(state="hidden")
    assert "Type a command" in await focused(page)


async def test_a_person_is_chosen_with_the_arrows(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await tab_to(page, "Megan Chang")
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
    await page.get_by_text("You are Kim Reyes").wait_for()


async def test_a_ringing_phone_is_answered(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await tab_to(page, "Answer")
    await page.keyboard.press("Enter")
    await until("the phone is answered", lambda: bool(served.posted))
    assert served.posted == [("/api/phone", {"person": REYES, "do": "answer"})]


async def test_the_hint_puts_its_command_into_the_composer(visitors: Visitors, served: ServedPage) -> None:
    await served.show(running=running())
    page = await visitors.page(served.url)
    await tab_to(page, "Put /panic")
    await page.keyboard.press("Enter")
    await page.wait_for_function("() => document.activeElement.value === '/panic'")
    await page.keyboard.press("Enter")
    await until("the command is sent", lambda: bool(served.posted))
    assert served.posted[0][1]["command"] == "/panic"


async def test_whatever_has_the_focus_is_marked(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await tab_to(page, "Type a command")
    style = await page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"
