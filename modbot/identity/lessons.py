"""What one meeting teaches for the next ones: names that stayed, whose they are, who was recognised and how. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from modbot.identity.memory import NameMemory, Past, RememberedName
from modbot.identity.verdicts import Band, Verdict, Why

_BY_NAME = frozenset({Band.KNOWN, Band.LIKELY, Band.REMEMBERED})
_LET_STAY = _BY_NAME | {Band.UNSURE, Band.STRANGER}
_OTHER_DAYS = (Why.RARE, Why.UNUSUAL, Why.STUDENT_SIGNS_IN, Why.NO_SIGN_IN)
_TODAY = (Why.ALIKE, Why.HIDDEN, Why.OTHER_ACCOUNT, Why.OUTSIDE_ACCOUNT)
MEETING_FROM = 0.25  # of the students recognised: with fewer it was another meeting than the class's own


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of one meeting. Students by their roster ids; `names` with whose they are ("": not known), and if tolerated."""

    names: tuple[tuple[str, str, bool], ...] = ()
    recognised: frozenset[str] = frozenset()
    signed_in: frozenset[str] = frozenset()


def lesson(stayed: Iterable[tuple[str, Verdict]]) -> Lesson:
    """What is learned from those who stayed to the end, nobody having put them out, and the names they showed.

    Names shown beside an account say whose they are and let nobody in; all others a teacher has tolerated. Whoever
    seemed to be somebody's double teaches nothing.
    """
    names: list[tuple[str, str, bool]] = []
    recognised: set[str] = set()
    signed_in: set[str] = set()
    for name, verdict in stayed:
        if verdict.has(Why.OWN_ACCOUNT):
            signed_in.add(verdict.student_id)
            if not verdict.has(Why.OTHERS_NAME):
                names.append((name, verdict.student_id, False))
        elif verdict.band in _LET_STAY:
            certain = verdict.band in _BY_NAME and not verdict.has(Why.SEVERAL)
            names.append((name, verdict.student_id if certain else "", True))
            if verdict.student_id and (verdict.band in _BY_NAME or _only_other_days(verdict)):
                recognised.add(verdict.student_id)
    return Lesson(tuple(names), frozenset(recognised | signed_in), frozenset(signed_in))


def _only_other_days(verdict: Verdict) -> bool:
    """Whether nothing but earlier meetings speaks against them: the teacher let them stay, so that may change."""
    return verdict.has(*_OTHER_DAYS) and not verdict.has(*_TODAY)


def remembered(taught: Lesson, memory: NameMemory, *, term_ends: date) -> tuple[RememberedName, ...]:
    """The names of a lesson as they are kept; none that anybody could show."""
    kept = (
        memory.remember(name, term_ends=term_ends, student_id=student_id, tolerated=tolerated)
        for name, student_id, tolerated in taught.names
    )
    return tuple(one for one in kept if one is not None)


def later(past: Past, taught: Lesson, memory: NameMemory, students: Collection[str], *, term_ends: date) -> Past:
    """The past of a class one meeting later. `students`: the ids of all on its list."""
    named = past.with_names(remembered(taught, memory, term_ends=term_ends))
    if len(taught.recognised) < MEETING_FROM * len(students):
        return named
    habits = past.habits.after(
        map(memory.mark, students),
        recognised=frozenset(map(memory.mark, taught.recognised)),
        signed_in=frozenset(map(memory.mark, taught.signed_in)),
        term_ends=term_ends,
    )
    return replace(named, habits=habits)
