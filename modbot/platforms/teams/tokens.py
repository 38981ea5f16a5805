"""Microsoft Graph access tokens: asked for with the app's own credentials, and renewed before they run out.

There is no refresh token, and the lifetime varies: only `expires_in` of the answer counts.
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from modbot.errors import AuthRejected, MalformedAnswer, RateLimited, VendorError, VendorFault
from modbot.http import Answer, Http
from modbot.platforms.teams.credentials import kept_as, proof
from modbot.settings.teams import TeamsSettings
from modbot.tokens import KeptTokens, Token, TokenVault, granted

SCOPE = "https://graph.microsoft.com/.default"
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


class GraphTokens:
    """The app's access token."""

    def __init__(self, settings: TeamsSettings, http: Http, vault: TokenVault, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._http = http
        self._now = now
        self._name = f"teams:access:{kept_as(settings)}"
        self._kept = KeptTokens(vault, now)

    async def access(self, *, rejected: str = "") -> str:
        """A token that is good now as far as is known, and is not the one Graph `rejected`.

        Raises AuthRejected, RateLimited, VendorFault, Unreachable, MalformedAnswer.
        """
        return (await self._kept.get(self._name, self._ask, refused=rejected)).secret

    async def _ask(self) -> Token:
        settings = self._settings
        form = {"grant_type": "client_credentials", "client_id": settings.client_id, "scope": SCOPE}
        url = f"{settings.login_url.rstrip('/')}/{settings.tenant_id}/oauth2/v2.0/token"
        answer = await self._http.request("teams", "POST", url, form={**form, **await proof(settings, self._now())})
        if not answer.ok:
            raise grant_error(answer)
        return granted(answer.json_object(), self._now(), _unreadable)


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


def _unreadable(field: str) -> MalformedAnswer:
    return MalformedAnswer(
        "teams", "Microsoft gave an answer modbot could not read.", log_detail=f"token grant: no usable {field}"
    )
