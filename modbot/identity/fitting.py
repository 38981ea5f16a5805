"""The full rules: which students a shown name may mean, and why. Used when the exact look-up finds nobody.

Each word is looked for among the class's own words: as it is, as a nickname, as a beginning, as an initial, and with a
letter changed. For each student the best word for the given name and the best other word for the family name count.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from modbot.identity.class_index import VERY_SHORT, Index, skeleton
from modbot.identity.fits import Fit, Hit, How, Part
from modbot.identity.shown import Shown

ONE_EDIT, CLOSE = 0.75, 0.6  # worth of a word with one letter changed, and of one that looks much alike
SHORT_EDIT = 0.5  # the same for a word so short that another letter mostly makes another name
ALIKE_FROM = 0.92  # Jaro-Winkler similarity
EDITS_FROM, SHORT_EDITS_FROM = 4, 2  # letters
LONG = 12  # letters of a whole name from which on two may differ
MOST_COMPARED = 4  # words: more are sentences, not names
HINTS_FROM = 4  # letters of a given name that is looked for inside a made-up one

_SHORT_FORMS = (How.FULL, How.NICKNAME, How.SHORT)

Named = tuple[int, Hit]  # the number of the word in the shown name, and what it hit


def exactly(shown: Shown, index: Index) -> tuple[Fit, ...]:
    """Students whose whole name this is, in any order, or whose names it is run together."""
    seats = index.whole.get(shown.whole) or index.whole.get("".join(shown.words)) or ()
    return tuple(Fit(seat, How.FULL, 1.0) for seat in seats)


def fits_of(shown: Shown, index: Index) -> tuple[Fit, ...]:
    """Every student the name may mean, at most one fit each, best first; none for an empty name."""
    if not shown.words:
        return ()
    found: dict[int, Fit] = {}
    hits: dict[int, list[Named]] = {}
    for number, word in enumerate(shown.words[:MOST_COMPARED]):
        for hit in _hits(word, shown, index):
            hits.setdefault(hit.seat, []).append((number, hit))
    for fit in chain(_combined(hits, shown), _by_the_whole(shown, index), _hidden_names(shown, index)):
        there = found.get(fit.seat)
        if there is None or (fit.good, fit.worth) > (there.good, there.worth):
            found[fit.seat] = fit
    return tuple(sorted(found.values(), key=lambda fit: (not fit.good, -fit.worth, fit.seat)))


def _hits(word: str, shown: Shown, index: Index) -> Iterable[Hit]:
    if len(word) == 1:
        return index.initials.get(word, ())
    known = index.words.get(word)
    if known is not None:
        return chain(known, index.beginnings.get(word, ()))
    consonants = _by_consonants(word, index) if shown.vowelless else ()
    return chain(index.beginnings.get(word, ()), _by_letters(word, index), consonants)


def _by_letters(word: str, index: Index) -> Iterator[Hit]:
    """Words with a letter or so changed."""
    worth = ONE_EDIT if len(word) >= EDITS_FROM else SHORT_EDIT
    for near, _, _ in process.extract(word, index.own_words, scorer=OSA.distance, score_cutoff=1, limit=None):
        if len(near) >= SHORT_EDITS_FROM:
            yield from (Hit(hit.seat, hit.part, How.NEAR, worth) for hit in _own(near, index))
    if len(word) < EDITS_FROM:
        return
    for near, _, _ in process.extract(
        word, index.own_words, scorer=JaroWinkler.similarity, score_cutoff=ALIKE_FROM, limit=None
    ):
        yield from (Hit(hit.seat, hit.part, How.NEAR, CLOSE) for hit in _own(near, index))


def _own(word: str, index: Index) -> Iterator[Hit]:
    """Whose name the word is, leaving out those for whom it is a nickname."""
    return (hit for hit in index.words[word] if hit.how is How.FULL)


def _by_consonants(word: str, index: Index) -> Iterable[Hit]:
    return index.skeletons.get(skeleton(word), ()) or index.skeletons.get(skeleton(word.removeprefix("al")), ())


def _combined(hits: dict[int, list[Named]], shown: Shown) -> Iterator[Fit]:
    for seat, named in hits.items():
        fit = _fit(seat, named, shown)
        if fit is not None:
            yield fit


def _fit(seat: int, named: list[Named], shown: Shown) -> Fit | None:
    """One student's best given name and best family name, from different words."""
    givens = [(number, hit) for number, hit in named if hit.part is Part.GIVEN]
    families = [(number, hit) for number, hit in named if hit.part is Part.FAMILY]
    pairs = [(given, family) for n, given in givens for m, family in families if n != m]
    if pairs:
        return _pair_fit(seat, *max(pairs, key=lambda pair: pair[0].worth + pair[1].worth))
    _, hit = max(named, key=lambda one: one[1].worth)
    alone = len({number for number, one in named if one.part is hit.part}) == len(shown.words)  # "Ana Luisa" too
    return _single_fit(seat, hit, alone=alone)


