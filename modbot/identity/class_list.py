"""A section's class list as matching uses it: who is on it, by account and by name. Pure; built once per section."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from modbot.identity.class_index import index_of, spelt, whole_names
from modbot.identity.fits import Fit, How
from modbot.identity.fitting import exactly, fits_of
from modbot.identity.habits import Habits
from modbot.identity.memory import NameMemory, Past, RememberedName
from modbot.identity.shown import Shown, read_shown, words_of
from modbot.model import Staff
from modbot.rosters import Student, normal_email

HABIT_SHARE = 0.8  # of a class's students who normally sign in: from there on it is the class's habit
_CACHED = 256  # names kept with their fits: a class shows fewer, and a flood of names must not fill memory

Look = tuple[Shown, tuple[Fit, ...]]


class ClassList:
    """Who belongs to a section. Safe to share: nothing in it changes but small caches of names already read."""

    def __init__(
        self,
        students: Iterable[Student],
        staff: Iterable[Staff] = (),
        *,
        domains: Collection[str] = (),
        memory: NameMemory | None = None,
        past: Past | None = None,
        today: date = date.min,
    ) -> None:
        """`staff`: whoever may be in the class as staff, at least those of the school.

        `domains`: the district's own e-mail domains. `past`: what is remembered of the class; it counts by `today`, and
        only with the `memory` it was digested by.
        """
        self.students = tuple(students)
        self._index = index_of(self.students)
        self._seats_by_email = _by_email(self.students)
        staff = tuple(staff)
        self._staff_emails = frozenset(normal_email(person.email) for person in staff if person.email)
        self._staff_names = frozenset(name for person in staff for name in _staff_names(person.name))
        self._domains = frozenset(domain.casefold() for domain in domains)
        self._memory = memory
        counting = past.on(today) if memory is not None and past is not None else Past()
        self._remembered = counting.names
        self._seats_by_mark = _by_mark(self.students, memory) if memory is not None and past is not None else {}
        self._marks = {seat: mark for mark, seat in self._seats_by_mark.items()}
        self._named = frozenset(one.student for one in self._remembered.values()) - {b""}
        self._signers, self._rare = _seats_with_habits(counting.habits, self._seats_by_mark)
        self._looked: dict[str, Look] = {}
        self._recalled: dict[str, RememberedName | None] = {}
        self.has_past = counting.habits.enough  # whether earlier meetings are known

    @property
    def habit(self) -> bool | None:
        """Whether the class as a whole normally signs in; None when that is not known."""
        if not self.has_past:
            return None
        return len(self._signers) >= HABIT_SHARE * max(1, len(self.students))

    def is_staff(self, email: str) -> bool:
        """Whether the address belongs to a member of staff."""
        return bool(self._staff_emails) and normal_email(email) in self._staff_emails

    def seat_of(self, email: str) -> int | None:
        """The place on the list of the one student with this address."""
        return self._seats_by_email.get(normal_email(email))

    def is_ours(self, email: str) -> bool:
        """Whether the address is of one of the district's domains."""
        return email.rpartition("@")[2].strip().casefold() in self._domains

    def usually_signs_in(self, seat: int) -> bool:
        """Whether this student normally does, as far as that is known."""
        return seat in self._signers

    def is_rare(self, seat: int) -> bool:
        """Whether this student was hardly ever recognised lately: they come under another name, or not at all."""
        return seat in self._rare

    def shows_another(self, seat: int, name: str) -> bool:
        """Whether this student is remembered by other names, and not by this one."""
        mark = self._marks.get(seat, b"")
        if mark not in self._named:
            return False
        entry = self.recall(name)
        return entry is None or entry.student not in (mark, b"")

    def exact(self, name: str) -> tuple[Fit, ...]:
        """The first look-up: students whose whole name is shown as anybody would type it. No rules, no memory."""
        return self._index.spelt.get(name) or self._index.spelt.get(spelt(name), ())

    def look(self, name: str) -> Look:
        """The name as read, and every student it may mean by the full rules, best first. Remembered for next time."""
        there = self._looked.get(name)
        if there is None:
            there = self._look(name)
            if len(self._looked) < _CACHED:
                self._looked[name] = there
        return there

    def _look(self, name: str) -> Look:
        shown = read_shown(name, keep=self._index.words)
        return shown, exactly(shown, self._index) or fits_of(shown, self._index)

    def is_staff_name(self, shown: Shown) -> bool:
        """Whether somebody on staff has this whole name."""
        return shown.whole in self._staff_names

    def recall(self, name: str) -> RememberedName | None:
        """What is remembered of this shown name in this section, if anything is in force."""
        if self._memory is None or not self._remembered:
            return None
        if name in self._recalled:
            return self._recalled[name]
        entry = self._remembered.get(self._memory.digest(name))
        if len(self._recalled) < _CACHED:
            self._recalled[name] = entry
        return entry

    def remembered_fit(self, entry: RememberedName) -> tuple[Fit, ...]:
        """The student whose name it is remembered to be, when that is known and they are still on the list."""
        seat = self._seats_by_mark.get(entry.student)
        return () if seat is None else (Fit(seat, How.REMEMBERED, 1.0),)

    def called(self, seat: int) -> str:
        """The name by which this student may be mentioned to staff: the preferred one."""
        student = self.students[seat]
        given, family = student.preferred_given or student.given, student.preferred_family or student.family
        return f"{given} {family}".strip()


def _by_email(students: Iterable[Student]) -> dict[str, int]:
    """Addresses that identify one student; one that several share identifies nobody."""
    found: dict[str, list[int]] = {}
    for seat, student in enumerate(students):
        if student.email:
            found.setdefault(normal_email(student.email), []).append(seat)
    return {email: seats[0] for email, seats in found.items() if len(seats) == 1}


def _staff_names(name: str) -> Iterable[str]:
    """The whole name, and the family name alone: "Ms Chang" is how teachers call themselves."""
    given, _, family = name.strip().rpartition(" ")
    return (*whole_names(given, family), " ".join(words_of(family)))


def _by_mark(students: Iterable[Student], memory: NameMemory) -> dict[bytes, int]:
    return {memory.mark(student.id): seat for seat, student in enumerate(students)}


def _seats_with_habits(habits: Habits, seats: Mapping[bytes, int]) -> tuple[frozenset[int], frozenset[int]]:
    """The places of those who normally sign in, and of those who were hardly ever recognised."""
    known = [(seats[mark], habit) for mark, habit in habits.of.items() if mark in seats]
    signers = frozenset(seat for seat, habit in known if habit.signs_in)
    return signers, frozenset(seat for seat, habit in known if habit.rare)
