"""What every call passes first: a valid token, a scope, the quota, and only parameters that exist."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from modbot.simulators.meet.people import User
from modbot.simulators.meet.refusal import invalid, reason, refused
from modbot.simulators.meet.tokens import Tokens

AUTH = "https://www.googleapis.com/auth/"
CREATED = f"{AUTH}meetings.space.created"
READONLY = f"{AUTH}meetings.space.readonly"
SETTINGS = f"{AUTH}meetings.space.settings"
DIRECTORY = f"{AUTH}admin.directory.user.readonly"

MINUTE = timedelta(minutes=1)
# Parameters that every Google API takes (the discovery document's top level), and what generated clients send.
STANDARD = frozenset(
    [
        "$.xgafv",
        "access_token",
        "alt",
        "callback",
        "fields",
        "key",
        "oauth_token",
        "prettyPrint",
        "quotaUser",
        "uploadType",
        "upload_protocol",
        "$alt",
        "$fields",
        "$prettyPrint",
    ]
)


@dataclass(slots=True)
class Limits:
    """Calls a minute of one user, as https://developers.google.com/workspace/meet/api/guides/limits has them."""

    read: int = 600
    write: int = 100
    create: int = 10  # spaces.create


@dataclass(frozen=True, slots=True)
class Caller:
    """A user that the service account speaks for, and the scopes of the token."""

    user: User
    scopes: frozenset[str]


def camel(name: str) -> str:
    """`page_size` as `pageSize`: Google takes both spellings."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def query(request: web.Request) -> dict[str, str]:
    """The query parameters in camel case."""
    return {camel(name): value for name, value in request.query.items()}


class Gate:
    """Authorises and counts calls."""

    def __init__(self, tokens: Tokens, clock: Callable[[], datetime]) -> None:
        self.limits = Limits()
        self._tokens = tokens
        self._clock = clock
        self._calls: dict[tuple[str, str], deque[datetime]] = defaultdict(deque)

    def enter(
        self, request: web.Request, scopes: Collection[str], *, kind: str = "read", params: Collection[str] = ()
    ) -> Caller:
        """The caller, who has at least one of `scopes`. Raises Refused (401, 403, 429, 400)."""
        grant = self._tokens.holder(request.headers.get("Authorization", ""))
        if not grant.scopes.intersection(scopes):
            info = reason("ACCESS_TOKEN_SCOPE_INSUFFICIENT")
            raise refused("PERMISSION_DENIED", "The access token has none of the scopes this method needs.", info)
        if grant.user is None:
            raise refused("PERMISSION_DENIED", "A service account may not call this as itself.")
        self._count(kind, grant.user)
        for name in request.query:
            if camel(name) not in params and name not in STANDARD:
                raise invalid(name, "There is no such query parameter.")
        return Caller(grant.user, grant.scopes)

    def _count(self, kind: str, user: User) -> None:
        now, calls = self._clock(), self._calls[kind, user.id]
        while calls and now - calls[0] >= MINUTE:
            calls.popleft()
        if len(calls) >= getattr(self.limits, kind):
            raise refused("RESOURCE_EXHAUSTED", f"The quota of {kind} calls per minute and user is used up.")
        calls.append(now)
