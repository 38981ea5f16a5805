"""What staff are told, before it is shown in Slack or a terminal.

`headline` becomes the push preview on a locked phone, so it never carries a participant's name; names go into `people`
and `Person` rows, which are shown as plain text only (P9).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Style(StrEnum):
    """How a button is coloured; never the only sign of what it does."""

    PLAIN = ""
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Ask:
    """The question put before a wide or irreversible act."""

    title: str
    text: str
    yes: str
    no: str = "Cancel"


@dataclass(frozen=True, slots=True)
class Button:
    """Runs `command` with `args`, as if typed by whoever presses it, who must be allowed to."""

    label: str
    command: str
    args: Mapping[str, str] = field(default_factory=dict)
    style: Style = Style.PLAIN
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One row of a list of people. `name` is hostile and shown as plain text."""

    name: str
    note: str = ""
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to one person."""

    headline: str
    lines: tuple[str, ...] = ()  # further plain sentences, ours
    steps: tuple[str, ...] = ()  # the host's own clicks
    steps_title: str = "Do this in the meeting now:"
    people: tuple[Person, ...] = ()
    buttons: tuple[Button, ...] = ()
    footnote: str = ""
