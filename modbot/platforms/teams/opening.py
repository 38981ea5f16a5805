"""Opens the encrypted data of a notification.

The AES key comes under RSA-OAEP (SHA-1); the data is AES-CBC with the key's first 16 bytes as the start, signed with
HMAC-SHA256 under the same key. https://learn.microsoft.com/graph/change-notifications-with-resource-data
"""

import base64
import binascii
import hashlib
import hmac
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from modbot.platforms.teams.answers import text

BLOCK_BYTES = 16
KEY_BYTES = (16, 24, 32)


class Doubted(Exception):
    """Something in a notification is not to be believed; the text says what, without its content."""


def opened(content: Any, private: RSAPrivateKey) -> dict[str, Any]:
    """The data of one item's `encryptedContent`. Raises Doubted; the signature is checked before anything is opened."""
    data = _bytes(content, "data")
    key = _key(_bytes(content, "dataKey"), private)
    signature = hmac.new(key, data, hashlib.sha256).digest()
    if not hmac.compare_digest(signature, _bytes(content, "dataSignature")):
        raise Doubted("the data's signature does not match")
    return _object(_plain(data, key))


def _key(wrapped: bytes, private: RSAPrivateKey) -> bytes:
    oaep = OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 - Graph's choice
    try:
        key = private.decrypt(wrapped, oaep)
    except ValueError as error:
        raise Doubted("the data's key cannot be opened") from error
    if len(key) not in KEY_BYTES:
        raise Doubted("the data's key has a wrong length")
    return key


def _plain(data: bytes, key: bytes) -> bytes:
    if not data or len(data) % BLOCK_BYTES:
        raise Doubted("the data is not whole")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:BLOCK_BYTES])).decryptor()
    unpadder = padding.PKCS7(BLOCK_BYTES * 8).unpadder()
    try:
        return unpadder.update(decryptor.update(data) + decryptor.finalize()) + unpadder.finalize()
    except ValueError as error:
        raise Doubted("the data is not padded") from error


def _object(plain: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(plain)
    except orjson.JSONDecodeError as error:
        raise Doubted("the data is not JSON") from error
    if not isinstance(value, dict):
        raise Doubted("the data is not an object")
    return value


def _bytes(content: Any, name: str) -> bytes:
    try:
        raw = base64.b64decode(text(content, name), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Doubted(f"{name} is not base64") from error
    if not raw:
        raise Doubted(f"there is no {name}")
    return raw
