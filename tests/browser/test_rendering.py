"""Whatever modbot may send is shown: each block, element and mark of mrkdwn has its place in the page's tables."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page

from modbot.messages import blocks, elements, words
from modbot.simulators.slack import blockkit
from tests.browser.district import CHANG, NOON, Json, posted, snapshot
from tests.browser.served import ServedPage
from tests.browser.visiting import Visitors
from tests.stores import until

pytestmark = pytest.mark.browser

OPTIONS = [elements.Option("Ana Duarte", "p1"), elements.Option("Ben Okafor", "p2")]
ASK = elements.Confirm("Put them out?", "They cannot come back.", "Put out")
SENT: tuple[blocks.Block, ...] = (
    blocks.header("A heading"),
    blocks.text("A paragraph of {who}.", who="somebody"),
    blocks.plain("A name", accessory=elements.button("Beside it", "b0", "x")),
    blocks.fields(("Class", "Science"), ("Since", words.clock(NOON))),
    blocks.buttons(
        elements.button("Plain", "b1", "v"),
        elements.button("First", "b2", "v", style=elements.Style.PRIMARY),
        elements.button("Careful", "b3", "v", style=elements.Style.DANGER, confirm=ASK),
        elements.button("Open", "b4", url="https://example.org/help"),
        elements.select("Choose somebody", "s1", OPTIONS),
    ),
    blocks.context("A small line."),
    blocks.divider(),
)
TYPED: tuple[blocks.Block, ...] = (
    blocks.entry("Why", elements.text_input("t1", placeholder="A few words", max_length=80), "why", hint="One line."),
    blocks.entry("More", elements.text_input("t2", initial="as before", multiline=True), "more", optional=True),
    blocks.entry("Who", elements.select("Somebody", "s2", OPTIONS, initial=OPTIONS[1]), "who"),
)
SHOWN = (
    ("header", "A heading"),
    ("section", "A paragraph of somebody."),
    ("section", "A name"),
    ("section", "Science"),
    ("context", "A small line."),
)


def modal(**more: Any) -> Json:
    """A modal with every input, open for the teacher."""
    title = {"type": "plain_text", "text": "Say more"}
    payload: Json = {"type": "modal", "title": title, "submit": {"type": "plain_text", "text": "Send it"}}
    payload |= {"close": {"type": "plain_text", "text": "Not now"}, "blocks": [block.payload for block in TYPED]}
    return {"id": "V1", "user": CHANG, "kind": "modal", "payload": payload, "errors": {}} | more


async def table(page: Page, module: str, name: str) -> dict[str, set[str]]:
    """Kind → fields, as the page's own table has them."""
    script = f"import('/assets/{module}').then(m => Object.entries(m.{name}).map(([k, v]) => [k, v.fields]))"
    return {kind: set(fields) for kind, fields in await page.evaluate(script)}


async def opened(visitors: Visitors, served: ServedPage, *sent: blocks.Block) -> Page:
    """The page with one message in the teacher's own conversation."""
    body = [block.payload for block in sent]
    message = posted("D00001", 50, "fallback", blocks=body)
    await served.show(messages=[message], typed=[])
    return await visitors.page(served.url)


def message(page: Page) -> Locator:
    """The one message."""
    return page.get_by_role("log").get_by_role("article")


