"""mrkdwn as Slack shows it: each mark where Slack has it, and never an element that was typed."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.async_api import Page

from modbot.messages.words import escape
from tests.browser.served import ServedPage
from tests.browser.visiting import Visitors

pytestmark = pytest.mark.browser

CASES = [
    ("*bold* and plain", [("bold", "bold"), ("text", " and plain")]),
    ("_italic_, ~gone~", [("italic", "italic"), ("text", ", "), ("strike", "gone")]),
    ("`a *b*`", [("code", "a *b*")]),
    ("```x\n*y*```", [("fence", "x\n*y*")]),
    ("snake_case_name 2*3*4", [("text", "snake_case_name 2*3*4")]),
    ("* not bold *", [("text", "* not bold *")]),
    ("&lt;b&gt; &amp;amp;", [("text", "<b> &amp;")]),
    ("&gt; said\nso", [("quote", "said"), ("text", "so")]),
    ("<https://example.org/a|here>", [("link", "here")]),
    ("<javascript:alert(1)|here>", [("text", "javascript:alert(1)|here")]),
    ("<@U0CHANG> in <#C0INCIDENTS>", [("user", "U0CHANG"), ("text", " in "), ("channel", "C0INCIDENTS")]),
    ("<!date^1772558043^{time_secs}|17:14:03 UTC>", [("date", "17:14:03 UTC")]),
    (
        "<!here> :lock: :unheard_of:",
        [("everybody", "here"), ("text", " "), ("emoji", "lock"), ("text", " :unheard_of:")],
    ),
    ("*_both_*", [("bold", "both")]),
]


async def parsed(page: Page, texts: list[str]) -> list[list[dict[str, Any]]]:
    """The page's own parser on each text."""
    script = "async (texts) => { const m = await import('/assets/text/mrkdwn.js'); return texts.map(m.parse); }"
    trees: list[list[dict[str, Any]]] = await page.evaluate(script, texts)
    return trees


def words(node: dict[str, Any]) -> str:
    """What a node says."""
    if "inside" in node:
        return "".join(map(words, node["inside"]))
    return str(node.get("text") or node.get("label") or node.get("id") or node.get("name") or "")


async def test_each_mark_means_what_it_means_in_slack(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    trees = await parsed(page, [text for text, _ in CASES])
    read = [[(node["kind"], words(node)) for node in tree] for tree in trees]
    assert read == [expected for _, expected in CASES]


async def test_every_kind_that_is_parsed_has_its_element(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    known = set(await page.evaluate("import('/assets/text/shown.js').then(m => m.MARKS)"))
    trees = await parsed(page, [text for text, _ in CASES] + ["a\nb"])
    assert {node["kind"] for tree in trees for node in tree} <= known


async def test_a_time_is_in_the_readers_time_zone(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    await page.get_by_role("button", name="modbot").click()
    assert await page.get_by_role("log").get_by_text("12:14:03 PM").is_visible()


async def test_whatever_modbot_escapes_is_read_as_it_was(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    examples: list[str] = []

    @given(st.text(alphabet=st.characters(exclude_characters="*_~`:\n", exclude_categories=["Cs"]), min_size=1))
    @settings(max_examples=300, database=None)
    def gather(text: str) -> None:
        examples.append(text)

    gather()
    plain = [text for text in examples if not text.startswith(">")]  # a line that begins so is a quote
    trees = await parsed(page, [escape(text) for text in plain])
    wrong = [text for text, tree in zip(plain, trees, strict=True) if "".join(map(words, tree)) != text]
    assert not wrong, json.dumps(wrong[:3])


async def test_a_page_of_marks_is_parsed_in_no_time(visitors: Visitors, served: ServedPage) -> None:
    page = await visitors.page(served.url)
    worst = [mark * 5000 for mark in ("*", "_a ", "~", "`", "<", "<@", "*_~", ":a", "```", "*a")]
    began = await page.evaluate("performance.now()")
    await parsed(page, worst)
    assert (
        await page.evaluate("performance.now()") - began < 100_000
    )  # milliseconds; one that tries every way takes years
