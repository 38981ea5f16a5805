"""Each operation as requests to the room, and the re-read that shows whether it took effect.

Prosody throws out everybody who is not a member when a room becomes members-only (XEP-0045, 10.2, status 322). So those
who are present are made members first, and only those are unmade again when the class is opened.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from modbot.errors import NotFound, Unreachable
from modbot.model import Operation
from modbot.platforms import Receipt, Seen, Target
from modbot.platforms.jitsi.people import participant_id
from modbot.platforms.jitsi.rooms import Rooms
from modbot.platforms.jitsi.runs import Runs
from modbot.platforms.jitsi.stanzas import Occupant
from modbot.platforms.jitsi.visits import Visits

MEMBERS_ONLY = "members_only"
GRANTED = "granted:"  # and the pseudonym of an account that was made a member: one entry each, so that none is lost

Act = Callable[[Target], Awaitable[Receipt]]
Check = Callable[[Target], Awaitable[Seen]]


class Acts:
    """What can be done to a Jitsi room. Raises VendorError; NotFound when the room does not exist now."""

    def __init__(self, rooms: Rooms, visits: Visits, runs: Runs) -> None:
        self._rooms = rooms
        self._visits = visits
        self._runs = runs
        self.by_operation: Mapping[Operation, Act] = {
            Operation.LOCK: self._lock,
            Operation.UNLOCK: self._unlock,
            Operation.EJECT: self._eject,
            Operation.ADMIT: self._admit,
            Operation.END: self._end,
            Operation.HARDEN: self._lock,
            Operation.RESTORE: self._restore,
        }
        self.checks: Mapping[Operation, Check] = {
            Operation.LOCK: self._is_locked,
            Operation.UNLOCK: self._is_open,
            Operation.EJECT: self._are_out,
            Operation.ADMIT: self._are_in,
            Operation.END: self._is_over,
            Operation.HARDEN: self._is_locked,
            Operation.RESTORE: self._is_restored,
        }

    async def _lock(self, target: Target) -> Receipt:
        room_jid = self._rooms.jid(target.session.room.id)
        if (await self._rooms.settings(room_jid)).members_only:
            return Receipt(former={MEMBERS_ONLY: True}, already=True)
        strangers = _strangers(await self._rooms.occupants(room_jid))
        granted = {GRANTED + self._rooms.pseudonym(room_jid, one): True for one in strangers}
        former = {MEMBERS_ONLY: False, **granted}
        await target.remember(former)
        await self._rooms.appoint(room_jid, strangers, "member")
        await self._rooms.set_members_only(room_jid, on=True)
        return Receipt(former=former)

    async def _unlock(self, target: Target) -> Receipt:
        return await self._open(self._rooms.jid(target.session.room.id), target.former)

    async def _open(self, room_jid: str, former: Mapping[str, Any]) -> Receipt:
        """Open first, then unmake members: the other way round they would be thrown out."""
        was_locked = (await self._rooms.settings(room_jid)).members_only
        if was_locked:
            await self._switch_off(room_jid)
        granted = await self._still_granted(room_jid, former)
        await self._rooms.appoint(room_jid, granted, "none")
        return Receipt(former={MEMBERS_ONLY: was_locked}, already=not was_locked and not granted)

    async def _switch_off(self, room_jid: str) -> None:
        """Where no answer comes, look: if it was done all the same, the memberships must still be taken back."""
        try:
            await self._rooms.set_members_only(room_jid, on=False)
        except Unreachable as error:
            if not error.maybe_applied or (await self._rooms.settings(room_jid)).members_only:
                raise

    async def _still_granted(self, room_jid: str, former: Mapping[str, Any]) -> list[str]:
        """Those whom a lock made members and who are members still."""
        if not any(name.startswith(GRANTED) for name in former):
            return []
        members = await self._rooms.members(room_jid)
        return [one for one in members if GRANTED + self._rooms.pseudonym(room_jid, one) in former]

    async def _restore(self, target: Target) -> Receipt:
        room_jid = self._rooms.jid(target.session.room.id)
        wanted = target.former.get(MEMBERS_ONLY)
        if wanted is False:
            return await self._open(room_jid, target.former)
        return await self._lock(target) if wanted is True else Receipt(already=True)

    async def _eject(self, target: Target) -> Receipt:
        """Ban by account, which puts out at once (status 301): whoever is only kicked can walk straight back in."""
        room_jid = self._rooms.jid(target.session.room.id)
        wanted = {person.id for person in target.people}
        there = [one for one in await self._people(room_jid) if participant_id(self._rooms, room_jid, one) in wanted]
        await self._rooms.appoint(room_jid, {one.bare_jid for one in there}, "outcast")
        return Receipt(already=not there)

    async def _admit(self, target: Target) -> Receipt:
        """Make them members, and invite them: that is what Jitsi's client waits for in the lobby."""
        room_jid = self._rooms.jid(target.session.room.id)
        wanted = {person.id for person in target.people}
        async with self._visits.visit(room_jid):
            waiting = await self.waiting(room_jid)
        called = [one for one in waiting if participant_id(self._rooms, room_jid, one) in wanted]
        await self._rooms.appoint(room_jid, {one.bare_jid for one in called}, "member")
        for one in called:
            self._rooms.invite(room_jid, one.jid)
        return Receipt(already=not called)

    async def waiting(self, room_jid: str) -> Sequence[Occupant]:
        """Those in the lobby now; nobody where there is none. Asked while modbot is in the room."""
        lobby_jid = await self._rooms.lobby(room_jid)
        if not lobby_jid:
            return []
        try:
            async with self._visits.visit(lobby_jid, lobby=True) as lobby:
                return [one for one in lobby.people.values() if self._rooms.waits(one)]
        except NotFound:
            return []  # it was closed meanwhile: the class has been unlocked

    async def _end(self, target: Target) -> Receipt:
        """End this run and no other: the room may have been made anew since."""
        room_jid = self._rooms.jid(target.session.room.id)
        try:
            async with self._visits.visit(room_jid) as visit:
                await self._runs.expect(target.session.id, room_jid, visit.mark)
                await self._rooms.destroy(room_jid)
        except NotFound:
            return Receipt(already=True)
        return Receipt()

    async def _people(self, room_jid: str) -> Sequence[Occupant]:
        return [one for one in await self._rooms.occupants(room_jid) if self._rooms.is_person(one)]

    async def _is_locked(self, target: Target) -> Seen:
        return _seen((await self._rooms.settings(self._rooms.jid(target.session.room.id))).members_only)

    async def _is_open(self, target: Target) -> Seen:
        return await self._is_open_as(self._rooms.jid(target.session.room.id), target.former)

    async def _is_open_as(self, room_jid: str, former: Mapping[str, Any]) -> Seen:
        if (await self._rooms.settings(room_jid)).members_only:
            return Seen.NOT_IN_EFFECT
        return _seen(not await self._still_granted(room_jid, former))

    async def _is_restored(self, target: Target) -> Seen:
        wanted = target.former.get(MEMBERS_ONLY)
        if wanted is False:
            return await self._is_open(target)
        return await self._is_locked(target) if wanted is True else Seen.IN_EFFECT

    async def _are_out(self, target: Target) -> Seen:
        return _seen(not await self._present(target) & {person.id for person in target.people})

    async def _are_in(self, target: Target) -> Seen:
        return _seen({person.id for person in target.people} <= await self._present(target))

    async def _present(self, target: Target) -> set[str]:
        room_jid = self._rooms.jid(target.session.room.id)
        return {participant_id(self._rooms, room_jid, one) for one in await self._people(room_jid)}

    async def _is_over(self, target: Target) -> Seen:
        try:
            await self._rooms.settings(self._rooms.jid(target.session.room.id))
        except NotFound:
            return Seen.IN_EFFECT
        return Seen.NOT_IN_EFFECT


def _strangers(present: Iterable[Occupant]) -> set[str]:
    """Accounts that a members-only room would throw out."""
    return {one.bare_jid for one in present if one.affiliation == "none" and one.jid}


def _seen(in_effect: bool) -> Seen:  # noqa: FBT001 - a verdict, read as one
    return Seen.IN_EFFECT if in_effect else Seen.NOT_IN_EFFECT
