"""A shown name, read: the words that may name a person, and what else stands out in it.

What is read here is for comparing only and is never shown to anybody. Display names are hostile: any length, any
script, hidden and look-alike letters (P9).
"""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

from modbot.identity.vocabulary import DEVICE_MODELS, DEVICES, TITLES

READ_AT_MOST = 200  # characters; platforms allow less, and nobody's name is longer
MOST_WORDS = 8

_HARMLESS = frozenset("\u200c\u200d\u200e\u200f\ufeff\t\n\r")  # joiners and marks that keyboards and copying leave
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f")  # they count as letters or signs and show nothing
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN", "COPTIC", "LISU"})  # scripts with twins
_WITHOUT_VOWELS = frozenset({"ARABIC", "HEBREW"})

_ASIDE = re.compile(r"\([^)]*\)?|\[[^\]]*\]?")
_PRONOUNS = re.compile(r"\b(?:she|he|they|ze|any|all)\s*/\s*\w+(?:\s*/\s*\w+)?")
_TAG = re.compile(
    r"\b(?:p|per|period|grade?|gr|class|room|rm|block|section|sec|hr|homeroom|table|group|team)\.?\s*#?\d+\w?\b"
    r"|\b\d+(?:st|nd|rd|th)?\s*(?:grade|gr|period|per|block|hour)\b"
    r"|\bk?\d+\w?\b"
)
_MODEL = re.compile(r"\b(?:sm|lm|xt|cph|rmx)-?[a-z]?\d{3,}\w*")  # how Android phones call themselves
_POSSESSIVE = re.compile(r"['\u2019`]s\b")
_INNER_SIGN = re.compile(r"['\u2018\u2019`\u02bb]")
_WORD = re.compile(r"[a-z0-9]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a name says once decoration is gone. `words` is empty for a device, a number, a picture or nothing."""

    words: tuple[str, ...]
    device: bool = False  # it had words for a device, or that name nobody
    hidden: bool = False  # it had characters that cannot be seen
    alike: bool = False  # a word of it mixes look-alike letters of several alphabets
    vowelless: bool = False  # it was written in a script that leaves vowels out
    foreign: bool = False  # letters of another alphabet than the Latin one

    @property
    def whole(self) -> str:
        """The words with single spaces."""
        return " ".join(self.words)


def read_shown(name: str, keep: Container[str] = ()) -> Shown:
    """The name read. Words in `keep` are names on the class list, and stay even if they also name a device."""
    cut = name[:READ_AT_MOST]
    if cut.isascii() and cut.isprintable():
        words, device = _words(cut, keep)
        return Shown(words, device)
    looked = [_look(char) for char in cut]
    plain = "".join(char for char, _ in looked)
    scripts = {script for _, script in looked if script}
    words, device = _words(anyascii(plain), keep)
    return Shown(
        words,
        device,
        hidden=any(_is_hidden(char) for char in cut),
        alike=any(_mixes_alphabets(word) for word in plain.split()),
        vowelless=bool(scripts & _WITHOUT_VOWELS),
        foreign=bool(scripts - {"LATIN", ""}),
    )


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name on the class list. Nothing is taken for a device or a title there."""
    kept = "".join(_look(char)[0] for char in name[:READ_AT_MOST])
    plain = _INNER_SIGN.sub("", anyascii(kept).casefold())
    return tuple(_WORD.findall(plain))[:MOST_WORDS]


def _words(ascii_name: str, keep: Container[str]) -> tuple[tuple[str, ...], bool]:
    text = _PRONOUNS.sub(" ", _ASIDE.sub(" ", ascii_name.casefold()))
    text, models = _MODEL.subn(" ", text)
    text = _POSSESSIVE.sub(" ", _TAG.sub(" ", text))
    found: list[str] = []
    device = models > 0
    for token in _WORD.findall(_INNER_SIGN.sub("", text)):
        if token in keep:
            found.append(token)
        elif token in DEVICES:
            device = True
        elif not (token in TITLES or (device and token in DEVICE_MODELS)):
            found += _letters(token, after_device=device)
    return tuple(found[:MOST_WORDS]), device


def _letters(token: str, *, after_device: bool) -> list[str]:
    """The parts of a token that are letters; none of a model number ("s21", "sm", "a" after "Galaxy")."""
    parts = [part for part in _DIGITS.split(token) if part]
    if (len(parts) != 1 or parts[0] != token) and len(token) <= 4:
        return []
    return [part for part in parts if not (after_device and len(part) <= 2)]


@lru_cache(maxsize=4096)
def _look(char: str) -> tuple[str, str]:
    """How a character is read (a blank for signs and pictures, "" for what cannot be seen), and its script."""
    if char.isascii():
        return (char if char.isprintable() else " "), "LATIN" if char.isalpha() else ""
    plain = unicodedata.normalize("NFKC", char)
    category = unicodedata.category(plain[0])
    if char in _BLANKS or category in ("Cf", "Cc", "Cn", "Co", "Cs"):
        return "", ""
    if category in ("So", "Sk", "Zs", "Zl", "Zp"):
        return " ", ""
    script = unicodedata.name(plain[0], "").split(" ")[0] if category[0] == "L" else ""
    return plain, script


@lru_cache(maxsize=4096)
def _is_hidden(char: str) -> bool:
    if char in _HARMLESS:
        return False
    return char in _BLANKS or unicodedata.category(char) in ("Cf", "Cc", "Co")


def _mixes_alphabets(word: str) -> bool:
    if word.isascii():
        return False
    return len({_look(char)[1] for char in word} & _ALIKE) > 1
