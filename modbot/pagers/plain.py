"""Text for channels that show it as it is: mail and whatever Apprise sends to."""

import unicodedata

MOST = 500  # characters of one line
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # control, bidi and other invisible signs, halves of signs, line breaks


def one_line(text: str, most: int = MOST) -> str:
    """The text on one line, at most `most` characters, with nothing hidden in it. "" stays ""."""
    seen = "".join(" " if unicodedata.category(sign) in _HIDDEN else sign for sign in text[: most * 4])
    line = " ".join(seen.split())
    return line if len(line) <= most else line[: most - 1] + "…"
