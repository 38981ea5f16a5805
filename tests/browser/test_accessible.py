"""axe finds nothing wrong on any view: WCAG 2.1 A and AA, light and dark, on a desk and on a phone."""

from collections.abc import Awaitable, Callable

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from tests.browser.district import CHANG, Json, running
from tests.browser.served import ServedPage
from tests.browser.test_rendering import SENT, message, modal, opened
from tests.browser.visiting import DESK, PHONE, Visitors

pytestmark = pytest.mark.browser

WCAG: Json = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
CONTRAST: Json = {"type": "rule", "values": ["color-contrast"]}  # all that can differ in the dark
SIZES = {"desk": DESK, "phone": PHONE}


async def _chat(_: Page, __: ServedPage) -> None:
    return


async def _channel(page: Page, _: ServedPage) -> None:
    await page.get_by_role("button", name="incidents").click()
    await page.get_by_role("button", name="Show 2 replies").click()


async def _completion(page: Page, _: ServedPage) -> None:
    await page.get_by_role("combobox", name="Type a command").press_sequentially("/")
    await page.get_by_role("listbox").wait_for()


async def _modal(page: Page, served: ServedPage) -> None:
    await served.show(views=[modal(errors={"why": "Say at least one word."})])
    await page.get_by_role("dialog").wait_for()


async def _question(page: Page, _: ServedPage) -> None:
    await page.get_by_role("button", name="incidents").click()
    await page.get_by_role("button", name="All clear").click()
    await page.get_by_role("dialog").wait_for()


async def _scenario(page: Page, served: ServedPage) -> None:
    await served.show(running=running())
    await page.get_by_role("heading", name="A stranger with").wait_for()


async def _classes(page: Page, _: ServedPage) -> None:
    await _tab(page, "Classes")


async def _happening(page: Page, _: ServedPage) -> None:
    await _tab(page, "Happening")


async def _empty(page: Page, served: ServedPage) -> None:
    empty: Json = {"messages": [], "typed": [], "rooms": [], "phones": [], "pagerduty": [], "wire": [], "figure": None}
    await served.show(**empty)
    await page.get_by_text("Nothing here yet.").wait_for()


async def _refused(page: Page, served: ServedPage) -> None:
    served.status, served.answer = 409, {"ok": False, "error": "That message is gone."}
    await page.get_by_role("button", name="Put out").first.click()
    await page.get_by_role("alert").wait_for()


async def _tab(page: Page, name: str) -> None:
    tab = page.get_by_role("navigation", name="Views").get_by_role("button", name=name)
    if await tab.is_visible():
        await tab.click()


VIEWS: dict[str, Callable[[Page, ServedPage], Awaitable[None]]] = {
    "chat": _chat,
    "channel": _channel,
    "completion": _completion,
    "modal": _modal,
    "question": _question,
    "scenario": _scenario,
    "classes": _classes,
    "happening": _happening,
    "empty": _empty,
    "refused": _refused,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_axe_finds_nothing(visitors: Visitors, served: ServedPage, *, dark: bool, size: str) -> None:
    found: dict[str, list[str]] = {}
    for name, reach in VIEWS.items():
        page = await visitors.page(served.url, size=SIZES[size], dark=dark)
        await reach(page, served)
        found[name] = await violations(page, CONTRAST if dark else WCAG)
        await page.context.close()
        await served.show(**served.first)
        served.status, served.answer = 200, {"ok": True}
    visitors.complaints.clear()  # the browser complains of every 4xx, and one was asked for
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def violations(page: Page, rules: Json = WCAG) -> list[str]:
    """What axe found, each with the first element it found it on."""
    results = await Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in results.response["violations"]]


@pytest.mark.parametrize("name", ["First", "Careful", "Plain"])
async def test_a_button_can_be_read_while_a_mouse_is_over_it(visitors: Visitors, served: ServedPage, name: str) -> None:
    page = await opened(visitors, served, *SENT)
    await message(page).get_by_role("button", name=name).hover()
    assert await violations(page, CONTRAST) == []


async def test_axe_would_find_something(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await page.evaluate("() => document.querySelector('.composer input').removeAttribute('aria-label')")
    await page.evaluate("() => document.querySelector('.composer input').removeAttribute('placeholder')")
    assert [wrong.split(":")[0] for wrong in await violations(page)] == ["label"]


@pytest.mark.parametrize("size", SIZES)
async def test_only_the_views_scroll_never_the_page(visitors: Visitors, served: ServedPage, size: str) -> None:
    await served.show(running=running())
    page = await visitors.page(served.url, size=SIZES[size])
    assert await page.evaluate("() => document.documentElement.scrollHeight - window.innerHeight") <= 0


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280, 1920])
async def test_no_width_makes_the_page_scroll_sideways(visitors: Visitors, served: ServedPage, width: int) -> None:
    await served.show(running=running(), views=[modal(user=CHANG)])
    page = await visitors.page(served.url, size=(width, 800))
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= width
