"""Vendor tokens, sealed in the store so that every process uses the same one."""

import asyncio
from collections.abc import Callable

from modbot.errors import SealBroken, StoreUnavailable
from modbot.log import get_logger
from modbot.seal import Keyring
from modbot.store import Store, keys

log = get_logger("vault")


def _monotonic_seconds() -> float:
    return asyncio.get_running_loop().time()


class Vault:
    """A `platforms.TokenVault`. While the store is gone, this process still knows what it put or got itself (P12)."""

    def __init__(self, store: Store, keyring: Keyring, *, seconds: Callable[[], float] = _monotonic_seconds) -> None:
        self._store = store
        self._keyring = keyring
        self._seconds = seconds
        self._own: dict[str, tuple[str, float]] = {}  # name → secret, when it expires

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
        self._own[name] = (secret, self._seconds() + max(left_ms, 0) / 1000)
        return secret

    async def put(self, name: str, secret: str, *, lifetime_seconds: int) -> None:
        """Keep `secret` until it expires. Without a store only this process keeps it, and the log says so.

        Raises ValueError for a lifetime that is not positive.
        """
        if lifetime_seconds <= 0:
            raise ValueError("a secret needs a lifetime")
        key = keys.vault(name)
        self._own[name] = (secret, self._seconds() + lifetime_seconds)
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

    def _remembered(self, name: str) -> str | None:
        secret, expires = self._own.get(name, ("", 0.0))
        return secret if secret and self._seconds() < expires else None
