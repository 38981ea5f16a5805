"""Microsoft Graph access tokens: asked for with the app's own credentials, and renewed before they run out.

There is no refresh token, and the lifetime varies: only `expires_in` of the answer counts.
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from modbot.errors import AuthRejected, MalformedAnswer, RateLimited, VendorError, VendorFault
from modbot.http import Answer, Http
from modbot.platforms import TokenVault
from modbot.platforms.teams.credentials import kept_as, proof
from modbot.settings.teams import TeamsSettings

SCOPE = "https://graph.microsoft.com/.default"
EARLY = timedelta(minutes=5)  # renewed this long before the end, or a tenth of the lifetime when that is less
BAD_GRANT = frozenset({400, 401, 403})

# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_REMEDIES = {
    7000215: "The client secret is wrong: set the secret's value, not its id, as MODBOT_TEAMS__CLIENT_SECRET.",
    7000222: "The client secret has expired: make a new one and set MODBOT_TEAMS__CLIENT_SECRET.",
    700027: "The certificate is not the one registered with the app: upload its public part.",
    700024: "The server's clock is wrong, or the certificate has expired.",
    700016: "There is no app with this id in the tenant: check MODBOT_TEAMS__CLIENT_ID.",
    90002: "There is no such tenant: check MODBOT_TEAMS__TENANT_ID.",
}


@dataclass(frozen=True, slots=True)
class _Token:
    secret: str
    expires_at: datetime
    lifetime: timedelta

    def fresh(self, at: datetime) -> bool:
        return at < self.expires_at - min(EARLY, self.lifetime / 10)


class GraphTokens:
    """The app's access token: cached here, sealed in the vault for the other processes, got by one caller at a time."""

    def __init__(self, settings: TeamsSettings, http: Http, vault: TokenVault, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._http = http
        self._vault = vault
        self._now = now
        self._name = f"teams:access:{kept_as(settings)}"
        self._cache: _Token | None = None
        self._renewing = asyncio.Lock()

    async def access(self, *, rejected: str = "") -> str:
        """A token that is good now as far as is known, and is not the one Graph `rejected`.

        Raises AuthRejected, RateLimited, VendorFault, Unreachable, MalformedAnswer.
        """
        if self._cache is not None and self._usable(self._cache, rejected):
            return self._cache.secret
        async with self._renewing:
            known = self._cache
            if not self._usable(known, rejected):
                known = await self._kept()
            if known is None or not self._usable(known, rejected):
                known = await self._granted()
            self._cache = known
            return known.secret

    def _usable(self, token: _Token | None, rejected: str) -> bool:
        return token is not None and token.secret != rejected and token.fresh(self._now())

    async def _kept(self) -> _Token | None:
        raw = await self._vault.get(self._name)
        return _unpacked(raw) if raw else None

    async def _granted(self) -> _Token:
        settings = self._settings
        form = {"grant_type": "client_credentials", "client_id": settings.client_id, "scope": SCOPE}
        url = f"{settings.login_url.rstrip('/')}/{settings.tenant_id}/oauth2/v2.0/token"
        answer = await self._http.request("teams", "POST", url, form={**form, **await proof(settings, self._now())})
        if not answer.ok:
            raise grant_error(answer)
        granted = answer.json_object()
        secret, seconds = granted.get("access_token"), granted.get("expires_in")
        if not isinstance(secret, str) or not secret:
            raise _unreadable(answer, "access_token")
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**9:
            raise _unreadable(answer, "expires_in")
        lifetime = timedelta(seconds=seconds)
        token = _Token(secret, self._now() + lifetime, lifetime)
        await self._vault.put(self._name, _packed(token), lifetime_seconds=seconds)
        return token


def grant_error(answer: Answer) -> VendorError:
    """Entra's refusal as modbot's error; what to do for the numbers that mean a wrong setting."""
    number = _number(answer)
    detail = f"token grant aadsts={number}"
    if answer.status in BAD_GRANT:
        said = "Microsoft does not let modbot sign in. "
        said += _REMEDIES.get(number, f"IT must check the app registration (error AADSTS{number}).")
        return AuthRejected("teams", said, status=answer.status, code=str(number), log_detail=detail)
    if answer.status == 429:
        return RateLimited("teams", "Microsoft asks modbot to wait before signing in.", retry_after=answer.retry_after)
    kind = VendorFault if answer.status >= 500 else VendorError
    return kind("teams", "Microsoft could not sign modbot in.", status=answer.status, log_detail=detail)


def _number(answer: Answer) -> int:
    try:
        body: Any = answer.json()
    except MalformedAnswer:
        return 0
    codes = body.get("error_codes") if isinstance(body, dict) else None
    return codes[0] if isinstance(codes, list) and codes and isinstance(codes[0], int) else 0


def _unreadable(answer: Answer, name: str) -> MalformedAnswer:
    return MalformedAnswer(
        "teams",
        "Microsoft gave an answer modbot could not read.",
        status=answer.status,
        log_detail=f"token grant: no usable {name}",
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
