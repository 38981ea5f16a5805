"""Reads the roster in force. One instance per process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from modbot.errors import StoreUnavailable
from modbot.model import Section, Staff
from modbot.rosters import Counts, Digest, Student
from modbot.store import Store, keys
from modbot.store.roster.records import (
    MEMBERS,
    META,
    SECTIONS,
    STAFF,
    MailPerson,
    Meta,
    Records,
    Sealer,
    digest_of,
    mail_person,
)
from modbot.store.roster.writing import RosterWriter

_ATTEMPTS = 5
_PIECE = 500
_AT_ONCE = 100  # class lists are the largest records: about 100 kB in one answer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Generation:
    """The generation in force, as this process last saw it."""

    records: Records
    meta: Meta
    digest: Digest


class RosterStore:
    """The district's roster. Reads raise StoreUnavailable, and SealBroken when the district's key has gone.

    Without an imported roster every read answers that there is nobody.
    """

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer
        self._seen: _Generation | None = None
        self._teachers: tuple[_Generation, tuple[str, ...]] | None = None

    @property
    def seen_generation(self) -> str:
        """The generation this process saw at its last read; "" before that, or without a roster. No I/O."""
        return self._seen.records.generation if self._seen else ""

    async def begin(self, *, salt: bytes, now: datetime, dead: Collection[str] = ()) -> RosterWriter:
        """A writer of the next generation. Raises RosterError while another import is under way.

        `dead` are generations whose writers are known to live no more: they keep nobody waiting.
        """
        return await RosterWriter.begin(self._store, self._sealer, salt=salt, now=now, dead=dead)

    async def generation(self) -> str:
        """The generation in force, asked of the store; "" without a roster."""
        current = await self._current()
        return current.records.generation if current else ""

    async def in_force(self) -> str:
        """As `generation`, also when the roster in force cannot be opened, as after its key was lost."""
        name = await self._store.run("GET", keys.ROSTER_CURRENT)
        return name.decode() if name is not None else ""

    async def staff_by_email(self, email: str) -> Staff | None:
        """The staff member with this address."""

        async def work(now: _Generation) -> Staff | None:
            person = await self._person(now, email)
            return await self._staff(now, person.id) if person is not None and person.staff else None

        return await self._whole(work, None)

    async def staff(self, staff_id: str) -> Staff | None:
        """A staff member by roster id."""

        async def work(now: _Generation) -> Staff | None:
            return await self._staff(now, staff_id)

        return await self._whole(work, None)

    async def teachers(self) -> tuple[str, ...]:
        """The addresses of everyone who teaches a class.

        Read in pieces and once a generation: opening the records of 75,000 takes a second.
        """

        async def work(now: _Generation) -> tuple[str, ...]:
            if self._teachers is not None and self._teachers[0] is now:
                return self._teachers[1]
            found, cursor = set(), 0
            while True:
                cursor, rows = await self._store.run("HSCAN", now.records.key(STAFF), cursor, "COUNT", _PIECE)
                for person_id, sealed in rows.items():
                    person = now.records.open_staff(person_id.decode(), sealed)
                    if person.sections and person.email:
                        found.add(person.email)
                if not int(cursor):
                    self._teachers = (now, tuple(sorted(found)))
                    return self._teachers[1]

        return await self._whole(work, ())

    async def section(self, section_id: str) -> Section | None:
        """A class."""

        async def work(now: _Generation) -> Section | None:
            sealed = await self._store.run("HGET", now.records.key(SECTIONS), section_id)
            return None if sealed is None else now.records.open_section(section_id, sealed)

        return await self._whole(work, None)

    async def sections_of(self, staff_id: str) -> tuple[Section, ...]:
        """The classes a staff member teaches, by id."""

        async def work(now: _Generation) -> tuple[Section, ...]:
            staff = await self._staff(now, staff_id)
            if staff is None or not staff.sections:
                return ()
            wanted = sorted(staff.sections)
            found = await self._store.run("HMGET", now.records.key(SECTIONS), *wanted)
            pairs = zip(wanted, found, strict=True)
            return tuple(now.records.open_section(name, sealed) for name, sealed in pairs if sealed is not None)

        return await self._whole(work, ())

    async def members(self, section_id: str) -> tuple[Student, ...]:
        """The students of a class."""

        async def work(now: _Generation) -> tuple[Student, ...]:
            sealed = await self._store.run("HGET", now.records.key(MEMBERS), section_id)
            return () if sealed is None else now.records.open_members(section_id, sealed)

        return await self._whole(work, ())

    async def person_by_email(self, email: str) -> MailPerson | None:
        """Whose an address is; None when it is nobody's, or several students'. Decrypts nothing."""

        async def work(now: _Generation) -> MailPerson | None:
            return await self._person(now, email)

        return await self._whole(work, None)

    async def everybody(self) -> AsyncIterator[list[Staff]]:
        """All staff, some at a time and now and then one twice. Raises StoreUnavailable when the roster changes."""
        async for some, now in self._pieces(STAFF):
            yield await asyncio.to_thread(_opened_staff, now.records, some)

    async def all_sections(self) -> AsyncIterator[list[tuple[Section, tuple[Student, ...]]]]:
        """All classes with their students, some at a time and now and then one twice. Raises as `everybody` does."""
        async for some, now in self._pieces(SECTIONS):
            lists = await self._store.run("HMGET", now.records.key(MEMBERS), *(name for name, _ in some))
            yield await asyncio.to_thread(_opened, now.records, some, lists)

    async def sections_at(self, schools: Collection[str] | None) -> AsyncIterator[list[Section]]:
        """The classes of some schools, or of all (None), without their students. Raises as `everybody` does."""
        async for some, now in self._pieces(SECTIONS):
            found = await asyncio.to_thread(_opened_sections, now.records, some)
            yield [one for one in found if schools is None or one.school in schools]

    async def _pieces(self, table: str) -> AsyncIterator[tuple[list[tuple[str, bytes]], _Generation]]:
        now = await self._current()
        cursor = 0
        while now is not None:
            cursor, rows = await self._store.run("HSCAN", now.records.key(table), cursor, "COUNT", _AT_ONCE)
            if await self._current() is not now:
                raise StoreUnavailable("the roster changed while it was read")
            if rows:
                yield [(name.decode(), sealed) for name, sealed in rows.items()], now
            if not (cursor := int(cursor)):
                return

    async def counts(self) -> Counts | None:
        """How much the roster holds; None without one."""
        current = await self._current()
        return current.meta.counts if current else None

    async def imported_at(self) -> datetime | None:
        """When the roster was imported; None without one."""
        current = await self._current()
        return current.meta.imported_at if current else None

    async def _person(self, now: _Generation, email: str) -> MailPerson | None:
        digest = now.digest(email)
        value = await self._store.run("HGET", now.records.mail_key(digest), digest)
        return None if value is None else mail_person(value)

    async def _staff(self, now: _Generation, staff_id: str) -> Staff | None:
        sealed = await self._store.run("HGET", now.records.key(STAFF), staff_id)
        return None if sealed is None else now.records.open_staff(staff_id, sealed)

    async def _whole(self, work: Callable[[_Generation], Awaitable[T]], nobody: T) -> T:
        """Read within one generation. A former one is deleted only after the switch, so "still in force" is enough."""
        now = self._seen or await self._current()
        for _ in range(_ATTEMPTS):
            if now is None:
                return nobody
            result = await work(now)
            before, now = now, await self._current()
            if now is before:
                return result
        raise StoreUnavailable("the roster changed at every attempt to read it")

    async def _current(self) -> _Generation | None:
        """The generation in force; the same object for as long as it stays the same."""
        for _ in range(_ATTEMPTS):
            name = await self._store.run("GET", keys.ROSTER_CURRENT)
            if name is None:
                self._seen = None
                return None
            if self._seen is not None and self._seen.records.generation == name.decode():
                return self._seen
            records = Records(self._sealer, name.decode())
            sealed = await self._store.run("GET", records.key(META))
            if sealed is not None:
                meta = records.open_meta(sealed)
                self._seen = _Generation(records, meta, digest_of(meta))
                return self._seen
        raise StoreUnavailable("the roster in force has no records")


def _opened_staff(records: Records, some: Sequence[tuple[str, bytes]]) -> list[Staff]:
    return [records.open_staff(name, sealed) for name, sealed in some]


def _opened_sections(records: Records, some: Sequence[tuple[str, bytes]]) -> list[Section]:
    return [records.open_section(name, sealed) for name, sealed in some]


def _opened(
    records: Records, sections: Sequence[tuple[str, bytes]], lists: Sequence[bytes | None]
) -> list[tuple[Section, tuple[Student, ...]]]:
    return [
        (records.open_section(name, sealed), () if members is None else records.open_members(name, members))
        for (name, sealed), members in zip(sections, lists, strict=True)
    ]
