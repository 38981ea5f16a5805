"""Sealing: details of people are encrypted with the district's own keys before they reach the store.

A sealed value is one byte that hints at the key, a random nonce of 12 bytes, and AES-256-GCM over the plain bytes. Its
`context` (where it is kept) is authenticated with it, so a value moved elsewhere does not open. Nonces are random: one
key is good for about four thousand million seals (NIST SP 800-38D, section 8.3), after which it should be rotated.
"""

import base64
import binascii
import contextlib
import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from modbot.errors import ConfigError, SealBroken

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
FILE_NAME = "keys"
KEYS_SETTING = "MODBOT_ENCRYPTION_KEYS"
FILE_SETTING = "MODBOT_DATA_DIR"


class Keyring:
    """The district's keys, newest first. The first one seals; every one opens."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Raises ValueError for no key, or for one that is not 32 bytes."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a keyring needs keys of {KEY_BYTES} bytes")
        self._by_id: dict[int, list[AESGCM]] = {}
        for key in keys:
            self._by_id.setdefault(_id_of(key), []).append(AESGCM(key))
        self._newest = AESGCM(keys[0])
        self._newest_id = bytes([_id_of(keys[0])])
        self._count = len(keys)
        self._derives = hmac.digest(keys[0], b"modbot derived keys", "sha256")

    def __repr__(self) -> str:
        return f"<Keyring of {self._count}>"

    def seal(self, plain: bytes, *, context: bytes) -> bytes:
        """Encrypt with the newest key; 29 bytes longer than `plain`. Opens only with the same `context`."""
        nonce = os.urandom(NONCE_BYTES)
        return self._newest_id + nonce + self._newest.encrypt(nonce, plain, context)

    def derived(self, purpose: bytes) -> bytes:
        """A key of 32 bytes for one purpose, from the newest key: after a rotation it is another one."""
        return hmac.digest(self._derives, purpose, "sha256")

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """What was sealed. Raises SealBroken when its key is gone, or when it or its context was changed."""
        if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES:
            raise SealBroken("too short to be a sealed value")
        candidates = self._by_id.get(sealed[0])
        if candidates is None:
            raise SealBroken(f"sealed with key {sealed[0]:02x}, which is not in the keyring")
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        for key in candidates:  # two keys share an id once in 256 times
            with contextlib.suppress(InvalidTag):
                return key.decrypt(nonce, rest, context)
        raise SealBroken(f"does not open with key {sealed[0]:02x}: changed, or moved from elsewhere")


def load(encryption_keys: str | None, data_dir: Path) -> Keyring:
    """The keys of the setting, or else of `<data_dir>/keys`, which is made on the first start.

    Raises ConfigError for keys that cannot be read, or a file that others may read.
    """
    if encryption_keys is not None:
        return _keyring(encryption_keys.split(","), KEYS_SETTING)
    path = data_dir.expanduser() / FILE_NAME
    try:
        if not path.exists():
            _create(path)
        return _keyring(_read(path), FILE_SETTING)
    except OSError as error:
        raise ConfigError(FILE_SETTING, f"{path} cannot be used: {error.strerror}") from error


def rotate(data_dir: Path) -> Keyring:
    """Put a new key first in `<data_dir>/keys`. The former ones stay, so that what they sealed still opens.

    Every process reads its keys at its start. Raises ConfigError.
    """
    path = data_dir.expanduser() / FILE_NAME
    try:
        lines = [new_key(), *(_read(path) if path.exists() else [])]
        ring = _keyring(lines, FILE_SETTING)
        written = _write_beside(path, lines)
        written.replace(path)
    except OSError as error:
        raise ConfigError(FILE_SETTING, f"{path} cannot be used: {error.strerror}") from error
    return ring


def new_key() -> str:
    """A fresh random key as the setting takes it: base64 of 32 bytes."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def _id_of(key: bytes) -> int:
    return sha256(b"modbot key id" + key).digest()[0]


def _keyring(lines: Sequence[str], setting: str) -> Keyring:
    keys = []
    for number, line in enumerate(lines, 1):
        try:
            key = base64.b64decode(line.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise ConfigError(setting, f"key {number} is not base64") from None
        if len(key) != KEY_BYTES:
            raise ConfigError(setting, f"key {number} has {len(key)} bytes; it must have {KEY_BYTES}")
        keys.append(key)
    if len(set(keys)) != len(keys):
        raise ConfigError(setting, "a key is there twice")
    if not keys:
        raise ConfigError(setting, "there is no key")
    return Keyring(keys)


def _read(path: Path) -> list[str]:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with os.fdopen(fd, encoding="utf-8", errors="replace") as file:
        if stat.S_IMODE(os.fstat(fd).st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(FILE_SETTING, f"others may read {path}: set its mode to 600 (chmod 600)")
        return [line for line in file.read().splitlines() if line.strip()]


def _create(path: Path) -> None:
    """Never a half-written file, and never over one that another process has just made."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = _write_beside(path, [new_key()])
    try:
        with contextlib.suppress(FileExistsError):
            os.link(written, path)
    finally:
        written.unlink()


def _write_beside(path: Path, lines: Sequence[str]) -> Path:
    beside = path.with_name(f".{FILE_NAME}-{secrets.token_hex(8)}")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "w", encoding="ascii") as file:
        file.write("".join(f"{line.strip()}\n" for line in lines))
        file.flush()
        os.fsync(fd)
    return beside


__all__ = ["Keyring", "load", "new_key", "rotate"]
