"""What is counted over many classes, and how counts of two runs are added."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.identity.attacks import INTRUDER, KINDS, with_intruder
from benchmarks.identity.baselines import BASELINES, class_names, stays
from benchmarks.identity.classes import Class, Setting, a_class
from modbot.identity import Band, Person, judge

HELD = frozenset({Band.UNSURE, Band.DUPLICATE})


@dataclass(slots=True)
class Counts:
    """Plain sums. Keys are (what, of whom), so that adding two runs is adding their counters."""

    classes: int = 0
    students: Counter[str] = field(default_factory=Counter)  # by origin
    swept: Counter[str] = field(default_factory=Counter)  # students in band stranger, by origin
    held: Counter[str] = field(default_factory=Counter)
    swept_kinds: Counter[str] = field(default_factory=Counter)  # by kind of noise
    held_kinds: Counter[str] = field(default_factory=Counter)
    classes_with_swept: int = 0
    intruders: Counter[tuple[str, str]] = field(default_factory=Counter)  # (attack, band)
    because: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (attack, band, deciding reason)
    beside: Counter[str] = field(default_factory=Counter)  # classes in which the attack gets a student swept
    targets: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (attack, victim's origin, band)
    baseline_classes: Counter[str] = field(default_factory=Counter)  # classes with a student sent out
    baseline_students: Counter[str] = field(default_factory=Counter)
    baseline_let_in: Counter[tuple[str, str]] = field(default_factory=Counter)  # (baseline, attack)

    def add(self, other: "Counts") -> None:
        """Add what another run counted."""
        self.classes += other.classes
        self.classes_with_swept += other.classes_with_swept
        for name in ("students", "swept", "held", "swept_kinds", "held_kinds", "beside", "baseline_classes"):
            getattr(self, name).update(getattr(other, name))
        for name in ("intruders", "because", "targets", "baseline_students", "baseline_let_in"):
            getattr(self, name).update(getattr(other, name))


def counted(setting: Setting, seeds: Sequence[int], *, reporting: bool) -> Counts:
    """One class for each seed, alone and with one intruder of each kind."""
    counts = Counts()
    for seed in seeds:
        # Its own chance for each class, so that rows differ by their setting and not by other classes.
        of = a_class(Random(f"{reporting}:{seed}"), setting, reporting=reporting)  # noqa: S311 - not a secret
        _count_students(of, counts)
        _count_intruders(of, seed, counts)
        counts.classes += 1
    return counts


def _count_students(of: Class, counts: Counts) -> None:
    people = [comer.person for comer in of.comers]
    bands = _bands(of, people)
    for comer in of.comers:
        origin, band = comer.pupil.origin.name, bands[comer.person.id]
        counts.students[origin] += 1
        if band is Band.STRANGER:
            counts.swept[origin] += 1
            counts.swept_kinds[comer.kind] += 1
        elif band in HELD:
            counts.held[origin] += 1
            counts.held_kinds[comer.kind] += 1
    counts.classes_with_swept += Band.STRANGER in bands.values()
    names = class_names(of)
    for name in BASELINES:
        out = sum(not stays(name, names, person) for person in people)
        counts.baseline_students[name] += out
        counts.baseline_classes[name] += out > 0


def _count_intruders(of: Class, seed: int, counts: Counts) -> None:
    names = class_names(of)
    for kind in KINDS:
        people, victim = with_intruder(of, kind, Random(f"{kind}:{seed}"))  # noqa: S311 - not a secret
        verdicts = {verdict.person_id: verdict for verdict in judge(of.class_list, people)}
        found = verdicts.pop(INTRUDER)
        band = found.band
        counts.intruders[kind, band] += 1
        counts.because[kind, band, found.reasons[0].why] += 1
        counts.targets[kind, victim.pupil.origin.name, band] += 1
        counts.beside[kind] += any(verdict.band is Band.STRANGER for verdict in verdicts.values())
        (intruder,) = (person for person in people if person.id == INTRUDER)
        for name in BASELINES:
            counts.baseline_let_in[name, kind] += stays(name, names, intruder)


def _bands(of: Class, people: Sequence[Person]) -> dict[str, Band]:
    return {verdict.person_id: verdict.band for verdict in judge(of.class_list, people)}


def share(part: float, of: float) -> float:
    """A share from 0 to 1, rounded; 0 of nothing is 0."""
    return round(part / of, 5) if of else 0.0


def by_origin(counts: Counts, which: Mapping[str, int]) -> dict[str, float]:
    """The share of each origin's students."""
    return {origin: share(which.get(origin, 0), many) for origin, many in sorted(counts.students.items())}
