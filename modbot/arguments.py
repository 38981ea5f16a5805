"""What somebody typed after a command, on a phone, in a hurry.

    [words …] [in room …] [for 15m] [because …]

Any kind of quotes keeps words together; an apostrophe inside a word is a letter (O’Neil); mentions and mail links come
as ids and addresses. Nothing typed can make parsing fail.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

MAX_TEXT = 3000  # more than Slack lets anybody type into a command
MAX_DURATION = timedelta(hours=12)

_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“", "«": "»", "‘": "’", "'": "'"}
_TOKEN = re.compile(r"<[^<>\s][^<>]*>|\S+")
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = re.compile(r"(\d{1,5})\s*(s|m(?!o)|h|d|w)[a-z]*\.?", re.IGNORECASE)  # a month is no minute
_BECAUSE = re.compile(r"(?:^|\s)(?:because|reason:)\s+(.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Arguments:
    """`words` are names, ids, addresses (`@U123` for a mention). `room` is what followed "in".

    `span` is the time typed after "for", however long; `duration` is as much of it as a lock may last.
    """

    words: tuple[str, ...] = ()
    room: str = ""
    span: timedelta | None = None
    reason: str = ""

    @property
    def duration(self) -> timedelta | None:
        """At most MAX_DURATION."""
        return min(self.span, MAX_DURATION) if self.span is not None else None

    @property
    def text(self) -> str:
        """The words as one phrase."""
        return " ".join(self.words)


def parse(text: str) -> Arguments:
    """The arguments in `text`. Never raises."""
    text = text[:MAX_TEXT].strip()
    reason = ""
    because = _BECAUSE.search(text)
    if because:
        reason, text = because.group(1).strip(), text[: because.start()]
    words, quoted = _words(text)
    words, span = _span(words)
    words, room = _room(words, quoted)
    if span is None:
        words, span = _span(words)  # for 15m in period 3
    return Arguments(tuple(words), room, span, reason)


def _words(text: str) -> tuple[list[str], set[str]]:
    """The words, and those that were quoted (and so are never keywords)."""
    words: list[str] = []
    quoted: set[str] = set()
    position = 0
    while position < len(text):
        character = text[position]
        if character.isspace() or character == ",":
            position += 1
            continue
        end = _closing(text, position)
        if end is not None:
            words.append(_unescaped(text[position + 1 : end].strip()))
            quoted.add(words[-1])
            position = end + 1
            continue
        token = _TOKEN.match(text, position)
        raw = token.group() if token else character
        raw = raw if raw.startswith("<") else raw.split(",", 1)[0]
        words.append(_plain(raw))
        position += max(1, len(raw))
    return [word for word in words if word], quoted


def _closing(text: str, position: int) -> int | None:
    """Where the quotation that opens at `position` closes, if it is one: after a space, and closed before a space."""
    closer = _QUOTES.get(text[position])
    if closer is None:
        return None
    for end in range(position + 1, len(text)):
        if text[end] in (closer, '"', "”") and (
            end + 1 == len(text) or text[end + 1].isspace() or text[end + 1] == ","
        ):
            return end
    return None


def _plain(token: str) -> str:
    """A token without Slack's wrapping: `<@U1|x>` → `@U1`, `<mailto:a@b|a@b>` → `a@b`, `&lt;x&gt;` → `<x>`."""
    if not (token.startswith("<") and token.endswith(">")):
        return _unescaped(token)
    target = token[1:-1].split("|", 1)[0]
    return target.removeprefix("mailto:")


def _unescaped(typed: str) -> str:
    """Slack escapes these three, and no others: https://docs.slack.dev/messaging/formatting-message-text"""
    return typed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _span(words: list[str]) -> tuple[list[str], timedelta | None]:
    """`for 15m`, `for 1h 30m`, `for 20 minutes` at the end."""
    lowered = [word.casefold() for word in words]
    if "for" not in lowered:
        return words, None
    at = len(lowered) - 1 - lowered[::-1].index("for")
    span = _whole_span(" ".join(words[at + 1 :]))
    return (words[:at], span) if span is not None else (words, None)


def span_of(text: str) -> timedelta | None:
    """`15m`, `1h 30m`, `20 minutes`, `2 days`; None for anything else. At most MAX_DURATION."""
    span = _whole_span(text)
    return min(span, MAX_DURATION) if span is not None else None


def _whole_span(text: str) -> timedelta | None:
    parts = _SPAN.findall(text)
    if not parts or _SPAN.sub("", text).strip(" ,and"):
        return None
    seconds = sum(int(count) * _UNIT_SECONDS[unit.lower()] for count, unit in parts)
    return timedelta(seconds=seconds) if seconds else None


def _room(words: list[str], quoted: set[str]) -> tuple[list[str], str]:
    """`… in period 3`: what follows the last "in" that is a word of its own, not a quoted name."""
    for at in range(len(words) - 2, -1, -1):
        if words[at].casefold() == "in" and words[at] not in quoted:
            return words[:at], " ".join(words[at + 1 :])
    return words, ""
