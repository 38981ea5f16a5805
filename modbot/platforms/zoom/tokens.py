"""Server-to-Server OAuth tokens: asked for once, shared by every process, renewed before they run out.

https://developers.zoom.us/docs/internal-apps/ - a token lives 3600 s, several may be valid at once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import encode_basic_auth

from modbot.errors import AuthRejected
from modbot.http import Answer, Http
from modbot.platforms.zoom.answers import NO_CREDENTIALS, VENDOR, code_of, error_of, malformed
from modbot.platforms.zoom.retry import deadline_in, persist
from modbot.settings.zoom import ZoomSettings
from modbot.tokens import KeptTokens, Token, TokenVault, granted


class Tokens:
    """The one current token of a Zoom app."""

    def __init__(
        self, settings: ZoomSettings, http: Http, vault: TokenVault, now: Callable[[], datetime], patience: timedelta
    ) -> None:
        self._settings = settings
        self._http = http
        self._now = now
        self._patience = patience
        self._name = f"zoom:{settings.client_id}"
        self._kept = KeptTokens(vault, now)

    async def current(self) -> Token:
        """A token that should be good. Raises AuthRejected, RateLimited, Unreachable, VendorFault, MalformedAnswer."""
        return await self._kept.get(self._name, self._ask)

    async def other_than(self, refused: Token) -> Token:
        """A token that is not the one Zoom has just refused. Raises as `current` does."""
        return await self._kept.get(self._name, self._ask, refused=refused.secret)

    async def _ask(self) -> Token:
        answer = await persist(self._post, deadline_in(self._patience))
        if not answer.ok:
            raise _refusal(answer)
        return granted(answer.json_object(), self._now(), malformed)

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


def _refusal(answer: Answer) -> Exception:
    if 400 <= answer.status < 500 and answer.status != 429:
        return AuthRejected(VENDOR, NO_CREDENTIALS, status=answer.status, code=code_of(answer))
    return error_of(answer)
