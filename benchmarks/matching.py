"""What matching costs: microseconds for each participant of a class of 28, on an exact hit and by the full rules."""

import time
from collections.abc import Callable, Mapping, Sequence
from random import Random
from statistics import median

from benchmarks.figures import Figure, alone
from benchmarks.identity.classes import DOMAIN, SIZE, Setting, a_class
from benchmarks.identity.noise import one_edit
from benchmarks.options import Options
from benchmarks.progress import Say
from modbot.identity import ClassList, Person, judge
from modbot.rosters import Student

IDS = ("match_hit_us", "match_miss_us")
CLASSES, QUICK_CLASSES = 200, 10
REPEATS = 5
NANOSECONDS = 1000  # in a microsecond


async def measure(options: Options, say: Say) -> Mapping[str, Figure]:
    """The median over classes, in rounds. A miss is timed on a class list that has never seen the name."""
    classes = _classes(QUICK_CLASSES if options.quick else CLASSES)
    hits = [median(_each(students, _whole_names(students)) for students in classes) for _ in range(options.rounds)]
    misses = [median(_each(students, _strange_names(students)) for students in classes) for _ in range(options.rounds)]
    say(f"matching: {hits[-1]:.1f} us a hit, {misses[-1]:.1f} us a miss")
    how = f"Processor time. Everybody present judged together, {SIZE} at a time, as on each arrival; divided by {SIZE}."
    return {
        IDS[0]: alone(hits, "us", f"{how} All show the name on the class list."),
        IDS[1]: alone(misses, "us", f"{how} Names with a letter off, strangers and short forms, none seen before."),
    }


def _classes(many: int) -> list[Sequence[Student]]:
    setting = Setting(noise=1.0, signed_in=0.0, memory=False)
    chances = (Random(f"matching:{number}") for number in range(many))  # noqa: S311 - not a secret
    return [a_class(chance, setting, reporting=True).class_list.students for chance in chances]


def _whole_names(students: Sequence[Student]) -> list[str]:
    return [f"{student.preferred_given or student.given} {student.family}" for student in students]


def _strange_names(students: Sequence[Student]) -> list[str]:
    """A third each: a letter off, nobody's name, a first name with an initial."""
    chance = Random(len(students))  # noqa: S311 - not a secret
    made: tuple[Callable[[str], str], ...] = (
        lambda name: one_edit(name, chance),
        lambda _: f"{''.join(chance.choices('aeioulnrst', k=6))} {''.join(chance.choices('aeioulnrst', k=8))}",
        lambda name: f"{name.split()[0]} {name.split()[-1][0]}.",
    )
    return [made[number % 3](name) for number, name in enumerate(_whole_names(students))]


def _each(students: Sequence[Student], names: Sequence[str]) -> float:
    """Microseconds a participant. The class list is new each time: it keeps names it has read."""
    people = [Person(str(number), name) for number, name in enumerate(names)]
    taken = []
    for _ in range(REPEATS):
        class_list = ClassList(students, domains=[DOMAIN])
        began = time.thread_time_ns()
        judge(class_list, people)
        taken.append(time.thread_time_ns() - began)
    return median(taken) / NANOSECONDS / len(people)
