"""From counts to the report: shares for every setting, goals reached or not, and the table for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from benchmarks.identity.attacks import KINDS
from benchmarks.identity.baselines import BASELINES
from benchmarks.identity.classes import Setting
from benchmarks.identity.counting import HELD, Counts, by_origin, share
from modbot.identity import Band

NAMES_ONLY = Setting(noise=1.0, signed_in=0.0, memory=True)
SIGNED_IN = Setting(noise=1.0, signed_in=0.9, memory=True)
WORST_ORIGIN_TIMES = 2.0
Z95 = 1.96

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Goal:
    """One promise, its figure, and whether the figure keeps it."""

    what: str
    limit: str
    figure: float
    reached: bool


def row_of(setting: Setting, counts: Counts) -> Row:
    """Everything one setting shows, as plain data. Shares are from 0 to 1."""
    students = counts.students.total()
    return {
        "setting": setting.name,
        "noise": setting.noise,
        "signed_in": setting.signed_in,
        "memory": setting.memory,
        "classes": counts.classes,
        "class_with_a_student_swept": share(counts.classes_with_swept, counts.classes),
        "class_with_a_student_swept_95": _interval(counts.classes_with_swept, counts.classes),
        "students_swept": share(counts.swept.total(), students),
        "students_held": share(counts.held.total(), students),
        "students_swept_by_origin": by_origin(counts, counts.swept),
        "students_held_by_origin": by_origin(counts, counts.held),
        "swept_by_noise": dict(sorted(counts.swept_kinds.items())),
        "held_by_noise": dict(sorted(counts.held_kinds.items())),
        "attacks": {kind: _attack(kind, counts) for kind in KINDS},
        "baselines": {name: _baseline(name, counts, students) for name in BASELINES},
    }


def _attack(kind: str, counts: Counts) -> Row:
    bands = {str(band): share(counts.intruders[kind, band], counts.classes) for band in Band}
    stays = sum(counts.intruders[kind, band] for band in Band if band.welcome)
    held = sum(counts.intruders[kind, band] for band in HELD)
    return {
        "bands": bands,
        "because": _reasons(kind, counts),
        "stays": share(stays, counts.classes),
        "left_after_the_sweep": share(stays + held, counts.classes),
        "a_student_swept_beside": share(counts.beside[kind], counts.classes),
        "stays_by_origin_copied": _stays_by_origin(kind, counts),
    }


def _reasons(kind: str, counts: Counts) -> dict[str, dict[str, int]]:
    """Of each band, in how many classes which reason decided."""
    found: dict[str, dict[str, int]] = {}
    for (attack, band, why), many in counts.because.most_common():
        if attack == kind:
            found.setdefault(str(band), {})[str(why)] = many
    return found


def _stays_by_origin(kind: str, counts: Counts) -> dict[str, float]:
    shares = {}
    for origin in sorted(counts.students):
        bands = {band: counts.targets[kind, origin, band] for band in Band}
        shares[origin] = share(sum(many for band, many in bands.items() if band.welcome), sum(bands.values()))
    return shares


def _baseline(name: str, counts: Counts, students: int) -> Row:
    return {
        "class_with_a_student_swept": share(counts.baseline_classes[name], counts.classes),
        "students_swept": share(counts.baseline_students[name], students),
        "attacks_left": {kind: share(counts.baseline_let_in[name, kind], counts.classes) for kind in KINDS},
    }


def _interval(part: int, of: int) -> tuple[float, float]:
    """Where the true share lies with 95 % (Wilson)."""
    if not of:
        return 0.0, 1.0
    p, z = part / of, Z95 * Z95
    middle, width = (p + z / 2 / of) / (1 + z / of), Z95 * sqrt(p * (1 - p) / of + z / 4 / of / of) / (1 + z / of)
    return round(max(0.0, middle - width), 5), round(min(1.0, middle + width), 5)


def goals_of(rows: Mapping[Setting, Row]) -> list[Goal]:
    """The goals beside their figures, whether reached or not."""
    names, signed = rows[NAMES_ONLY], rows[SIGNED_IN]
    off = names["attacks"]["one letter off a present student"]["bands"]["known"]
    copied = names["attacks"]["copied class-list name of a present student"]["stays"]
    shown = names["attacks"]["copied shown name of a present student"]["stays"]
    stranger = names["attacks"]["plausible name"]
    return [
        _at_most("names only: classes with a student swept", names["class_with_a_student_swept"], 0.05),
        _at_most("90 % signed in: classes with a student swept", signed["class_with_a_student_swept"], 0.005),
        _at_most("one letter off taken for known", off, 0.01),
        _at_most("copied class-list name of a present student stays", copied, 0.01),
        _at_most("copied shown name of a present student stays", shown, 0.01),
        _at_least("plausible strangers held or swept", round(1 - stranger["stays"], 5), 0.95),
        _at_least("plausible strangers swept", stranger["bands"]["stranger"], 0.95),
        _at_most("students held", names["students_held"], 0.08),
        _worst("students swept: worst origin to mean", names["students_swept_by_origin"], names["students_swept"]),
        _worst("students held: worst origin to mean", names["students_held_by_origin"], names["students_held"]),
    ]


def _at_most(what: str, figure: float, limit: float) -> Goal:
    return Goal(what, f"<= {limit:.1%}", figure, figure <= limit)


def _at_least(what: str, figure: float, limit: float) -> Goal:
    return Goal(what, f">= {limit:.0%}", figure, figure >= limit)


def _worst(what: str, by: Mapping[str, float], mean: float) -> Goal:
    times = round(max(by.values(), default=0.0) / mean, 2) if mean else 0.0
    return Goal(what, f"<= {WORST_ORIGIN_TIMES:g} times", times, times <= WORST_ORIGIN_TIMES)


def for_people(rows: Mapping[Setting, Row], goals: list[Goal]) -> str:
    """The report as text."""
    lines = ["Goals", ""]
    for goal in goals:
        figure = f"{goal.figure:g} times" if "times" in goal.limit else f"{goal.figure:.2%}"
        lines.append(f"  {'reached' if goal.reached else 'MISSED ':8} {goal.what}: {figure} ({goal.limit})")
    lines += ["", "Students: classes with one swept, students swept, students held; baselines: classes with one swept"]
    for row in rows.values():
        others = ", ".join(f"{one['class_with_a_student_swept']:.0%}" for one in row["baselines"].values())
        lines.append(
            f"  {row['setting']:42} {row['class_with_a_student_swept']:7.2%} {row['students_swept']:7.2%} "
            f"{row['students_held']:7.2%}   {others}"
        )
    for setting in (NAMES_ONLY, SIGNED_IN):
        lines += ["", *_attacks_for_people(rows[setting])]
    lines += ["", *_origins_for_people(rows[NAMES_ONLY])]
    return "\n".join(lines)


def _attacks_for_people(row: Row) -> list[str]:
    lines = [f"Intruders, {row['setting']}: stay, held, swept; left in by the baselines"]
    for kind, shares in row["attacks"].items():
        swept = shares["bands"]["stranger"]
        held = shares["left_after_the_sweep"] - shares["stays"]
        others = ", ".join(f"{one['attacks_left'][kind]:.0%}" for one in row["baselines"].values())
        lines.append(f"  {kind:45} {shares['stays']:7.2%} {held:7.2%} {swept:7.2%}   {others}")
    return lines


def _origins_for_people(row: Row) -> list[str]:
    lines = [f"Students by name origin, {row['setting']}: swept, held"]
    for origin, swept in row["students_swept_by_origin"].items():
        lines.append(f"  {origin:15} {swept:7.2%} {row['students_held_by_origin'][origin]:7.2%}")
    return lines
