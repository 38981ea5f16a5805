"""Which run of a class something belongs to.

Graph names no run: its events carry a subscription and a time. So modbot names a run by where it begins to count: the
opening of the class's day in the teacher's calendar, or the last end of a call that was heard, whichever is later. Both
are kept for all processes, so that each comes to the same name, also when the event that a call began was lost.
https://learn.microsoft.com/graph/changenotifications-for-onlinemeeting
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import orjson

from modbot.tokens import TokenVault

EARLY = timedelta(hours=1)  # people may come so long before a class is to begin
BREAK = timedelta(hours=2)  # lessons by one link with less between them are one sitting
LONGEST_CALL = timedelta(hours=14)  # a call whose end was not heard is over by then
AFTER_END = timedelta(seconds=3)  # arrivals told so soon after an end are of the call that ended
MOST = 8
KEEP = timedelta(days=3)
REMEMBERED_HERE = timedelta(seconds=1)
MOST_ROOMS_HERE = 20_000


@dataclass(frozen=True, slots=True)
class Lesson:
    """One entry of a calendar: when a class is to begin and to end."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Marks:
    """What was heard of a class's calls: when the last ones ended, and when the last one began."""

    ended: tuple[datetime, ...] = ()
    started: datetime | None = None

    @property
    def running(self) -> bool:
        """Whether a call began and its end was not heard."""
        return self.started is not None and not any(end >= self.started for end in self.ended)

    def with_start(self, at: datetime) -> "Marks":
        """The same with a call that began at `at`."""
        return replace(self, started=max(at, self.started or at))

    def with_end(self, at: datetime) -> "Marks":
        """The same with a call that ended at `at`."""
        return replace(self, ended=tuple(sorted({*self.ended, at})[-MOST:]))


def openings(lessons: Iterable[Lesson], kept: Sequence[datetime] = ()) -> tuple[datetime, ...]:
    """Where runs begin by the calendar: before the first of lessons that follow close on each other.

    One that is `kept` stays, though its lesson be moved a little: a run must not change its name while it goes on.
    """
    found = list(kept)
    free_since: datetime | None = None
    for lesson in sorted(lessons, key=lambda one: one.start):
        opening = lesson.start - EARLY
        apart = free_since is None or lesson.start - free_since >= BREAK
        if apart and not any(abs(opening - one) < BREAK for one in found):
            found.append(opening)
        free_since = max(lesson.end, free_since or lesson.end)
    return tuple(sorted(found)[-MOST:])


def run_id(room_id: str, opened: Sequence[datetime], marks: Marks, at: datetime, *, arriving: bool) -> str:
    """The id of the run that something at `at` belongs to.

    `arriving`: somebody came or the call began, so an end heard before it is over. Who leaves after an end leaves the
    call that ended, unless another is known to have begun.
    """
    begins = [one for one in opened if one <= at and not _in_one_call(one, marks)]
    begins += [end for end in marks.ended if _counts(end, marks, at, arriving=arriving)]
    if not begins:
        return f"{room_id}-0"
    return f"{room_id}-{max(begins).astimezone(UTC):%Y%m%dT%H%M%S}"


def _in_one_call(opening: datetime, marks: Marks) -> bool:
    """Whether a call that runs over, into the time before the next lesson, was going on at this opening."""
    begun = marks.started
    if begun is None or not begun < opening < begun + LONGEST_CALL:
        return False
    return not any(begun <= end <= opening for end in marks.ended)


def _counts(end: datetime, marks: Marks, at: datetime, *, arriving: bool) -> bool:
    begun = marks.started is not None and end < marks.started <= at
    return end < at and (begun or (arriving and at - end > AFTER_END))


class Runs:
    """The marks of each class: sealed in the vault for every process, and remembered here for a moment."""

    def __init__(self, vault: TokenVault, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._now = now
        self._here: dict[str, tuple[Marks, datetime]] = {}

    async def of(self, room_id: str) -> Marks:
        """What was heard of this class's calls."""
        known = self._here.get(room_id)
        if known is not None and self._now() - known[1] < REMEMBERED_HERE:
            return known[0]
        raw = await self._vault.get(f"teams:run:{room_id}")
        return self._remember(room_id, _unpacked(raw) if raw else Marks())

    async def mark(self, room_id: str, marks: Marks) -> Marks:
        """Keep what has now been heard."""
        await self._vault.put(f"teams:run:{room_id}", _packed(marks), lifetime_seconds=int(KEEP.total_seconds()))
        return self._remember(room_id, marks)

    def _remember(self, room_id: str, marks: Marks) -> Marks:
        if len(self._here) >= MOST_ROOMS_HERE:
            self._here.clear()
        self._here[room_id] = (marks, self._now())
        return marks


def _packed(marks: Marks) -> str:
    return orjson.dumps(
        [[one.timestamp() for one in marks.ended], marks.started and marks.started.timestamp()]
    ).decode()


def _unpacked(raw: str) -> Marks:
    try:
        ended, started = orjson.loads(raw)
        at = None if started is None else datetime.fromtimestamp(started, UTC)
        return Marks(tuple(datetime.fromtimestamp(one, UTC) for one in ended), at)
    except (ValueError, TypeError, OverflowError, OSError):
        return Marks()  # written by an older version: as good as none
