"""Tokens that a vendor signs, checked against the keys it publishes: https://www.rfc-editor.org/rfc/rfc7517

Keys are fetched once and kept; a key id that is not known is looked for again, but not at every forged token.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt

from modbot.errors import MalformedAnswer, RequestRejected, VendorError
from modbot.http import Http
from modbot.log import get_logger

KEEP = timedelta(hours=24)
NOT_SOONER_THAN = timedelta(seconds=60)
AFTER_FAILURE = timedelta(seconds=5)  # without keys: deliveries meanwhile are told at once to come again
MAX_TOKEN_CHARACTERS = 16_384
LEEWAY = timedelta(seconds=60)  # how far apart the vendor's clock and ours may be
TIMEOUT = timedelta(seconds=3)

log = get_logger("public_keys")


class PublicKeys:
    """The signing keys behind one address: a key set, or OpenID metadata that names one in `jwks_uri`."""

    def __init__(self, vendor: str, url: str, http: Http, now: Callable[[], datetime]) -> None:
        self._vendor = vendor
        self._url = url
        self._http = http
        self._now = now
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._not_before: datetime | None = None  # after a failure
        self._fetching = asyncio.Lock()

    async def verified(self, token: str, *, audience: str, issuers: Sequence[str]) -> Mapping[str, Any]:
        """The claims of a token of this vendor's for us, not expired.

        Raises RequestRejected: 401 for any other token, 503 while the keys cannot be had.
        """
        key = await self._key(_key_id(token))
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=audience,
                issuer=list(issuers),
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "aud", "iss"], "verify_exp": False, "verify_nbf": False,
                         "verify_iat": False},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise RequestRejected(401, f"the token is not good: {type(error).__name__}") from error
        self._in_time(claims)
        return claims

    def _in_time(self, claims: Mapping[str, Any]) -> None:
        """By the clock that is passed in, which PyJWT cannot be given."""
        now = self._now().timestamp()
        leeway_seconds = LEEWAY.total_seconds()
        try:
            if float(claims["exp"]) + leeway_seconds <= now:
                raise RequestRejected(401, "the token has expired")
            if max(float(claims["iat"]), float(claims.get("nbf", 0))) - leeway_seconds > now:
                raise RequestRejected(401, "the token is from the future")
        except (TypeError, ValueError) as error:
            raise RequestRejected(401, "the token's times are not numbers") from error

    async def _key(self, key_id: str) -> jwt.PyJWK:
        if self._stale(key_id):
            async with self._fetching:
                if self._stale(key_id):
                    await self._fetch()
        if self._fetched_at is None:
            raise RequestRejected(503, "the vendor's keys cannot be fetched just now")
        key = self._keys.get(key_id)
        if key is None:
            raise RequestRejected(401, "the token is signed with a key that is not published")
        return key

    def _stale(self, key_id: str) -> bool:
        now = self._now()
        if self._not_before is not None and now < self._not_before:
            return False
        if self._fetched_at is None:
            return True
        age = now - self._fetched_at
        return age >= KEEP or (key_id not in self._keys and age >= NOT_SOONER_THAN)

    async def _fetch(self) -> None:
        try:
            self._keys = await self._published()
        except VendorError as error:
            log.warning("keys_not_fetched", vendor=self._vendor, detail=error.log_detail)
            self._not_before = self._now() + (NOT_SOONER_THAN if self._keys else AFTER_FAILURE)
        else:
            self._fetched_at, self._not_before = self._now(), None

    async def _published(self) -> Mapping[str, jwt.PyJWK]:
        document = await self._document(self._url)
        if "keys" not in document and isinstance(document.get("jwks_uri"), str):
            document = await self._document(document["jwks_uri"])
        try:
            rows = [row for row in document["keys"] if isinstance(row, dict) and row.get("kty") == "RSA"]
            return {str(row["kid"]): jwt.PyJWK(row, algorithm="RS256") for row in rows if row.get("kid")}
        except (jwt.PyJWTError, KeyError, TypeError) as error:
            raise MalformedAnswer(self._vendor, "The keys cannot be read.", log_detail=type(error).__name__) from error

    async def _document(self, url: str) -> dict[str, Any]:
        answer = await self._http.request(self._vendor, "GET", url, timeout=TIMEOUT)
        if not answer.ok:
            raise MalformedAnswer(self._vendor, "The keys cannot be had.", status=answer.status)
        return answer.json_object()


def bearer(headers: Mapping[str, str]) -> str:
    """The token of an Authorization header. Raises RequestRejected (401)."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token.strip():
        raise RequestRejected(401, "there is no bearer token")
    return token.strip()


def _key_id(token: str) -> str:
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise RequestRejected(401, "the token is too long")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise RequestRejected(401, "that is not a token") from error
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not key_id:
        raise RequestRejected(401, "the token names no key")
    return key_id
