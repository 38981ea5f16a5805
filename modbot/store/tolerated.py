"""What is remembered of each class: names that its teacher has let stay, and who usually comes and signs in.

Names and students are digests that nobody can read back, kept until the term ends. They are made with a key that
follows from the district's newest one, so a rotation of keys starts them anew.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta

from modbot.identity import Habits, Lesson, NameMemory, Past, RememberedName, later
from modbot.seal import Keyring
from modbot.store import Command, Store, keys

PURPOSE = b"tolerated names"
LONGEST = timedelta(days=366)  # whatever a roster says of the end of a term

_HABITS = b"habits"  # the one field that is no digest of a name
_DATE_CHARACTERS = len("2026-11-22")


class Tolerated:
    """What is remembered of each class. Raises StoreUnavailable."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._key = keyring.derived(PURPOSE)

    def memory(self, section: str) -> NameMemory:
        """How a class's names are digested."""
        return NameMemory(self._key, section)

    async def of(self, section: str) -> Past:
        """What is remembered of a class, whether or not it has expired."""
        held: dict[bytes, bytes] = await self._store.run("HGETALL", keys.tolerated(section))
        habits = held.pop(_HABITS, b"")
        names = {digest: _name(digest, value) for digest, value in held.items()}
        return Past(names, Habits.from_bytes(habits) if habits else Habits())

    async def remember(self, section: str, names: Iterable[str], *, today: date, term_ends: date | None = None) -> None:
        """Let these names count until the end of the term, or for 120 days where that is not known.

        A name that anybody could show (a device, a prank, nothing) is not taken.
        """
        memory, last = self.memory(section), _last(today, term_ends)
        noted = [one for name in names if (one := memory.remember(name, term_ends=last)) is not None]
        if noted:
            before = await self.of(section)
            await self._write(section, before, before.on(today).with_names(noted), today)

    async def learn(
        self, section: str, lesson: Lesson, students: Collection[str], *, today: date, term_ends: date | None = None
    ) -> None:
        """Remember what a class that has ended teaches, as long as names are. `students`: all on its list, by id."""
        before = await self.of(section)
        last = _last(today, term_ends)
        after = later(before.on(today), lesson, self.memory(section), students, term_ends=last)
        await self._write(section, before, after, today)

    async def _write(self, section: str, before: Past, after: Past, today: date) -> None:
        kept = after.on(today)
        fields = {digest: _value(one) for digest, one in kept.names.items()}
        if kept.habits.of:
            fields[_HABITS] = kept.habits.to_bytes()
        if not fields:
            return
        key = keys.tolerated(section)
        last = max([one.expires for one in kept.names.values()] + [kept.habits.expires])
        ends = datetime.combine(last, datetime.min.time(), UTC)
        rows = [part for row in fields.items() for part in row]
        commands: list[Command] = [("HSET", key, *rows), ("PEXPIREAT", key, int(ends.timestamp() * 1000))]
        if gone := [digest for digest in before.names if digest not in fields]:
            commands.append(("HDEL", key, *gone))
        await self._store.batch(commands)

    async def acted_on(self, session_key: str, ids: Iterable[str]) -> None:
        """These were put out of the session: nobody has tolerated them."""
        key = keys.acted_on(session_key)
        await self._store.batch(
            [("SADD", key, *ids), ("EXPIRE", key, int(keys.ACTED_ON_KEEP.total_seconds()))],
        )

    async def acted_on_in(self, session_key: str) -> frozenset[str]:
        """Ids of those who were put out of the session."""
        return frozenset(one.decode() for one in await self._store.run("SMEMBERS", keys.acted_on(session_key)))


def _last(today: date, term_ends: date | None) -> date:
    """The last day on which what is learned today counts."""
    return min(term_ends or today + keys.TOLERATED_KEEP, today + LONGEST)


def _value(name: RememberedName) -> bytes:
    return name.expires.isoformat().encode() + (b"t" if name.tolerated else b"w") + name.student


def _name(digest: bytes, value: bytes) -> RememberedName:
    """The inverse of `_value`; a bare date, as an earlier modbot wrote it, is a tolerated name of nobody known."""
    expires, rest = value[:_DATE_CHARACTERS], value[_DATE_CHARACTERS:]
    return RememberedName(digest, date.fromisoformat(expires.decode()), rest[1:], tolerated=not rest.startswith(b"w"))
