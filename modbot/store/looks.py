"""Live classes that are to be looked at: marked as their events are written, taken when due, the oldest first.

A class that is marked again before it was looked at stays where it is in the line, so there is one row a class however
many events come. Whoever takes one has it alone until they are done or their time is up: a class whose process dies is
taken by another.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from modbot.store import Command, Script, Store, keys

AFTER = timedelta(seconds=2)  # one look for all who come together, and at most one in so long
EXPIRY_EVERY = timedelta(seconds=10)
LEASE = timedelta(seconds=60)  # for one look; its process is then taken for dead

_CLOCK = "local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"
# Those already taken stay in line, so as many more rows are looked through.
_TAKE = Script(
    _CLOCK
    + """
    for _, dropped in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
        redis.call('ZREM', KEYS[2], dropped)
        redis.call('ZADD', KEYS[1], 'LT', now, dropped)
    end
    local most = tonumber(ARGV[1])
    local rows = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0,
        most + redis.call('ZCARD', KEYS[2]))
    local taken = {}
    for i = 1, #rows, 2 do
        if #taken < most * 2 and not redis.call('ZSCORE', KEYS[2], rows[i]) then
            redis.call('ZREM', KEYS[1], rows[i])
            redis.call('ZADD', KEYS[2], now + ARGV[2], rows[i])
            taken[#taken + 1] = rows[i]
            taken[#taken + 1] = tostring(now - rows[i + 1])
        end
    end
    if #taken > 0 then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    return taken
    """
)
_DONE = Script(
    _CLOCK
    + """
    redis.call('ZREM', KEYS[2], ARGV[1])
    if ARGV[2] ~= '' then
        redis.call('ZADD', KEYS[1], 'LT', now + ARGV[2], ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
    end
    """
)
_KEYS = [keys.LOOKS_DUE, keys.LOOKS_TAKEN]


@dataclass(frozen=True, slots=True)
class Due:
    """A class that this process has to look at, and how long it has been due."""

    session_key: str
    behind: timedelta


class Marks:
    """Marks classes, by commands that go with others in one batch: on the path of every event, so as few as can be.

    A class is due by this process's clock and taken by the store's: they differ by less than it matters.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._expires_from = 0.0  # when the line was last given its expiry, which `take` renews

    def of(self, session_keys: Iterable[str], after: timedelta = AFTER) -> list[Command]:
        """Something happened in these: they are due by `after` from now."""
        now = self._clock()
        due = int((now + after.total_seconds()) * 1000)
        rows = [part for key in session_keys for part in (due, key)]
        marked: list[Command] = [("ZADD", keys.LOOKS_DUE, "LT", *rows)] if rows else []
        if rows and now - self._expires_from > EXPIRY_EVERY.total_seconds():
            self._expires_from = now
            marked.append(("PEXPIRE", keys.LOOKS_DUE, _ms(keys.LOOKS_KEEP)))
        return marked


class Looks:
    """The line of classes. Raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, most: int, *, lease: timedelta = LEASE) -> list[Due]:
        """The classes that have been due longest, at most so many, for this process alone during the lease."""
        arguments = [most, _ms(lease), _ms(keys.LOOKS_KEEP)]
        rows: list[bytes] = await self._store.call(_TAKE, _KEYS, arguments)
        pairs = zip(rows[::2], rows[1::2], strict=True)
        return [Due(key.decode(), timedelta(milliseconds=max(0.0, float(late)))) for key, late in pairs]

    async def done(self, session_key: str, *, again: timedelta | None = None) -> None:
        """The look is over; another one is due after `again`, or when the class is marked next."""
        arguments = [session_key, "" if again is None else _ms(again), _ms(keys.LOOKS_KEEP)]
        await self._store.call(_DONE, _KEYS, arguments)


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
