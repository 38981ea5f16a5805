"""How a shown name may fit a student, strongest first, and what each way is worth."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class How(IntEnum):
    """The way a name fits a student of the class. The lower, the better."""

    FULL = 1  # given and family name, in any order
    NICKNAME = 2  # a usual nickname and the family name
    SHORT = 3  # the beginning of a name, and the other name
    INITIAL = 4  # one name and the other's initial
    REMEMBERED = 5  # this class has seen the name on this student
    FIRST = 6  # the given name or its nickname, and nothing else
    NEAR = 7  # a letter or two differ
    NEAR_FIRST = 8  # the given name alone, and a letter differs
    PART = 9  # one name fits and the rest of what is shown does not
    HINT = 10  # initials, or a name hidden in a made-up one


NEARLY = frozenset({How.NEAR, How.NEAR_FIRST})
GOOD = frozenset({How.FULL, How.NICKNAME, How.SHORT, How.INITIAL, How.REMEMBERED, How.FIRST, How.NEAR})


@dataclass(frozen=True, slots=True)
class Fit:
    """One student the name may mean: their place on the class list, how it fits, and its worth from 0 to 1."""

    seat: int
    how: How
    worth: float

    @property
    def good(self) -> bool:
        """Whether it is enough to take the participant for this student, when nobody else is."""
        return self.how in GOOD


class Part(StrEnum):
    """Which part of a student's name a word belongs to."""

    GIVEN = "given"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Hit:
    """One word of the shown name that fits one part of a student's name."""

    seat: int
    part: Part
    how: How
    worth: float
