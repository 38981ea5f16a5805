"""A class list, spread out by every whole name and every word a student of it may show. Built once per section."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from nicknames import NickNamer

from modbot.identity.fits import Fit, Hit, How, Part
from modbot.identity.shown import words_of
from modbot.identity.vocabulary import NICKNAMES, SPELLINGS
from modbot.rosters import Student

EXACT, SPELT, NICK, SHORT, VERY_SHORT = 1.0, 0.95, 0.9, 0.8, 0.7  # what each way to write a word is worth
_ENGLISH = NickNamer()

Words = tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Index:
    """What may be looked up. Seats are places on the class list."""

    spelt: Mapping[str, tuple[Fit, ...]]  # whole names as anybody would type them, in lower case
    whole: Mapping[str, tuple[int, ...]]  # whole names as words, and run together, in either order
    words: Mapping[str, tuple[Hit, ...]]  # every word of a name, its nicknames and other spellings
    initials: Mapping[str, tuple[Hit, ...]]
    beginnings: Mapping[str, tuple[Hit, ...]]  # of given names, from two letters on
    run_together: Mapping[str, tuple[int, ...]]  # initial and family name, and so on: "mlopez"
    skeletons: Mapping[str, tuple[Hit, ...]]  # words without their vowels
    own_words: tuple[str, ...]  # the words that stand on the class list itself
    long_names: tuple[str, ...]  # whole names run together, long enough to be compared by letters
    given_words: tuple[tuple[str, int], ...]  # given names that may hide in a made-up name, with the seat


class _Gathering:
    """The mappings while they grow. An ordered set for each key: two students may share every word."""

    def __init__(self) -> None:
        self.spelt: dict[str, dict[int, None]] = {}
        self.whole: dict[str, dict[int, None]] = {}
        self.run_together: dict[str, dict[int, None]] = {}
        self.words: dict[str, dict[Hit, None]] = {}
        self.initials: dict[str, dict[Hit, None]] = {}
        self.beginnings: dict[str, dict[Hit, None]] = {}
        self.skeletons: dict[str, dict[Hit, None]] = {}
        self.own: dict[str, None] = {}
        self.given: dict[tuple[str, int], None] = {}


def index_of(students: Sequence[Student]) -> Index:
    """The index of a class. A student's preferred and official names both count; which one fitted is not told."""
    gathered = _Gathering()
    for seat, student in enumerate(students):
        givens = _both(student.preferred_given, student.given)
        families = _both(student.preferred_family, student.family)
        for given in givens:
            for family in families:
                _add_whole(gathered, seat, given, family)
        _add_words(gathered, seat, [words_of(name) for name in givens], [words_of(name) for name in families])
    return Index(
        spelt={name: tuple(Fit(seat, How.FULL, EXACT) for seat in seats) for name, seats in gathered.spelt.items()},
        whole=_frozen(gathered.whole),
        words=_frozen(gathered.words),
        initials=_frozen(gathered.initials),
        beginnings=_frozen(gathered.beginnings),
        run_together=_frozen(gathered.run_together),
        skeletons=_frozen(gathered.skeletons),
        own_words=tuple(gathered.own),
        long_names=tuple(name for name in gathered.whole if len(name) >= 7 and " " not in name),
        given_words=tuple(gathered.given),
    )


def whole_names(given: str, family: str) -> Iterator[str]:
    """Every way to write the two as one name: short forms of double names, either order, and run together."""
    for first in _shortened(words_of(given)):
        for last in _shortened(words_of(family)):
            yield from (f"{first} {last}".strip(), f"{last} {first}".strip())
            yield from (_joined(first, last), _joined(last, first))


def spelt(name: str) -> str:
    """The name as it is looked up first: without case and doubled spaces, accents kept."""
    return " ".join(name.casefold().split())


def skeleton(word: str) -> str:
    """The consonants of a word, none of them twice in a row: what is left of a name in Arabic or Hebrew script."""
    kept = [letter for letter in word if letter not in "aeiouywh"]
    return "".join(letter for at, letter in enumerate(kept) if at == 0 or kept[at - 1] != letter)


