"""Two plain ways to decide by name, for comparison. Both let in whoever signed in with an account of the class."""

from collections.abc import Callable, Collection, Mapping

from rapidfuzz import fuzz, process

from benchmarks.identity.classes import Class
from modbot.identity import Person
from modbot.who import fold

TOKEN_SET_FROM = 80.0

Stays = Callable[[Collection[str], Person], bool]


def _by_exact_name(names: Collection[str], person: Person) -> bool:
    return fold(person.name) in names


def _by_token_set(names: Collection[str], person: Person) -> bool:
    found = process.extractOne(fold(person.name), names, scorer=fuzz.token_set_ratio, score_cutoff=TOKEN_SET_FROM)
    return found is not None


def class_names(of: Class) -> Collection[str]:
    """The names on the class list, official and preferred, as both baselines compare them."""
    official = (f"{pupil.student.given} {pupil.student.family}" for pupil in of.pupils)
    return list(dict.fromkeys(fold(name) for name in (*official, *(pupil.whole for pupil in of.pupils))))


def stays(name: str, names: Collection[str], person: Person) -> bool:
    """Whether the baseline of this name leaves the person in the class."""
    return person.signed_in or BASELINES[name](names, person)


BASELINES: Mapping[str, Stays] = {
    "exact name": _by_exact_name,
    f"token_set_ratio >= {TOKEN_SET_FROM:.0f}": _by_token_set,
}
