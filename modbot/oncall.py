"""Who is on call when: weekly rotations with handovers at a local time, dated overrides, and shifts somebody took.

Pure arithmetic. A handover is at the same time on the district's clocks all year, so a week that clocks change in is an
hour longer or shorter; there is no moment without anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Shift:
    """Someone is on call from `since` up to `until` (aware UTC)."""

    person: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """When one takes over from another: a weekday (0 is Monday) and a time on the district's clocks."""

    weekday: int
    at: time

    @classmethod
    def parse(cls, text: str) -> "Handover":
        """`mon 08:00`. Raises ValueError."""
        day, _, clock = text.strip().casefold().partition(" ")
        if day[:3] not in WEEKDAYS or not clock.strip():
            raise ValueError(f"{text!r} is not a weekday and a time, such as 'mon 08:00'")
        try:
            at = time.fromisoformat(clock.strip())
        except ValueError:
            raise ValueError(f"{text!r} has no time such as 08:00") from None
        if at.tzinfo is not None:
            raise ValueError(f"{text!r} names a time zone: handovers follow the district's")
        return cls(WEEKDAYS.index(day[:3]), at)


@dataclass(frozen=True, slots=True)
class Rotation:
    """People in turn, each for `weeks`. The first of them has it in the week of `starts`; so it went before, too."""

    people: tuple[str, ...]
    handover: Handover
    starts: date
    zone: ZoneInfo
    weeks: int = 1

    def at(self, moment: datetime) -> Shift:
        """Whose turn it is. Raises ValueError for a rotation without anybody."""
        if not self.people:
            raise ValueError("a rotation needs at least one person")
        number = self._number(moment)
        return Shift(self.people[number % len(self.people)], self._begins(number), self._begins(number + 1))

    def _number(self, moment: datetime) -> int:
        days = (moment.astimezone(self.zone).date() - self._first).days
        number = days // (7 * self.weeks)
        return number if self._begins(number) <= moment else number - 1

    @property
    def _first(self) -> date:
        """The day of the first handover: the last such weekday up to `starts`."""
        return self.starts - timedelta(days=(self.starts.weekday() - self.handover.weekday) % 7)

    def _begins(self, number: int) -> datetime:
        day = self._first + timedelta(days=7 * self.weeks * number)
        return datetime.combine(day, self.handover.at, self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rotation, and who stands in for a while. Of several who stand in at once, the last in the list has it."""

    name: str
    rotation: Rotation
    overrides: tuple[Shift, ...] = ()

    def at(self, moment: datetime, taken: Sequence[Shift] = ()) -> Shift:
        """Who is on call, and for how long nobody else is. `taken` are shifts that somebody took over by hand."""
        standing_in = (*self.overrides, *taken)
        shift = self._plain(moment, standing_in)
        edges = [edge for one in standing_in for edge in (one.since, one.until)]
        since = max([edge for edge in edges if shift.since < edge <= moment], default=shift.since)
        until = min([edge for edge in edges if moment < edge < shift.until], default=shift.until)
        return Shift(shift.person, since, until)

    def _plain(self, moment: datetime, standing_in: Sequence[Shift]) -> Shift:
        for one in reversed(standing_in):
            if one.since <= moment < one.until:
                return one
        return self.rotation.at(moment)

    def following(self, moment: datetime, taken: Sequence[Shift] = ()) -> Shift:
        """The next shift that somebody else has; the next of the same person where nobody else ever has one."""
        now = self.at(moment, taken)
        after = self.at(now.until, taken)
        for _ in range(len(self.rotation.people) + 2 * (len(self.overrides) + len(taken))):
            if after.person != now.person:
                break
            after = self.at(after.until, taken)
        return after
