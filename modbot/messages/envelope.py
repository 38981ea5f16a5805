"""Whole messages and modals. What does not fit is left out, and a plain sentence says so; Slack never refuses it.

Buttons are the last thing to be left out: a shortened message is a nuisance, a missing button is a class left open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import orjson

from modbot.messages import limits
from modbot.messages.blocks import Block, context
from modbot.messages.elements import Json, plain_text
from modbot.messages.words import Preview

_LEFT_OUT = context("Some of this was left out because it was too long for Slack.")
_NOTICE_CHARACTERS = 200
_OPTIONS_WHEN_TIGHT = 40


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `text` is what the lock screen shows; without blocks it is the message itself.

    Raises TypeError when `text` is a bare string, since a display name could be in it.
    """

    text: Preview
    blocks: Sequence[Block] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.text, Preview):
            raise TypeError("a message's text is made by preview(): a name could reach a lock screen")

    def to_payload(self) -> Json:
        """`text` and `blocks` as chat.postMessage takes them."""
        if not self.blocks:
            return {"text": self.text.mrkdwn}
        room = limits.MESSAGE_CHARACTERS - limits.units(self.text.mrkdwn)
        return {"text": self.text.mrkdwn, "blocks": _fitted(self.blocks, limits.MESSAGE_BLOCKS, room)}


@dataclass(frozen=True, slots=True)
class Modal:
    """A modal. Raises ValueError for a callback_id or private_metadata that is too long: it could not be cut.

    Slack wants a submit button wherever something can be typed; without words of its own it says Send.
    """

    title: str
    callback_id: str
    blocks: Sequence[Block]
    submit: str = ""
    close: str = "Cancel"
    private_metadata: str = ""

    def __post_init__(self) -> None:
        limits.identifier(self.callback_id, "callback_id")
        if limits.units(self.private_metadata) > limits.PRIVATE_METADATA:
            raise ValueError(f"private_metadata may have {limits.PRIVATE_METADATA} characters")
        if not self.blocks:
            raise ValueError("a modal needs blocks")

    def to_payload(self) -> Json:
        """The view object. https://docs.slack.dev/reference/views/modal-views"""
        payload: Json = {
            "type": "modal",
            "callback_id": self.callback_id,
            "title": plain_text(self.title, limits.VIEW_TITLE),
            "close": plain_text(self.close, limits.VIEW_TITLE),
            "blocks": _fitted(self.blocks, limits.VIEW_BLOCKS, limits.VIEW_BYTES // 5),
            "private_metadata": self.private_metadata,
        }
        submit = self.submit or ("Send" if any(block.payload["type"] == "input" for block in self.blocks) else "")
        return payload | ({"submit": plain_text(submit, limits.VIEW_TITLE)} if submit else {})


def _fitted(blocks: Sequence[Block], most_blocks: int, most_characters: int) -> list[Json]:
    _refuse_twins(blocks)
    kept = list(blocks)
    fits = len(kept) <= most_blocks and sum(map(_characters, kept)) <= most_characters
    if fits and not any(block.was_cut for block in kept):
        return [block.payload for block in kept]
    if sum(map(_characters, kept)) > most_characters - _NOTICE_CHARACTERS:
        kept = [_with_short_menus(block) for block in kept]
    kept = _shortened(kept, most_blocks - 1, most_characters - _NOTICE_CHARACTERS)
    return [block.payload for block in (*kept, _LEFT_OUT)]


def _shortened(blocks: list[Block], most_blocks: int, most_characters: int) -> list[Block]:
    weights = [_characters(block) for block in blocks]
    kept = list(range(len(blocks)))
    characters = sum(weights)
    for index in _expendable(blocks):
        if len(kept) <= most_blocks and characters <= most_characters:
            break
        kept.remove(index)
        characters -= weights[index]
    return [blocks[index] for index in kept]


def _with_short_menus(block: Block) -> Block:
    """The block with long menus cut: a full one alone can be too long, and half a menu is better than none."""
    payload = dict(block.payload)
    if "elements" in payload:
        payload["elements"] = [_with_short_options(element) for element in payload["elements"]]
    for place in ("accessory", "element"):
        if place in payload:
            payload[place] = _with_short_options(payload[place])
    return replace(block, payload=payload)


def _with_short_options(element: Json) -> Json:
    if len(element.get("options", ())) <= _OPTIONS_WHEN_TIGHT:
        return element
    kept = element["options"][:_OPTIONS_WHEN_TIGHT]
    initial = element.get("initial_option")
    rest = {name: value for name, value in element.items() if name != "initial_option" or initial in kept}
    return rest | {"options": kept}


def _expendable(blocks: Sequence[Block]) -> Iterable[int]:
    """Block numbers in the order in which they are given up: from the end, words first, what can be pressed last."""
    pressable = {"actions", "input"}
    for wanted in (False, True):
        for index in reversed(range(len(blocks))):
            block = blocks[index].payload
            if (block["type"] in pressable or "accessory" in block) is wanted:
                yield index


def _characters(block: Block) -> int:
    return limits.units(orjson.dumps(block.payload).decode())


def _refuse_twins(blocks: Sequence[Block]) -> None:
    names = [block.payload["block_id"] for block in blocks if "block_id" in block.payload]
    if len(set(names)) != len(names):
        raise ValueError("two blocks share a block_id")
