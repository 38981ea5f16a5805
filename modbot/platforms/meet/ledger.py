"""Which subscription brings whose events, and when each wants attention: kept sealed, so that a restart knows it.

What is lost here is found again: Google answers "already exists" to a second subscription, and lists the first.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import orjson

from modbot.errors import StoreUnavailable
from modbot.tokens import TokenVault

KEEP = timedelta(days=8)  # longer than a subscription can live unrenewed
MAX_KEPT = 20_000
BELL = "meet:bell"


class State(StrEnum):
    """What is known of one host's subscription."""

    ACTIVE = "active"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    ASIDE = "aside"  # there is none, and no sense in asking for one before `look_at`


@dataclass(frozen=True, slots=True)
class Entry:
    """One host's subscription. `look_at` is when to do something about it."""

    state: State
    look_at: datetime
    subscription: str = ""  # subscriptions/ID


class Ledger:
    """Entries by host, and hosts by subscription."""

    def __init__(self, vault: TokenVault, alias: Callable[[str], str], now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._alias = alias
        self._now = now
        self._hosts: OrderedDict[str, str] = OrderedDict()  # subscription → e-mail

    async def entry(self, host: str) -> Entry | None:
        """What is known of this host's subscription. Without a store nothing is."""
        try:
            return _unpacked(await self._vault.get(self._name(host)))
        except StoreUnavailable:
            return None

    async def keep(self, host: str, entry: Entry) -> None:
        """Know this from now on, in every process. Without a store it will be found out again."""
        if entry.subscription:
            self._remember(entry.subscription, host)
        try:
            await self._put(self._name(host), _packed(entry))
            if entry.subscription:
                await self._put(_by_subscription(entry.subscription), host)
        except StoreUnavailable:
            return

    async def host_of(self, subscription: str) -> str:
        """The e-mail of the host whose events this subscription brings; "" when that is not known."""
        if not subscription:
            return ""
        if subscription not in self._hosts:
            try:
                host = await self._vault.get(_by_subscription(subscription))
            except StoreUnavailable:
                return ""
            if not host:
                return ""
            self._remember(subscription, host)
        return self._hosts[subscription]

    async def mark(self, subscription: str, state: State) -> bool:
        """Google said something about a subscription: look at it as soon as can be. False for an unknown one."""
        host = await self.host_of(subscription)
        entry = await self.entry(host) if host else None
        if entry is None or entry.subscription != subscription:
            return False
        await self.keep(host, replace(entry, state=state, look_at=self._now()))
        await self._ring()
        return True

    async def bell(self) -> str:
        """Changes whenever Google said something about a subscription to any process, and when the entries are lost."""
        try:
            rung = await self._vault.get(BELL)
        except StoreUnavailable:
            rung = None
        return rung or await self._ring()

    async def _ring(self) -> str:
        rung = secrets.token_hex(8)
        try:
            await self._put(BELL, rung)
        except StoreUnavailable:
            return rung  # another one at each look: then each look reads what there is
        return rung

    def _remember(self, subscription: str, host: str) -> None:
        self._hosts[subscription] = host
        if len(self._hosts) > MAX_KEPT:
            self._hosts.popitem(last=False)

    async def _put(self, name: str, value: str) -> None:
        await self._vault.put(name, value, lifetime_seconds=int(KEEP.total_seconds()))

    def _name(self, host: str) -> str:
        return f"meet:host:{self._alias(host)}"


def _by_subscription(subscription: str) -> str:
    return f"meet:{subscription}"


def _packed(entry: Entry) -> str:
    return orjson.dumps([entry.state, entry.look_at.timestamp(), entry.subscription]).decode()


def _unpacked(kept: str | None) -> Entry | None:
    if not kept:
        return None
    try:
        state, look_at, subscription = orjson.loads(kept)
        return Entry(State(state), datetime.fromtimestamp(look_at, UTC), str(subscription))
    except (ValueError, TypeError, OverflowError, OSError):
        return None  # written by another version: found out again
