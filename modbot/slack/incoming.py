"""The shape of what Slack sends to `/slack/events`, checked before Bolt reads it: Bolt answers 500 to other shapes.

Shapes: https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/apis/events-api
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from modbot.errors import RequestRejected

MAX_FIELDS = 100

_WITH_CALLBACK = frozenset({"shortcut", "message_action"})
_WITH_VIEW = frozenset({"view_submission", "view_closed"})
_INTERACTIONS = _WITH_CALLBACK | _WITH_VIEW | {"block_actions"}
_OBJECTS_IF_THERE = ("channel", "container", "enterprise", "message", "state", "team", "view")


def form(body: bytes) -> dict[str, str]:
    """The fields of a form. Raises RequestRejected (400) for what is not UTF-8 or has too many fields."""
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS))
    except ValueError:
        raise RequestRejected(400, "not a readable form") from None


def check_form(fields: Mapping[str, str]) -> None:
    """Return for an interaction or a check of the certificate. Raises RequestRejected (400) for any other form."""
    if "payload" in fields:
        _check_interaction(_object(fields["payload"].encode("utf-8", "surrogatepass")))
    elif fields.get("ssl_check") != "1":
        raise RequestRejected(400, "neither a command nor an interaction")


def check_event(body: bytes) -> None:
    """Return for an event or a challenge. Raises RequestRejected (400) for any other JSON."""
    outer = _object(body)
    match outer.get("type"):
        case "url_verification":
            _must(isinstance(outer.get("challenge"), str), "no challenge")
        case "event_callback":
            event = outer.get("event")
            _must(isinstance(event, dict) and isinstance(event.get("type"), str), "no event")
            _must(_objects(outer.get("authorizations") or []), "unreadable authorizations")
        case "app_rate_limited":
            return
        case _:
            raise RequestRejected(400, "not an event")


def _check_interaction(payload: dict[str, Any]) -> None:
    kind, user = payload.get("type"), payload.get("user")
    _must(isinstance(kind, str) and kind in _INTERACTIONS, "not an interaction modbot knows")
    _must(isinstance(user, dict) and isinstance(user.get("id"), str) and bool(user["id"]), "no user")
    for name in _OBJECTS_IF_THERE:
        _must(payload.get(name) is None or isinstance(payload[name], dict), f"unreadable {name}")
    if kind == "block_actions":
        _must(bool(payload.get("actions")) and _objects(payload["actions"]), "no actions")
    if kind in _WITH_CALLBACK:
        _must(isinstance(payload.get("callback_id"), str), "no callback_id")
    if kind in _WITH_VIEW:
        _must(isinstance(payload.get("view"), dict), "no view")


def _objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise RequestRejected(400, "not JSON") from None
    if not isinstance(found, dict):
        raise RequestRejected(400, "not a JSON object")
    return found


def _must(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise RequestRejected(400, otherwise)
