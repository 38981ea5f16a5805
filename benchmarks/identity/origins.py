"""The name lists, split in two: one half to look at while rules are changed, the other for reporting only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parent / "names"
SHARES = {  # of a class; rarer origins stand for more than their share so that their errors can be counted
    "spanish": 0.28,
    "english": 0.24,
    "chinese": 0.09,
    "south_asian": 0.09,
    "arabic": 0.06,
    "slavic": 0.06,
    "korean": 0.06,
    "vietnamese": 0.06,
    "west_african": 0.06,
}
FAMILY_FIRST = frozenset({"chinese", "korean", "vietnamese"})  # where the other order is the usual one


@dataclass(frozen=True, slots=True)
class Name:
    """One given or family name; `native` is how it is written at home, or ""."""

    latin: str
    native: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The names of one origin in one half."""

    name: str
    given: tuple[Name, ...]
    family: tuple[Name, ...]
    english: tuple[str, ...]  # given names that bearers take in English-speaking schools
    nicknames: Mapping[str, Sequence[str]]

    def a_given(self, chance: Random) -> Name:
        """A given name, usual ones more often."""
        return chance.choices(self.given, cum_weights=_weights(len(self.given), 0.4))[0]

    def a_family(self, chance: Random) -> Name:
        """A family name; the first of a list is far more usual than the last."""
        return chance.choices(self.family, cum_weights=_weights(len(self.family), 0.8))[0]


@cache
def origins(*, reporting: bool) -> Mapping[str, Origin]:
    """Every origin's names of one half. No given and no family name of an origin is in both."""
    return {name: _read(name, offset=1 if reporting else 0) for name in SHARES}


@cache
def _weights(many: int, steepness: float) -> tuple[float, ...]:
    return tuple(accumulate((rank + 1) ** -steepness for rank in range(many)))


def _read(name: str, *, offset: int) -> Origin:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    said = dict(line.split(": ", 1) for line in lines if ": " in line and not line.startswith("#"))
    lists = {key: [part.strip() for part in value.split(",")] for key, value in said.items()}
    nicknames: dict[str, list[str]] = {}
    for pair in lists.get("nick", []):
        full, _, nick = pair.rpartition(" ")
        nicknames.setdefault(full, []).append(nick)
    return Origin(
        name,
        tuple(_name(one) for one in lists["given"][offset::2]),
        tuple(_name(one) for one in lists["family"][offset::2]),
        tuple(lists.get("english", [])[offset::2]),
        nicknames,
    )


def _name(written: str) -> Name:
    latin, _, native = written.partition("/")
    return Name(latin, native)
