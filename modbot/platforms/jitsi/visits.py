"""Being in a room: who is there, as the server tells everybody in it, and the mark of this run of the room.

Display names and the run's mark reach only those inside. A process is in a room for as long as somebody here wants it
to be; its connections share one nick, so that a class sees one modbot however many processes look.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from weakref import WeakValueDictionary
from xml.etree.ElementTree import Element

from modbot.errors import Conflict, MalformedAnswer, NotFound, VendorError
from modbot.platforms.jitsi import stanzas
from modbot.platforms.jitsi.refusals import VENDOR, refusal, silence
from modbot.platforms.jitsi.rooms import Rooms
from modbot.platforms.jitsi.stanzas import Occupant, Sight
from modbot.platforms.jitsi.stream import Stream

NICK = "modbot"
ENTER_WITHIN = timedelta(seconds=5)
LEAVE_WITHIN = timedelta(seconds=1)
_TRIES = 3  # somebody else may use the nick


class Turn(StrEnum):
    """What happened to somebody's connection to a room."""

    CAME = "came"
    CHANGED = "changed"
    WENT = "went"


@dataclass(frozen=True, slots=True)
class Change:
    """One turn. `before` is the occupant as last seen; `codes` are XEP-0045's status codes."""

    turn: Turn
    occupant: Occupant
    before: Occupant | None = None
    codes: frozenset[int] = frozenset()


@dataclass(slots=True)
class Visit:
    """One stay in one room. `people` by the address of their connection, without modbot and machines."""

    room_jid: str
    nick: str
    entered: asyncio.Future[Sight]
    left: asyncio.Future[Sight | None]  # how modbot came to be out; None when the connection broke
    mark: str = ""  # the same for every process, another one once the room is destroyed and made anew
    people: dict[str, Occupant] = field(default_factory=dict)
    wanted_by: int = 0

    @property
    def inside(self) -> bool:
        """Whether modbot is in the room as far as the server told."""
        entered = self.entered.done() and not self.entered.cancelled() and self.entered.exception() is None
        return entered and not self.left.done()


Seen = Callable[[Visit, Sequence[Change]], None]


