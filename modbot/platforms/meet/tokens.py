"""Access tokens to act as one person within one scope: asked for when needed, shared by every process.

A token lives an hour and cannot be refreshed: a new one is asked for with a new assertion.
https://developers.google.com/identity/protocols/oauth2/service-account
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from weakref import WeakValueDictionary

import orjson

from modbot.errors import StoreUnavailable
from modbot.http import Answer, Http
from modbot.platforms import TokenVault
from modbot.platforms.meet.account import Credentials
from modbot.platforms.meet.answers import VENDOR, malformed, token_refusal
from modbot.platforms.meet.retry import PATIENCE, persist

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
RENEW_EARLY = timedelta(minutes=10)  # before Google's own expiry, so that no call starts with a dying token
LONGEST_LIFE = timedelta(days=1)
MAX_KEPT = 10_000  # tokens in this process: a large district's teachers


class Scope(StrEnum):
    """What a token opens. Each has its own, so that a missing delegation stops only what needs it."""

    READ = "https://www.googleapis.com/auth/meetings.space.readonly"
    CHANGE = "https://www.googleapis.com/auth/meetings.space.settings"
    CREATE = "https://www.googleapis.com/auth/meetings.space.created"
    DIRECTORY = "https://www.googleapis.com/auth/admin.directory.user.readonly"


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and when to ask for the next."""

    secret: str
    renew_at: datetime


class Tokens:
    """The current token of each person and scope. One request at a time asks for a new one, the others wait for it."""

    def __init__(
        self, credentials: Credentials, token_url: str, http: Http, vault: TokenVault, now: Callable[[], datetime]
    ) -> None:
        self._credentials = credentials
        self._url = token_url
        self._http = http
        self._vault = vault
        self._now = now
        self._kept: OrderedDict[str, Token] = OrderedDict()
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def current(self, user: str, scope: Scope) -> Token:
        """A token that should be good. Raises AuthRejected, RateLimited, Unreachable, VendorFault, MalformedAnswer."""
        name = self._name(user, scope)
        kept = self._fresh(self._kept.get(name))
        if kept is not None:
            return kept
        async with self._lock(name):
            kept = self._fresh(self._kept.get(name)) or self._fresh(await self._from_vault(name))
            return self._remember(name, kept) if kept else await self._ask(name, user, scope)

    async def other_than(self, refused: Token, user: str, scope: Scope) -> Token:
        """A token that is not the one Google has just refused. Raises as `current` does."""
        name = self._name(user, scope)
        async with self._lock(name):
            for known in (self._fresh(self._kept.get(name)), self._fresh(await self._from_vault(name))):
                if known is not None and known.secret != refused.secret:
                    return self._remember(name, known)
            self._kept.pop(name, None)
            return await self._ask(name, user, scope)

    def _name(self, user: str, scope: Scope) -> str:
        return f"meet:token:{self._credentials.account.alias(user, scope)}"

    def _lock(self, name: str) -> asyncio.Lock:
        lock = self._asking.get(name)
        if lock is None:
            lock = self._asking[name] = asyncio.Lock()
        return lock

    def _fresh(self, token: Token | None) -> Token | None:
        return token if token is not None and self._now() < token.renew_at else None

    def _remember(self, name: str, token: Token) -> Token:
        self._kept[name] = token
        self._kept.move_to_end(name)
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return token

    async def _ask(self, name: str, user: str, scope: Scope) -> Token:
        assertion = self._credentials.account.assertion(user, scope, self._url, self._now())

        async def once(timeout: timedelta) -> Answer:  # noqa: ASYNC109 - handed to aiohttp
            form = {"grant_type": GRANT_TYPE, "assertion": assertion}
            return await self._http.request(VENDOR, "POST", self._url, form=form, timeout=timeout)

        answer = await persist(once, PATIENCE, repeatable=True)
        if not answer.ok:
            raise token_refusal(answer, scope.rpartition("/")[2])
        token = _granted(answer.json_object(), self._now())
        await self._keep(name, token)
        return self._remember(name, token)

    # The vault is a convenience: without the store a lock must still go out.

    async def _from_vault(self, name: str) -> Token | None:
        try:
            kept = await self._vault.get(name)
        except StoreUnavailable:
            return None
        return _unpacked(kept) if kept else None

    async def _keep(self, name: str, token: Token) -> None:
        seconds = int((token.renew_at - self._now()).total_seconds())
        try:
            await self._vault.put(name, _packed(token), lifetime_seconds=max(seconds, 1))
        except StoreUnavailable:
            return


def _granted(body: dict[str, Any], now: datetime) -> Token:
    secret, seconds = body.get("access_token"), body.get("expires_in")
    if not isinstance(secret, str) or not secret:
        raise malformed("access_token")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds <= LONGEST_LIFE.total_seconds():
        raise malformed("expires_in")
    lifetime = timedelta(seconds=seconds)
    return Token(secret, now + max(lifetime - RENEW_EARLY, lifetime / 2))


def _packed(token: Token) -> str:
    return orjson.dumps([token.secret, token.renew_at.timestamp()]).decode()


def _unpacked(kept: str) -> Token | None:
    try:
        secret, renew_at = orjson.loads(kept)
        return Token(str(secret), datetime.fromtimestamp(renew_at, UTC))
    except (ValueError, TypeError, OverflowError, OSError):
        return None  # written by another version: ask Google again
