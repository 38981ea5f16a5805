"""Which classes a teacher has, by their calendar, and which of them run.

https://learn.microsoft.com/graph/api/user-list-calendarview
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from modbot.errors import NotFound
from modbot.model import PlatformName, Room, Session
from modbot.platforms.teams.answers import field, moment, text
from modbot.platforms.teams.classes import Classes, OnlineClass
from modbot.platforms.teams.graph import Graph
from modbot.platforms.teams.runs import Lesson, Marks, Runs, run_id

LOOK_BACK = timedelta(hours=14)  # so that the first lesson of a sitting is seen as long as its last one runs
LOOK_AHEAD = timedelta(hours=12)
OVERRUN = timedelta(hours=4)  # a call that goes on so long after its lesson is not looked for any more
MAX_CLASSES = 40  # of one teacher in a day


@dataclass(frozen=True, slots=True)
class Planned:
    """A class with its lessons around now."""

    of: OnlineClass
    lessons: tuple[Lesson, ...]


class Agenda:
    """Calendars as classes."""

    def __init__(self, graph: Graph, classes: Classes, runs: Runs, now: Callable[[], datetime]) -> None:
        self._graph = graph
        self._classes = classes
        self._runs = runs
        self._now = now

    async def planned(self, host_email: str) -> list[Planned]:
        """The classes that this person organises around now. Raises VendorError."""
        now = self._now()
        entries = await self._graph.calendar(host_email, now - LOOK_BACK, now + LOOK_AHEAD)
        found = []
        for link, lessons in list(_by_link(entries).items())[:MAX_CLASSES]:
            of = await self._class(host_email, link)
            if of is not None:
                found.append(Planned(await self._classes.planned(of, lessons), tuple(lessons)))
        return found

    async def live_sessions(self, host_email: str) -> list[Session]:
        """Those of them that run now, as far as can be known. Raises VendorError."""
        now = self._now()
        found = []
        for one in await self.planned(host_email):
            marks = await self._runs.of(one.of.room_id)
            if running(one.lessons, marks, now):
                found.append(session_of(one.of, marks, now))
        return found

    async def _class(self, host_email: str, link: str) -> OnlineClass | None:
        try:
            return await self._classes.by_link(host_email, link)
        except NotFound:
            return None  # deleted since, or a link that only looks like one of Teams


def running(lessons: Sequence[Lesson], marks: Marks, now: datetime) -> bool:
    """Whether a class counts as running: its call began and did not end, or it is its time and no end was heard."""
    if marks.running and any(lesson.start - OVERRUN <= now <= lesson.end + OVERRUN for lesson in lessons):
        return True
    timely = [lesson for lesson in lessons if lesson.start <= now < lesson.end]
    return any(not any(end >= lesson.start for end in marks.ended) for lesson in timely)


def session_of(of: OnlineClass, marks: Marks, at: datetime) -> Session:
    """The run of a class that goes on at `at`."""
    return Session(
        room=Room(PlatformName.TEAMS, of.room_id),
        id=run_id(of.room_id, of.openings, marks, at, arriving=True),
        title=of.title,
        host_email=of.host_email,
        host_id=of.organizer_oid,
        started_at=marks.started if marks.running else None,
    )


def _by_link(entries: Sequence[Mapping[str, Any]]) -> dict[str, list[Lesson]]:
    found: dict[str, list[Lesson]] = defaultdict(list)
    for entry in entries:
        link, lesson = text(entry, "onlineMeeting", "joinUrl"), _lesson(entry)
        own = field(entry, "isOrganizer") is not False and field(entry, "isCancelled") is not True
        if link and lesson is not None and own:
            found[link].append(lesson)
    return found


def _lesson(entry: Mapping[str, Any]) -> Lesson | None:
    start, end = (moment(text(entry, name, "dateTime")) for name in ("start", "end"))
    return Lesson(start, end) if start is not None and end is not None and start < end else None