async def test_every_block_that_modbot_may_send_has_its_renderer(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    allowed = {kind: set(fields) for kind, fields in blockkit.BLOCK_FIELDS.items()}
    assert await table(page, "blocks/table.js", "BLOCKS") == allowed


async def test_every_element_that_modbot_may_send_has_its_renderer(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    allowed = {kind: set(fields) for kind, fields in blockkit.ELEMENT_FIELDS.items()}
    assert await table(page, "elements/table.js", "ELEMENTS") == allowed


def test_the_examples_hold_every_block_and_element() -> None:
    payloads = [block.payload for block in (*SENT, *TYPED)]
    assert {block["type"] for block in payloads} == set(blockkit.BLOCK_FIELDS)
    used = [element for block in payloads for element in (*block.get("elements", ()), block.get("element", {}))]
    assert set(blockkit.ELEMENT_FIELDS) <= {element.get("type") for element in used}


@pytest.mark.parametrize(("kind", "text"), SHOWN)
async def test_the_words_of_a_block_are_read(visitors: Visitors, served: ServedPage, kind: str, text: str) -> None:
    page = await opened(visitors, served, *SENT)
    assert await message(page).locator(f'[data-block="{kind}"]', has_text=text).is_visible()


async def test_nothing_that_modbot_sends_is_left_unshown(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, *SENT)
    await message(page).get_by_text("A heading").wait_for()
    assert await page.locator("[data-unshown]").count() == 0


@pytest.mark.parametrize(("sign", "drawn"), [("🔴", "danger"), ("🟡", "warn"), ("🟢", "good")])
async def test_the_sign_of_a_card_is_drawn_and_needs_no_font(
    visitors: Visitors, served: ServedPage, sign: str, drawn: str
) -> None:
    page = await opened(visitors, served, blocks.header(f"{sign} Grade 5 Science"))
    heading = message(page).locator('[data-block="header"]')
    assert await heading.locator(f".card-sign.{drawn}").is_visible()
    assert (await heading.inner_text()).strip() == "Grade 5 Science"


async def test_a_block_that_nobody_knows_is_named_and_does_no_harm(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, blocks.Block({"type": "carousel"}), blocks.header("After it"))
    assert await message(page).locator('[data-unshown="carousel"]').is_visible()
    assert await message(page).get_by_text("After it").is_visible()


async def test_a_pressed_button_says_who_pressed_what_where(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, *SENT)
    await message(page).get_by_role("button", name="First").click()
    where = {"channel": "D00001", "ts": served.snapshot["messages"][0]["ts"]}
    await said(served, "/api/press", {"user": CHANG, "on": where, "action_id": "b2"})


async def test_a_careful_button_asks_first_and_no_means_no(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, *SENT)
    await message(page).get_by_role("button", name="Careful").click()
    await page.get_by_role("dialog", name="Put them out?").get_by_role("button", name="Cancel").click()
    await page.get_by_role("dialog").wait_for(state="hidden")
    assert served.posted == []


async def test_a_careful_button_acts_when_told_yes(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, *SENT)
    await message(page).get_by_role("button", name="Careful").click()
    await page.get_by_role("dialog").get_by_role("button", name="Put out").click()
    where = {"channel": "D00001", "ts": served.snapshot["messages"][0]["ts"]}
    await said(served, "/api/press", {"user": CHANG, "on": where, "action_id": "b3"})


async def test_a_menu_acts_only_when_choose_is_pressed(visitors: Visitors, served: ServedPage) -> None:
    page = await opened(visitors, served, *SENT)
    await message(page).get_by_label("Choose somebody").select_option("Ben Okafor")
    assert served.posted == []
    await message(page).get_by_role("button", name="Choose").click()
    where = {"channel": "D00001", "ts": served.snapshot["messages"][0]["ts"]}
    await said(served, "/api/choose", {"user": CHANG, "on": where, "action_id": "s1", "value": "p2"})


async def test_a_modal_sends_what_was_typed_by_block_id(visitors: Visitors, served: ServedPage) -> None:
    await served.show(views=[modal()])
    page = await visitors.page(served.url)
    await page.get_by_label("Why").fill("A stranger is in")
    await page.get_by_role("button", name="Send it").click()
    values = {"why": "A stranger is in", "more": "as before", "who": "p2"}
    await said(served, "/api/submit", {"view": "V1", "values": values})


async def test_what_is_wrong_with_an_input_stands_under_it(visitors: Visitors, served: ServedPage) -> None:
    await served.show(views=[modal(errors={"why": "Say at least one word."})])
    page = await visitors.page(served.url)
    why = page.get_by_label("Why")
    assert await why.get_attribute("aria-invalid") == "true"
    assert await page.get_by_role("alert").inner_text() == "Say at least one word."


async def test_what_is_typed_stays_when_the_view_comes_again(visitors: Visitors, served: ServedPage) -> None:
    await served.show(views=[modal()])
    page = await visitors.page(served.url)
    await page.get_by_label("Why").fill("half a sent")
    await served.show(views=[modal(errors={"more": "Not so."})])
    await page.get_by_role("alert").wait_for()
    assert await page.get_by_label("Why").input_value() == "half a sent"


async def test_a_modal_of_somebody_else_is_not_shown(visitors: Visitors, served: ServedPage) -> None:
    await served.show(views=[modal(user="U0BROOK")])
    page = await visitors.page(served.url)
    assert await page.get_by_role("dialog").count() == 0


async def test_an_ephemeral_message_is_for_its_reader_alone(visitors: Visitors, served: ServedPage) -> None:
    only = posted("C0INCIDENTS", 60, "For the principal only", only_for="U0BROOK")
    await served.show(messages=[only])
    page = await visitors.page(served.url)
    await page.get_by_role("button", name="incidents").click()
    assert await page.get_by_text("For the principal only").count() == 0
    await page.get_by_role("radio", name="Ada Brook").check(force=True)
    assert await page.get_by_text("Only visible to you").is_visible()


async def said(served: ServedPage, path: str, body: Json) -> None:
    """Wait until the page has sent exactly this, and nothing else."""
    await until(f"the page has posted to {path}", lambda: bool(served.posted))
    assert served.posted == [(path, body)]


def test_the_recorded_district_holds_only_what_slack_would_take() -> None:
    sent = [message["blocks"] for message in snapshot()["messages"] if message["blocks"]]
    assert [blockkit.problems_of_message(each) for each in sent] == [[] for _ in sent]
