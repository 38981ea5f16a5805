"""Names are the attack: whatever a stranger calls themselves, it is shown as words, short, and inside its own place."""

import pytest
from playwright.async_api import Page

from tests.browser.district import Json, posted, snapshot
from tests.browser.served import ServedPage
from tests.browser.visiting import PHONE, Visitors

pytestmark = pytest.mark.browser

SCRIPT = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
TURNED = "Ana \u202egnp.exe\u2066"
LONG = "W" * 10_000
UNSEEN = "\u200b\u2060\u00ad"
PILED = "Z" + "\u0334\u0335\u0336\u0337\u0338" * 40
NAMES = [SCRIPT, TURNED, LONG, UNSEEN, PILED, "*bold* <@U0CHANG> &lt;b&gt;", "", "اسم الطالب (host)"]


def with_names() -> Json:
    """The district with these names in a class, in its lobby and among those who are out."""
    whole = snapshot()
    room = whole["rooms"][0]
    inside = [{**room["people"][1], "id": f"h{n}", "name": name, "pupil": False} for n, name in enumerate(NAMES)]
    waiting = [{**person, "id": f"w{person['id']}", "where": "lobby"} for person in inside]
    gone = [{"name": name, "how": "removed", "at": room["gone"][0]["at"]} for name in NAMES]
    rooms = [{**room, "people": [*room["people"], *inside, *waiting], "gone": gone, "gone_count": len(gone)}]
    people = [{**whole["people"][0], "name": LONG, "note": SCRIPT}, *whole["people"][1:]]
    message = posted("D00001", 50, f"{SCRIPT} {TURNED} {LONG}")
    calls = [{**whole["wire"][0], "path": f"/{SCRIPT}{LONG}"}]
    return whole | {"rooms": rooms, "people": people, "messages": [message], "wire": calls}


async def opened(visitors: Visitors, served: ServedPage, size: tuple[int, int]) -> Page:
    """The page on that district."""
    await served.show(**with_names())
    return await visitors.page(served.url, size=size)


@pytest.mark.parametrize("size", [(1600, 1000), PHONE], ids=["desk", "phone"])
async def test_no_name_becomes_an_element(visitors: Visitors, served: ServedPage, size: tuple[int, int]) -> None:
    page = await opened(visitors, served, size)
    assert await page.title() == "modbot demo"
    assert await page.locator("img[src=x], #page script").count() == 0


@pytest.mark.parametrize("size", [(1600, 1000), PHONE], ids=["desk", "phone"])
async def test_no_name_widens_the_page(visitors: Visitors, served: ServedPage, size: tuple[int, int]) -> None:
    page = await opened(visitors, served, size)
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= size[0]


async def test_hidden_characters_are_shown_as_what_they_are(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, (1600, 1000))
    shown = await page.locator(".tile .name").all_inner_texts()
    assert "Ana ⟨U+202E⟩gnp.exe⟨U+2066⟩" in shown
    assert "⟨U+200B⟩⟨U+2060⟩⟨U+00AD⟩" in shown


async def test_a_name_without_letters_is_said_to_be_none(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, (1600, 1000))
    assert "(no name)" in await page.locator(".tile .name").all_inner_texts()


async def test_a_name_is_never_read_as_mark_up(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, (1600, 1000))
    assert "*bold* <@U0CHANG> &lt;b&gt;" in await page.locator(".tile .name").all_inner_texts()


async def test_a_long_name_is_cut(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, (1600, 1000))
    lengths = [len(name) for name in await page.locator(".name").all_inner_texts()]
    assert max(lengths) <= 60


async def test_every_name_stands_apart_from_the_words_around_it(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, (1600, 1000))
    script = "() => [...document.querySelectorAll('.name')].every(e => getComputedStyle(e).unicodeBidi === 'isolate')"
    assert await page.evaluate(script)
