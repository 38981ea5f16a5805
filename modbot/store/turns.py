"""Work that one process at a time does for all: whoever holds the turn does it, and renews it as it goes."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from modbot.errors import StoreUnavailable
from modbot.log import get_logger
from modbot.store import Script, Store, keys

RENEWALS = 3  # within the time a turn is kept: two may fail

_TAKE = Script(
    """
    local holder = redis.call('GET', KEYS[1])
    if holder and holder ~= ARGV[1] then return 0 end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return 1
    """
)
_GIVE_BACK = Script("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end")

log = get_logger("turns")


class Turns:
    """One process's claims. A process that dies loses its turns when they run out."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._own = secrets.token_hex(8)

    async def take(self, work: str, keep: timedelta) -> bool:
        """Whether this process has the turn, for `keep` from now. Raises StoreUnavailable."""
        keep_ms = max(1, int(keep.total_seconds() * 1000))
        return bool(await self._store.call(_TAKE, [keys.turn(work)], [self._own, keep_ms]))

    @asynccontextmanager
    async def holding(self, work: str, keep: timedelta) -> AsyncIterator[None]:
        """Renew a turn that was taken, for `keep` each time, for as long as the block lasts.

        A store that is gone meanwhile does not end the block.
        """
        renewing = asyncio.get_running_loop().create_task(self._renew(work, keep))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _renew(self, work: str, keep: timedelta) -> None:
        while True:
            await asyncio.sleep(keep.total_seconds() / RENEWALS)
            try:
                await self.take(work, keep)
            except StoreUnavailable as error:
                log.info("turn_not_renewed", work=work, detail=error.log_detail)

    async def give_back(self, work: str) -> None:
        """Let another process have it at once; nothing happens to a turn that is not this process's.

        Raises StoreUnavailable.
        """
        await self._store.call(_GIVE_BACK, [keys.turn(work)], [self._own])
