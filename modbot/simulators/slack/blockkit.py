"""Would Slack take these blocks? Strict: an unknown block, field or a broken limit is a problem, told with its place.

https://docs.slack.dev/reference/block-kit/blocks, .../block-elements and .../composition-objects. Only what modbot may
use is known here; the total of 13,200 characters is observed, not documented (slackapi/bolt-js#2509).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

TOTAL_CHARACTERS = 13_200
_Check = Callable[[Any, str], list[str]]


def problems_of_message(blocks: Any) -> list[str]:
    """Why chat.postMessage would answer invalid_blocks; empty when it would not."""
    return _blocks(blocks, most=50, inputs=False)


def too_long(blocks: Any) -> bool:
    """Whether Slack would answer msg_blocks_too_long."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > TOTAL_CHARACTERS


def problems_of_view(view: Any) -> list[str]:
    """Why views.open would answer invalid_arguments; empty when it would not."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["/view: must be a modal or home object"]
    modal = view["type"] == "modal"
    found = _shape(view, "/view", _VIEW, required={"type", "blocks"} | ({"title"} if modal else set()))
    found += _blocks(view.get("blocks"), most=100, inputs=True)
    if modal and any(_is(block, "input") for block in view.get("blocks") or []) and "submit" not in view:
        found.append("/view: a modal with an input needs submit")
    if len(json.dumps(view)) > 250_000:
        found.append("/view: over 250 KB")
    return found


def _blocks(blocks: Any, *, most: int, inputs: bool) -> list[str]:
    if not isinstance(blocks, list) or len(blocks) > most:
        return [f"/blocks: must be a list of at most {most}"]
    found = [problem for number, block in enumerate(blocks) for problem in _block(block, f"/blocks/{number}")]
    names = [block["block_id"] for block in blocks if isinstance(block, dict) and "block_id" in block]
    if len(names) != len(set(names)):
        found.append("/blocks: a block_id is used twice")
    if not inputs and any(_is(block, "input") for block in blocks):
        found.append("/blocks: an input is not allowed here")
    return found


def _block(block: Any, at: str) -> list[str]:
    if not isinstance(block, dict) or block.get("type") not in _BLOCKS:
        return [f"{at}: unsupported type"]
    kind = block["type"]
    found = _shape(block, at, {"type": _any, "block_id": _text(255), **_BLOCKS[kind]}, required=_REQUIRED[kind])
    if kind == "section" and not ("text" in block or "fields" in block):
        found.append(f"{at}: a section needs text or fields")
    if kind == "actions" and isinstance(block.get("elements"), list):
        ids = [element.get("action_id") for element in block["elements"] if isinstance(element, dict)]
        if len(ids) != len(set(ids)):
            found.append(f"{at}: an action_id is used twice")
    return found


def _shape(value: Mapping[str, Any], at: str, known: Mapping[str, _Check], required: set[str]) -> list[str]:
    found = [f"{at}: {name} is missing" for name in sorted(required - set(value))]
    for name, inner in value.items():
        check = known.get(name)
        found += check(inner, f"{at}/{name}") if check else [f"{at}: {name} is not a field of it"]
    return found


def _is(block: Any, kind: str) -> bool:
    return isinstance(block, dict) and block.get("type") == kind


def _any(_value: Any, _at: str) -> list[str]:
    return []


def _flag(value: Any, at: str) -> list[str]:
    return [] if isinstance(value, bool) else [f"{at}: must be true or false"]


def _number(value: Any, at: str) -> list[str]:
    return [] if isinstance(value, int) and 0 <= value <= 3000 else [f"{at}: must be a number up to 3000"]


def _one_of(*allowed: str) -> _Check:
    return lambda value, at: [] if value in allowed else [f"{at}: must be one of {', '.join(allowed)}"]


def _text(most: int, least: int = 1) -> _Check:
    def check(value: Any, at: str) -> list[str]:
        if not isinstance(value, str):
            return [f"{at}: must be a string"]
        length = len(value.encode("utf-16-le", "surrogatepass")) // 2
        return [] if least <= length <= most else [f"{at}: must have {least} to {most} characters, has {length}"]

    return check


def _text_object(most: int, *, mrkdwn: bool = False) -> _Check:
    def check(value: Any, at: str) -> list[str]:
        allowed = ("plain_text", "mrkdwn") if mrkdwn else ("plain_text",)
        if not isinstance(value, dict) or value.get("type") not in allowed:
            return [f"{at}: must be a text object of type {' or '.join(allowed)}"]
        own = {"emoji": _flag} if value["type"] == "plain_text" else {"verbatim": _flag}
        return _shape(value, at, {"type": _any, "text": _text(most), **own}, required={"text"})

    return check


def _many(check_one: _Check, most: int) -> _Check:
    def check(value: Any, at: str) -> list[str]:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            return [f"{at}: must be a list of 1 to {most}"]
        return [problem for number, one in enumerate(value) for problem in check_one(one, f"{at}/{number}")]

    return check


def _confirm(value: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: must be an object"]
    label = _text_object(30)
    known = {"title": _text_object(100), "text": _text_object(300, mrkdwn=True), "confirm": label, "deny": label}
    return _shape(value, at, {**known, "style": _one_of("primary", "danger")}, required=set(known))


def _option(value: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: must be an object"]
    known = {"text": _text_object(75), "value": _text(150), "description": _text_object(75)}
    return _shape(value, at, known, required={"text", "value"})


def _element(*kinds: str) -> _Check:
    def check(value: Any, at: str) -> list[str]:
        if not isinstance(value, dict) or value.get("type") not in kinds:
            return [f"{at}: must be one of {', '.join(kinds)}"]
        kind = value["type"]
        found = _shape(value, at, {"type": _any, "action_id": _text(255), **_ELEMENTS[kind]}, _NEEDED[kind])
        if kind == "static_select" and value.get("initial_option", None) not in (None, *value.get("options", ())):
            found.append(f"{at}: initial_option is not among the options")
        return found

    return check


_ELEMENTS: Mapping[str, Mapping[str, _Check]] = {
    "button": {
        "text": _text_object(75),
        "value": _text(2000),
        "url": _text(3000),
        "style": _one_of("primary", "danger"),
        "confirm": _confirm,
        "accessibility_label": _text(75),
    },
    "static_select": {
        "placeholder": _text_object(150),
        "options": _many(_option, 100),
        "initial_option": _option,
        "confirm": _confirm,
        "focus_on_load": _flag,
    },
    "plain_text_input": {
        "placeholder": _text_object(150),
        "initial_value": _text(3000),
        "multiline": _flag,
        "max_length": _number,
        "min_length": _number,
        "focus_on_load": _flag,
    },
}
_NEEDED = {"button": {"text"}, "static_select": {"options"}, "plain_text_input": {"action_id"}}
_BLOCKS: Mapping[str, Mapping[str, _Check]] = {
    "header": {"text": _text_object(150)},
    "section": {
        "text": _text_object(3000, mrkdwn=True),
        "fields": _many(_text_object(2000, mrkdwn=True), 10),
        "accessory": _element("button", "static_select"),
        "expand": _flag,
    },
    "context": {"elements": _many(_text_object(3000, mrkdwn=True), 10)},
    "divider": {},
    "actions": {"elements": _many(_element("button", "static_select"), 25)},
    "input": {
        "label": _text_object(2000),
        "element": _element("static_select", "plain_text_input"),
        "optional": _flag,
        "hint": _text_object(2000),
        "dispatch_action": _flag,
    },
}
_REQUIRED: Mapping[str, set[str]] = {
    "header": {"text"},
    "section": set(),
    "context": {"elements"},
    "divider": set(),
    "actions": {"elements"},
    "input": {"label", "element"},
}
_VIEW: Mapping[str, _Check] = {
    "type": _any,
    "blocks": _any,
    "title": _text_object(24),
    "submit": _text_object(24),
    "close": _text_object(24),
    "callback_id": _text(255, least=0),
    "private_metadata": _text(3000, least=0),
    "external_id": _text(255),
    "clear_on_close": _flag,
    "notify_on_close": _flag,
}
# What there is, for whoever must show all of it: kind → its own fields.
BLOCK_FIELDS = {kind: frozenset(fields) for kind, fields in _BLOCKS.items()}
ELEMENT_FIELDS = {kind: frozenset(fields) for kind, fields in _ELEMENTS.items()}
