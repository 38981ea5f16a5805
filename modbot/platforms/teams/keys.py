"""The keys that Graph encrypts events for: made by modbot, sealed in the vault, changed every month.

A certificate of one's own is enough, since Graph takes from it only the public key.
https://learn.microsoft.com/graph/change-notifications-with-resource-data
"""

import asyncio
import base64
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from modbot.tokens import TokenVault

NAME = "teams:keys"
BITS = 2048
IN_USE = timedelta(days=30)  # new subscriptions get another key after that
SUBSCRIPTIONS_LIVE = timedelta(days=3)  # at most: so long an old key may still be needed
KEEP = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class NotificationKey:
    """One key pair. `certificate` is its public part as Graph takes it: DER in base64."""

    id: str
    private: rsa.RSAPrivateKey
    certificate: str
    made_at: datetime


class NotificationKeys:
    """The key in use, and those that older subscriptions still need."""

    def __init__(self, vault: TokenVault, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._now = now
        self._keys: dict[str, NotificationKey] = {}
        self._making = asyncio.Lock()

    async def current(self) -> NotificationKey:
        """The key for new subscriptions, made when there is none that is young enough."""
        async with self._making:
            newest = self._newest() or await self._newest_kept()
            return newest or await self._made()

    async def find(self, key_id: str) -> NotificationKey | None:
        """A key by its id; None when it is not modbot's, or no longer kept."""
        if key_id not in self._keys:
            await self._load()
        return self._keys.get(key_id)

    def _newest(self) -> NotificationKey | None:
        young = [key for key in self._keys.values() if self._now() - key.made_at < IN_USE]
        return max(young, key=lambda key: key.made_at, default=None)

    async def _newest_kept(self) -> NotificationKey | None:
        await self._load()
        return self._newest()

    async def _made(self) -> NotificationKey:
        made = await asyncio.to_thread(_make, self._now())
        needed = [key for key in self._keys.values() if self._now() - key.made_at < IN_USE + SUBSCRIPTIONS_LIVE]
        self._keys = {key.id: key for key in (*needed, made)}
        await self._vault.put(NAME, _packed(list(self._keys.values())), lifetime_seconds=int(KEEP.total_seconds()))
        return made

    async def _load(self) -> None:
        raw = await self._vault.get(NAME)
        if raw:
            self._keys |= {key.id: key for key in _unpacked(raw)}


def _make(now: datetime) -> NotificationKey:
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "modbot notifications")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + KEEP)
        .sign(private, hashes.SHA256())
    )
    encoded = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return NotificationKey(f"modbot-{uuid.uuid4()}", private, encoded, now)


def _packed(keys: list[NotificationKey]) -> str:
    rows = [
        [
            key.id,
            key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            key.certificate,
            key.made_at.timestamp(),
        ]
        for key in keys
    ]
    return orjson.dumps(rows).decode()


def _unpacked(raw: str) -> list[NotificationKey]:
    try:
        return [_key(*row) for row in orjson.loads(raw)]
    except (ValueError, TypeError, OverflowError, OSError):
        return []  # written by another version: a new one is made


def _key(key_id: str, pem: str, certificate: str, made_at: float) -> NotificationKey:
    private = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return NotificationKey(key_id, private, certificate, datetime.fromtimestamp(made_at, UTC))
