"""The blocks of a message or modal. Each fits Slack's limits by itself; `envelope` makes the whole fit.

A parameter of type `str` is shown as plain text and may be hostile; only `Markup` is read as mrkdwn.
https://docs.slack.dev/reference/block-kit/blocks
"""

from dataclasses import dataclass

from modbot.messages import limits
from modbot.messages.elements import Element, Json, plain_text
from modbot.messages.names import visible
from modbot.messages.words import NOTHING, Markup, markup


@dataclass(frozen=True, slots=True)
class Block:
    """One block, as Slack takes it. `was_cut` when something did not fit."""

    payload: Json
    was_cut: bool = False


def header(words: str) -> Block:
    """A large line of plain text."""
    return Block({"type": "header", "text": plain_text(words, limits.HEADER_TEXT)})


def text(sentence: str | Markup, **values: str | int | Markup) -> Block:
    """A paragraph of our own mrkdwn with `{value}`s put in, escaped. A `Markup` is taken as it is."""
    mrkdwn, was_cut = _mrkdwn(sentence, limits.SECTION_TEXT, values)
    return Block({"type": "section", "text": mrkdwn}, was_cut)


def plain(hostile: str, *, accessory: Element | None = None) -> Block:
    """A paragraph for a display name or chat line, with at most one button or menu beside it."""
    shown = visible(hostile, limits.SECTION_TEXT, empty=NOTHING)
    payload: Json = {"type": "section", "text": plain_text(shown, limits.SECTION_TEXT)}
    if accessory is not None:
        payload["accessory"] = accessory.payload
    return Block(payload, _was_cut(shown, hostile) or bool(accessory and accessory.was_cut))


def fields(*pairs: tuple[str, str | Markup]) -> Block:
    """A table of (label, value), at most 10. A `str` value is plain text. Raises ValueError without pairs."""
    if not pairs:
        raise ValueError("fields need at least one pair")
    shown = [_field(label, value) for label, value in pairs[: limits.FIELDS]]
    return Block(
        {"type": "section", "fields": [field for field, _ in shown]},
        len(pairs) > limits.FIELDS or any(was_cut for _, was_cut in shown),
    )


def buttons(*elements: Element, block_id: str = "") -> Block:
    """A row of at most 25 buttons and menus. Raises ValueError without any, or when two share an action_id."""
    kept = [element.payload for element in elements[: limits.ACTIONS]]
    if len({element["action_id"] for element in kept}) != len(kept) or not kept:
        raise ValueError("a row needs buttons, each with its own action_id")
    was_cut = len(elements) > limits.ACTIONS or any(element.was_cut for element in elements)
    return Block(_named({"type": "actions", "elements": kept}, block_id), was_cut)


def context(sentence: str | Markup, **values: str | int | Markup) -> Block:
    """A small grey line of our own mrkdwn."""
    mrkdwn, was_cut = _mrkdwn(sentence, limits.CONTEXT_TEXT, values)
    return Block({"type": "context", "elements": [mrkdwn]}, was_cut)


def divider() -> Block:
    """A line across."""
    return Block({"type": "divider"})


def entry(label: str, element: Element, block_id: str, *, optional: bool = False, hint: str = "") -> Block:
    """A labelled input of a modal. `block_id` finds what was typed."""
    payload: Json = {
        "type": "input",
        "block_id": limits.identifier(block_id, "block_id"),
        "label": plain_text(label, limits.INPUT_LABEL),
        "element": element.payload,
        "optional": optional,
    }
    if hint:
        payload["hint"] = plain_text(hint, limits.INPUT_LABEL)
    return Block(payload, element.was_cut)


def _named(payload: Json, block_id: str) -> Json:
    return payload | ({"block_id": limits.identifier(block_id, "block_id")} if block_id else {})


def _mrkdwn(sentence: str | Markup, limit: int, values: dict[str, str | int | Markup]) -> tuple[Json, bool]:
    whole = sentence if isinstance(sentence, Markup) else markup(sentence, **values)
    if not whole.mrkdwn.strip():
        raise ValueError("a paragraph needs words")
    shown, was_cut = limits.cut(whole.mrkdwn, limit, markup=True)
    # verbatim: addresses and @names inside a class title must not turn into links or calls to people.
    return {"type": "mrkdwn", "text": shown, "verbatim": True}, was_cut


def _field(label: str, value: str | Markup) -> tuple[Json, bool]:
    if isinstance(value, Markup):
        return _mrkdwn(markup("*{label}*\n{value}", label=label, value=value), limits.FIELD_TEXT, {})
    line = f"{visible(label, 100, empty=NOTHING)}\n{visible(value, 1800, empty=NOTHING)}"
    shown, was_cut = limits.cut(line, limits.FIELD_TEXT)
    return {"type": "plain_text", "text": shown, "emoji": False}, was_cut or _was_cut(shown, value)


def _was_cut(shown: str, whole: str) -> bool:
    return shown.endswith("…") and not whole.rstrip().endswith("…")
