"""Display names and chat lines are hostile: everything invisible in them is made visible (P9)."""

import re
import unicodedata

NO_NAME = "(no name)"
MIN_LIMIT = 16
_READ_AT_MOST = 4096  # a name is cut before the costly steps; nobody reads further
_MARKS_IN_A_ROW = 4  # more combining marks than any living script stacks would paint over the lines above

# Blank or invisible, though Unicode counts them as letters, marks or symbols.
_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_EMOJI_STYLE = re.compile("[\ufe0e\ufe0f]")
_SPACES_WE_FOLD = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")


def defang(name: str, limit: int = 60) -> str:
    """The name as staff may see it: one line, at most `limit` characters, never empty, nothing hidden in it.

    Control, bidi, zero-width and tag characters appear as `⟨U+202E⟩`; line breaks become spaces.
    Raises ValueError for a limit under 16.
    """
    return visible(name, limit, empty=NO_NAME)


def visible(text: str, limit: int, *, empty: str) -> str:
    """`defang` for text that is not a name: `empty` is what stands for nothing."""
    if limit < MIN_LIMIT:
        raise ValueError(f"limit must be at least {MIN_LIMIT}")
    read = text[:_READ_AT_MOST]
    if read.isascii() and read.isprintable() and len(text) <= limit:
        return " ".join(read.split()) or empty
    shown = _fit(_tokens(unicodedata.normalize("NFC", _without_emoji_style(read))), limit, cut=len(read) < len(text))
    return shown or empty


def _without_emoji_style(text: str) -> str:
    # "❤️" is a symbol and a selector; alone among invisible characters the selector after a symbol is harmless.
    def keep(match: re.Match[str]) -> str:
        before = text[match.start() - 1 : match.start()]
        return "" if before and unicodedata.category(before) == "So" else match[0]

    return _EMOJI_STYLE.sub(keep, text)


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if char in _SPACES_WE_FOLD or category == "Zs":
            if tokens and tokens[-1] != " ":
                tokens.append(" ")
        elif category[0] == "C" or char in _INVISIBLE or marks > _MARKS_IN_A_ROW:
            tokens.append(f"⟨U+{ord(char):04X}⟩")
        else:
            tokens.append(char)
    return tokens


def _fit(tokens: list[str], limit: int, *, cut: bool) -> str:
    while tokens and tokens[-1] == " ":
        tokens.pop()
    if not cut and sum(map(len, tokens)) <= limit:
        return "".join(tokens)
    kept: list[str] = []
    room = limit - 1
    for token in tokens:
        if len(token) > room:
            break
        kept.append(token)
        room -= len(token)
    return "".join(kept).rstrip() + "…"
