"""Webex access tokens: whose account speaks for a class, and how its token is kept fresh.

Webex gives live controls only to the host or a co-host, so the teacher's own token comes first, then the moderator
account that is co-host of every class, then the trial token. Published token lifetimes disagree, so only `expires_in`
of the answer counts. https://developer.webex.com/docs/integrations
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from modbot.errors import AuthRejected, MalformedAnswer, RateLimited, VendorError, VendorFault
from modbot.http import Answer, Http
from modbot.settings.webex import WebexSettings
from modbot.tokens import KeptTokens, Token, TokenVault, granted

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


class WebexTokens:
    """The current access token of each account."""

    def __init__(self, settings: WebexSettings, http: Http, vault: TokenVault, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._http = http
        self._vault = vault
        self._now = now
        self._teachers = _teacher_accounts(settings)
        self._shared = _shared_accounts(settings)
        self._kept = KeptTokens(vault, now)

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
        return await self._get(account)

    async def renew(self, account: Account, rejected: str) -> str:
        """Another token in place of one that Webex answered 401 to. Raises as `access` does."""
        if account.access_token is not None:
            raise AuthRejected("webex", account.remedy, status=401, log_detail=f"account={account.id}")
        return await self._get(account, rejected)

    async def _get(self, account: Account, rejected: str = "") -> str:
        async def ask() -> Token:
            return await self._refresh(account)

        return (await self._kept.get(f"webex:access:{account.kept_as}", ask, refused=rejected)).secret

    async def _refresh(self, account: Account) -> Token:
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

    async def _accepted(self, account: Account, answer: Answer) -> Token:
        if not answer.ok:
            raise _grant_error(account, answer)
        body = answer.json_object()
        token = granted(body, self._now(), _unreadable)
        await self._keep_refresh_token(account, body)
        return token

    async def _keep_refresh_token(self, account: Account, body: dict[str, Any]) -> None:
        refresh_token, lasting = body.get("refresh_token"), body.get("refresh_token_expires_in")
        if isinstance(refresh_token, str) and refresh_token:
            default = int(DEFAULT_REFRESH_LIFETIME.total_seconds())
            seconds = lasting if isinstance(lasting, int) and lasting > 0 else default
            await self._vault.put(f"webex:refresh:{account.kept_as}", refresh_token, lifetime_seconds=seconds)


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


def _unreadable(field: str) -> MalformedAnswer:
    return MalformedAnswer(
        "webex", "Webex gave an answer modbot could not read.", log_detail=f"token refresh: no usable {field}"
    )
