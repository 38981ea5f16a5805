"""Server-to-Server OAuth tokens: asked for once, shared by every process, renewed before they run out.

https://developers.zoom.us/docs/internal-apps/ - a token lives 3600 s, several may be valid at once.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from aiohttp import encode_basic_auth

from modbot.errors import AuthRejected, StoreUnavailable
from modbot.http import Answer, Http
from modbot.platforms import TokenVault
from modbot.platforms.zoom.answers import NO_CREDENTIALS, VENDOR, code_of, error_of, malformed
from modbot.platforms.zoom.retry import deadline_in, persist
from modbot.settings.zoom import ZoomSettings

RENEW_EARLY = timedelta(minutes=10)  # before Zoom's own expiry, so that no call starts with a dying token


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, when to renew it, and the scopes Zoom says it carries."""

    secret: str
    renew_at: datetime
    scopes: frozenset[str]


class Tokens:
    """The one current token of a Zoom app. One request at a time asks for a new one, the others wait for it."""

    def __init__(
        self, settings: ZoomSettings, http: Http, vault: TokenVault, now: Callable[[], datetime], patience: timedelta
    ) -> None:
        self._settings = settings
        self._http = http
        self._vault = vault
        self._now = now
        self._patience = patience
        self._name = f"zoom:{settings.client_id}"
        self._kept: Token | None = None
        self._asking = asyncio.Lock()

    async def current(self) -> Token:
        """A token that should be good. Raises AuthRejected, RateLimited, Unreachable, VendorFault, MalformedAnswer."""
        kept = self._fresh(self._kept)
        if kept is not None:
            return kept
        async with self._asking:
            kept = self._fresh(self._kept) or self._fresh(await self._from_vault())
            self._kept = kept or await self._ask()
            return self._kept

    async def other_than(self, refused: Token) -> Token:
        """A token that is not the one Zoom has just refused. Raises as `current` does."""
        async with self._asking:
            for known in (self._fresh(self._kept), self._fresh(await self._from_vault())):
                if known is not None and known.secret != refused.secret:
                    self._kept = known
                    return known
            await self._forget()
            self._kept = await self._ask()
            return self._kept

    def _fresh(self, token: Token | None) -> Token | None:
        return token if token is not None and self._now() < token.renew_at else None

    async def _ask(self) -> Token:
        answer = await persist(self._post, deadline_in(self._patience))
        if not answer.ok:
            raise _refusal(answer)
        token = _granted(answer.json_object(), self._now())
        await self._keep(token)
        return token

    async def _post(self, timeout: timedelta) -> Answer:  # noqa: ASYNC109 - handed to aiohttp
        secret = self._settings.client_secret
        if secret is None or not self._settings.configured:
            raise AuthRejected(VENDOR, NO_CREDENTIALS, log_detail="MODBOT_ZOOM__CLIENT_SECRET and its ids are not set")
        return await self._http.request(
            VENDOR,
            "POST",
            self._settings.oauth_url,
            form={"grant_type": "account_credentials", "account_id": self._settings.account_id},
            headers={"Authorization": encode_basic_auth(self._settings.client_id, secret.get_secret_value())},
            timeout=timeout,
        )

    # The vault is a convenience: without the store a lock or an eject must still go out.

    async def _from_vault(self) -> Token | None:
        try:
            kept = await self._vault.get(self._name)
        except StoreUnavailable:
            return None
        return _unpacked(kept) if kept else None

    async def _keep(self, token: Token) -> None:
        seconds = int((token.renew_at - self._now()).total_seconds())
        try:
            await self._vault.put(self._name, _packed(token), lifetime_seconds=max(seconds, 1))
        except StoreUnavailable:
            return

    async def _forget(self) -> None:
        try:
            await self._vault.drop(self._name)
        except StoreUnavailable:
            return


def _refusal(answer: Answer) -> Exception:
    if 400 <= answer.status < 500 and answer.status != 429:
        return AuthRejected(VENDOR, NO_CREDENTIALS, status=answer.status, code=code_of(answer))
    return error_of(answer)


def _granted(body: dict[str, Any], now: datetime) -> Token:
    secret, seconds, scopes = body.get("access_token"), body.get("expires_in"), body.get("scope", "")
    if not isinstance(secret, str) or not secret:
        raise malformed("access_token")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds <= 366 * 86_400:
        raise malformed("expires_in")
    lifetime = timedelta(seconds=seconds)
    renew_in = max(lifetime - RENEW_EARLY, lifetime / 2)
    return Token(secret, now + renew_in, frozenset(str(scopes).split()))


def _packed(token: Token) -> str:
    return orjson.dumps([token.secret, token.renew_at.timestamp(), sorted(token.scopes)]).decode()


def _unpacked(kept: str) -> Token | None:
    try:
        secret, renew_at, scopes = orjson.loads(kept)
        return Token(str(secret), datetime.fromtimestamp(renew_at, UTC), frozenset(scopes))
    except (ValueError, TypeError, OverflowError, OSError):
        return None  # written by another version: ask Zoom again
