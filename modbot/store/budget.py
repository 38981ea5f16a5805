"""A vendor's rate limit, shared by every process: one token bucket in the store for each limit.

Locks come first. A lock takes its turn at once, even out of tokens still to come, and waits for it; a removal or any
other call may only take what is above a reserve, so it can neither use up the last tokens nor stand in a lock's way.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakValueDictionary

from modbot.errors import RateLimited, StoreUnavailable, as_written
from modbot.log import get_logger
from modbot.store import Script, Store, keys

BURST_SECONDS = 0.5  # a bucket holds this much of its rate, but at least one call: a vendor counts by the second
CLOCKS_APART = timedelta(seconds=2)  # a time further behind than this is a clock set back, not a slow caller
SHORTEST_WAIT = timedelta(milliseconds=5)
MAX_LOCAL_LIMITS = 1000

log = get_logger("budget")


@dataclass(frozen=True, slots=True)
class Class:
    """How one urgency is treated."""

    reserve: float  # the share of a full bucket that must be left before it may take
    patience: timedelta
    ahead: bool = False  # may take tokens that are still to come


CLASSES = (
    Class(reserve=0.0, patience=timedelta(seconds=10), ahead=True),  # a lock
    Class(reserve=0.15, patience=timedelta(seconds=20)),  # a removal
    Class(reserve=0.40, patience=timedelta(seconds=5)),  # the rest
)

# `decide` is this script's twin. Times are milliseconds by the callers' clocks.
_TAKE = Script(
    """
    local rate, size, need = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local now, apart, patience = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[7])
    local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
    local tokens, at = tonumber(held[1]) or size, tonumber(held[2]) or now
    if now < at and at - now > apart then at = now end
    tokens = math.min(size, tokens + math.max(0, now - at) * rate)
    at = math.max(at, now)
    local wait = math.max(0, (need - tokens) / rate)
    local taken = wait == 0 or (ARGV[6] == '1' and wait <= patience)
    if taken then tokens = tokens - 1 end
    redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.3f', at))
    redis.call('PEXPIRE', KEYS[1], math.ceil(math.max(0, size - tokens) / rate) + 60000)
    return {taken and 1 or 0, math.ceil(wait)}
    """
)


@dataclass(slots=True)
class Bucket:
    """One bucket's state."""

    tokens: float
    at_ms: float


@dataclass(frozen=True, slots=True)
class Ask:
    """One wish to call, in the terms of the bucket."""

    rate_per_ms: float
    size: float
    need: float
    ahead: bool
    patience_ms: float

    @classmethod
    def of(cls, per_second: float, urgency: int, patience: timedelta, burst: int = 0) -> "Ask":
        """Raises ValueError for a rate that is not positive."""
        if per_second <= 0:
            raise ValueError("a rate limit must be positive")
        kind = CLASSES[min(max(urgency, 0), len(CLASSES) - 1)]
        size = max(1.0, burst or per_second * BURST_SECONDS)
        need = max(1.0, kind.reserve * size)
        return cls(per_second / 1000, size, need, kind.ahead, patience / timedelta(milliseconds=1))


def decide(bucket: Bucket, ask: Ask, now_ms: float) -> tuple[bool, float]:
    """Whether the call is taken from the bucket, and how many ms to wait: for the call, or before asking again."""
    if bucket.at_ms - now_ms > CLOCKS_APART / timedelta(milliseconds=1):
        bucket.at_ms = now_ms
    earned = max(0.0, now_ms - bucket.at_ms) * ask.rate_per_ms
    bucket.tokens = min(ask.size, bucket.tokens + earned)
    bucket.at_ms = max(bucket.at_ms, now_ms)
    wait = max(0.0, (ask.need - bucket.tokens) / ask.rate_per_ms)
    taken = wait == 0 or (ask.ahead and wait <= ask.patience_ms)
    if taken:
        bucket.tokens -= 1
    return taken, wait


class SharedBudget:
    """A `platforms.Budget`. Without a store each process keeps a bucket of its own, so calls still go out (P12)."""

    def __init__(
        self,
        store: Store,
        *,
        seconds: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._sleep = sleep
        self._local: dict[str, Bucket] = {}
        self._turns: WeakValueDictionary[tuple[str, int], asyncio.Lock] = WeakValueDictionary()

    async def take(self, limit: str, *, per_second: float, urgency: int = 1, burst: int = 0) -> None:
        """Wait for one call of `limit`. `urgency` 0 is a lock (10 s at most), 1 a removal (20 s), 2 the rest (5 s).

        Raises RateLimited, with the wait that would be left, when it would take longer than that.
        """
        patience = CLASSES[min(max(urgency, 0), len(CLASSES) - 1)].patience
        until = self._seconds() + patience.total_seconds()
        if urgency <= 0:  # locks reserve their turn in the store, in the order in which they ask
            await self._take(limit, per_second, urgency, until, burst)
            return
        async with self._turn(limit, urgency):  # the oldest goes first: whoever has waited longest asks next
            await self._take(limit, per_second, urgency, until, burst)

    def _turn(self, limit: str, urgency: int) -> asyncio.Lock:
        """Gone when nobody waits in it: some vendors have limits for each of a district's teachers."""
        turn = self._turns.get((limit, urgency))
        if turn is None:
            turn = self._turns[limit, urgency] = asyncio.Lock()
        return turn

    async def _take(self, limit: str, per_second: float, urgency: int, until: float, burst: int) -> None:
        while True:
            left = timedelta(seconds=max(0.0, until - self._seconds()))
            taken, wait = await self._ask(limit, Ask.of(per_second, urgency, left, burst))
            if taken:
                if wait:
                    await self._sleep(wait.total_seconds())
                return
            if wait > left:
                vendor = limit.partition(":")[0]
                raise RateLimited(vendor, f"{as_written(vendor)} is being asked too much at once.", retry_after=wait)
            await self._sleep(max(wait, SHORTEST_WAIT).total_seconds())

    async def _ask(self, limit: str, ask: Ask) -> tuple[bool, timedelta]:
        now_ms = self._seconds() * 1000
        apart_ms = CLOCKS_APART // timedelta(milliseconds=1)
        numbers = (ask.rate_per_ms, ask.size, ask.need, now_ms, apart_ms, int(ask.ahead), ask.patience_ms)
        try:
            taken, wait_ms = await self._store.call(_TAKE, [keys.budget(limit)], [repr(number) for number in numbers])
        except StoreUnavailable as error:
            log.warning("budget_unavailable", detail=error.log_detail)
            taken, wait_ms = decide(self._bucket(limit, ask, now_ms), ask, now_ms)
        return bool(taken), timedelta(milliseconds=float(wait_ms))

    def _bucket(self, limit: str, ask: Ask, now_ms: float) -> Bucket:
        if limit not in self._local and len(self._local) >= MAX_LOCAL_LIMITS:
            self._local.clear()
        return self._local.setdefault(limit, Bucket(ask.size, now_ms))
