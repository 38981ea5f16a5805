"""Invented classes: who is on the list, who comes today under what name, and what is remembered from before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from benchmarks.identity.noise import Pupil, shown_by
from benchmarks.identity.origins import SHARES, Origin, origins
from modbot.identity import ClassList, NameMemory, Past, Person, judge, later, lesson
from modbot.rosters import Student

SIZE = 28
ATTENDANCE = 0.93
SLIPS = 0.05  # of those who normally sign in, how many do not today
MEMORY_SHARE = 0.85  # of students who show the name today that they usually show
PREFERRED_SHARE = 0.08
EARLIER = 5  # days before, where they are known
DOMAIN = "students.example.org"
TODAY, TERM_ENDS = date(2026, 11, 24), date(2027, 1, 29)
_MEMORY = NameMemory(bytes(range(32)), "evaluated")


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the evaluation: how noisy names are, how many sign in, and whether anything is remembered."""

    noise: float
    signed_in: float
    memory: bool

    @property
    def name(self) -> str:
        """How the row is called in the report."""
        return f"noise x{self.noise:g}, {self.signed_in:.0%} signed in, {'with' if self.memory else 'no'} memory"


@dataclass(frozen=True, slots=True)
class Comer:
    """A student who is in class today."""

    pupil: Pupil
    person: Person
    kind: str  # of noise


@dataclass(frozen=True, slots=True)
class Class:
    """One class on one day."""

    class_list: ClassList
    pupils: tuple[Pupil, ...]
    comers: tuple[Comer, ...]  # in the order they came
    reporting: bool

    @property
    def absent(self) -> list[Pupil]:
        """Those who did not come."""
        here = {comer.pupil.student.id for comer in self.comers}
        return [pupil for pupil in self.pupils if pupil.student.id not in here]


def a_class(chance: Random, setting: Setting, *, reporting: bool) -> Class:
    """A class by the fixed rules. The same chance and setting give the same class."""
    pupils = _pupils(chance, origins(reporting=reporting))
    signers = {pupil.student.id for pupil in pupils if chance.random() < setting.signed_in / (1 - SLIPS)}
    usual = [shown_by(pupil, chance, setting.noise) for pupil in pupils]
    comers = _comers(pupils, usual, signers, setting, chance)
    past = Past()
    if setting.memory:
        for _ in range(EARLIER):
            past = _later(past, pupils, _comers(pupils, usual, signers, setting, chance))
    return Class(_class_list(pupils, past), pupils, tuple(comers), reporting)


def _comers(
    pupils: Sequence[Pupil], usual: Sequence[tuple[str, str]], signers: set[str], setting: Setting, chance: Random
) -> list[Comer]:
    """Who comes on one day, in what order, and under what names: most under their usual one."""
    comers = [
        _comer(
            pupil,
            signers,
            *(name if chance.random() < MEMORY_SHARE else shown_by(pupil, chance, setting.noise)),
            chance,
        )
        for pupil, name in zip(pupils, usual, strict=True)
    ]
    comers = [comer for comer in comers if chance.random() < ATTENDANCE]
    chance.shuffle(comers)
    return comers


def _comer(pupil: Pupil, signers: set[str], shown: str, kind: str, chance: Random) -> Comer:
    signed_in = pupil.student.id in signers and chance.random() >= SLIPS
    email = pupil.student.email if signed_in else ""
    return Comer(pupil, Person(pupil.student.id, shown, email, signed_in=signed_in), kind)


def _later(past: Past, pupils: Sequence[Pupil], comers: Sequence[Comer]) -> Past:
    """What is remembered after one more day on which only students came and nobody was put out: modbot's own rules."""
    people = [comer.person for comer in comers]
    verdicts = judge(_class_list(pupils, past), people)
    taught = lesson((person.name, verdict) for person, verdict in zip(people, verdicts, strict=True))
    return later(past, taught, _MEMORY, [pupil.student.id for pupil in pupils], term_ends=TERM_ENDS)


def _class_list(pupils: Sequence[Pupil], past: Past) -> ClassList:
    students = [pupil.student for pupil in pupils]
    return ClassList(students, domains=[DOMAIN], memory=_MEMORY, past=past, today=TODAY)


def _pupils(chance: Random, known: Mapping[str, Origin]) -> tuple[Pupil, ...]:
    drawn = chance.choices(list(SHARES), list(SHARES.values()), k=SIZE)
    return tuple(a_pupil(f"s{number}", known[name], chance) for number, name in enumerate(drawn))


def a_pupil(student_id: str, origin: Origin, chance: Random) -> Pupil:
    """Somebody of this origin. Most with a Spanish name have two family names; some have a preferred given name."""
    given, family = origin.a_given(chance), origin.a_family(chance)
    families = family.latin
    if origin.name == "spanish" and chance.random() < 0.6:
        families = f"{family.latin} {origin.a_family(chance).latin}"
    preferred = ""
    if chance.random() < PREFERRED_SHARE:
        preferred = chance.choice(origin.english) if origin.english else origin.a_given(chance).latin
    student = Student(student_id, given.latin, families, preferred, "", f"{student_id}@{DOMAIN}")
    return Pupil(student, origin, given, family)
