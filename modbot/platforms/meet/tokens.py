"""Access tokens to act as one person within one scope: asked for when needed, shared by every process.

A token lives an hour and cannot be refreshed: a new one is asked for with a new assertion.
https://developers.google.com/identity/protocols/oauth2/service-account
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from modbot.http import Answer, Http
from modbot.platforms.meet.account import Credentials
from modbot.platforms.meet.answers import VENDOR, malformed, token_refusal
from modbot.platforms.meet.retry import PATIENCE, persist
from modbot.tokens import KeptTokens, Token, TokenVault, granted

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Scope(StrEnum):
    """What a token opens. Each has its own, so that a missing delegation stops only what needs it."""

    READ = "https://www.googleapis.com/auth/meetings.space.readonly"
    CHANGE = "https://www.googleapis.com/auth/meetings.space.settings"
    CREATE = "https://www.googleapis.com/auth/meetings.space.created"
    DIRECTORY = "https://www.googleapis.com/auth/admin.directory.user.readonly"


class Tokens:
    """The current token of each person and scope."""

    def __init__(
        self, credentials: Credentials, token_url: str, http: Http, vault: TokenVault, now: Callable[[], datetime]
    ) -> None:
        self._credentials = credentials
        self._url = token_url
        self._http = http
        self._now = now
        self._kept = KeptTokens(vault, now)

    async def current(self, user: str, scope: Scope) -> Token:
        """A token that should be good. Raises AuthRejected, RateLimited, Unreachable, VendorFault, MalformedAnswer."""
        return await self._get(user, scope)

    async def other_than(self, refused: Token, user: str, scope: Scope) -> Token:
        """A token that is not the one Google has just refused. Raises as `current` does."""
        return await self._get(user, scope, refused.secret)

    async def _get(self, user: str, scope: Scope, refused: str = "") -> Token:
        async def ask() -> Token:
            return await self._ask(user, scope)

        name = f"meet:token:{self._credentials.account.alias(user, scope)}"
        return await self._kept.get(name, ask, refused=refused)

    async def _ask(self, user: str, scope: Scope) -> Token:
        assertion = self._credentials.account.assertion(user, scope, self._url, self._now())

        async def once(timeout: timedelta) -> Answer:  # noqa: ASYNC109 - handed to aiohttp
            form = {"grant_type": GRANT_TYPE, "assertion": assertion}
            return await self._http.request(VENDOR, "POST", self._url, form=form, timeout=timeout)

        answer = await persist(once, PATIENCE, repeatable=True)
        if not answer.ok:
            raise token_refusal(answer, scope.rpartition("/")[2])
        return granted(answer.json_object(), self._now(), malformed)
