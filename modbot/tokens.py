"""Access tokens as every vendor's client keeps them: here, in the vault for other processes, and renewed in time."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from weakref import WeakValueDictionary

import orjson

from modbot.errors import MalformedAnswer, StoreUnavailable

RENEW_EARLY = timedelta(minutes=10)  # before the vendor's own expiry, so that no call starts with a dying token
LONGEST_LIFE = timedelta(days=366)
MOST_KEPT = 10_000  # in one process: a large district's teachers


class TokenVault(Protocol):
    """Where a vendor's client keeps secrets between processes: sealed in the store, never logged."""

    async def get(self, name: str) -> str | None:
        """The secret kept under `name`, or None."""

    async def put(self, name: str, secret: str, *, lifetime_seconds: int) -> None:
        """Keep `secret` until it expires."""

    async def drop(self, name: str) -> None:
        """Forget it: the vendor says it is no longer good."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, when to ask for the next, and the scopes it carries where the vendor says so."""

    secret: str
    renew_at: datetime
    scopes: frozenset[str] = frozenset()


Ask = Callable[[], Awaitable[Token]]  # asks the vendor for a new one
Unreadable = Callable[[str], MalformedAnswer]  # the error for a field that is missing or makes no sense


def granted(body: dict[str, Any], now: datetime, unreadable: Unreadable) -> Token:
    """The token in the answer to a grant (RFC 6749, section 5.1). Only `expires_in` says how long it lives.

    Raises MalformedAnswer.
    """
    secret, seconds, scopes = body.get("access_token"), body.get("expires_in"), body.get("scope")
    if not isinstance(secret, str) or not secret:
        raise unreadable("access_token")
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds <= LONGEST_LIFE.total_seconds():
        raise unreadable("expires_in")
    lifetime = timedelta(seconds=seconds)
    renew_in = max(lifetime - RENEW_EARLY, lifetime / 2)
    return Token(secret, now + renew_in, frozenset(scopes.split()) if isinstance(scopes, str) else frozenset())


class KeptTokens:
    """The current token of each name. One caller at a time asks for a new one; the others wait for it.

    The vault is a convenience: without the store a lock must still go out.
    """

    def __init__(self, vault: TokenVault, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._now = now
        self._kept: OrderedDict[str, Token] = OrderedDict()
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def get(self, name: str, ask: Ask, *, refused: str = "") -> Token:
        """A token that should be good, and is not the one whose secret the vendor has just `refused`.

        Raises what `ask` raises.
        """
        known = self._good(self._kept.get(name), refused)
        if known is not None:
            return known
        lock = self._asking.setdefault(name, asyncio.Lock())
        async with lock:
            known = self._good(self._kept.get(name), refused) or self._good(await self._from_vault(name), refused)
            return self._remember(name, known or await self._new(name, ask))

    def _good(self, token: Token | None, refused: str) -> Token | None:
        return token if token is not None and token.secret != refused and self._now() < token.renew_at else None

    def _remember(self, name: str, token: Token) -> Token:
        self._kept[name] = token
        self._kept.move_to_end(name)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return token

    async def _new(self, name: str, ask: Ask) -> Token:
        token = await ask()
        seconds = max(int((token.renew_at - self._now()).total_seconds()), 1)
        try:
            await self._vault.put(name, _packed(token), lifetime_seconds=seconds)
        except StoreUnavailable:
            return token  # only this process has it, then
        return token

    async def _from_vault(self, name: str) -> Token | None:
        try:
            kept = await self._vault.get(name)
        except StoreUnavailable:
            return None
        return _unpacked(kept) if kept else None


def _packed(token: Token) -> str:
    return orjson.dumps([token.secret, token.renew_at.timestamp(), sorted(token.scopes)]).decode()


def _unpacked(kept: str) -> Token | None:
    try:
        secret, renew_at, scopes = orjson.loads(kept)
        return Token(str(secret), datetime.fromtimestamp(renew_at, UTC), frozenset(scopes))
    except (ValueError, TypeError, OverflowError, OSError):
        return None  # written by another version: asked for anew
