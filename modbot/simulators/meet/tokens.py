"""The token endpoint: a signed assertion for an access token that lasts an hour.

https://developers.google.com/identity/protocols/oauth2/service-account
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from modbot.simulators.meet.keys import SERVICE_ACCOUNT, Key
from modbot.simulators.meet.people import People, User
from modbot.simulators.meet.refusal import Refused, oauth, reason, refused

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
REAL_TOKEN_URL = "https://oauth2.googleapis.com/token"  # what google-auth signs, wherever it sends the assertion
LIFETIME = timedelta(hours=1)
CLOCKS_MAY_DIFFER = timedelta(minutes=5)  # Google's own allowance is not published


@dataclass(frozen=True, slots=True)
class Grant:
    """Whom an access token speaks for; no user means the service account itself."""

    user: User | None
    scopes: frozenset[str]
    expires_at: datetime


class Tokens:
    """Who may call, as whom, for what, until when."""

    def __init__(self, clock: Callable[[], datetime], people: People, project: str, delegated: set[str]) -> None:
        self.delegated = delegated  # the scopes an administrator granted to the service account
        self.client_email = f"modbot@{project}.iam.gserviceaccount.com"
        self.issued = 0  # assertions that were taken
        self.key = Key(SERVICE_ACCOUNT)
        self._clock = clock
        self._people = people
        self._grants: dict[str, Grant] = {}

    def issue(self, email: str, scopes: Iterable[str]) -> str:
        """An access token for a user without an assertion, for tests."""
        return self._mint(self._people.add(email), frozenset(scopes))

    def revoke_access(self) -> None:
        """End every access token at once."""
        self._grants.clear()

    def holder(self, authorization: str) -> Grant:
        """The grant behind an `Authorization` header. Raises Refused (401)."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthenticated("No access token was sent.", reason("CREDENTIALS_MISSING"))
        grant = self._grants.get(token)
        if grant is None:
            raise _unauthenticated("The access token is not valid.")
        if grant.expires_at <= self._clock():
            raise _unauthenticated("The access token has expired.", reason("ACCESS_TOKEN_EXPIRED"))
        return grant

    def exchange(self, form: Mapping[str, str], token_url: str) -> dict[str, Any]:
        """POST /token. Raises Refused (400, 401) with an OAuth error."""
        if form.get("grant_type") != GRANT_TYPE:
            raise oauth(400, "unsupported_grant_type", f"grant_type must be {GRANT_TYPE}")
        claims = self._verified(form.get("assertion", ""))
        self._in_time(claims)
        if claims.get("aud") not in {token_url, REAL_TOKEN_URL}:
            raise oauth(400, "invalid_grant", "Invalid JWT: Failed audience check.")
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes:
            raise oauth(400, "invalid_scope", "No scope was asked for.")
        user = self._impersonated(claims.get("sub"), scopes)
        self.issued += 1
        return {
            "access_token": self._mint(user, scopes),
            "expires_in": int(LIFETIME.total_seconds()) - 1,  # Google's answers say 3599
            "token_type": "Bearer",
        }

    def _verified(self, assertion: str) -> dict[str, Any]:
        try:
            unverified = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.InvalidTokenError as error:
            raise oauth(400, "invalid_grant", "Invalid JWT: it cannot be read.") from error
        if unverified.get("iss") != self.client_email:
            raise oauth(400, "invalid_grant", "Invalid grant: account not found")
        try:
            claims: dict[str, Any] = jwt.decode(
                assertion, self.key.public, algorithms=["RS256"], options=_ONLY_THE_SIGNATURE
            )
        except jwt.InvalidTokenError as error:
            raise oauth(400, "invalid_grant", "Invalid JWT Signature.") from error
        return claims

    def _in_time(self, claims: Mapping[str, Any]) -> None:
        issued, expires, now = claims.get("iat"), claims.get("exp"), self._clock().timestamp()
        slack = CLOCKS_MAY_DIFFER.total_seconds()
        if (
            not isinstance(issued, int)
            or not isinstance(expires, int)
            or expires > issued + LIFETIME.total_seconds()
            or issued > now + slack
            or expires <= now - slack
        ):
            raise oauth(400, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes).")

    def _impersonated(self, sub: object, scopes: frozenset[str]) -> User | None:
        if sub is None:
            return None
        if not isinstance(sub, str) or not sub.casefold().endswith(f"@{self._people.domain}"):
            raise _unauthorized()
        if not scopes <= self.delegated:
            raise _unauthorized()
        user = self._people.find(sub)
        if user is None:
            raise oauth(400, "invalid_grant", "Invalid email or User ID")
        return user

    def _mint(self, user: User | None, scopes: frozenset[str]) -> str:
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self._grants[token] = Grant(user, scopes, self._clock() + LIFETIME)
        return token


# The clock is the simulator's own, so times and the audience are checked by hand.
_ONLY_THE_SIGNATURE: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}


def _unauthorized() -> Refused:
    return oauth(401, "unauthorized_client", "The client may not have tokens for any of these scopes, or this way.")


def _unauthenticated(message: str, *details: Mapping[str, Any]) -> Refused:
    return refused("UNAUTHENTICATED", message, *details, headers={"WWW-Authenticate": 'Bearer realm="Google"'})
