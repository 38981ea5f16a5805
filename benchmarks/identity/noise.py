"""What students really show: fixed shares of each way to write a name. Shares are assumptions, not measurements."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from benchmarks.identity.origins import FAMILY_FIRST, Name, Origin
from modbot.rosters import Student

SHARES = {  # at noise x1; what is left is the exact name
    "initial": 0.14,
    "first": 0.12,
    "nickname": 0.08,
    "own_nick": 0.02,
    "typo": 0.04,
    "order": 0.04,
    "device": 0.04,
    "parent": 0.02,
    "decorated": 0.03,
    "native_or_capitals": 0.03,
}
DEVICES = (
    "iPad",
    "iPhone",
    "Chromebook",
    "Galaxy A14",
    "Samsung Galaxy Tab A",
    "SM-T510",
    "Student",
    "MacBook Air",
    "HP",
)
HANDLES = (
    "Ninja",
    "Panda",
    "Shadow",
    "GamerKid",
    "Starlight",
    "TacoCat",
    "xXWolfXx",
    "banana_bread",
    "Blaze",
    "turtle",
)
DECORATIONS = ("{} (she/her)", "{} (he/him)", "{} 🙂", "⭐{}⭐", "{} P3", "{} 7B", "{} - Period 2", "{} | Rm 204")
OTHER_FAMILY = 0.1  # of parents with another family name than the child's
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Pupil:
    """A student of an invented class, as the roster has them and as their names are written at home."""

    student: Student
    origin: Origin
    given: Name
    family: Name

    @property
    def first(self) -> str:
        """The given name they go by."""
        return self.student.preferred_given or self.student.given

    @property
    def whole(self) -> str:
        """The name they would write in full. Of two family names most show the first."""
        return f"{self.first} {self.student.family}"


def shown_by(pupil: Pupil, chance: Random, factor: float) -> tuple[str, str]:
    """What a student shows today, and the kind of noise. `factor` multiplies every share of noise."""
    drawn = chance.random()
    for kind, share in SHARES.items():
        drawn -= share * factor
        if drawn < 0:
            return _KINDS[kind](pupil, chance), kind
    return _exact(pupil, chance), "exact"


def one_edit(name: str, chance: Random) -> str:
    """The name with one letter changed, dropped, doubled or swapped with its neighbour; never the same name."""
    places = [at for at, letter in enumerate(name) if letter.isalpha()]
    while True:
        at = chance.choice(places)
        changed = chance.choice(
            (
                name[:at] + chance.choice(LETTERS) + name[at + 1 :],
                name[:at] + name[at + 1 :],
                name[: at + 1] + name[at:],
                name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
            )
        )
        if changed.casefold() != name.casefold():
            return changed


def _exact(pupil: Pupil, chance: Random) -> str:
    families = pupil.student.family.split()
    family = families[0] if len(families) > 1 and chance.random() < 0.6 else pupil.student.family
    given = pupil.student.given if chance.random() < 0.2 else pupil.first
    return f"{given} {family}"


def _initial(pupil: Pupil, chance: Random) -> str:
    return f"{pupil.first} {pupil.student.family[0]}{chance.choice(('', '.'))}"


def _first(pupil: Pupil, chance: Random) -> str:
    return pupil.first if chance.random() < 0.8 else pupil.first.lower()


def _nickname(pupil: Pupil, chance: Random) -> str:
    """A usual nickname where the lists have one, else the name cut short."""
    known = pupil.origin.nicknames.get(pupil.first)
    word = pupil.first.split()[0]
    short = chance.choice(known) if known else word[: chance.randint(2, max(2, min(4, len(word) - 1)))]
    return f"{short} {pupil.student.family.split()[0]}"


def _own_nick(pupil: Pupil, chance: Random) -> str:
    """Half have something of the name in them: an English given name, an initial, a piece of the given name."""
    if chance.random() < 0.5:
        return chance.choice(HANDLES) + chance.choice(("", "", str(chance.randint(1, 999))))
    if pupil.origin.english:
        return f"{chance.choice(pupil.origin.english)} {pupil.student.family}"
    if chance.random() < 0.5:
        return f"{chance.choice(HANDLES)} {pupil.first[0]}"
    return f"xx{pupil.first.split()[0].lower()}xx"


def _typo(pupil: Pupil, chance: Random) -> str:
    return one_edit(_exact(pupil, chance), chance)


def _order(pupil: Pupil, chance: Random) -> str:
    comma = "" if pupil.origin.name in FAMILY_FIRST else chance.choice(("", ","))
    return f"{pupil.student.family}{comma} {pupil.first}"


def _device(pupil: Pupil, chance: Random) -> str:
    device = chance.choice(DEVICES)
    return f"{pupil.first}'s {device}" if chance.random() < 0.25 else device


def _parent(pupil: Pupil, chance: Random) -> str:
    given = pupil.origin.a_given(chance).latin
    family = pupil.origin.a_family(chance).latin if chance.random() < OTHER_FAMILY else pupil.student.family.split()[0]
    return f"{given} {family}"


def _decorated(pupil: Pupil, chance: Random) -> str:
    return chance.choice(DECORATIONS).format(_exact(pupil, chance))


def _native_or_capitals(pupil: Pupil, chance: Random) -> str:
    given, family = pupil.given.native, pupil.family.native
    if not (given and family):
        return _exact(pupil, chance).upper()
    return f"{family}{given}" if pupil.origin.name in FAMILY_FIRST else f"{given} {family}"


_KINDS: Mapping[str, Callable[[Pupil, Random], str]] = {
    "initial": _initial,
    "first": _first,
    "nickname": _nickname,
    "own_nick": _own_nick,
    "typo": _typo,
    "order": _order,
    "device": _device,
    "parent": _parent,
    "decorated": _decorated,
    "native_or_capitals": _native_or_capitals,
}
