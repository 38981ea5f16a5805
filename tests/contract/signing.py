"""Signing keys of a vendor that this suite makes up, published on loopback as a JWK set."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from modbot.simulators import SimServer

KEY_ID = "key-of-the-contract-suite"


@cache
def private_key() -> rsa.RSAPrivateKey:
    """One key a process: making one takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed(claims: Mapping[str, Any]) -> str:
    """The claims as an RS256 token of the published key."""
    return jwt.encode(dict(claims), private_key(), algorithm="RS256", headers={"kid": KEY_ID})


class KeyServer(SimServer):
    """Answers every GET with the key set."""

    def routes(self, router: web.UrlDispatcher) -> None:
        """One set, wherever it is looked for."""
        router.add_get("/{path:.*}", self._keys)

    async def _keys(self, _: web.Request) -> web.Response:
        public = RSAAlgorithm.to_jwk(private_key().public_key(), as_dict=True)
        key = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": KEY_ID, "n": public["n"], "e": public["e"]}
        return web.json_response({"keys": [key]})
