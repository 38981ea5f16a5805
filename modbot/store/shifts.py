"""Shifts that somebody took over by hand: `/oncall take 2h`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson

from modbot.oncall import Shift
from modbot.store import Store, keys

NEWEST = 20  # that many of one schedule are looked at: older ones are overruled anyway


class Shifts:
    """Raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, schedule: str, shift: Shift, now: datetime) -> None:
        """Overrule the schedule, and whoever took the same time before."""
        row = orjson.dumps([shift.person, shift.since.isoformat(), shift.until.isoformat()])
        key = keys.shifts(schedule)
        longest_ms = int(max(shift.until - now, timedelta(days=1)).total_seconds() * 1000)
        await self._store.batch([("RPUSH", key, row), ("LTRIM", key, -NEWEST, -1), ("PEXPIRE", key, longest_ms)])

    async def of(self, schedule: str) -> Sequence[Shift]:
        """The newest shifts that were taken, oldest first."""
        rows = await self._store.run("LRANGE", keys.shifts(schedule), -NEWEST, -1)
        return [_shift(*orjson.loads(row)) for row in rows]


def _shift(person: str, since: str, until: str) -> Shift:
    return Shift(person, datetime.fromisoformat(since), datetime.fromisoformat(until))
