"""Which links of mails were used: each works once."""

from datetime import datetime, timedelta

from modbot.store import Store, keys

LEAST = timedelta(minutes=1)  # clocks differ a little


class UsedLinks:
    """Raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def used(self, link_id: str) -> bool:
        """Whether it was used before."""
        return bool(await self._store.run("EXISTS", keys.used_link(link_id)))

    async def mark(self, link_id: str, *, until: datetime, now: datetime) -> None:
        """Remember that it was used, for as long as it could be used again."""
        keep_ms = int((max(until - now, timedelta(0)) + LEAST).total_seconds() * 1000)
        await self._store.run("SET", keys.used_link(link_id), "1", "PX", keep_ms)
