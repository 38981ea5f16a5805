"""The verdicts: identity before name before history, and one place on the class list for each student.

Everybody present is judged together, since whether "Maria" is a student or her double depends on who else is here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from modbot.identity.class_list import HABIT_SHARE, ClassList
from modbot.identity.fits import NEARLY, Fit, How
from modbot.identity.memory import RememberedName, may_be_remembered
from modbot.identity.seats import Seats
from modbot.identity.shown import Shown
from modbot.identity.verdicts import Band, Person, Reason, Verdict, Why
from modbot.identity.vocabulary import is_prank

SAME_WORTH = 0.05  # fits that are hardly worse than the best one are as good
SIGNED_IN_FROM = 8  # signed-in students from which on a session's own habit counts

_WHY_OF = {
    How.FULL: Why.FULL,
    How.NICKNAME: Why.NICKNAME,
    How.SHORT: Why.SHORT,
    How.INITIAL: Why.INITIAL,
    How.REMEMBERED: Why.WORN,
    How.FIRST: Why.FIRST,
    How.NEAR: Why.NEAR,
    How.NEAR_FIRST: Why.NEAR,
    How.PART: Why.PART,
    How.HINT: Why.HINT,
}
_NOBODY = Shown(())  # not read: the first look-up found the name
_BY_NAME = (Reason(Why.FULL),)
_PLAIN = {why: Reason(why) for why in Why}


@dataclass(slots=True)
class _Case:
    """One participant while the list is judged."""

    person: Person
    account: int | None = None  # the seat whose account they signed in with
    staff: bool = False
    shown: Shown = _NOBODY
    fits: tuple[Fit, ...] = ()
    entry: RememberedName | None = None
    lost: int | None = None  # the seat that somebody else holds
    prank: bool = False  # a prank name that is nobody's own
    doubled: bool = False  # holds a seat by a near name that somebody else shows exactly

    @property
    def tolerated(self) -> bool:
        return self.entry is not None and self.entry.tolerated


def judge(class_list: ClassList, people: Sequence[Person]) -> tuple[Verdict, ...]:
    """A verdict for each of those present, in the order given, which must be the order in which they came.

    Those who have left must not be among them: they would hold a place on the list.
    """
    cases = [_case(class_list, person) for person in people]
    seats = Seats()
    _seat_accounts(cases, seats)
    _seat_names(cases, seats)
    habit = _habit(class_list, cases, seats)
    nothing_known = not (habit or class_list.has_past)
    nobody_from = _first_nobody(cases, seats) if class_list.has_past else len(cases)
    room = _Room(class_list, cases, seats, habit, nothing_known, nobody_from)
    return tuple(room.verdict(number, case) for number, case in enumerate(cases))


def _case(class_list: ClassList, person: Person) -> _Case:
    if person.signed_in and person.email:
        if class_list.is_staff(person.email):
            return _Case(person, staff=True)
        seat = class_list.seat_of(person.email)
        if seat is not None:
            return _Case(person, account=seat)
    exact = class_list.exact(person.name)
    if exact:
        return _Case(person, fits=exact)
    case = _Case(person, entry=class_list.recall(person.name))
    case.shown, case.fits = class_list.look(person.name)
    case.prank = not _is_full(case.fits) and is_prank(case.shown.whole)
    if case.entry is not None and not _is_full(case.fits):
        case.fits = (*class_list.remembered_fit(case.entry), *case.fits)
    return case


def _is_full(fits: Sequence[Fit]) -> bool:
    return bool(fits) and fits[0].how is How.FULL


def _seat_accounts(cases: Sequence[_Case], seats: Seats) -> None:
    for number, case in enumerate(cases):
        if case.account is not None:
            seats.take(number, Fit(case.account, How.FULL, 1.0))


def _seat_names(cases: Sequence[_Case], seats: Seats) -> None:
    """Names in the order of coming. A seat that is taken leaves the later one a double."""
    for number, case in enumerate(cases):
        choices = _choices(case)
        if not choices or seats.claim(number, choices):
            continue
        case.lost = choices[0].seat
        holder = seats.holder[case.lost]
        # A name that is a letter off came before the exact one: which of the two is real cannot be told.
        if choices[0].how is How.FULL and seats.fit[holder].how in NEARLY:
            cases[holder].doubled = True


def _habit(class_list: ClassList, cases: Sequence[_Case], seats: Seats) -> bool:
    """Whether the class normally signs in; where nothing is known of other days, whether nearly all did today."""
    if class_list.habit is not None:
        return class_list.habit
    signed_in = sum(case.account is not None for case in cases)
    return signed_in >= SIGNED_IN_FROM and signed_in >= HABIT_SHARE * len(seats.holder)


def _first_nobody(cases: Sequence[_Case], seats: Seats) -> int:
    """Who came first of those whose name neither fits a student nor was ever let stay; beyond the last for none."""
    for number, case in enumerate(cases):
        if not (number in seats.fit or case.staff or case.lost is not None or case.person.runs or case.tolerated):
            return number
    return len(cases)


def _choices(case: _Case) -> Sequence[Fit]:
    """The fits that are good enough to hold a place, and about as good as the best."""
    if case.shown is _NOBODY:
        return case.fits  # found by the first look-up: all of them fit wholly
    if case.account is not None or not case.fits or not case.fits[0].good or case.prank:
        return []
    enough = case.fits[0].worth - SAME_WORTH
    return [fit for fit in case.fits if fit.good and fit.worth >= enough]


@dataclass(slots=True)
class _Room:
    """Everybody's place is settled; what follows for each."""

    class_list: ClassList
    cases: Sequence[_Case]
    seats: Seats
    habit: bool  # whether this class normally signs in
    nothing_known: bool  # of other days: a whole name is enough then
    nobody_from: int  # the number of the first who cannot be anybody as far as their name says; else beyond the last

    def verdict(self, number: int, case: _Case) -> Verdict:
        if case.staff:
            return self._said(case, Band.STAFF, Why.STAFF_ACCOUNT)
        if case.account is not None:
            return self._by_account(number, case)
        fit = self.seats.fit.get(number)
        if fit is not None:
            return self._seated(number, case, fit)
        if case.lost is not None:
            return self._double(case, case.lost)
        return self._unseated(number, case)

    def _by_account(self, number: int, case: _Case) -> Verdict:
        seat = case.account if case.account is not None else -1
        holder = self.seats.holder[seat]
        if holder != number:
            return self._said(case, Band.DUPLICATE, Why.ACCOUNT_TWICE, seat=seat, holder=holder)
        others = self.class_list.exact(case.person.name)
        if others and all(fit.seat != seat for fit in others):
            return self._said(case, Band.KNOWN, Why.OWN_ACCOUNT, Why.OTHERS_NAME, seat=seat)
        return self._said(case, Band.KNOWN, Why.OWN_ACCOUNT, seat=seat)

    def _seated(self, number: int, case: _Case, fit: Fit) -> Verdict:
        """They hold a place by name."""
        if case.shown is _NOBODY and self.nothing_known and not case.person.email and len(case.fits) == 1:
            return Verdict(case.person.id, Band.KNOWN, _BY_NAME, self.class_list.students[fit.seat].id)
        if case.doubled:
            about = (Reason(Why.DOUBLED, self.class_list.called(fit.seat)),)
            return self._verdict(case, Band.DUPLICATE, about, seat=fit.seat)
        band = Band.KNOWN if fit.how is How.FULL else Band.LIKELY
        lower, doubts = self._doubted(number, case, band, fit.seat)
        trusted = not case.shown.alike and Why.RARE not in doubts
        if (doubts or band is not Band.KNOWN) and trusted and self._tolerated(case):
            return self._said(case, Band.REMEMBERED, Why.REMEMBERED, seat=fit.seat)
        several = (Why.SEVERAL,) if len(_choices(case)) > 1 else ()
        return self._said(case, lower, *doubts, _WHY_OF[fit.how], *several, seat=fit.seat)

    def _tolerated(self, case: _Case) -> bool:
        """Whether a teacher let this name stay before. Asked late: it costs more than the first look-up."""
        if case.entry is None:
            case.entry = self.class_list.recall(case.person.name)
        return case.tolerated

    def _doubted(self, number: int, case: _Case, band: Band, seat: int) -> tuple[Band, tuple[Why, ...]]:
        """What speaks against a name that fits: the band it comes down to, and why."""
        person, shown, doubts = case.person, case.shown, []
        if shown.alike:
            band = Band.UNSURE
            doubts.append(Why.ALIKE)
        elif shown.hidden:
            band = Band.LIKELY if band is Band.KNOWN else Band.UNSURE
            doubts.append(Why.HIDDEN)
        if not person.signed_in or person.email:
            other_days = self._other_days_against(number, case, band, seat)
            if other_days is not None:
                band = Band.UNSURE
                doubts.append(other_days)
        if person.signed_in and person.email:
            ours = self.class_list.is_ours(person.email)
            band = Band.UNSURE if ours or band is Band.UNSURE else Band.LIKELY
            doubts.append(Why.OTHER_ACCOUNT if ours else Why.OUTSIDE_ACCOUNT)
        return band, tuple(doubts)

    def _other_days_against(self, number: int, case: _Case, band: Band, seat: int) -> Why | None:
        """What earlier sessions say against taking a mere name for this student."""
        if self.class_list.usually_signs_in(seat):
            return Why.STUDENT_SIGNS_IN
        if self.habit:
            return Why.NO_SIGN_IN
        if self.class_list.is_rare(seat):
            return Why.RARE
        came_later = band is Band.KNOWN and self.nobody_from < number
        return Why.UNUSUAL if came_later and self.class_list.shows_another(seat, case.person.name) else None

    def _double(self, case: _Case, seat: int) -> Verdict:
        near = case.fits[0].how in NEARLY
        about = Reason(Why.NEAR_DOUBLE if near else Why.DOUBLE, self.class_list.called(seat))
        return self._verdict(case, Band.DUPLICATE, (about,), seat=seat, holder=self.seats.holder[seat])

    def _unseated(self, number: int, case: _Case) -> Verdict:
        """Nobody's name, or too little of one."""
        if case.prank:
            return self._said(case, Band.STRANGER, Why.PRANK)
        if case.tolerated and may_be_remembered(case.person.name):
            return self._remembered(number, case)
        said = self._says_nothing(case)
        if said is not None:
            return self._said(case, Band.UNSURE, said)
        signed_in_elsewhere = self._elsewhere(case)
        if signed_in_elsewhere is not None:
            return signed_in_elsewhere
        return self._partly(case)

    def _remembered(self, number: int, case: _Case) -> Verdict:
        digest = case.entry.digest if case.entry else b""
        for earlier in range(number):
            entry = self.cases[earlier].entry
            if entry is not None and entry.digest == digest:
                holder = self.cases[earlier].person.id
                return Verdict(case.person.id, Band.DUPLICATE, (Reason(Why.SAME_NAME),), double_of=holder)
        return self._said(case, Band.REMEMBERED, Why.REMEMBERED)

    def _says_nothing(self, case: _Case) -> Why | None:
        """Why nobody can be recognised or ruled out, if so."""
        email, shown = case.person.email, case.shown
        if not self.class_list.students:
            return Why.NO_LIST
        if case.person.runs:
            return Why.HOST
        if self.class_list.is_staff_name(shown):
            return Why.STAFF_NAME
        if email and not case.person.signed_in and self.class_list.seat_of(email) is not None:
            return Why.UNPROVED_EMAIL
        if not shown.words:
            return Why.DEVICE if shown.device else Why.NO_NAME
        return None

    def _elsewhere(self, case: _Case) -> Verdict | None:
        """Signed in with a school account of another class: a stranger here, unless the name fits somebody."""
        person = case.person
        if not (person.signed_in and person.email and self.class_list.is_ours(person.email)):
            return None
        return self._said(case, Band.STRANGER, Why.OTHER_ACCOUNT, Why.NOBODY)

    def _partly(self, case: _Case) -> Verdict:
        taken = False
        for fit in case.fits:
            if self.seats.free(fit.seat):
                return self._said(case, Band.UNSURE, _WHY_OF[fit.how])
            if fit.how in NEARLY:
                return self._double(case, fit.seat)
            taken = taken or fit.how is How.PART
        if case.shown.foreign and not case.fits:
            return self._said(case, Band.UNSURE, Why.OTHER_LETTERS)
        return self._said(case, Band.STRANGER, Why.TAKEN if taken else Why.NOBODY)

    def _said(self, case: _Case, band: Band, *whys: Why, seat: int | None = None, holder: int | None = None) -> Verdict:
        return self._verdict(case, band, tuple(map(_PLAIN.__getitem__, whys)), seat=seat, holder=holder)

    def _verdict(
        self,
        case: _Case,
        band: Band,
        reasons: tuple[Reason, ...],
        *,
        seat: int | None = None,
        holder: int | None = None,
    ) -> Verdict:
        student_id = "" if seat is None else self.class_list.students[seat].id
        double_of = "" if holder is None else self.cases[holder].person.id
        return Verdict(case.person.id, band, reasons, student_id, double_of)
