"""What Slack takes, as a JSON Schema of our own, written from its reference pages and knowing nothing of the builder.

https://docs.slack.dev/reference/block-kit/blocks, read 2026-11
"""

from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

Json = dict[str, Any]


def _plain(most: int) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["type", "text"],
        "properties": {
            "type": {"const": "plain_text"},
            "text": {"type": "string", "minLength": 1, "maxLength": most},
            "emoji": {"type": "boolean"},
        },
    }


def _any_text(most: int) -> Json:
    mrkdwn = {
        "type": "object",
        "additionalProperties": False,
        "required": ["type", "text"],
        "properties": {
            "type": {"const": "mrkdwn"},
            "text": {"type": "string", "minLength": 1, "maxLength": most},
            "verbatim": {"type": "boolean"},
        },
    }
    return {"oneOf": [_plain(most), mrkdwn]}


def _object(kind: str, required: list[str], **properties: Json) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["type", *required],
        "properties": {"type": {"const": kind}, **properties},
    }


ID: Json = {"type": "string", "minLength": 1, "maxLength": 255}
CONFIRM: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "text", "confirm", "deny"],
    "properties": {
        "title": _plain(100),
        "text": _any_text(300),
        "confirm": _plain(30),
        "deny": _plain(30),
        "style": {"enum": ["primary", "danger"]},
    },
}
OPTION: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text", "value"],
    "properties": {"text": _plain(75), "value": {"type": "string", "minLength": 1, "maxLength": 150}},
}
BUTTON = _object(
    "button",
    ["text", "action_id"],
    text=_plain(75),
    action_id=ID,
    value={"type": "string", "minLength": 1, "maxLength": 2000},
    url={"type": "string", "minLength": 1, "maxLength": 3000},
    style={"enum": ["primary", "danger"]},
    confirm=CONFIRM,
)
SELECT = _object(
    "static_select",
    ["options", "action_id"],
    action_id=ID,
    placeholder=_plain(150),
    options={"type": "array", "minItems": 1, "maxItems": 100, "items": OPTION},
    initial_option=OPTION,
    confirm=CONFIRM,
)
TYPED = _object(
    "plain_text_input",
    ["action_id"],
    action_id=ID,
    placeholder=_plain(150),
    initial_value={"type": "string", "maxLength": 3000},
    multiline={"type": "boolean"},
    max_length={"type": "integer", "minimum": 1, "maximum": 3000},
)
PRESSED: Json = {"oneOf": [BUTTON, SELECT]}
IN_MESSAGES: list[Json] = [
    _object("header", ["text"], text=_plain(150), block_id=ID),
    {
        **_object(
            "section",
            [],
            text=_any_text(3000),
            fields={"type": "array", "minItems": 1, "maxItems": 10, "items": _any_text(2000)},
            accessory=PRESSED,
            block_id=ID,
        ),
        "anyOf": [{"required": ["text"]}, {"required": ["fields"]}],
    },
    _object(
        "context", ["elements"], elements={"type": "array", "minItems": 1, "maxItems": 10, "items": _any_text(3000)}
    ),
    _object("divider", [], block_id=ID),
    _object(
        "actions",
        ["elements"],
        elements={"type": "array", "minItems": 1, "maxItems": 25, "items": PRESSED},
        block_id=ID,
    ),
]
INPUT = _object(
    "input",
    ["label", "element", "block_id"],
    label=_plain(2000),
    element={"oneOf": [TYPED, SELECT]},
    block_id=ID,
    optional={"type": "boolean"},
    hint=_plain(2000),
)
MESSAGE: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "minLength": 1, "maxLength": 4000},
        "blocks": {"type": "array", "minItems": 1, "maxItems": 50, "items": {"oneOf": IN_MESSAGES}},
    },
}
VIEW = _object(
    "modal",
    ["title", "blocks"],
    title=_plain(24),
    submit=_plain(24),
    close=_plain(24),
    callback_id=ID,
    private_metadata={"type": "string", "maxLength": 3000},
    blocks={"type": "array", "minItems": 1, "maxItems": 100, "items": {"oneOf": [*IN_MESSAGES, INPUT]}},
)


def assert_slack_takes_message(payload: Json) -> None:
    """Fails with the place of the first thing that Slack would refuse."""
    Draft202012Validator(MESSAGE).validate(payload)
    assert _characters(payload.get("blocks", [])) <= 13_000


def assert_slack_takes_view(payload: Json) -> None:
    """The same for a modal."""
    Draft202012Validator(VIEW).validate(payload)
    assert len(repr(payload).encode()) < 250_000


def _characters(value: object) -> int:
    if isinstance(value, dict):
        return sum(len(name) + _characters(inner) for name, inner in value.items())
    if isinstance(value, list):
        return sum(map(_characters, value))
    return len(value.encode("utf-16-le")) // 2 if isinstance(value, str) else 1
