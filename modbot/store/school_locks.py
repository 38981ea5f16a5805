"""Questions whether to lock every live room of a school, and what came of a yes. Ids, and sealed names of staff."""

from collections.abc import Sequence

import orjson

from modbot.errors import SealBroken
from modbot.log import get_logger
from modbot.seal import Keyring
from modbot.store import Store, keys
from modbot.whole_school import Locked, SchoolLock

log = get_logger("school_locks")


class SchoolLocks:
    """A question is good for an hour; once it was answered it is kept for a day. Raises StoreUnavailable."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    async def ask(self, lock: SchoolLock) -> None:
        """Remember what was shown."""
        key = keys.school_lock(lock.id)
        shown = orjson.dumps([lock.school, lock.raid, lock.sessions])
        await self._store.batch([("HSET", key, "shown", shown), ("EXPIRE", key, int(keys.SWEEP_KEEP.total_seconds()))])

    async def get(self, question_id: str) -> SchoolLock | None:
        """What was shown, and what came of it; None when it is too old."""
        held = await self._store.run("HGETALL", keys.school_lock(question_id))
        if b"shown" not in held:
            return None
        school, raid, sessions = orjson.loads(held[b"shown"])
        by, by_name, before = self._claimed(question_id, held.get(b"by"))
        locked = tuple(Locked(*row) for row in orjson.loads(held.get(b"locked", b"[]")))
        return SchoolLock(question_id, school, raid, tuple(sessions), by, by_name, before, locked)

    async def claim(self, question_id: str, request_id: str, name: str, held: Sequence[str]) -> SchoolLock | None:
        """Say yes to it: whoever did so first is in `by`, with what was held then. None when it is too old."""
        key = keys.school_lock(question_id)
        if await self.get(question_id) is None:
            return None
        sealed = self._keyring.seal(orjson.dumps([request_id, name, held]), context=key.encode())
        await self._store.batch(
            [("HSETNX", key, "by", sealed), ("EXPIRE", key, int(keys.RAID_KEEP.total_seconds()))],
        )
        return await self.get(question_id)

    async def done(self, question_id: str, locked: Sequence[Locked]) -> None:
        """These are what an undo takes back."""
        rows = orjson.dumps([[one.session_key, one.act_id] for one in locked])
        key = keys.school_lock(question_id)
        await self._store.batch(
            [("HSET", key, "locked", rows), ("EXPIRE", key, int(keys.RAID_KEEP.total_seconds()))],
        )

    def _claimed(self, question_id: str, sealed: bytes | None) -> tuple[str, str, tuple[str, ...]]:
        if sealed is None:
            return "", "", ()
        try:
            by, name, before = orjson.loads(self._keyring.open(sealed, context=keys.school_lock(question_id).encode()))
        except SealBroken as error:
            log.warning("school_lock_sealed_otherwise", detail=error.log_detail)
            return "?", "Somebody", ()
        return str(by), str(name), tuple(before)