def _both(preferred: str, official: str) -> list[str]:
    return list(dict.fromkeys(name for name in (preferred, official) if name.strip()))


def _add_whole(gathered: _Gathering, seat: int, given: str, family: str) -> None:
    # As it stands on the list first: whoever writes it so is found at once.
    gathered.spelt.setdefault(f"{given} {family}", {})[seat] = None
    for typed in (f"{given} {family}", f"{family} {given}", f"{family}, {given}"):
        gathered.spelt.setdefault(spelt(typed), {})[seat] = None
    for name in whole_names(given, family):
        gathered.whole.setdefault(name, {})[seat] = None


def _add_words(gathered: _Gathering, seat: int, givens: list[Words], families: list[Words]) -> None:
    for part, names in ((Part.GIVEN, givens), (Part.FAMILY, families)):
        for words in names:
            _add_part(gathered, seat, part, words)
    for given in filter(None, givens):
        for family in filter(None, families):
            whole = "".join(family)
            for short in (given[0][0] + whole, whole + given[0][0], given[0] + whole[0]):
                gathered.run_together.setdefault(short, {})[seat] = None


def _add_part(gathered: _Gathering, seat: int, part: Part, words: Words) -> None:
    for word in dict.fromkeys((*words, "".join(words))):
        if not word:
            continue
        gathered.own[word] = None
        _put(gathered.words, word, Hit(seat, part, How.FULL, EXACT))
        for other in SPELLINGS.get(word, ()):
            _put(gathered.words, other, Hit(seat, part, How.SHORT, SPELT))
        for bare in filter(None, (skeleton(word), skeleton(word.removeprefix("al")))):
            _put(gathered.skeletons, bare, Hit(seat, part, How.SHORT, SPELT))
    for word in words[:2]:
        _put(gathered.initials, word[0], Hit(seat, part, How.INITIAL, 0.4 if part is Part.GIVEN else 0.6))
    if part is Part.GIVEN:
        for word in words:
            _add_nicknames(gathered, seat, word)
            _add_beginnings(gathered, seat, word)


def _add_nicknames(gathered: _Gathering, seat: int, word: str) -> None:
    for nick in _ENGLISH.nicknames_of(word) | _ENGLISH.canonicals_of(word) | NICKNAMES.get(word, frozenset()):
        _put(gathered.words, nick, Hit(seat, Part.GIVEN, How.NICKNAME, NICK))
    if len(word) >= 4:
        gathered.given[word, seat] = None


def _add_beginnings(gathered: _Gathering, seat: int, word: str) -> None:
    short, very_short = Hit(seat, Part.GIVEN, How.SHORT, SHORT), Hit(seat, Part.GIVEN, How.SHORT, VERY_SHORT)
    for letters in range(2, len(word)):
        gathered.beginnings.setdefault(word[:letters], {})[very_short if letters == 2 else short] = None


def _put(mapping: dict[str, dict[Hit, None]], word: str, hit: Hit) -> None:
    """The best hit for each seat and part: a name that is also somebody's nickname counts as the name."""
    hits = mapping.setdefault(word, {})
    worse = [had for had in hits if (had.seat, had.part) == (hit.seat, hit.part) and had.worth < hit.worth]
    for had in worse:
        del hits[had]
    if not any((had.seat, had.part) == (hit.seat, hit.part) for had in hits):
        hits[hit] = None


def _shortened(words: Words) -> list[str]:
    """A name of several words, whole and by its first or last word: "Varela Barajas" is also Varela, and Barajas."""
    if not words:
        return [""]
    ends = [word for word in (words[0], words[-1]) if len(word) >= 3]
    return list(dict.fromkeys([" ".join(words), *ends]))


def _joined(first: str, last: str) -> str:
    return (first + last).replace(" ", "")


def _frozen(mapping: Mapping[str, Iterable[T]]) -> dict[str, tuple[T, ...]]:
    return {key: tuple(values) for key, values in mapping.items()}