def _pair_fit(seat: int, given: Hit, family: Hit) -> Fit:
    worth = (given.worth + family.worth) / 2
    ways = (given.how, family.how)
    if How.INITIAL in ways and (ways[0] == ways[1] or How.NEAR in ways):
        return Fit(seat, How.HINT, worth)
    if ways == (How.NEAR, How.NEAR):
        return Fit(seat, How.PART, worth)
    how = max(ways)
    return Fit(seat, How.SHORT if how is How.FULL else how, worth)


def _single_fit(seat: int, hit: Hit, *, alone: bool) -> Fit | None:
    """One word fits. Alone it may be the given name; beside words that fit nobody it says little."""
    if hit.how is How.INITIAL:
        return Fit(seat, How.HINT, hit.worth / 2)
    certain = hit.how in _SHORT_FORMS and hit.worth > VERY_SHORT
    if not alone or hit.part is Part.FAMILY:
        return Fit(seat, How.PART, hit.worth / 2) if certain else None
    if certain:
        return Fit(seat, How.FIRST, hit.worth * 0.6)
    nearly = hit.how is How.NEAR and hit.worth > SHORT_EDIT
    return Fit(seat, How.NEAR_FIRST if nearly else How.PART, hit.worth / 2)


def _by_the_whole(shown: Shown, index: Index) -> Iterator[Fit]:
    """The name run together, as a user name or in a script without spaces."""
    whole = "".join(shown.words)
    if len(shown.words) == 1:
        yield from (Fit(seat, How.INITIAL, 0.7) for seat in index.run_together.get(whole, ()))
        yield from (Fit(seat, How.HINT, 0.5) for seat in _with_initials(whole, index))
    if len(whole) >= 7 and (len(shown.words) == 1 or shown.foreign):
        edits = 2 if len(whole) >= LONG else 1
        for near, _, _ in process.extract(whole, index.long_names, scorer=OSA.distance, score_cutoff=edits, limit=None):
            yield from (Fit(seat, How.NEAR, ONE_EDIT) for seat in index.whole[near])


def _with_initials(letters: str, index: Index) -> set[int]:
    """Seats with these two initials: "jb"."""
    if len(letters) != 2:
        return set()
    first, second = ({(hit.seat, hit.part) for hit in index.initials.get(letter, ())} for letter in letters)
    return {seat for seat, part in first if part is Part.GIVEN and (seat, Part.FAMILY) in second}


def _hidden_names(shown: Shown, index: Index) -> Iterator[Fit]:
    """Given names inside words that fit nobody: "xxjadenxx"."""
    for word in shown.words[:MOST_COMPARED]:
        if len(word) > HINTS_FROM and word not in index.words:
            yield from (Fit(seat, How.HINT, 0.3) for given, seat in index.given_words if given in word)
