"""A raid on several classes of the invented school, and what is seen of its warning."""

import csv
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from modbot.authorize import Place
from modbot.demo.district import INCIDENTS
from modbot.demo.roster import LIND, PUPILS, SCHOOL, pupil_email
from modbot.findings import Unmatched
from modbot.http import Http
from modbot.model import PlatformName, Room, Session
from modbot.parts import Parts
from modbot.simulators.slack import PostedMessage
from modbot.simulators.zoom import Meeting
from modbot.state import now
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import STRANGER, On, comes, enrolled
from tests.scenarios.school import BROOK, School
from tests.stores import until

MAPLE = "Maple Street Elementary"
LOCK = f"Lock the live rooms of {MAPLE}…"
HISTORY = "Grade 6 History"


@dataclass(slots=True)
class Looker:
    """Another process of the same modbot, that looks at classes when it is told to."""

    parts: Parts

    async def saw(
        self, room: Room, name: str = STRANGER, *, school: str = SCHOOL, ago: timedelta = timedelta(0)
    ) -> None:
        """Everybody of this name in a room was not recognised, and came so long ago."""
        await self.shown(*await self.sighted(room, name, school=school, ago=ago))

    async def sighted(
        self, room: Room, name: str = STRANGER, *, school: str = SCHOOL, ago: timedelta = timedelta(0)
    ) -> tuple[Session, list[Unmatched]]:
        """What there is to show the radar, once modbot has heard of them."""
        sessions = self.parts.sessions
        marks = frozenset({b"n" + self.parts.radar.memory.digest(name)})

        async def heard() -> bool:
            return any(one.name == name for live in await sessions.live_in_room(room) for one in live.participants)

        await until(f"modbot has heard of {name} in {room.key}", heard)
        (session,) = await sessions.live_in_room(room)
        seen = [
            Unmatched(session.key, room.key, school, one.id, now() - ago, marks)
            for one in session.participants
            if one.name == name
        ]
        return session, seen

    async def shown(self, session: Session, seen: list[Unmatched]) -> None:
        """The radar is shown them."""
        room = session.room.key
        await self.parts.radar.saw(session, Place(room, section=room, school=seen[0].school), seen)


@asynccontextmanager
async def looking(school: School) -> AsyncIterator[Looker]:
    """A process that looks."""
    http = Http()
    parts = Parts(school.app.state, school.app.settings, http)
    await parts.jobs.start(work=False)
    try:
        yield Looker(parts)
    finally:
        await parts.jobs.drain(timedelta(seconds=5))
        await http.close()


async def raided(open_school: OpenSchool, *on: On, name: str = STRANGER, **changes: Any) -> School:
    """A class runs on each of these platforms, and then somebody comes into all of them."""
    school = await open_school(*(one.platform for one in on), **changes)
    for one in on:
        await getattr(school, f"{one.platform}_class")()
    for one in on:
        await comes(school, one, name)
    return school


async def unwatched(open_school: OpenSchool, *on: On) -> School:
    """The same, and modbot does not look for raids by itself: only as a `Looker` is told."""
    return await raided(open_school, *on, findings={"off": ["raid"]})


def room_of(school: School, on: On) -> Room:
    """Where the class meets."""
    return school.district.stand_ins[on.platform].room


async def second_zoom_class(school: School, *strangers: str) -> Meeting:
    """Mr Lind's class, on Zoom too, with its pupils and these."""
    zoom = school.district.zoom
    zoom.account.add_user(LIND.email)
    meeting = zoom.start_meeting(LIND.email, HISTORY)
    for name in PUPILS:
        zoom.join(meeting, name, pupil_email(name))
    for name in strangers:
        zoom.join(meeting, name)
    await school.settled()
    return meeting


def zoom_room(meeting: Meeting) -> Room:
    """A meeting's room."""
    return Room(PlatformName.ZOOM, str(meeting.id))


def warnings(school: School, channel: str = INCIDENTS) -> list[PostedMessage]:
    """Every warning in a channel."""
    return [m for m in school.slack.messages if m.channel == channel and not m.thread_ts and "unrecognised" in m.text]


async def warning_saying(school: School, words: str, channel: str = INCIDENTS) -> PostedMessage:
    """The warning in a channel, once it says this."""
    await until(
        f"a warning says {words!r}", lambda: any(words in message.everything for message in warnings(school, channel))
    )
    (found,) = warnings(school, channel)
    return found


def warning_to(school: School, user: str) -> list[PostedMessage]:
    """The warnings in somebody's own messages."""
    return warnings(school, school.slack.world.im_with(user).id)


async def drawn(school: School) -> None:
    """No job that would change a warning waits or runs."""
    store = school.app.state.store

    async def quiet() -> bool:
        jobs: Iterable[bytes] = await store.run("KEYS", "mb:docket:*raid:*")
        return not list(jobs)

    await until("every warning is up to date", quiet)


async def works_at_two_schools(school: School, teacher: str) -> None:
    """From now on a teacher is on the staff of another school too, and the roster does not say what they teach."""
    await enrolled(school, lambda row: row["userSourcedId"] != teacher)
    rows = {
        "orgs": {"sourcedId": "org-oak", "name": "Oak Street Elementary", "type": "school"},
        "roles": {"sourcedId": "rol-oak", "userSourcedId": teacher, "role": "teacher", "orgSourcedId": "org-oak"},
    }
    for table, row in rows.items():
        with (school.district.roster / f"{table}.csv").open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, fieldnames=list(row)).writerow(row)
    await school.district.import_roster(school.app.state.roster)


def shut(school: School) -> list[bool]:
    """Whether the classes on Zoom and Webex are, as far as each platform allows."""
    zoom, webex = school.district.on_zoom, school.district.on_webex
    return [bool(zoom.meeting.settings["waiting_room"]), bool(webex.picture().locked)]


async def warned(open_school: OpenSchool, *on: On) -> tuple[School, PostedMessage]:
    """Somebody went through these classes, and the warning stands in the incident channel."""
    school = await raided(open_school, *on)
    return school, await warning_saying(school, f"{len(on)} classes")


async def locked(school: School, warning: PostedMessage, user: str = BROOK, many: int = 2) -> PostedMessage:
    """Somebody presses, reads the question, and says yes."""
    question = await school.press(user, warning, LOCK)
    return await school.press(user, question, f"Lock {many} live rooms")
