"""Webex access tokens: whose account speaks for a class, and how its token is kept fresh.

Webex gives live controls only to the host or a co-host, so the teacher's own token comes first, then the moderator
account that is co-host of every class, then the trial token. Published token lifetimes disagree, so only `expires_in`
of the answer counts. https://developer.webex.com/docs/integrations
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from pydantic import SecretStr

from modbot.errors import AuthRejected, MalformedAnswer, RateLimited, VendorError, VendorFault
from modbot.http import Answer, Http
from modbot.platforms import TokenVault
from modbot.settings.webex import WebexSettings

EARLY = timedelta(minutes=5)  # renewed this long before the end, or a tenth of the lifetime when that is less
DEFAULT_REFRESH_LIFETIME = timedelta(days=90)  # how long the newest refresh token is kept when Webex gives no lifetime
BAD_GRANT = frozenset({400, 401, 403})


@dataclass(frozen=True, slots=True)
class Account:
    """One Webex account modbot may speak as. `id` carries no e-mail: it is used in logs and in the vault."""

    id: str
    remedy: str  # the sentence that tells IT what to do when Webex no longer accepts it
    refresh_token: SecretStr | None = None
    access_token: SecretStr | None = None
    email: str = ""  # the teacher's, for an account of their own

    @property
    def kept_as(self) -> str:
        """Its name in the vault. A token that IT sets anew starts anew: it may be another account's."""
        configured = self.refresh_token.get_secret_value() if self.refresh_token else ""
        return f"{self.id}-{hashlib.sha256(configured.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class _Token:
    secret: str
    expires_at: datetime
    lifetime: timedelta

    def fresh(self, at: datetime) -> bool:
        return at < self.expires_at - min(EARLY, self.lifetime / 10)


