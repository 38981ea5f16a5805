"""Slack's limits on what it shows, and cutting text to them.

https://docs.slack.dev/reference/block-kit/blocks and the pages of each element. Lengths are counted in UTF-16 units,
the largest count Slack could be using.
"""

import re

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_CHARACTERS = 13_000  # undocumented; refused near 13,200: https://github.com/slackapi/bolt-js/issues/2509
VIEW_BYTES = 250_000
FALLBACK_TEXT = 3000
SECTION_TEXT = 3000
FIELDS = 10
FIELD_TEXT = 2000
HEADER_TEXT = 150
CONTEXT_TEXT = 2000
ACTIONS = 25
BUTTON_LABEL = 75
BUTTON_VALUE = 2000
URL = 3000
IDENTIFIER = 255
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_LABEL = 30
OPTIONS = 100
OPTION_TEXT = 75
OPTION_VALUE = 150
PLACEHOLDER = 150
INPUT_LABEL = 2000
INPUT_INITIAL = 3000
VIEW_TITLE = 24
PRIVATE_METADATA = 3000

_TORN_MARKUP = re.compile(r"(?:&[a-z]{0,4}|<[^>]*)\Z")


def units(text: str) -> int:
    """The length of `text` in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int, *, markup: bool = False) -> tuple[str, bool]:
    """`text` in at most `limit` UTF-16 units, ending in an ellipsis if cut, and whether it was.

    With `markup`, no entity and no `<...>` is torn in two.
    """
    if len(text) * 2 <= limit or units(text) <= limit:
        return text, False
    kept = text[: limit - 1]
    while units(kept) > limit - 1:
        kept = kept[: len(kept) - max(1, (units(kept) - limit + 1) // 2)]
    if markup:
        kept = _TORN_MARKUP.sub("", kept)
    return kept.rstrip() + "…", True


def identifier(value: str, what: str, limit: int = IDENTIFIER) -> str:
    """`value` as it is. Raises ValueError when it is empty or too long: a cut id would mean something else."""
    if not 0 < units(value) <= limit:
        raise ValueError(f"{what} must have 1 to {limit} characters, not {units(value)}")
    return value
