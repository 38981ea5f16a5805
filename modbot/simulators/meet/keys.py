"""RSA keys of the simulated Google: the service account's, and those that sign Pub/Sub's push tokens."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

SERVICE_ACCOUNT = 0  # the number of its key; the others sign push tokens


@lru_cache
def _private_key(number: int) -> rsa.RSAPrivateKey:
    """One key a number and process: making one takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, slots=True)
class Key:
    """One RSA key, by its number."""

    number: int

    @property
    def public(self) -> rsa.RSAPublicKey:
        """What signatures are verified with."""
        return _private_key(self.number).public_key()

    @property
    def id(self) -> str:
        """Its `kid`, in the shape of Google's: 40 hexadecimal digits."""
        encoded = self.public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(encoded).hexdigest()[:40]

    def pem(self) -> str:
        """The private key as a key file holds it."""
        return (
            _private_key(self.number)
            .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            .decode()
        )

    def jwk(self) -> dict[str, Any]:
        """The public key as https://www.googleapis.com/oauth2/v3/certs lists it."""
        public = RSAAlgorithm.to_jwk(self.public, as_dict=True)
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id, "n": public["n"], "e": public["e"]}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as an RS256 token."""
        return jwt.encode(dict(claims), _private_key(self.number), algorithm="RS256", headers={"kid": self.id})
