"""Buttons, selects and inputs. Labels are cut to Slack's limits; ids and values that do not fit raise ValueError.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from modbot.messages import limits
from modbot.messages.names import visible
from modbot.messages.words import NOTHING

Json = dict[str, Any]


class Style(StrEnum):
    """How a button looks."""

    DEFAULT = ""
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Element:
    """One interactive element, as Slack takes it. `was_cut` when something did not fit."""

    payload: Json
    was_cut: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """The question asked once before a wide or irreversible act (P7)."""

    title: str
    question: str
    yes: str
    no: str = "Cancel"
    style: Style = Style.DEFAULT

    def to_payload(self) -> Json:
        """The confirmation dialog object."""
        payload: Json = {
            "title": plain_text(self.title, limits.CONFIRM_TITLE),
            "text": plain_text(self.question, limits.CONFIRM_TEXT),
            "confirm": plain_text(self.yes, limits.CONFIRM_LABEL),
            "deny": plain_text(self.no, limits.CONFIRM_LABEL),
        }
        return payload | ({"style": self.style.value} if self.style else {})


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select. `label` may be a display name; `value` is what the app gets."""

    label: str
    value: str

    def to_payload(self) -> Json:
        """The option object."""
        return {
            "text": plain_text(self.label, limits.OPTION_TEXT),
            "value": limits.identifier(self.value, "option value", limits.OPTION_VALUE),
        }


def plain_text(text: str, limit: int) -> Json:
    """A plain_text object: no mark-up, no emoji codes, nothing hidden. Right for hostile strings."""
    shown = visible(text, min(limit, 3000), empty=NOTHING)
    return {"type": "plain_text", "text": limits.cut(shown, limit)[0], "emoji": False}


def button(
    label: str,
    action_id: str,
    value: str = "",
    *,
    style: Style = Style.DEFAULT,
    confirm: Confirm | None = None,
    url: str = "",
) -> Element:
    """A button. `value` comes back when it is pressed. Raises ValueError for an id, value or url that is too long."""
    payload: Json = {
        "type": "button",
        "action_id": limits.identifier(action_id, "action_id"),
        "text": plain_text(label, limits.BUTTON_LABEL),
    }
    if value:
        payload["value"] = limits.identifier(value, "button value", limits.BUTTON_VALUE)
    if url:
        payload["url"] = limits.identifier(url, "button url", limits.URL)
    if style:
        payload["style"] = style.value
    if confirm:
        payload["confirm"] = confirm.to_payload()
    return Element(payload)


def select(
    placeholder: str,
    action_id: str,
    options: Sequence[Option],
    *,
    initial: Option | None = None,
    confirm: Confirm | None = None,
) -> Element:
    """A menu of at most 100 options; what is beyond is left out and said. Raises ValueError without options."""
    if not options:
        raise ValueError("a select needs at least one option")
    payload: Json = {
        "type": "static_select",
        "action_id": limits.identifier(action_id, "action_id"),
        "placeholder": plain_text(placeholder, limits.PLACEHOLDER),
        "options": [option.to_payload() for option in options[: limits.OPTIONS]],
    }
    if initial is not None and initial in options[: limits.OPTIONS]:
        payload["initial_option"] = initial.to_payload()
    if confirm:
        payload["confirm"] = confirm.to_payload()
    return Element(payload, was_cut=len(options) > limits.OPTIONS)


def text_input(
    action_id: str, *, placeholder: str = "", initial: str = "", multiline: bool = False, max_length: int = 0
) -> Element:
    """A line to type on, for an input block. `max_length` 0 means Slack's own limit."""
    payload: Json = {
        "type": "plain_text_input",
        "action_id": limits.identifier(action_id, "action_id"),
        "multiline": multiline,
    }
    if placeholder:
        payload["placeholder"] = plain_text(placeholder, limits.PLACEHOLDER)
    if max_length:
        payload["max_length"] = min(max_length, limits.INPUT_INITIAL)
    if not initial:
        return Element(payload)
    room = payload.get("max_length", limits.INPUT_INITIAL)
    payload["initial_value"], was_cut = limits.cut(visible(initial, limits.INPUT_INITIAL, empty=NOTHING), room)
    return Element(payload, was_cut=was_cut)
