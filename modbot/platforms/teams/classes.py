"""Classes as Teams keeps them: online meetings, with the organiser by whom alone they can be reached.

A class's room is its meeting id, the number in every invitation: it is given once, never changes, stays the same for
every lesson of a series, and Graph finds the meeting by it, so that a lost store loses nothing. A meeting without one
(made before Teams had them) is named by a digest of Graph's own id, and found again through the teacher's calendar.
https://learn.microsoft.com/graph/api/resources/joinmeetingidsettings
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from modbot.errors import Forbidden, NotFound
from modbot.model import Session
from modbot.platforms.teams.answers import text
from modbot.platforms.teams.graph import Graph
from modbot.platforms.teams.runs import Lesson, openings
from modbot.tokens import TokenVault

KEEP = timedelta(days=14)
KEEP_USER = timedelta(days=7)
# Graph allows 2,000 look-ups of meetings a user and month, so they are made seldom; a new title shows as late.
KEEP_LINK = timedelta(days=7)
REMEMBERED_HERE = timedelta(seconds=60)
MOST_HERE = 20_000
DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class OnlineClass:
    """One class: what is needed to reach it, and where its runs begin by the calendar."""

    room_id: str
    host_email: str
    organizer_oid: str
    meeting_id: str
    join_url: str
    title: str = ""
    number: str = ""  # the meeting id that people see
    passcode: str = ""
    thread_id: str = ""
    openings: tuple[datetime, ...] = ()


def room_id_of(meeting_id: str, number: str) -> str:
    """The room id of a meeting. Digits only, or `m` and a digest."""
    if number and set(number) <= DIGITS:
        return number
    return "m" + hashlib.sha256(meeting_id.encode()).hexdigest()[:20]


def class_of(host_email: str, organizer_oid: str, meeting: Mapping[str, Any]) -> OnlineClass | None:
    """Graph's online meeting as a class; None when it lacks an id or a link, or is somebody else's."""
    meeting_id, join_url = text(meeting, "id"), text(meeting, "joinWebUrl")
    organizer = text(meeting, "participants", "organizer", "identity", "user", "id")
    if not meeting_id or not join_url or (organizer and organizer != organizer_oid):
        return None
    number = "".join(text(meeting, "joinMeetingIdSettings", "joinMeetingId").split())
    return OnlineClass(
        room_id=room_id_of(meeting_id, number),
        host_email=host_email,
        organizer_oid=organizer_oid,
        meeting_id=meeting_id,
        join_url=join_url,
        title=text(meeting, "subject"),
        number=number,
        passcode=text(meeting, "joinMeetingIdSettings", "passcode"),
        thread_id=text(meeting, "chatInfo", "threadId"),
    )


class Classes:
    """The classes modbot knows: sealed in the vault, found again in Graph when they are not there."""

    def __init__(self, graph: Graph, vault: TokenVault, now: Callable[[], datetime]) -> None:
        self._graph = graph
        self._vault = vault
        self._now = now
        self._here: dict[str, tuple[OnlineClass, datetime]] = {}

    async def of(self, session: Session) -> OnlineClass:
        """The class of a session. Raises NotFound when neither the vault nor Graph has it; VendorError.

        Forbidden where nobody's calendar can be asked: NotFound would be taken for a class that is over.
        """
        known = await self.known(session.room.id)
        if known is not None:
            return known
        if not session.host_email or not set(session.room.id) <= DIGITS:
            raise Forbidden(
                "teams", "modbot does not know whose Teams class this is.", log_detail="no host of the room"
            )
        oid = await self.organizer(session.host_email)
        found = class_of(session.host_email, oid, await self._graph.meeting_numbered(oid, session.room.id))
        if found is None or found.room_id != session.room.id:
            raise NotFound("teams", "Microsoft Teams does not find this class.", log_detail="another's meeting")
        return await self.keep(found)

    async def known(self, room_id: str) -> OnlineClass | None:
        """A class that was kept, or None. Graph is not asked."""
        here = self._here.get(room_id)
        if here is not None and self._now() - here[1] < REMEMBERED_HERE:
            return here[0]
        raw = await self._vault.get(f"teams:class:{room_id}")
        found = _unpacked(raw) if raw else None
        return None if found is None else self._remember(found)

    async def by_link(self, host_email: str, join_url: str) -> OnlineClass | None:
        """The class behind a join link in its host's own calendar; None when it is not theirs. Raises VendorError."""
        room_id = await self._vault.get(_link_name(join_url))
        known = await self.known(room_id) if room_id else None
        if known is not None and known.host_email.casefold() == host_email.casefold():
            return known
        oid = await self.organizer(host_email)
        found = class_of(host_email, oid, await self._graph.meeting_linked(oid, join_url))
        if found is None:
            return None
        before = await self.known(found.room_id)
        if before is not None:
            found = replace(found, openings=before.openings)
        await self._vault.put(_link_name(join_url), found.room_id, lifetime_seconds=int(KEEP_LINK.total_seconds()))
        return await self.keep(found)

    async def keep(self, found: OnlineClass) -> OnlineClass:
        """Keep a class for every process. An unchanged one is kept longer."""
        name = f"teams:class:{found.room_id}"
        await self._vault.put(name, _packed(found), lifetime_seconds=int(KEEP.total_seconds()))
        return self._remember(found)

    async def planned(self, found: OnlineClass, lessons: Iterable[Lesson]) -> OnlineClass:
        """The class with what the calendar says of it; kept when that is new."""
        opened = openings(lessons, found.openings)
        return found if opened == found.openings else await self.keep(replace(found, openings=opened))

    async def organizer(self, email: str) -> str:
        """The object id of a teacher, by which alone their meetings can be asked for. Raises VendorError."""
        name = f"teams:user:{hashlib.sha256(email.casefold().encode()).hexdigest()[:24]}"
        known = await self._vault.get(name)
        if known:
            return known
        oid = await self._graph.object_id(email)
        await self._vault.put(name, oid, lifetime_seconds=int(KEEP_USER.total_seconds()))
        return oid

    def _remember(self, found: OnlineClass) -> OnlineClass:
        if len(self._here) >= MOST_HERE:
            self._here.clear()
        self._here[found.room_id] = (found, self._now())
        return found


def _link_name(join_url: str) -> str:
    return f"teams:link:{hashlib.sha256(join_url.encode()).hexdigest()[:24]}"


def _packed(found: OnlineClass) -> str:
    row = asdict(found)
    row["openings"] = [one.timestamp() for one in found.openings]
    return orjson.dumps(row).decode()


def _unpacked(raw: str) -> OnlineClass | None:
    try:
        row = orjson.loads(raw)
        opened = tuple(datetime.fromtimestamp(one, UTC) for one in row.pop("openings"))
        return OnlineClass(**row, openings=opened)
    except (ValueError, TypeError, KeyError, OverflowError, OSError):
        return None  # written by another version: found again
