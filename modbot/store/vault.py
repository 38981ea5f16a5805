"""Vendor tokens, sealed in the store so that every process uses the same one."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from modbot.errors import SealBroken, StoreUnavailable
from modbot.log import get_logger
from modbot.seal import Keyring
from modbot.store import Store, keys

MAX_OWN = 20_000  # what one process remembers for a time without a store: some 15 MB

log = get_logger("vault")


def _monotonic_seconds() -> float:
    return asyncio.get_running_loop().time()


class Vault:
    """A `tokens.TokenVault`. While the store is gone, this process still knows what it put or got itself (P12).

    It remembers the `most_own` that it used last: a large district keeps a million addresses in its store.
    """

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        *,
        seconds: Callable[[], float] = _monotonic_seconds,
        most_own: int = MAX_OWN,
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._seconds = seconds
        self._most_own = most_own
        self._own: OrderedDict[str, tuple[str, float]] = OrderedDict()  # name → secret, when it expires

    async def get(self, name: str) -> str | None:
        """The secret kept under `name`; None when there is none, or its key was removed from the keyring."""
        key = keys.vault(name)
        try:
            sealed, left_ms = await self._store.batch([("GET", key), ("PTTL", key)])
        except StoreUnavailable as error:
            log.warning("vault_unavailable", detail=error.log_detail)
            return self._remembered(name)
        if sealed is None:
            self._own.pop(name, None)
            return None
        try:
            secret = self._keyring.open(sealed, context=key.encode()).decode()
        except SealBroken as error:
            log.warning("vault_sealed_otherwise", detail=error.log_detail)
            return None
        self._remember(name, secret, max(left_ms, 0) / 1000)
        return secret

    async def put(self, name: str, secret: str, *, lifetime_seconds: int) -> None:
        """Keep `secret` until it expires. Without a store only this process keeps it, and the log says so.

        Raises ValueError for a lifetime that is not positive.
        """
        if lifetime_seconds <= 0:
            raise ValueError("a secret needs a lifetime")
        key = keys.vault(name)
        self._remember(name, secret, lifetime_seconds)
        try:
            await self._store.run(
                "SET", key, self._keyring.seal(secret.encode(), context=key.encode()), "EX", lifetime_seconds
            )
        except StoreUnavailable as error:
            log.warning("vault_unavailable", detail=error.log_detail)

    async def drop(self, name: str) -> None:
        """Forget it here and in the store. Raises StoreUnavailable when the store may still have it."""
        self._own.pop(name, None)
        await self._store.run("DEL", keys.vault(name))

    def _remember(self, name: str, secret: str, left_seconds: float) -> None:
        self._own[name] = (secret, self._seconds() + left_seconds)
        self._own.move_to_end(name)
        if len(self._own) > self._most_own:
            self._own.popitem(last=False)

    def _remembered(self, name: str) -> str | None:
        secret, expires = self._own.get(name, ("", 0.0))
        return secret if secret and self._seconds() < expires else None
