"""The word lists beside this file: small, and meant to be read and corrected by people."""

import re
from collections.abc import Mapping
from importlib.resources import files


def _lines(file: str) -> list[str]:
    text = files(__name__).joinpath(file).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _variants() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _lines("spellings.txt"):
        words = set(line.split())
        for word in words:
            found.setdefault(word, set()).update(words - {word})
    return {word: frozenset(others) for word, others in found.items()}


def _nicknames() -> Mapping[str, frozenset[str]]:
    """In both directions: whoever is on the list as Paco may show Francisco."""
    found: dict[str, set[str]] = {}
    for line in _lines("nicknames.txt"):
        name, *short_forms = line.split()
        for short in short_forms:
            found.setdefault(name, set()).add(short)
            found.setdefault(short, set()).add(name)
    return {name: frozenset(others) for name, others in found.items()}


DEVICES = frozenset(_lines("devices.txt"))
DEVICE_MODELS = frozenset(_lines("device_models.txt"))
TITLES = frozenset(_lines("titles.txt"))
SPELLINGS = _variants()  # a word → other ways to write the same name
NICKNAMES = _nicknames()  # a given name → short forms of it, and the names it is short for
_PRANKS = re.compile(rf"\b(?:{'|'.join(_lines('pranks.txt'))})\b")


def is_prank(words: str) -> bool:
    """Whether a name, in lower-case ASCII with single spaces, sounds like a known prank or insult."""
    return _PRANKS.search(words) is not None
