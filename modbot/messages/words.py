"""The three kinds of text staff read, kept apart by type.

- `Markup`: Slack's mrkdwn. Its sentences are ours; everything put into them is escaped.
- plain text: the only place for display names and chat lines; every block that takes a plain `str` shows it so.
- `Preview`: what a phone shows on its lock screen. It takes numbers, words of our own enums, ids and roster titles,
  and no string, so that a display name cannot slip into it.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from modbot.messages.limits import FALLBACK_TEXT, cut
from modbot.messages.names import visible

VALUE_LIMIT = 500  # one value inside a sentence
NOTHING = "(none)"
_SLACK_ID = re.compile(r"[A-Z0-9]{2,32}")
_PREVIEW_ID = re.compile(r"[A-Za-z0-9:_./+=-]{1,80}")
_LINK = re.compile(r"https?://[^\s<>|]{1,2900}")


@dataclass(frozen=True, slots=True)
class Markup:
    """Mrkdwn that is safe to send. Made by the functions of this module, never from a stranger's string."""

    mrkdwn: str


@dataclass(frozen=True, slots=True)
class PreviewWord:
    """One word or title that may be shown on a lock screen."""

    mrkdwn: str

    @classmethod
    def of_id(cls, value: str) -> "PreviewWord":
        """An id of ours or of a vendor. Raises ValueError when it could be a name."""
        if not _PREVIEW_ID.fullmatch(value):
            raise ValueError("not an id")
        return cls(escape(value))

    @classmethod
    def of_roster(cls, title: str) -> "PreviewWord":
        """The title of a section or school from the district's roster. Never what a platform or a person sent."""
        return cls(escape(visible(title, 80, empty=NOTHING)))


@dataclass(frozen=True, slots=True)
class Preview:
    """The text of a push notification, and of a message where blocks cannot be shown. Made by `preview`."""

    mrkdwn: str


def escape(text: str) -> str:
    """`text` with the three characters that Slack reads as mark-up made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def markup(sentence: str, **values: str | int | Markup) -> Markup:
    """Our own mrkdwn sentence with `{value}`s put in: one line each, everything hidden shown, escaped."""
    return Markup(sentence.format_map({name: _harmless(value) for name, value in values.items()}))


def preview(sentence: str, **facts: int | StrEnum | PreviewWord) -> Preview:
    """A sentence for the lock screen. `sentence` must be written out in the code. TypeError for a bare string."""
    filled = sentence.format_map({name: _fact(name, fact) for name, fact in facts.items()})
    if not filled.strip():
        raise ValueError("a preview needs words")
    return Preview(cut(filled, FALLBACK_TEXT, markup=True)[0])


def mention(user_id: str) -> Markup:
    """A link to a person that notifies them. Raises ValueError for what is not a Slack id."""
    return Markup(f"<@{_slack_id(user_id)}>")


def channel_link(channel_id: str) -> Markup:
    """A link to a channel. Raises ValueError for what is not a Slack id."""
    return Markup(f"<#{_slack_id(channel_id)}>")


def link(url: str, label: str) -> Markup:
    """A link of ours. Raises ValueError for anything but http and https."""
    if not _LINK.fullmatch(url):
        raise ValueError("not a link modbot would show")
    return Markup(f"<{escape(url)}|{_harmless(label).replace('|', '¦')}>")


def clock(moment: datetime) -> Markup:
    """A time in the reader's own time zone; UTC where Slack cannot tell. Raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("the time needs a time zone")
    return Markup(f"<!date^{int(moment.timestamp())}^{{time_secs}}|{moment:%H:%M:%S %Z}>")


def _harmless(value: str | int | Markup) -> str:
    if isinstance(value, Markup):
        return value.mrkdwn
    if isinstance(value, int):
        return str(value)
    return escape(visible(value, VALUE_LIMIT, empty=NOTHING))


def _fact(name: str, fact: object) -> str:
    if isinstance(fact, PreviewWord):
        return fact.mrkdwn
    if isinstance(fact, StrEnum | int):
        return escape(str(fact))
    raise TypeError(f"{name} may not be a {type(fact).__name__}: a name could reach a lock screen")


def _slack_id(value: str) -> str:
    if not _SLACK_ID.fullmatch(value):
        raise ValueError("not a Slack id")
    return value