class WebexTokens:
    """Access tokens per account: cached here, sealed in the vault, renewed by one caller at a time."""

    def __init__(self, settings: WebexSettings, http: Http, vault: TokenVault, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._http = http
        self._vault = vault
        self._now = now
        self._teachers = _teacher_accounts(settings)
        self._shared = _shared_accounts(settings)
        self._cache: dict[str, _Token] = {}
        self._renewing: dict[str, asyncio.Lock] = {}

    @property
    def teachers(self) -> tuple[Account, ...]:
        """The accounts of single teachers."""
        return tuple(self._teachers.values())

    @property
    def shared(self) -> tuple[Account, ...]:
        """The accounts that may speak for any class, best first."""
        return self._shared

    def accounts_for(self, host_email: str) -> tuple[Account, ...]:
        """Who may speak for this host's classes, best first. Raises AuthRejected when nobody may."""
        own = self._teachers.get(host_email.casefold())
        accounts = (own, *self._shared) if own else self._shared
        if not accounts:
            raise AuthRejected(
                "webex",
                "Webex is not connected for this class. IT must connect this teacher or the moderator account to "
                "modbot.",
                log_detail="no account for this host",
            )
        return accounts

    async def access(self, account: Account) -> str:
        """A token that is good now as far as is known. Raises AuthRejected, RateLimited, VendorFault, Unreachable."""
        if account.access_token is not None:
            return account.access_token.get_secret_value()
        cached = self._cache.get(account.id)
        if cached is not None and cached.fresh(self._now()):
            return cached.secret
        return await self._renewed(account, rejected="")

    async def renew(self, account: Account, rejected: str) -> str:
        """Another token in place of one that Webex answered 401 to. Raises as `access` does."""
        if account.access_token is not None:
            raise AuthRejected("webex", account.remedy, status=401, log_detail=f"account={account.id}")
        return await self._renewed(account, rejected=rejected)

    async def _renewed(self, account: Account, *, rejected: str) -> str:
        async with self._renewing.setdefault(account.id, asyncio.Lock()):
            known = self._cache.get(account.id)
            if not self._usable(known, rejected):
                known = await self._kept(account)
            if known is None or not self._usable(known, rejected):
                known = await self._refresh(account)
            self._cache[account.id] = known
            return known.secret

    def _usable(self, token: _Token | None, rejected: str) -> bool:
        return token is not None and token.secret != rejected and token.fresh(self._now())

    async def _kept(self, account: Account) -> _Token | None:
        raw = await self._vault.get(f"webex:access:{account.kept_as}")
        return _unpacked(raw) if raw else None

    async def _refresh(self, account: Account) -> _Token:
        newest = await self._vault.get(f"webex:refresh:{account.kept_as}")
        configured = account.refresh_token.get_secret_value() if account.refresh_token else ""
        if newest and newest != configured:
            answer = await self._grant(newest)
            if answer.status not in BAD_GRANT:
                return await self._accepted(account, answer)
            # A store put back from a backup holds a token replaced since: the configured one may still do.
            await self._vault.drop(f"webex:refresh:{account.kept_as}")
        return await self._accepted(account, await self._grant(configured))

    async def _grant(self, refresh_token: str) -> Answer:
        secret = self._settings.client_secret
        return await self._http.request(
            "webex",
            "POST",
            f"{self._settings.api_url.rstrip('/')}/access_token",
            form={
                "grant_type": "refresh_token",
                "client_id": self._settings.client_id,
                "client_secret": secret.get_secret_value() if secret else "",
                "refresh_token": refresh_token,
            },
        )

    async def _accepted(self, account: Account, answer: Answer) -> _Token:
        if not answer.ok:
            raise _grant_error(account, answer)
        granted = answer.json_object()
        lifetime = _seconds(answer, granted, "expires_in")
        token = _Token(_text(answer, granted, "access_token"), self._now() + lifetime, lifetime)
        await self._keep(account, token, granted)
        return token

    async def _keep(self, account: Account, token: _Token, granted: dict[str, Any]) -> None:
        refresh_token = granted.get("refresh_token")
        if isinstance(refresh_token, str) and refresh_token:
            lasting = granted.get("refresh_token_expires_in")
            default = int(DEFAULT_REFRESH_LIFETIME.total_seconds())
            seconds = lasting if isinstance(lasting, int) and lasting > 0 else default
            await self._vault.put(f"webex:refresh:{account.kept_as}", refresh_token, lifetime_seconds=seconds)
        seconds = max(int(token.lifetime.total_seconds()), 1)
        await self._vault.put(f"webex:access:{account.kept_as}", _packed(token), lifetime_seconds=seconds)


def _teacher_accounts(settings: WebexSettings) -> dict[str, Account]:
    accounts = {}
    for email, token in settings.teacher_refresh_tokens.items():
        digest = hashlib.sha256(email.casefold().encode()).hexdigest()[:16]
        accounts[email.casefold()] = Account(
            id=f"teacher-{digest}",
            remedy="Webex no longer accepts this teacher's connection. IT must ask the teacher to connect Webex to "
            "modbot again.",
            refresh_token=token,
            email=email,
        )
    return accounts


def _shared_accounts(settings: WebexSettings) -> tuple[Account, ...]:
    accounts = []
    if settings.client_id and settings.client_secret and settings.refresh_token:
        remedy = (
            "Webex no longer accepts modbot's moderator account. IT must sign that account in again and set "
            "MODBOT_WEBEX__REFRESH_TOKEN."
        )
        accounts.append(Account("moderator", remedy, refresh_token=settings.refresh_token))
    if settings.access_token:
        remedy = "Webex no longer accepts the trial token. IT must set a new MODBOT_WEBEX__ACCESS_TOKEN."
        accounts.append(Account("trial", remedy, access_token=settings.access_token))
    return tuple(accounts)


def _grant_error(account: Account, answer: Answer) -> VendorError:
    detail = f"token refresh account={account.id}"
    if answer.status in BAD_GRANT:
        return AuthRejected("webex", account.remedy, status=answer.status, log_detail=detail)
    if answer.status == 429:
        return RateLimited("webex", "Webex asks modbot to wait before signing in.", retry_after=answer.retry_after)
    kind = VendorFault if answer.status >= 500 else VendorError
    return kind("webex", "Webex could not sign modbot in.", status=answer.status, log_detail=detail)


def _seconds(answer: Answer, granted: dict[str, Any], field: str) -> timedelta:
    value = granted.get(field)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**9:
        raise _unreadable(answer, field)
    return timedelta(seconds=value)


def _text(answer: Answer, granted: dict[str, Any], field: str) -> str:
    value = granted.get(field)
    if not isinstance(value, str) or not value:
        raise _unreadable(answer, field)
    return value


def _unreadable(answer: Answer, field: str) -> MalformedAnswer:
    return MalformedAnswer(
        "webex",
        "Webex gave an answer modbot could not read.",
        status=answer.status,
        log_detail=f"token refresh: no usable {field}",
    )


def _packed(token: _Token) -> str:
    seconds = int(token.lifetime.total_seconds())
    return orjson.dumps([token.secret, int(token.expires_at.timestamp()), seconds]).decode()


def _unpacked(raw: str) -> _Token | None:
    try:
        secret, expires_at, seconds = orjson.loads(raw)
        return _Token(str(secret), datetime.fromtimestamp(expires_at, UTC), timedelta(seconds=seconds))
    except (ValueError, TypeError, OverflowError, OSError):
        return None  # written by an older version: as good as none
