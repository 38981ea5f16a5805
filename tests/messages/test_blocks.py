"""Messages that Slack never refuses, and names that never reach a lock screen."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from modbot.messages import blocks, elements
from modbot.messages.blocks import Block
from modbot.messages.elements import Confirm, Element, Option, Style
from modbot.messages.envelope import Message, Modal
from modbot.messages.words import Markup, PreviewWord, channel_link, clock, escape, link, markup, mention, preview
from modbot.model import Operation
from modbot.simulators.slack import blockkit
from tests.messages.block_schema import assert_slack_takes_message, assert_slack_takes_view

ROOT = Path(__file__).parents[2]
NEWS = preview("There is news.")
# Shrinking a whole message takes minutes, and the schema's error already names the place.
UNSHRUNK = settings(max_examples=60, phases=(Phase.explicit, Phase.reuse, Phase.generate))

pieces = st.sampled_from("\u202e\u200b\n ❤💥<>&*_|`:\U000e0041\ud800ab") | st.characters(exclude_categories=())
anything = st.lists(pieces, max_size=60).map("".join)
long_text = st.builds(lambda part, times: "".join(part) * times, st.lists(pieces, max_size=6), st.integers(0, 500))
hostile = anything | long_text
ids = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=255)


def confirms() -> st.SearchStrategy[Confirm]:
    return st.builds(Confirm, hostile, hostile, hostile, hostile, st.sampled_from(Style))


def a_button() -> st.SearchStrategy[Element]:
    style, confirm = st.sampled_from(Style), st.none() | confirms()
    return st.builds(elements.button, hostile, ids, st.text("ab", max_size=2000), style=style, confirm=confirm)


def a_select() -> st.SearchStrategy[Element]:
    options = st.lists(st.builds(Option, hostile, st.text("abc", min_size=1, max_size=150)), min_size=1, max_size=8)
    many = st.builds(lambda few, times: few * times, options, st.integers(1, 30))
    return st.builds(elements.select, hostile, ids, many, confirm=st.none() | confirms())


def a_row() -> st.SearchStrategy[Block]:
    pressed = st.lists(
        a_button() | a_select(), min_size=1, max_size=30, unique_by=lambda each: each.payload["action_id"]
    )
    return pressed.map(lambda row: blocks.buttons(*row))


def a_block() -> st.SearchStrategy[Block]:
    return st.one_of(
        hostile.map(blocks.header),
        hostile.map(lambda value: blocks.text("*Class* {value}", value=value)),
        hostile.map(lambda value: blocks.context("{value} &amp; more", value=value)),
        st.builds(blocks.plain, hostile, accessory=st.none() | a_button() | a_select()),
        st.lists(st.tuples(hostile, hostile | hostile.map(lambda v: markup("{v}", v=v))), min_size=1, max_size=12).map(
            lambda pairs: blocks.fields(*pairs)
        ),
        st.just(blocks.divider()),
        a_row(),
    )


many_blocks = st.builds(lambda few, times: few * times, st.lists(a_block(), max_size=6), st.integers(1, 20))


@pytest.mark.timeout(180)
@UNSHRUNK
@given(made=many_blocks)
def test_slack_takes_every_message_that_can_be_built(made: list[Block]) -> None:
    payload = Message(NEWS, made).to_payload()
    assert_slack_takes_message(payload)
    assert blockkit.problems_of_message(payload.get("blocks", [])) == []
    assert not blockkit.too_long(payload.get("blocks", []))


@pytest.mark.timeout(180)
@UNSHRUNK
@given(title=hostile, submit=hostile, label=hostile, hint=hostile, initial=hostile, made=many_blocks, chosen=a_select())
def test_slack_takes_every_modal_that_can_be_built(
    title: str, submit: str, label: str, hint: str, initial: str, made: list[Block], chosen: Element
) -> None:
    typed = blocks.entry(label, elements.text_input("why", initial=initial, placeholder=hint), "why", hint=hint)
    picked = blocks.entry(label, chosen, "who", optional=True)
    payload = Modal(title, "modbot_eject", [typed, picked, *made], submit=submit, close=hint).to_payload()
    assert_slack_takes_view(payload)
    assert blockkit.problems_of_view(payload) == []


def test_too_many_lines_are_left_out_and_it_says_so_but_the_buttons_stay() -> None:
    row = blocks.buttons(elements.button("Undo", "undo", "act-1"))
    payload = Message(NEWS, [*(blocks.text("Line {n}", n=n) for n in range(80)), row]).to_payload()
    assert len(payload["blocks"]) == 50
    assert payload["blocks"][-2]["elements"][0]["action_id"] == "undo"
    assert "left out" in payload["blocks"][-1]["elements"][0]["text"]


def test_too_many_words_are_left_out_and_it_says_so() -> None:
    payload = Message(NEWS, [blocks.text("{n}" + " word" * 500, n=n) for n in range(10)]).to_payload()
    assert_slack_takes_message(payload)
    assert 3 < len(payload["blocks"]) < 10
    assert "left out" in payload["blocks"][-1]["elements"][0]["text"]


def test_a_menu_of_150_people_is_cut_rather_than_lost() -> None:
    people = [Option("Someone with a rather long name" * 2, f"participant-{n:0>40}") for n in range(150)]
    payload = Message(NEWS, [blocks.buttons(elements.select("Who?", "who", people))]).to_payload()
    assert_slack_takes_message(payload)
    assert len(payload["blocks"][0]["elements"][0]["options"]) == 40
    assert "left out" in payload["blocks"][1]["elements"][0]["text"]


def test_a_short_message_is_sent_as_it_is() -> None:
    payload = Message(NEWS, [blocks.text("*{room}* is locked.", room="Room 12")]).to_payload()
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Room 12* is locked.", "verbatim": True}}
    assert payload == {"text": "There is news.", "blocks": [section]}


def test_a_value_cannot_call_the_whole_channel_or_make_a_link() -> None:
    shown = markup("{title}", title="<!channel> <https://bad.example.org|Zoom> & \u202eevil").mrkdwn
    assert shown == "&lt;!channel&gt; &lt;https://bad.example.org|Zoom&gt; &amp; ⟨U+202E⟩evil"


def test_a_long_paragraph_is_cut_without_tearing_markup() -> None:
    for filler in range(2970, 3001):
        block = blocks.text(Markup("x" * filler + "<@U0TEACH> &amp; more words beyond the limit" * 3))
        cut = block.payload["text"]["text"]
        assert cut.count("<") == cut.count(">")
        assert cut.count("&") == cut.count("&amp;")
        assert block.was_cut


def test_a_hostile_name_is_plain_text_without_emoji_codes() -> None:
    assert blocks.plain(":skull: \u202eadmin").payload["text"] == {
        "type": "plain_text",
        "text": ":skull: ⟨U+202E⟩admin",
        "emoji": False,
    }


@pytest.mark.parametrize("fact", ["Jaden Cole", markup("Jaden"), None, b"Jaden"])
def test_a_preview_takes_no_string(fact: Any) -> None:
    with pytest.raises(TypeError, match="lock screen"):
        preview("{who} was put out", who=fact)


@pytest.mark.parametrize("text", ["Jaden Cole was put out", markup("Jaden")])
def test_a_message_takes_no_string_as_its_preview(text: Any) -> None:
    with pytest.raises(TypeError, match="lock screen"):
        Message(text)


def test_a_preview_takes_counts_operations_ids_and_roster_titles() -> None:
    room, act = PreviewWord.of_roster("Room 12 <5-B>"), PreviewWord.of_id("zoom:857/46=")
    made = preview("{verb} {count} in {room}: {act}", verb=Operation.EJECT, count=2, room=room, act=act)
    assert made.mrkdwn == "eject 2 in Room 12 &lt;5-B&gt;: zoom:857/46="


@pytest.mark.parametrize("name", ["Jaden Cole", "", "Zoë", "<!here>", "x" * 81])
def test_a_name_is_not_taken_for_an_id(name: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        PreviewWord.of_id(name)


def test_every_preview_in_the_code_is_a_sentence_written_out() -> None:
    calls = [
        (path, node)
        for folder in ("modbot", "commands")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "preview"
    ]
    built = [f"{path.name}:{node.lineno}" for path, node in calls if not isinstance(node.args[0], ast.Constant)]
    assert built == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: elements.button("Undo", "x" * 256),
        lambda: elements.button("Undo", ""),
        lambda: elements.button("Undo", "undo", "x" * 2001),
        lambda: elements.select("Who?", "who", []),
        lambda: Option("Jaden", "x" * 151).to_payload(),
        lambda: Modal("Put out", "eject", [blocks.divider()], private_metadata="x" * 3001),
        lambda: Modal("Put out", "", [blocks.divider()]),
        lambda: Modal("Put out", "eject", []),
        blocks.buttons,
        lambda: blocks.buttons(elements.button("A", "same"), elements.button("B", "same")),
        blocks.fields,
        lambda: blocks.text(" "),
        lambda: Message(NEWS, [blocks.buttons(elements.button("A", "a"), block_id="twin")] * 2).to_payload(),
        lambda: mention("Jaden"),
        lambda: channel_link("<!here>"),
        lambda: link("javascript:alert(1)", "Zoom"),
        lambda: link("https://example.org|x>", "Zoom"),
        lambda: clock(datetime(2026, 11, 24, 10, 14)),  # noqa: DTZ001 - the naive one is the point
        lambda: preview(" "),
    ],
)
def test_what_cannot_be_cut_without_changing_its_meaning_is_a_mistake(make: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        make()


def test_our_own_markup_is_kept_inside_a_sentence() -> None:
    at = clock(datetime(2026, 11, 24, 10, 14, tzinfo=UTC))
    made = markup("{who} in {where} at {at}", who=mention("U0TEACH"), where=channel_link("C0INC"), at=at)
    assert made.mrkdwn == "<@U0TEACH> in <#C0INC> at <!date^1795515240^{time_secs}|10:14:00 UTC>"


def test_a_link_of_ours_cannot_be_broken_out_of_by_its_label() -> None:
    assert link("https://example.org/a?b=1&c=2", "a|b>c").mrkdwn == "<https://example.org/a?b=1&amp;c=2|a¦b&gt;c>"


def test_only_slacks_three_characters_are_escaped() -> None:
    assert escape("a & <b> *c* _d_") == "a &amp; &lt;b&gt; *c* _d_"
