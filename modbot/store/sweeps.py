"""Sweeps of the last hour: who was shown as not belonging, and who was put out. Sealed: it has names in it."""

from dataclasses import asdict

import orjson

from modbot.errors import SealBroken
from modbot.log import get_logger
from modbot.seal import Keyring
from modbot.standing import Group, Sweep, Swept
from modbot.store import Store, keys

log = get_logger("sweeps")


class Sweeps:
    """Each lasts an hour from when it was last kept. Raises StoreUnavailable."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    async def keep(self, sweep: Sweep) -> None:
        """Remember it, in place of what was kept under its id."""
        key = keys.sweep(sweep.id)
        sealed = self._keyring.seal(orjson.dumps(asdict(sweep)), context=key.encode())
        await self._store.run("SET", key, sealed, "EX", int(keys.SWEEP_KEEP.total_seconds()))

    async def kept(self, sweep_id: str) -> Sweep | None:
        """What was kept, or None when it is too old."""
        key = keys.sweep(sweep_id)
        sealed = await self._store.run("GET", key)
        if sealed is None:
            return None
        try:
            found = orjson.loads(self._keyring.open(sealed, context=key.encode()))
        except SealBroken as error:
            log.warning("sweep_sealed_otherwise", detail=error.log_detail)
            return None
        people = tuple(Swept(row["id"], row["name"], row["email"], Group(row["group"])) for row in found["people"])
        return Sweep(found["id"], found["session"], people, found["by"], tuple(found["taken"]))
