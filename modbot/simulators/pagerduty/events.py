"""The simulated PagerDuty: events read and checked as the Events API v2 documents them. No HTTP.

https://developer.pagerduty.com/docs/send-alert-event and https://developer.pagerduty.com/docs/send-change-event
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from modbot.simulators.pagerduty.refusal import invalid_event, unreadable_event

ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
KEY_CHARACTERS = 32
MOST_SUMMARY_CHARACTERS = 1024
MOST_DEDUP_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One event that opens, acknowledges or resolves. `dedup_key` is empty when PagerDuty is to make one up."""

    routing_key: str
    action: str
    dedup_key: str
    summary: str = ""
    severity: str = ""
    source: str = ""
    details: Mapping[str, Any] | None = None
    links: tuple[str, ...] = ()
    client: str = ""
    client_url: str = ""


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """One event that tells of a change and rings nobody."""

    routing_key: str
    summary: str
    source: str
    links: tuple[str, ...]


def read_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object. Raises Refused (400)."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise unreadable_event() from error
    if not isinstance(found, dict):
        raise unreadable_event()
    return found


def read_alert(event: Mapping[str, Any]) -> AlertEvent:
    """An alert event. Raises Refused (400) with everything that is wrong."""
    action = event.get("event_action")
    wrong = [*_key_errors(event), *_action_errors(event), *_dedup_errors(event), *_context_errors(event)]
    wrong += _text_errors(event, "", ("client", "client_url"))
    payload = event.get("payload")
    if action == "trigger":
        wrong += _payload_errors(payload, required=("summary", "source"), severity=True)
    if wrong:
        raise invalid_event(*wrong)
    known = payload if action == "trigger" and isinstance(payload, dict) else {}
    return AlertEvent(
        routing_key=event["routing_key"],
        action=event["event_action"],
        dedup_key=event.get("dedup_key") or "",
        summary=known.get("summary", ""),
        severity=known.get("severity", ""),
        source=known.get("source", ""),
        details=known.get("custom_details"),
        links=_link_addresses(event),
        client=event.get("client") or "",
        client_url=event.get("client_url") or "",
    )


def read_change(event: Mapping[str, Any]) -> ChangeEvent:
    """A change event. Raises Refused (400) with everything that is wrong."""
    payload = event.get("payload")
    wrong = [*_key_errors(event), *_context_errors(event)]
    wrong += _payload_errors(payload, required=("summary",), severity=False)
    if wrong or not isinstance(payload, dict):
        raise invalid_event(*wrong)
    return ChangeEvent(event["routing_key"], payload["summary"], payload.get("source") or "", _link_addresses(event))


def _key_errors(event: Mapping[str, Any]) -> Iterator[str]:
    key = event.get("routing_key")
    if _blank(key):
        yield "'routing_key' is missing or blank"
    elif not isinstance(key, str) or len(key) != KEY_CHARACTERS:
        yield f"Length of 'routing_key' is incorrect (should be {KEY_CHARACTERS} characters)"


def _action_errors(event: Mapping[str, Any]) -> Iterator[str]:
    action = event.get("event_action")
    if _blank(action):
        yield "'event_action' is missing or blank"
    elif action not in ACTIONS:
        yield f"'event_action' is invalid (must be one of: {', '.join(ACTIONS)})"


def _dedup_errors(event: Mapping[str, Any]) -> Iterator[str]:
    key = event.get("dedup_key")
    if _blank(key):
        if event.get("event_action") in ("acknowledge", "resolve"):
            yield "'dedup_key' is missing or blank"
    elif not isinstance(key, str):
        yield "'dedup_key' must be a string"
    elif len(key) > MOST_DEDUP_CHARACTERS:
        yield f"'dedup_key' is too long (at most {MOST_DEDUP_CHARACTERS} characters)"


def _payload_errors(payload: object, *, required: tuple[str, ...], severity: bool) -> Iterator[str]:
    if not isinstance(payload, dict):
        yield "'payload' is missing or not an object"
        return
    yield from (f"'payload.{name}' is missing or blank" for name in required if _blank(payload.get(name)))
    yield from _text_errors(payload, "payload.", ("summary", "source", "component", "group", "class"))
    if len(str(payload.get("summary", ""))) > MOST_SUMMARY_CHARACTERS:
        yield f"'payload.summary' is too long (at most {MOST_SUMMARY_CHARACTERS} characters)"
    if severity and payload.get("severity") not in SEVERITIES:
        yield f"'payload.severity' is invalid (must be one of: {', '.join(SEVERITIES)})"
    if payload.get("timestamp") is not None and not _is_moment(payload["timestamp"]):
        yield "'payload.timestamp' is not an ISO 8601 time"
    if not isinstance(payload.get("custom_details", {}), dict):
        yield "'payload.custom_details' must be an object"


def _context_errors(event: Mapping[str, Any]) -> Iterator[str]:
    for name, address, scheme in (("links", "href", ("http", "https")), ("images", "src", ("https",))):
        items = event.get(name, [])
        if not isinstance(items, list):
            yield f"'{name}' must be a list"
            continue
        for item in items:
            if not isinstance(item, dict) or _blank(item.get(address)):
                yield f"'{name}' has an item without '{address}'"
            elif not _is_address(item[address], scheme):
                yield f"'{name}' has an item whose '{address}' is no {scheme[-1]} address"


def _text_errors(holder: Mapping[str, Any], prefix: str, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if not isinstance(holder.get(name, ""), str | None):
            yield f"'{prefix}{name}' must be a string"


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_moment(value: object) -> bool:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return isinstance(value, str)


def _is_address(value: object, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(str(value))
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc)


def _link_addresses(event: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(link["href"] for link in event.get("links", []))
