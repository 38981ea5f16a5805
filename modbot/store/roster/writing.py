"""Writes the next roster generation beside the one in force, and puts it in force in one step."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Self

from modbot.errors import RosterError
from modbot.model import Section, Staff
from modbot.rosters import Counts, EmailDigest, Student
from modbot.store import Command, Script, Store, keys
from modbot.store.roster.records import (
    GENERATIONS,
    IMPORTING,
    MEMBERS,
    META,
    SECTIONS,
    STAFF,
    Meta,
    Records,
    Sealer,
    mail_value,
    tables_of,
)

LEASE = timedelta(minutes=2)  # how long a dead import keeps the next one waiting
_LEASE_MS = int(LEASE.total_seconds() * 1000)
_DELETED_AT_ONCE = 256

_TAKE = Script(
    """
local holder = redis.call('GET', KEYS[1])
for at = 3, #ARGV do
    if ARGV[at] == holder then holder = false end
end
if holder then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
)
_RENEW = Script(
    """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
)
_SWITCH = Script(
    """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
)
_LET_GO = Script("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1")


class RosterWriter:
    """One import. Either `commit` or `abort` ends it; an import that dies is cleared away by the next one."""

    def __init__(self, store: Store, records: Records, *, salt: bytes, now: datetime) -> None:
        self._store = store
        self._records = records
        self._salt = salt
        self._now = now

    @property
    def generation(self) -> str:
        """The name of the generation that is being written."""
        return self._records.generation

    @classmethod
    async def begin(
        cls, store: Store, sealer: Sealer, *, salt: bytes, now: datetime, dead: Collection[str] = ()
    ) -> Self:
        """Start a generation. Raises RosterError while another import is under way that is not one of the `dead`.

        Should one of them live all the same, its next write finds that another import took its place.
        """
        generation = uuid.uuid4().hex
        if not await store.call(_TAKE, [IMPORTING], [generation, _LEASE_MS, *dead]):
            raise RosterError(
                "Another roster import is under way. Wait until it has ended; "
                f"if it has crashed, try again in {LEASE.total_seconds() / 60:.0f} minutes."
            )
        writer = cls(store, Records(sealer, generation), salt=salt, now=now)
        await store.run("SADD", GENERATIONS, generation)
        await writer._delete_others()
        return writer

    async def add_staff(self, people: Iterable[Staff]) -> None:
        """Write some staff members."""
        fields = [field for person in people for field in (person.id, self._records.seal_staff(person))]
        if fields:
            await self._write([("HSET", self._records.key(STAFF), *fields)])

    async def add_sections(self, sections: Iterable[tuple[Section, tuple[Student, ...]]]) -> None:
        """Write some classes with their students."""
        told: list[str | bytes] = []
        members: list[str | bytes] = []
        for section, students in sections:
            told += [section.id, self._records.seal_section(section)]
            members += [section.id, self._records.seal_members(section.id, students)]
        if told:
            await self._write(
                [("HSET", self._records.key(SECTIONS), *told), ("HSET", self._records.key(MEMBERS), *members)]
            )

    async def add_emails(self, emails: Iterable[EmailDigest]) -> None:
        """Write some addresses. Quickest in the order of their digests."""
        buckets: dict[str, list[bytes]] = {}
        for email in emails:
            buckets.setdefault(self._records.mail_key(email.digest), []).extend((email.digest, mail_value(email)))
        if buckets:
            await self._write([("HSET", key, *fields) for key, fields in buckets.items()])

    async def hold(self) -> None:
        """Go on being the import under way, while nothing is written. Raises RosterError when another took over."""
        await self._write([])

    async def commit(self, counts: Counts) -> None:
        """Put this generation in force, then delete the former one.

        Raises RosterError when another import took over, or when fewer records arrived than `counts` says.
        """
        meta = self._records.seal_meta(Meta(self._salt, counts, self._now))
        await self._write([("SET", self._records.key(META), meta)])
        await self._see_all(counts)
        if not await self._store.call(_SWITCH, [IMPORTING, keys.ROSTER_CURRENT], [self.generation, _LEASE_MS]):
            raise _overtaken()
        await self._delete_others()
        await self._let_go()

    async def abort(self) -> None:
        """Delete what was written, unless it has come into force after all. The roster in force stays."""
        if await self._store.run("GET", keys.ROSTER_CURRENT) != self.generation.encode():
            await self._delete(self.generation)
        await self._let_go()

    async def _let_go(self) -> None:
        await self._store.call(_LET_GO, [IMPORTING], [self.generation])

    async def _see_all(self, counts: Counts) -> None:
        tables = (STAFF, SECTIONS)
        found = await self._store.batch([("HLEN", self._records.key(table)) for table in tables])
        if tuple(found) != (counts.staff, counts.sections):
            raise RosterError(
                "The import was stopped: not every record reached the store. Nothing was changed; try it again."
            )

    async def _write(self, commands: list[Command]) -> None:
        renew = self._store.command_of(_RENEW, [IMPORTING], [self.generation, _LEASE_MS])
        held, *_ = await self._store.batch([renew, *commands])
        if not held:
            raise _overtaken()

    async def _delete_others(self) -> None:
        in_force = await self._store.run("GET", keys.ROSTER_CURRENT)
        for generation in await self._store.run("SMEMBERS", GENERATIONS):
            if generation != in_force and generation.decode() != self.generation:
                await self._write([])  # only the import under way may delete
                await self._delete(generation.decode())

    async def _delete(self, generation: str) -> None:
        names = tables_of(generation)
        while some := list(islice(names, _DELETED_AT_ONCE)):
            await self._store.run("UNLINK", *some)
        await self._store.run("SREM", GENERATIONS, generation)


def _overtaken() -> RosterError:
    return RosterError("The import stood still for too long and another one took its place. Nothing was changed.")
