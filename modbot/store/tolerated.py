"""Names that a class's teacher has let stay: digests that nobody can read back, for as long as the term lasts.

The digests are made with a key that follows from the district's newest one, so a rotation of keys starts them anew.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from modbot.identity import NameMemory, RememberedName
from modbot.seal import Keyring
from modbot.store import Command, Store, keys

PURPOSE = b"tolerated names"
MOST_NAMES = 300  # of one class: it shows far fewer, and a flood of made-up ones must not fill the store


class Tolerated:
    """What is remembered of each class. Raises StoreUnavailable."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._key = keyring.derived(PURPOSE)

    def memory(self, section: str) -> NameMemory:
        """How a class's names are digested."""
        return NameMemory(self._key, section)

    async def of(self, section: str) -> tuple[RememberedName, ...]:
        """A class's names, whether or not they have expired."""
        held: dict[bytes, bytes] = await self._store.run("HGETALL", keys.tolerated(section))
        return tuple(RememberedName(digest, date.fromisoformat(until.decode())) for digest, until in held.items())

    async def remember(self, section: str, names: Iterable[str], *, today: date, term_ends: date | None = None) -> None:
        """Let these names count until the end of the term, or for 120 days where that is not known.

        A name that anybody could show (a device, a prank, nothing) is not taken.
        """
        memory = self.memory(section)
        last = term_ends or today + keys.TOLERATED_KEEP
        noted = [one for name in names if (one := memory.remember(name, term_ends=last)) is not None]
        if not noted:
            return
        before = {one.digest: one.expires for one in await self.of(section)}
        wanted = before | {one.digest: max(one.expires, before.get(one.digest, one.expires)) for one in noted}
        counting = sorted((until for until in wanted.items() if today < until[1]), key=lambda row: row[1], reverse=True)
        kept = dict(counting[:MOST_NAMES])
        if kept:
            await self._write(section, kept, gone=[digest for digest in before if digest not in kept])

    async def _write(self, section: str, kept: dict[bytes, date], gone: list[bytes]) -> None:
        key = keys.tolerated(section)
        rows = [part for digest, until in kept.items() for part in (digest, until.isoformat())]
        ends = datetime.combine(max(kept.values()), datetime.min.time(), UTC)
        commands: list[Command] = [("HSET", key, *rows), ("PEXPIREAT", key, int(ends.timestamp() * 1000))]
        if gone:
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
