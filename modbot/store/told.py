"""What the teacher of a class has been told by itself, so that each cause is told once; and what they want to hear."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from modbot.store import Command, Store, keys

_CAUSE, _LAST, _QUIET = "c:", "t:", "q:"


@dataclass(frozen=True, slots=True)
class Told:
    """Of one session: causes told, when each kind was told last, and the kinds that are not to be told again."""

    causes: frozenset[str] = frozenset()
    last: dict[str, datetime] = field(default_factory=dict)
    quiet: frozenset[str] = frozenset()


class ToldStore:
    """Ids and times only. Raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, session_key: str) -> Told:
        """What was told of a session."""
        rows: dict[bytes, bytes] = await self._store.run("HGETALL", keys.told(session_key))
        causes, last, quiet = set(), {}, set()
        for name, value in ((name.decode(), value) for name, value in rows.items()):
            rest = name[len(_CAUSE) :]
            if name.startswith(_CAUSE):
                causes.add(rest)
            elif name.startswith(_LAST):
                last[rest] = datetime.fromtimestamp(int(value) / 1000, UTC)
            elif name.startswith(_QUIET):
                quiet.add(rest)
        return Told(frozenset(causes), last, frozenset(quiet))

    async def note(self, session_key: str, kind: str, causes: Iterable[str], at: datetime) -> None:
        """These causes have been told."""
        key = keys.told(session_key)
        rows: list[str | int] = [f"{_LAST}{kind}", int(at.timestamp() * 1000)]
        for cause in causes:
            rows += [f"{_CAUSE}{cause}", 1]
        await self._store.batch([("HSET", key, *rows), _expiry(key)])

    async def quieten(self, session_key: str, kind: str, *, quiet: bool) -> None:
        """Whether findings of this kind are not to be told in this session any more."""
        key, field_name = keys.told(session_key), f"{_QUIET}{kind}"
        change: Command = ("HSET", key, field_name, 1) if quiet else ("HDEL", key, field_name)
        await self._store.batch([change, _expiry(key)])


def _expiry(key: str) -> Command:
    return ("PEXPIRE", key, int(keys.TOLD_KEEP.total_seconds() * 1000))
