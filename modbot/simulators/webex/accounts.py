"""Accounts of the simulated Webex and their OAuth tokens, which expire and rotate."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from modbot.simulators.webex.refusal import Refused

USER_SCOPES = frozenset(
    {
        "meeting:schedules_read",
        "meeting:schedules_write",
        "meeting:participants_read",
        "meeting:participants_write",
        "meeting:controls_read",
        "meeting:controls_write",
    }
)
ADMIN_SCOPES = frozenset(
    {"meeting:admin_schedule_read", "meeting:admin_schedule_write", "meeting:admin_participants_read"}
)


@dataclass(frozen=True, slots=True)
class Account:
    """A Webex user and the scopes it granted."""

    email: str
    scopes: frozenset[str]
    id: str = field(default_factory=lambda: secrets.token_hex(16))


class Accounts:
    """Who may call, until when."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.client_id = "simulated-client"
        self.client_secret = "simulated-client-secret"
        self.lifetime = timedelta(hours=12)
        self.rotate = True  # each refresh gives a new refresh token and ends the old one
        self.refreshes = 0
        self._clock = clock
        self._access: dict[str, tuple[Account, datetime]] = {}
        self._refresh: dict[str, Account] = {}

    def connect(self, email: str, scopes: Iterable[str] = USER_SCOPES) -> str:
        """An account connects: its refresh token."""
        token = secrets.token_urlsafe(24)
        self._refresh[token] = Account(email, frozenset(scopes))
        return token

    def issue(self, email: str, scopes: Iterable[str] = USER_SCOPES) -> str:
        """An access token without a refresh token, as a developer copies it from the portal."""
        return self._mint(Account(email, frozenset(scopes)))

    def revoke(self, token: str) -> None:
        """An access or refresh token is no longer good."""
        self._access.pop(token, None)
        self._refresh.pop(token, None)

    def revoke_access(self) -> None:
        """Every access token is ended; refresh tokens stay good."""
        self._access.clear()

    def holder(self, authorization: str) -> Account:
        """The account behind an `Authorization` header. Raises Refused (401)."""
        scheme, _, token = authorization.partition(" ")
        known = self._access.get(token) if scheme.lower() == "bearer" else None
        if known is None or known[1] <= self._clock():
            raise Refused(401, "The request requires a valid access token set in the Authorization request header.")
        return known[0]

    def grant(self, form: dict[str, str]) -> dict[str, Any]:
        """POST /access_token with a refresh token. Raises Refused (400, 401)."""
        if form.get("grant_type") != "refresh_token":
            raise Refused(400, "unsupported grant type")
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            raise Refused(401, "invalid client")
        offered = form.get("refresh_token", "")
        account = self._refresh.get(offered)
        if account is None:
            raise Refused(400, "The refresh token provided is expired, revoked, malformed or invalid.")
        self.refreshes += 1
        kept = offered
        if self.rotate:
            del self._refresh[offered]
            kept = secrets.token_urlsafe(24)
            self._refresh[kept] = account
        return {
            "access_token": self._mint(account),
            "expires_in": int(self.lifetime.total_seconds()),
            "refresh_token": kept,
            "refresh_token_expires_in": 7776000,
            "token_type": "Bearer",
        }

    def _mint(self, account: Account) -> str:
        token = secrets.token_urlsafe(24)
        self._access[token] = (account, self._clock() + self.lifetime)
        return token