class Visits:
    """The rooms this process is in. `watch` is told what changes in a room once modbot is in it."""

    def __init__(self, stream: Stream, rooms: Rooms) -> None:
        self._stream = stream
        self._rooms = rooms
        self._watch: Seen | None = None
        self._visits: dict[str, Visit] = {}
        self._gates: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # while somebody waits
        stream.listen(self._on_presence, self._on_lost)

    def watch(self, seen: Seen) -> None:
        """Tell `seen` of every change and of modbot's own leaving (with no changes)."""
        self._watch = seen

    @asynccontextmanager
    async def visit(self, room_jid: str, *, lobby: bool = False) -> AsyncIterator[Visit]:
        """Be in the room for a while. Raises NotFound when there is no such room, Forbidden, Unreachable."""
        visit = await self.stay(room_jid, lobby=lobby)
        try:
            yield visit
        finally:
            await self.leave(visit)

    async def stay(self, room_jid: str, *, lobby: bool = False) -> Visit:
        """Be in the room until `leave`. Raises NotFound, Forbidden, Unreachable, MalformedAnswer.

        A room is looked for first, since entering one that does not exist would make it. A lobby is not: it has no
        settings of its own, and Jitsi's module drops the answers to every question put to it.
        """
        await self._stream.ready()
        async with self._gate(room_jid):
            visit = self._visits.get(room_jid)
            if visit is None or not visit.inside:
                password = "" if lobby else (await self._rooms.settings(room_jid)).password  # asked of owners too
                visit = await self._enter(room_jid, password)
            visit.wanted_by += 1
            return visit

    async def leave(self, visit: Visit) -> None:
        """No longer want to be there. The last who does so leaves the room, if the server answers or not."""
        async with self._gate(visit.room_jid):
            visit.wanted_by -= 1
            if visit.wanted_by or not visit.inside:
                return
            try:
                self._stream.say(f"{visit.room_jid}/{visit.nick}", kind="unavailable")
                async with asyncio.timeout(LEAVE_WITHIN.total_seconds()):
                    await asyncio.shield(visit.left)
            except (TimeoutError, VendorError):
                self._forget(visit)  # the server ends the stay with the connection

    def _gate(self, room_jid: str) -> asyncio.Lock:
        return self._gates.setdefault(room_jid, asyncio.Lock())

    async def _enter(self, room_jid: str, password: str) -> Visit:
        nick = NICK
        for remaining in reversed(range(_TRIES)):
            try:
                return await self._enter_as(room_jid, nick, password)
            except Conflict:
                if not remaining:
                    raise
                nick = f"{NICK}-{secrets.token_hex(2)}"
        raise AssertionError("unreachable: the last try returns or raises")

    async def _enter_as(self, room_jid: str, nick: str, password: str) -> Visit:
        loop = asyncio.get_running_loop()
        visit = self._visits[room_jid] = Visit(room_jid, nick, loop.create_future(), loop.create_future())
        try:
            self._stream.say(f"{room_jid}/{nick}", stanzas.entering(password))
            async with asyncio.timeout(ENTER_WITHIN.total_seconds()):
                sight = await visit.entered
        except TimeoutError as error:
            raise silence(maybe_applied=False, log_detail="entering a room took too long") from error
        finally:
            if not visit.inside:
                self._forget(visit)
        if stanzas.CREATED in sight.codes:
            self._undo_creation(visit)
        if not visit.mark:
            self._refuse_without_mark(visit)
        return visit

    def _undo_creation(self, visit: Visit) -> None:
        """The room ended between the look and the entering, which made a new one: nobody wanted that."""
        self._stream.say(f"{visit.room_jid}/{visit.nick}", kind="unavailable")  # the last to leave ends it
        self._forget(visit)
        raise NotFound(VENDOR, "There is no such class on Jitsi now.", log_detail="ended while entering")

    def _refuse_without_mark(self, visit: Visit) -> None:
        self._stream.say(f"{visit.room_jid}/{visit.nick}", kind="unavailable")
        self._forget(visit)
        text = "Jitsi's server is too old for modbot: it needs Prosody 0.12 or newer."
        raise MalformedAnswer(VENDOR, text, log_detail="no occupant id in modbot's own presence")

    def _forget(self, visit: Visit) -> None:
        if self._visits.get(visit.room_jid) is visit:
            del self._visits[visit.room_jid]
        if not visit.left.done():
            visit.left.set_result(None)

    def _on_presence(self, presence: Element) -> None:
        sight = stanzas.sight_of(presence)
        visit = self._visits.get(sight.room_jid)
        if visit is None:
            return
        if sight.error:
            if not visit.entered.done():
                visit.entered.set_exception(refusal(sight.error, log_detail="entering a room"))
        elif stanzas.SELF in sight.codes:
            self._on_own(visit, sight)
        else:
            self._on_other(visit, sight)

    def _on_own(self, visit: Visit, sight: Sight) -> None:
        if sight.available:
            visit.mark = sight.occupant_id
            if not visit.entered.done():
                visit.entered.set_result(sight)
            return
        if self._visits.get(visit.room_jid) is visit:
            del self._visits[visit.room_jid]
        if not visit.left.done():
            visit.left.set_result(sight)
            self._tell(visit, ())

    def _on_other(self, visit: Visit, sight: Sight) -> None:
        changes = _changes(visit, sight, self._rooms.is_person)
        for change in changes:
            key = key_of(change.occupant)
            if change.turn is Turn.WENT:
                visit.people.pop(key, None)
            else:
                visit.people[key] = change.occupant
        if visit.inside and changes:
            self._tell(visit, changes)

    def _tell(self, visit: Visit, changes: Sequence[Change]) -> None:
        if self._watch is not None:
            self._watch(visit, changes)

    def _on_lost(self) -> None:
        for visit in list(self._visits.values()):
            self._forget(visit)
            if not visit.entered.done():
                visit.entered.set_exception(silence(maybe_applied=False, log_detail="the connection broke"))


def _changes(visit: Visit, sight: Sight, is_person: Callable[[Occupant], bool]) -> list[Change]:
    """What one presence stanza means for the connections that use its nick."""
    before = {key: one for key, one in visit.people.items() if one.nick == sight.nick}
    if not sight.available:
        if stanzas.NICK_CHANGED in sight.codes:
            return []  # the presence under the new nick follows
        return [Change(Turn.WENT, one, one, sight.codes) for one in before.values()]
    now = {key_of(one): one for one in sight.occupants if is_person(one)}
    gone = [Change(Turn.WENT, one, one) for key, one in before.items() if key not in now]
    return [*gone, *(change for key, one in now.items() if (change := _arrival(visit.people.get(key), one)))]


def _arrival(before: Occupant | None, now: Occupant) -> Change | None:
    if before is None:
        return Change(Turn.CAME, now)
    return None if before == now else Change(Turn.CHANGED, now, before)


def key_of(occupant: Occupant) -> str:
    """What `Visit.people` knows somebody by."""
    return occupant.jid or f"/{occupant.nick}"
