"""Sits in the rooms of configured classes and tells what happens there as meeting events.

Jitsi has no webhooks: whoever wants to hear must be in the room. modbot leaves when nobody but machines is left, so
that it keeps no empty room alive.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from modbot.errors import ModbotError, NotFound
from modbot.log import get_logger
from modbot.model import Event, EventKind, Participant, PlatformName, Presence, Room
from modbot.platforms import Told
from modbot.platforms.jitsi import stanzas
from modbot.platforms.jitsi.people import participant, role_of
from modbot.platforms.jitsi.rooms import Rooms
from modbot.platforms.jitsi.runs import Run, Runs
from modbot.platforms.jitsi.stanzas import Occupant
from modbot.platforms.jitsi.visits import Change, Turn, Visit, Visits, key_of

LOOK_EVERY = timedelta(seconds=10)
AT_ONCE = 32
MOST_PENDING = 5_000  # events kept while the store does not take them

log = get_logger("jitsi")


@dataclass(slots=True)
class Attended:
    """A run modbot hears. `inside`: those it has told of as joined, by the address of their connection."""

    room_id: str
    run: Run
    visit: Visit
    inside: dict[str, Participant] = field(default_factory=dict)
    lobby: Visit | None = None
    waiting: dict[str, Participant] = field(default_factory=dict)  # those told of as waiting, likewise


class Attendance:
    """Keeps modbot in the rooms of classes that run, and tells of them in order."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        visits: Visits,
        runs: Runs,
        hosts: Mapping[str, str],
        told: Told,
        now: Callable[[], datetime],
    ) -> None:
        self._rooms = rooms
        self._visits = visits
        self._runs = runs
        self._hosts = hosts
        self._told = told
        self._now = now
        self._attended: dict[str, Attended] = {}
        self._recalled: set[str] = set()
        self._pending: list[Event] = []
        self._telling = asyncio.Lock()
        self._gates: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        visits.watch(self._on_change)

    async def look(self) -> timedelta:
        """Enter rooms that have come to life, leave those that have emptied. Raises VendorError, StoreUnavailable."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(room_id: str) -> None:
            async with limit:
                await self._look_at(room_id)

        looks = await asyncio.gather(*(one(room_id) for room_id in self._hosts), return_exceptions=True)
        await self._flush()
        failures = [failure for failure in looks if isinstance(failure, BaseException)]
        if failures:
            raise failures[0]
        return LOOK_EVERY

    async def _look_at(self, room_id: str) -> None:
        async with self._gates.setdefault(room_id, asyncio.Lock()):
            await self._look_inside(room_id)

    async def _look_inside(self, room_id: str) -> None:
        attended = self._attended.get(room_id)
        if attended is not None and attended.visit.inside:
            if attended.visit.people:
                await self._look_into_lobby(attended)
            else:
                await self._leave(attended)
            return
        room_jid = self._rooms.jid(room_id)
        try:
            present = [one for one in await self._rooms.occupants(room_jid) if self._rooms.is_person(one)]
        except NotFound:
            present = []
        if present:
            await self._enter(room_id, room_jid)
        else:
            await self._nobody_there(room_id, room_jid)

    async def _enter(self, room_id: str, room_jid: str) -> None:
        try:
            visit = await self._visits.stay(room_jid)
        except NotFound:
            return  # it ended meanwhile; the next look tells
        run = await self._runs.current(room_jid, visit.mark)
        before = self._attended.get(room_id)
        if before is not None and before.run.id != run.id:
            await self._end(before)
            before = None
        await self._runs.keep(run)
        self._recalled.add(room_id)
        attended = self._attended[room_id] = Attended(room_id, run, visit, before.inside if before else {})
        self._add(self._event(attended, EventKind.STARTED, at=run.began))
        self._catch_up(attended)
        await self._look_into_lobby(attended)

    async def _look_into_lobby(self, attended: Attended) -> None:
        """Sit in the lobby too, where the class has one: Jitsi's lobbies come and go with the lock."""
        if attended.lobby is not None and attended.lobby.inside:
            return
        lobby_jid = await self._rooms.lobby(attended.run.room_jid)
        attended.lobby = await self._into_lobby(lobby_jid) if lobby_jid else None
        people = attended.lobby.people if attended.lobby is not None else {}
        for key in [key for key in attended.waiting if key not in people]:
            self._add(self._event(attended, EventKind.LOBBY_LEFT, attended.waiting.pop(key)))
        for key, occupant in people.items():
            self._knocked(attended, key, occupant)

    async def _into_lobby(self, lobby_jid: str) -> Visit | None:
        try:
            return await self._visits.stay(lobby_jid, lobby=True)
        except NotFound:
            return None  # closed meanwhile

    def _knocked(self, attended: Attended, key: str, occupant: Occupant) -> None:
        if key not in attended.waiting and self._rooms.waits(occupant):
            who = participant(self._rooms, attended.run.room_jid, occupant, Presence.LOBBY)
            attended.waiting[key] = who
            self._add(self._event(attended, EventKind.LOBBY, who))

    def _catch_up(self, attended: Attended) -> None:
        """Tell of those who came or went while nobody listened."""
        for key in [key for key in attended.inside if key not in attended.visit.people]:
            self._add(self._event(attended, EventKind.LEFT, attended.inside.pop(key)))
        for key, occupant in attended.visit.people.items():
            self._came(attended, key, occupant)

    async def _nobody_there(self, room_id: str, room_jid: str) -> None:
        """The room is gone or empty: end the run that was attended here, or by a process before this one."""
        attended = self._attended.get(room_id)
        if attended is not None:
            await self._end(attended)
        elif room_id not in self._recalled:
            last = await self._runs.last(room_jid)
            self._recalled.add(room_id)
            if last is not None and not last.over:
                await self._tell_end(room_id, last)

    async def _leave(self, attended: Attended) -> None:
        if attended.lobby is not None:
            await self._visits.leave(attended.lobby)
        await self._visits.leave(attended.visit)
        if attended.visit.people:
            return  # somebody came at the last moment: the next look finds the class again
        await self._end(attended)

    async def _end(self, attended: Attended) -> None:
        self._attended.pop(attended.room_id, None)
        await self._tell_end(attended.room_id, attended.run)

    async def _tell_end(self, room_id: str, run: Run) -> None:
        self._add(Event(EventKind.ENDED, self._room(room_id), run.id, self._now(), host_email=self._hosts[room_id]))
        await self._runs.keep(Run(run.room_jid, run.mark, run.count, run.began, over=True))

    def _on_change(self, visit: Visit, changes: Sequence[Change]) -> None:
        attended = self._attended.get(self._rooms.room_id(visit.room_jid))
        if attended is None or attended.visit is not visit:
            self._on_change_in_lobby(visit, changes)
            return
        for change in changes:
            self._tell_of(attended, change)
        if not changes or not visit.people:
            self._soon(self._look_again(attended))
        elif self._pending:
            self._soon(self._flush())

    def _on_change_in_lobby(self, lobby: Visit, changes: Sequence[Change]) -> None:
        attended = next((one for one in self._attended.values() if one.lobby is lobby), None)
        if attended is None:
            return
        for change in changes:
            key = key_of(change.occupant)
            if change.turn is not Turn.WENT:
                self._knocked(attended, key, change.occupant)
            elif key in attended.waiting:
                self._add(self._event(attended, EventKind.LOBBY_LEFT, attended.waiting.pop(key)))
        self._soon(self._flush() if changes else self._look_again(attended))

    def _tell_of(self, attended: Attended, change: Change) -> None:
        key = key_of(change.occupant)
        if change.turn is Turn.WENT:
            gone = attended.inside.pop(key, None)
            if gone is not None:
                self._add(self._event(attended, EventKind.LEFT, gone, reason=_reason(change.codes)))
            return
        if change.before is not None and role_of(change.before) is not role_of(change.occupant):
            self._add(self._event(attended, EventKind.ROLE, self._participant(attended, change.occupant)))
        self._came(attended, key, change.occupant)

    def _came(self, attended: Attended, key: str, occupant: Occupant) -> None:
        """Tell of somebody new, and again of somebody who goes by another name now."""
        who = self._participant(attended, occupant)
        known = attended.inside.get(key)
        attended.inside[key] = who
        if known is None or (known.name, known.email) != (who.name, who.email):
            self._add(self._event(attended, EventKind.JOINED, who))

    async def _look_again(self, attended: Attended) -> None:
        """Nobody is left, or modbot itself is out, or the lobby was closed."""
        await self._look_at(attended.room_id)
        await self._flush()

    def _participant(self, attended: Attended, occupant: Occupant) -> Participant:
        return participant(self._rooms, attended.run.room_jid, occupant)

    def _event(
        self,
        attended: Attended,
        kind: EventKind,
        who: Participant | None = None,
        *,
        at: datetime | None = None,
        reason: str = "",
    ) -> Event:
        return Event(
            kind,
            self._room(attended.room_id),
            attended.run.id,
            at or self._now(),
            participant=who,
            title=attended.room_id,
            host_email=self._hosts[attended.room_id],
            reason=reason,
        )

    def _room(self, room_id: str) -> Room:
        return Room(PlatformName.JITSI, room_id)

    def _add(self, event: Event) -> None:
        if len(self._pending) < MOST_PENDING:
            self._pending.append(event)
        else:
            log.warning("event_dropped", kind=event.kind, session=event.session_id)

    async def _flush(self) -> None:
        """Tell what is pending, in order. What the store did not take is told later."""
        async with self._telling:
            while self._pending:
                batch = tuple(self._pending)
                await self._told(batch)
                del self._pending[: len(batch)]

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        """What fails here is done again at the next look."""
        try:
            await work
        except ModbotError as error:
            log.warning("events_delayed", detail=error.log_detail)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _reason(codes: frozenset[int]) -> str:
    if stanzas.BANNED in codes:
        return "banned"
    if stanzas.KICKED in codes:
        return "kicked"
    return "not a member" if codes & stanzas.NO_LONGER_ALLOWED else ""
