"""Tokens a vendor signs are believed only with a key it publishes, for us, from it, and in time."""

import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.utils import base64url_encode

from modbot.errors import RequestRejected
from modbot.http import Http
from modbot.public_keys import PublicKeys, bearer
from tests.platforms.lent import Clock

AUDIENCE, ISSUER = "https://modbot.example.org/webhooks/meet", "https://accounts.example.org"
KEYS = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("one", "two")}


class Publisher:
    """A vendor's key set on loopback."""

    def __init__(self) -> None:
        self.keys = ["one"]
        self.asked = 0
        self.status = 200
        self.url = ""

    async def keys_of(self, _: web.Request) -> web.Response:
        self.asked += 1
        rows = [{**jwt.algorithms.RSAAlgorithm.to_jwk(KEYS[name].public_key(), as_dict=True), "kid": name}
                for name in self.keys]  # fmt: skip
        return web.json_response({"keys": rows}, status=self.status)

    async def metadata(self, _: web.Request) -> web.Response:
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/keys"})


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    made = Publisher()
    app = web.Application()
    app.router.add_get("/keys", made.keys_of)
    app.router.add_get("/metadata", made.metadata)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    made = Http()
    yield made
    await made.close()


def token(clock: Clock, key: str = "one", **changed: Any) -> str:
    claims = {"aud": AUDIENCE, "iss": ISSUER, "iat": clock().timestamp(),
              "exp": (clock() + timedelta(hours=1)).timestamp(), **changed}  # fmt: skip
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, KEYS[key], "RS256", {"kid": key})


async def refused(keys: PublicKeys, offered: str) -> int:
    with pytest.raises(RequestRejected) as caught:
        await keys.verified(offered, audience=AUDIENCE, issuers=[ISSUER])
    return caught.value.status


@pytest.mark.parametrize("path", ["/keys", "/metadata"])
async def test_a_good_token_gives_its_claims(publisher: Publisher, http: Http, path: str) -> None:
    clock = Clock()
    keys = PublicKeys("google", publisher.url + path, http, clock)
    claims = await keys.verified(token(clock, email="push@example.org"), audience=AUDIENCE, issuers=[ISSUER])
    assert claims["email"] == "push@example.org"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://elsewhere.example.org"},
        {"iss": "https://attacker.example.org"},
        {"exp": datetime(2020, 1, 1, tzinfo=UTC).timestamp()},
        {"exp": None},
        {"exp": "soon"},
        {"iat": datetime(2100, 1, 1, tzinfo=UTC).timestamp()},
        {"nbf": datetime(2100, 1, 1, tzinfo=UTC).timestamp()},
        {"aud": None},
    ],
)
async def test_a_token_for_others_from_others_or_out_of_time_is_refused(
    publisher: Publisher, http: Http, changed: dict[str, Any]
) -> None:
    clock = Clock()
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    assert await refused(keys, token(clock, **changed)) == 401


async def test_a_token_signed_with_another_key_under_a_published_name_is_refused(
    publisher: Publisher, http: Http
) -> None:
    clock = Clock()
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    claims = {"aud": AUDIENCE, "iss": ISSUER, "iat": clock().timestamp(), "exp": clock().timestamp() + 60}
    forged = jwt.encode(claims, KEYS["two"], "RS256", {"kid": "one"})
    assert await refused(keys, forged) == 401


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(publisher: Publisher, http: Http) -> None:
    clock = Clock()
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    public = KEYS["one"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, claims, _ = token(clock).split(".")
    head = base64url_encode(b'{"alg":"HS256","typ":"JWT","kid":"one"}').decode()
    signature = hmac.digest(public, f"{head}.{claims}".encode(), "sha256")
    assert await refused(keys, f"{head}.{claims}.{base64url_encode(signature).decode()}") == 401


async def test_an_unsigned_token_is_refused(publisher: Publisher, http: Http) -> None:
    clock = Clock()
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    claims = {"aud": AUDIENCE, "iss": ISSUER, "iat": clock().timestamp(), "exp": clock().timestamp() + 60}
    assert await refused(keys, jwt.encode(claims, "", "none", {"kid": "one"})) == 401


async def test_a_new_key_is_found_when_the_vendor_changes_keys(publisher: Publisher, http: Http) -> None:
    clock = Clock()
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    await keys.verified(token(clock), audience=AUDIENCE, issuers=[ISSUER])
    publisher.keys = ["two"]
    clock.forward(timedelta(minutes=2))
    assert await keys.verified(token(clock, "two"), audience=AUDIENCE, issuers=[ISSUER])


async def test_many_forged_tokens_do_not_make_many_look_ups(publisher: Publisher, http: Http) -> None:
    clock = Clock()
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    for _ in range(10):
        await refused(keys, token(clock, "two"))
    assert publisher.asked == 1


async def test_while_the_keys_cannot_be_had_the_vendor_is_asked_to_come_again(publisher: Publisher, http: Http) -> None:
    clock = Clock()
    publisher.status = 500
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    assert await refused(keys, token(clock)) == 503


async def test_while_the_keys_cannot_be_had_many_deliveries_do_not_make_many_look_ups(
    publisher: Publisher, http: Http
) -> None:
    clock = Clock()
    publisher.status = 500
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    for _ in range(10):
        assert await refused(keys, token(clock)) == 503
    assert publisher.asked == 1


async def test_keys_that_could_not_be_had_are_looked_for_again_soon(publisher: Publisher, http: Http) -> None:
    clock = Clock()
    publisher.status = 500
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    await refused(keys, token(clock))
    publisher.status = 200
    clock.forward(timedelta(seconds=5))
    assert await keys.verified(token(clock), audience=AUDIENCE, issuers=[ISSUER])


async def test_old_keys_are_replaced_soon_after_the_vendor_publishes_again(publisher: Publisher, http: Http) -> None:
    clock = Clock()
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    await keys.verified(token(clock), audience=AUDIENCE, issuers=[ISSUER])
    publisher.status = 500
    clock.forward(timedelta(days=2))
    await keys.verified(token(clock), audience=AUDIENCE, issuers=[ISSUER])
    publisher.status, publisher.keys = 200, ["two"]
    clock.forward(timedelta(minutes=1))
    assert await refused(keys, token(clock)) == 401


async def test_keys_once_had_serve_while_the_vendor_does_not_publish(publisher: Publisher, http: Http) -> None:
    clock = Clock()
    keys = PublicKeys("google", f"{publisher.url}/keys", http, clock)
    await keys.verified(token(clock), audience=AUDIENCE, issuers=[ISSUER])
    publisher.status = 500
    clock.forward(timedelta(days=2))
    assert await keys.verified(token(clock), audience=AUDIENCE, issuers=[ISSUER])


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": ""}, {"authorization": "Basic abc"}, {"authorization": "Bearer "}]
)
def test_a_request_without_a_bearer_token_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(RequestRejected) as caught:
        bearer(headers)
    assert caught.value.status == 401


@given(st.text(max_size=200))
async def test_no_word_offered_as_a_token_breaks_the_check(offered: str) -> None:
    keys = PublicKeys("google", "http://127.0.0.1:9/keys", Http(), Clock())
    assert await refused(keys, offered) == 401
