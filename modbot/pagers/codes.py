"""The two digits by which somebody who was texted says which page they take: a text message carries nothing else."""

import hashlib

from modbot.pagers import Turn

_FIRST, _CODES = 10, 90
_APART = 37  # has no factor in common with 90: only every ninetieth has the same digits


def code_of(page: str, turn: Turn = Turn(1)) -> str:  # noqa: B008 - it is frozen
    """Two digits for a page, always the same. Two pages in ninety share theirs: then the newer one is meant.

    Each ringing of it and each question has others, so that an old text answers no new one.
    """
    apart = -turn.asked if turn.asked else turn.run - 1
    digest = hashlib.sha256(page.encode("utf-8", "surrogatepass")).digest()
    return str(_FIRST + (int.from_bytes(digest[:8], "big") + _APART * apart) % _CODES)
