"""Which class is meant: the caller's own live one, or one that fits what they typed and that they may see."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from modbot.authority import Places
from modbot.authorize import may
from modbot.errors import Denied, NoLiveSession, NotFound, StoreUnavailable, VendorError
from modbot.granting import Granting
from modbot.log import get_logger
from modbot.model import Participant, ParticipantRole, PlatformName, Room, Session, Staff, StaffRole
from modbot.people import People
from modbot.platforms import Platform, PostureCheck
from modbot.store.grants import Grant
from modbot.store.sessions import Sessions
from modbot.who import fold

WIDE = frozenset({StaffRole.PRINCIPAL, StaffRole.IT, StaffRole.SECURITY})
MAX_FITTING = 10
MAX_LOOKED_AT = 200

log = get_logger("rooms")


class LiveRooms:
    """Finds live sessions: what events told first, the platforms themselves when they told nothing."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        platforms: Mapping[PlatformName, Platform],
        places: Places,
        people: People,
        granting: Granting,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._platforms = platforms
        self._places = places
        self._people = people
        self._granting = granting
        self._now = now

    async def session_for(self, staff: Staff, wanted: str) -> Sequence[Session]:
        """The live sessions `wanted` may mean; raises NoLiveSession, with nearest titles, when there is none."""
        own = await self._running(await self.heard(staff))
        fitting = await self._fitting(staff, own, wanted)
        if not fitting:
            own = own or await self._ask_platforms(staff.email) or await self._ask_for_shared(staff)
            fitting = [session for session in own if _fits(session, wanted)]
        if fitting:
            return fitting[:MAX_FITTING]
        if not wanted:
            raise NoLiveSession(
                "modbot sees no class of yours running now. Name the class after the command, or use /page for help."
            )
        raise NoLiveSession(
            f"modbot sees no live class of yours called “{wanted[:60]}”.",
            suggestions=[session.title for session in own if session.title][:4],
        )

    async def heard(self, staff: Staff) -> Sequence[Session]:
        """Their own live sessions as far as events told; none without the store. No platform is asked."""
        try:
            answers = await asyncio.gather(
                self._sessions.live_of_host(staff.email), self._linked(staff.sections), self._shared_with(staff)
            )
        except StoreUnavailable:
            return []
        heard = {session.key: session for answer in answers for session in answer}
        return [await self.titled(session) for session in heard.values()]

    async def titled(self, session: Session) -> Session:
        """The session with its title: some platforms know none, or only an id. The roster's, where that is sure."""
        if session.title not in ("", session.room.id):
            return session
        try:
            _, title = await self._places.named_section(session)
        except StoreUnavailable:
            return session
        return replace(session, title=title or session.title)

    async def _running(self, heard: Sequence[Session]) -> list[Session]:
        if len(heard) < 2:
            return list(heard)
        try:
            return [session for session in heard if await self._still_runs(session)]
        except StoreUnavailable:
            return list(heard)

    async def _fitting(self, staff: Staff, own: Sequence[Session], wanted: str) -> list[Session]:
        fitting = [session for session in own if _fits(session, wanted)]
        if fitting or not wanted or not staff.roles & WIDE:
            return fitting
        try:
            return await self._others(staff, wanted)
        except StoreUnavailable:
            return []

    async def _still_runs(self, session: Session) -> bool:
        """Asked only when a teacher seems to have several: an end that was never heard must not make them choose."""
        asked_at = self._now()
        try:
            await self._platforms[session.room.platform].read(session)
        except NotFound:
            await self._sessions.close(session.key, asked_at)
            return False
        except VendorError as error:
            log.info("session_unread", session=session.key, detail=error.log_detail)
        return True

    async def _linked(self, sections: Iterable[str]) -> list[Session]:
        """Classes, whoever hosts them, in rooms that are linked to these sections."""
        found: list[Session] = []
        for room in self._places.rooms_linked_to(sections):
            found += await self._sessions.live_in_room(room)
        return found

    async def _shared_with(self, staff: Staff) -> list[Session]:
        """Classes a colleague shared with this person, wherever they meet now."""
        found: dict[str, Session] = {}
        for grant in await self._granting.within_times(staff):
            found |= {session.key: with_host(session) for session in await self._running_of(grant)}
        return [one for one in found.values() if (await self._places.may(staff, "room", one)).allowed]

    async def _running_of(self, grant: Grant) -> list[Session]:
        """What runs where a shared class may meet: its linked rooms, the room it was shared in, its teachers' own."""
        found = await self._linked([grant.section]) if grant.section else []
        if grant.room:
            found += await self._sessions.live_in_room(Room.from_key(grant.room))
        for host in await self._hosts_of(grant):
            found += await self._sessions.live_of_host(host)
        return found

    async def _hosts_of(self, grant: Grant) -> set[str]:
        return {grant.host, *await self._places.teachers_of(grant.section)} - {""}

    async def _ask_platforms(self, email: str) -> list[Session]:
        """After a gap in events, or without a store: what the platforms say this person hosts now.

        All are asked at once: one that does not answer must not keep a class on another waiting longer than it has to.
        """
        answers = await asyncio.gather(*(self._hosted(platform, email) for platform in self._platforms.values()))
        return await self._with_what_was_heard([session for answer in answers for session in answer])

    async def _ask_for_shared(self, staff: Staff) -> list[Session]:
        """The same for classes that a colleague shared with this person."""
        try:
            hosts = {host for one in await self._granting.within_times(staff) for host in await self._hosts_of(one)}
        except StoreUnavailable:
            return []
        found = [session for host in sorted(hosts) for session in await self._ask_platforms(host)]
        return [one for one in found if (await self._places.may(staff, "room", one)).allowed]

    async def _hosted(self, platform: Platform, email: str) -> Sequence[Session]:
        try:
            return await platform.live_sessions(email)
        except VendorError as error:
            log.warning("live_sessions_unread", platform=platform.name, detail=error.log_detail)
            return []

    async def _with_what_was_heard(self, found: list[Session]) -> list[Session]:
        """A platform's list has no participants; events told of them even where they did not tell whose class it is."""
        try:
            heard = {session.key: session for session in await self._sessions.get_many([s.key for s in found])}
        except StoreUnavailable:
            return found
        whole = [replace(s, participants=heard[s.key].participants) if s.key in heard else s for s in found]
        return [await self.titled(session) for session in whole]

    async def _others(self, staff: Staff, wanted: str) -> list[Session]:
        rows = await self._sessions.live_everywhere()
        phrase = fold(wanted)
        named = [key for key, room, title, host in rows if phrase in fold(f"{title} {room.id} {host}")]
        untitled = [key for key, _, title, _ in rows if not title]  # the index heard no title; the session may have
        found = await self._sessions.get_many([*named[:MAX_LOOKED_AT], *untitled[:MAX_LOOKED_AT]])
        sessions = {s.key: await self.titled(with_host(s)) for s in found if s.live}
        fitting = [s for s in sessions.values() if phrase in fold(f"{s.title} {s.room.id} {s.host_email}")]
        return [s for s in fitting if may(staff, "room", await self._places.of(s)).allowed]  # shared ones: `heard`

    async def session(self, staff: Staff, key: str) -> Session | None:
        """One session by its key, or the newest live one of a room by the room's key. Raises Denied, StoreUnavailable.

        Buttons carry keys, and whoever sees a button can press it: what it shows is as private as what is typed for.
        """
        found = await self._sessions.get(key) or await self._newest_in(key)
        if found is None:
            return None
        found = await self.titled(with_host(found))
        decision = await self._places.may(staff, "room", found)
        if not decision.allowed:
            raise Denied(decision.why)
        return found

    async def _newest_in(self, room_key: str) -> Session | None:
        try:
            room = Room.from_key(room_key)
        except ValueError:
            return None
        live = await self._sessions.live_in_room(room)
        return live[0] if live else None

    async def refreshed(self, session: Session) -> Session:
        """The session with its participants as the platform shows them now; as heard, where it cannot be read."""
        asked_at = self._now()
        try:
            people = await self._platforms[session.room.platform].read(session)
        except VendorError as error:
            log.warning("participants_unread", session=session.key, detail=error.log_detail)
            return session
        await self._keep(session, people, asked_at)
        heard = {person.id: person for person in session.participants}
        merged = [_with_what_was_heard(p, heard[p.id]) if p.id in heard else p for p in people]
        return replace(session, participants=tuple(merged))

    async def _keep(self, session: Session, people: Sequence[Participant], asked_at: datetime) -> None:
        try:
            await self._sessions.repair(session, people, asked_at)
        except StoreUnavailable as error:
            log.warning("read_not_kept", session=session.key, detail=error.log_detail)

    async def posture(self, session: Session) -> Sequence[PostureCheck]:
        """The room's settings against the safe ones. Raises VendorError."""
        return await self._platforms[session.room.platform].posture(session)

    async def class_of(self, session: Session) -> str:
        """Which class of the roster this is taken for, and how that was found."""
        try:
            guess, title = await self._places.named_section(session)
        except StoreUnavailable:
            return "The roster cannot be read just now."
        return f"Class: {title}. {guess.said}" if guess.section else guess.said

    async def is_staff(self, email: str) -> bool:
        """Whether an address belongs to staff; without a store, nobody is known to be."""
        if not email:
            return False
        try:
            return await self._people.staff_with(email) is not None
        except StoreUnavailable:
            return False


def _with_what_was_heard(read: Participant, heard: Participant) -> Participant:
    """A read with what not every platform's read tells: who shares, and since when they are there."""
    return replace(read, sharing=read.sharing or heard.sharing, joined_at=read.joined_at or heard.joined_at)


def _fits(session: Session, wanted: str) -> bool:
    phrase = fold(wanted)
    names = (session.room.id, session.room.key, fold(session.host_email))
    return not phrase or phrase in fold(session.title) or phrase in names


def with_host(session: Session) -> Session:
    """The session with its host's address, which some platforms tell only of the host as a participant."""
    if session.host_email:
        return session
    hosts = [person.email for person in session.participants if person.role is ParticipantRole.HOST and person.email]
    return replace(session, host_email=hosts[0]) if hosts else session
