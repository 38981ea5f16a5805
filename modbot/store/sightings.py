"""Who was not recognised where in the last minutes, a school at a time: ids and keyed digests, never a name.

The digests are made with a key that follows from the district's newest one, and the same in every class: what somebody
showed in one can be found again in another.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson

from modbot.findings import Unmatched
from modbot.identity import NameMemory
from modbot.seal import Keyring
from modbot.store import Command, Store, keys

PURPOSE = b"raid radar"
MOST_OF_A_CLASS = 100  # at one look: a flood of made-up names in one class must not hide another's
MOST = 1000  # of a school, about 200 kB: the newest stay


class Sightings:
    """What the radar looks through. Raises StoreUnavailable."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self.memory = NameMemory(keyring.derived(PURPOSE), "")  # digests what people show, alike in every class

    async def add(
        self, school: str, seen: Sequence[Unmatched], *, now: datetime, keep: timedelta
    ) -> tuple[Unmatched, ...]:
        """Note these, and give everything that was seen in the school since `keep` ago. Safe to repeat.

        One round trip. Of two processes that add at once, one at least is given what both added.
        """
        key = keys.sightings(school)
        first = sorted(seen, key=lambda one: (one.at, one.participant_id))[:MOST_OF_A_CLASS]
        rows = [part for one in first for part in (_ms(min(one.at, now)), _kept(one))]
        commands: list[Command] = [("ZADD", key, *rows)] if rows else []
        commands += [
            ("ZREMRANGEBYSCORE", key, "-inf", f"({_ms(now - keep)}"),
            ("ZREMRANGEBYRANK", key, 0, -MOST - 1),
            ("PEXPIRE", key, int(keep.total_seconds() * 1000)),
            ("ZRANGE", key, 0, -1, "WITHSCORES"),
        ]
        held = (await self._store.batch(commands))[-1]
        return tuple(_read(school, row, float(at)) for row, at in held)


def _kept(one: Unmatched) -> bytes:
    return orjson.dumps([one.session_key, one.section, one.participant_id, sorted(mark.hex() for mark in one.marks)])


def _read(school: str, row: bytes, at_ms: float) -> Unmatched:
    session_key, section, participant_id, marks = orjson.loads(row)
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return Unmatched(session_key, section, school, participant_id, at, frozenset(map(bytes.fromhex, marks)))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
