"""How Graph encrypts the resource data of a rich notification for a subscription's certificate.

https://learn.microsoft.com/graph/change-notifications-with-resource-data
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from modbot.simulators.teams.refusal import Refused

KEY_BYTES = 32
BLOCK_BYTES = 16
LEAST_BITS, MOST_BITS = 2048, 4096


def read_certificate(text: object) -> x509.Certificate:
    """A base64 certificate with an RSA key of 2048 to 4096 bits. Raises Refused (400)."""
    refusal = Refused(400, "ValidationError", "encryptionCertificate is not a base64 certificate with an RSA key.")
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(str(text), validate=True))
    except (binascii.Error, ValueError) as error:
        raise refusal from error
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey) or not LEAST_BITS <= key.key_size <= MOST_BITS:
        raise refusal
    return certificate


def seal(content: dict[str, Any], certificate: x509.Certificate, certificate_id: str) -> dict[str, str]:
    """The `encryptedContent` of one notification, under a key made for it alone."""
    key = secrets.token_bytes(KEY_BYTES)
    data = _encrypted(json.dumps(content).encode(), key)
    return {
        "data": _text(data),
        "dataSignature": _text(hmac.new(key, data, hashlib.sha256).digest()),
        "dataKey": _text(_wrapped(key, certificate)),
        "encryptionCertificateId": certificate_id,
        "encryptionCertificateThumbprint": certificate.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - a name
    }


def _encrypted(plain: bytes, key: bytes) -> bytes:
    padder = padding.PKCS7(BLOCK_BYTES * 8).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:BLOCK_BYTES])).encryptor()
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def _wrapped(key: bytes, certificate: x509.Certificate) -> bytes:
    public = certificate.public_key()
    if not isinstance(public, RSAPublicKey):
        raise TypeError("read_certificate lets no other key in")
    return public.encrypt(key, OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None))  # noqa: S303 - Graph's choice


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
