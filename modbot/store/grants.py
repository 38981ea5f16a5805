"""Grants: classes that were shared with a colleague for a while. Sealed, and gone when the last of a person's is over.

A person's grants are one hash, read in one round trip where it is asked what they may do. Beside it stand indexes of
whose to look at, for one class or room and for the whole district: those hold digests of addresses only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from modbot.errors import SealBroken
from modbot.log import get_logger
from modbot.seal import Keyring
from modbot.store import Command, Script, Store, keys

EVERYWHERE = ""  # the index of the whole district
MOST_PEOPLE = 2000  # whose grants are listed at once, those that last longest first

_AT_LEAST = Script(
    """
    if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
    return 1
    """
)

log = get_logger("grants")


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody may act on a class as its teacher does, from `since` up to `until` (aware UTC).

    It is of a section where modbot knew which class it is, else of the room. `room` is the room's key, "" where no
    session ran; `to` and `by` are addresses. One person has at most one grant of each section or room.
    """

    id: str  # of the request that gave it
    to: str
    to_name: str
    by: str
    by_name: str
    since: datetime
    until: datetime
    title: str
    section: str
    room: str
    host: str
    school: str

    @property
    def subject(self) -> str:
        """What it is of: `section:cls-1`, or `room:zoom:85746065432`."""
        return f"section:{self.section}" if self.section else f"room:{self.room}"


class Grants:
    """Whether or not they are in force: `modbot.granting` says that. Raises StoreUnavailable."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    async def give(self, grant: Grant, now: datetime) -> None:
        """Keep it, in place of the one this person had of the same class. Safe to repeat."""
        over = [one.subject for one in await self.of(grant.to) if one.until <= now and one.subject != grant.subject]
        key = keys.grants_to(grant.to)
        sealed = self._keyring.seal(orjson.dumps(asdict(grant)), context=_context(key, grant.subject))
        left_ms = max(1, int((grant.until - now) / timedelta(milliseconds=1)))
        commands: list[Command] = [("HSET", key, grant.subject, sealed), *([("HDEL", key, *over)] if over else [])]
        for index in (keys.grants_in(grant.subject), keys.grants_in(EVERYWHERE)):
            commands += [
                ("ZREMRANGEBYSCORE", index, "-inf", _ms(now)),
                ("ZADD", index, "GT", _ms(grant.until), key),
                self._store.command_of(_AT_LEAST, [index], [left_ms]),
            ]
        await self._store.batch([*commands, self._store.command_of(_AT_LEAST, [key], [left_ms])])

    async def end(self, grant: Grant) -> bool:
        """Take it back; False when it was gone already."""
        return bool(await self._store.run("HDEL", keys.grants_to(grant.to), grant.subject))

    async def of(self, email: str) -> list[Grant]:
        """One person's."""
        return await self._held([keys.grants_to(email)])

    async def in_any(self, subjects: Iterable[str], now: datetime) -> list[Grant]:
        """Everybody's of these classes and rooms that are not over by `now`."""
        wanted = set(subjects)
        people = await self._store.batch([("ZRANGEBYSCORE", keys.grants_in(one), _ms(now), "+inf") for one in wanted])
        found = await self._held(sorted({name.decode() for names in people for name in names}))
        return [one for one in found if one.subject in wanted]

    async def everywhere(self) -> list[Grant]:
        """Everybody's."""
        names = await self._store.run("ZREVRANGE", keys.grants_in(EVERYWHERE), 0, MOST_PEOPLE - 1)
        return await self._held([name.decode() for name in names])

    async def _held(self, people: Sequence[str]) -> list[Grant]:
        """What stands under these keys."""
        if not people:
            return []
        hashes = await self._store.batch([("HGETALL", key) for key in people])
        rows = [(key, *row) for key, held in zip(people, hashes, strict=True) for row in held.items()]
        return [grant for row in rows if (grant := self._opened(*row)) is not None]

    def _opened(self, key: str, subject: bytes, sealed: bytes) -> Grant | None:
        try:
            found = orjson.loads(self._keyring.open(sealed, context=_context(key, subject.decode())))
        except SealBroken as error:  # sealed with a key that has been removed: it ends with its key
            log.warning("grant_sealed_otherwise", detail=error.log_detail)
            return None
        return _grant(found)


def _grant(found: dict[str, Any]) -> Grant:
    since, until = datetime.fromisoformat(found["since"]), datetime.fromisoformat(found["until"])
    return Grant(**{**found, "since": since, "until": until})


def _context(key: str, subject: str) -> bytes:
    return f"{key}\0{subject}".encode()


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
