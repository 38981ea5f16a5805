"""RSA keys that sign the simulator's tokens, and the key lists by which anybody can check them."""

import base64
import secrets
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_BITS = 2048


class Signer:
    """Signs JSON Web Tokens with RS256. The key is made when it is first needed, and can be rotated."""

    def __init__(self) -> None:
        self._keys: dict[str, rsa.RSAPrivateKey] = {}
        self._current = ""

    def sign(self, claims: dict[str, Any]) -> str:
        """A token with the current key's id in its header."""
        kid = self._ready()
        return jwt.encode(claims, self._keys[kid], algorithm="RS256", headers={"kid": kid})

    def rotate(self, *, keep_old: bool = True) -> None:
        """Sign with a new key from now on. The old one stays listed, or is withdrawn at once."""
        if not keep_old:
            self._keys.clear()
        self._add()

    def listed(self, issuer: str) -> dict[str, Any]:
        """The JSON Web Key Set of every key that is still good."""
        self._ready()
        return {"keys": [_public(kid, key.public_key(), issuer) for kid, key in self._keys.items()]}

    def _ready(self) -> str:
        if self._current not in self._keys:
            self._add()
        return self._current

    def _add(self) -> None:
        self._current = secrets.token_urlsafe(20)
        self._keys[self._current] = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


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
