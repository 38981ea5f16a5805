"""Every way an intruder may call themselves, and where among the others they come in."""

from collections.abc import Callable, Mapping
from random import Random

from benchmarks.identity.classes import Class, Comer, a_pupil
from benchmarks.identity.noise import DEVICES, HANDLES, one_edit
from benchmarks.identity.origins import SHARES, origins
from modbot.identity import Person

INTRUDER = "intruder"
PRANKS = ("Mike Hawk", "Ben Dover", "Hugh Janus", "Moe Lester", "Gabe Itch", "Joe Mama", "Dixie Normous", "Jenny Talia")
RAID_HANDLES = ("yeetlord420", "xX_raider_Xx", "lol", "sus imposter", "ur mom", "not a bot", "deadpool", "get wrecked")
TWINS = str.maketrans({"a": "\u0430", "e": "\u0435", "o": "\u043e", "c": "\u0441", "p": "\u0440", "i": "\u0456"})


def _plausible(of: Class, chance: Random, _: Comer) -> str:
    """A full name from the same lists that is no student's; most share no word with the class, some do."""
    taken = {f"{p.student.given} {p.student.family}".casefold() for p in of.pupils} | {
        p.whole.casefold() for p in of.pupils
    }
    while True:
        drawn = chance.choices(list(SHARES), list(SHARES.values()))[0]
        made = a_pupil("x", origins(reporting=of.reporting)[drawn], chance)
        name = f"{made.student.given} {made.student.family.split()[0]}"
        if not any(name.casefold() == whole or whole.startswith(f"{name.casefold()} ") for whole in taken):
            return name


def _plausible_first_name(of: Class, chance: Random, _: Comer) -> str:
    return _plausible(of, chance, _).split()[0]


def _prank(_: Class, chance: Random, __: Comer) -> str:
    return chance.choice(PRANKS)


def _handle(_: Class, chance: Random, __: Comer) -> str:
    return chance.choice((*RAID_HANDLES, *HANDLES))


def _device(_: Class, chance: Random, __: Comer) -> str:
    return chance.choice(DEVICES)


def _one_letter_off(_: Class, chance: Random, victim: Comer) -> str:
    return one_edit(victim.pupil.whole, chance)


def _one_letter_off_first(_: Class, chance: Random, victim: Comer) -> str:
    return one_edit(victim.pupil.first, chance)


def _copy_of_roster_name(_: Class, __: Random, victim: Comer) -> str:
    return victim.pupil.whole


def _copy_of_shown_name(_: Class, __: Random, victim: Comer) -> str:
    return victim.person.name


def _twin_letters(_: Class, __: Random, victim: Comer) -> str:
    given = victim.pupil.whole
    changed = given[0] + given[1:].translate(TWINS)
    return changed if changed != given else f"\u202e{given}"


def _absent(of: Class, chance: Random, victim: Comer) -> str:
    return chance.choice(of.absent).whole if of.absent else victim.pupil.whole


NAMES: Mapping[str, Callable[[Class, Random, Comer], str]] = {
    "plausible name": _plausible,
    "plausible first name": _plausible_first_name,
    "prank name": _prank,
    "handle": _handle,
    "device name": _device,
    "one letter off a present student": _one_letter_off,
    "first name, one letter off": _one_letter_off_first,
    "copied class-list name of a present student": _copy_of_roster_name,
    "copied shown name of a present student": _copy_of_shown_name,
    "look-alike letters": _twin_letters,
    "name of an absent student": _absent,
}
LENT_ACCOUNT = "lent account of an absent student"
KINDS = (*NAMES, LENT_ACCOUNT)


def with_intruder(of: Class, kind: str, chance: Random) -> tuple[list[Person], Comer]:
    """The class with one intruder somewhere after the student they copy, and that student."""
    victim_at = chance.randrange(len(of.comers))
    victim = of.comers[victim_at]
    people = [comer.person for comer in of.comers]
    intruder = _lent(of, victim) if kind == LENT_ACCOUNT else Person(INTRUDER, NAMES[kind](of, chance, victim))
    people.insert(chance.randint(victim_at + 1, len(people)), intruder)
    return people, victim


def _lent(of: Class, victim: Comer) -> Person:
    lender = of.absent[0] if of.absent else victim.pupil
    return Person(INTRUDER, lender.whole, lender.student.email, signed_in=True)
