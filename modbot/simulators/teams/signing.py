"""RSA keys that sign the simulator's tokens, and the key lists by which anybody can check them."""

import base64
import secrets
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_BITS = 2048


class Signer:
    """Signs JSON Web Tokens with RS256. The key can be rotated.

    The first key of each `authority` is made once in a process: that takes a tenth of a second.
    """

    def __init__(self, authority: str) -> None:
        self._authority = authority
        self._keys: dict[str, rsa.RSAPrivateKey] = {}
        self._current = ""

    def sign(self, claims: dict[str, Any]) -> str:
        """A token with the current key's id in its header."""
        kid = self._ready()
        return jwt.encode(claims, self._keys[kid], algorithm="RS256", headers={"kid": kid})

    def rotate(self, *, keep_old: bool = True) -> None:
        """Sign with a new key from now on. The old one stays listed, or is withdrawn at once."""
        self._ready()
        if not keep_old:
            self._keys.clear()
        self._add(_new_key())

    def listed(self, issuer: str) -> dict[str, Any]:
        """The JSON Web Key Set of every key that is still good."""
        self._ready()
        return {"keys": [_public(kid, key.public_key(), issuer) for kid, key in self._keys.items()]}

    def _ready(self) -> str:
        if not self._keys:
            self._add(_first_key(self._authority))
        return self._current

    def _add(self, key: rsa.RSAPrivateKey) -> None:
        self._current = secrets.token_urlsafe(20)
        self._keys[self._current] = key


@cache
def _first_key(_: str) -> rsa.RSAPrivateKey:
    return _new_key()


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def _public(kid: str, key: rsa.RSAPublicKey, issuer: str) -> dict[str, Any]:
    numbers = key.public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "kid": kid,
        "x5t": kid,
        "n": _number(numbers.n),
        "e": _number(numbers.e),
        "issuer": issuer,
    }


def _number(value: int) -> str:
    """A number as the key list writes it: big-endian, base64url, no padding."""
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
