"""Who may call a simulated Zoom, and how often: tokens, scopes and rate labels.

Limits of a Business account: https://developers.zoom.us/docs/commerce/rate-limits/
"""

import asyncio
import base64
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

LIGHT, MEDIUM, HEAVY, RESOURCE_INTENSIVE = "Light", "Medium", "Heavy", "Resource-intensive"
BUSINESS_LIMITS = {LIGHT: (80, 1.0), MEDIUM: (60, 1.0), HEAVY: (40, 1.0), RESOURCE_INTENSIVE: (20, 60.0)}

ALL_SCOPES = (
    "meeting:read:meeting:admin",
    "meeting:update:meeting:admin",
    "meeting:update:status:admin",
    "meeting:update:in_meeting_controls:admin",
    "meeting:read:list_meetings:admin",
    "dashboard:read:list_meetings:admin",
    "dashboard:read:list_meeting_participants:admin",
)


class Refused(Exception):
    """An answer other than success: HTTP status, Zoom's own code, message and headers."""

    def __init__(self, status: int, code: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def answer(self) -> web.Response:
        """As Zoom writes it."""
        body = {"code": self.code, "message": self.message}
        return web.json_response(body, status=self.status, headers=self.headers)


@dataclass(slots=True)
class Gate:
    """The app's credentials and what they allow. Every field may be changed while the simulator runs."""

    now: Callable[[], datetime]
    account_id: str = "sim-account"
    client_id: str = "sim-client"
    client_secret: str = "sim-client-secret"
    scopes: set[str] = field(default_factory=lambda: set(ALL_SCOPES))
    token_lifetime: timedelta = timedelta(seconds=3600)
    limits: dict[str, tuple[int, float]] = field(default_factory=lambda: dict(BUSINESS_LIMITS))  # calls, per seconds
    tokens: dict[str, datetime] = field(default_factory=dict)  # token → expires
    _calls: dict[str, deque[float]] = field(default_factory=dict)

    def revoke_tokens(self) -> None:
        """Every token given out so far is no longer good."""
        self.tokens.clear()

    def grant(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """A token for the right credentials. Raises Refused."""
        pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if not secrets.compare_digest(authorization, f"Basic {pair}"):
            raise Refused(401, 0, "client unknown or its secret wrong")
        if form.get("grant_type") != "account_credentials" or form.get("account_id") != self.account_id:
            raise Refused(400, 0, "grant type or account not supported")
        token = secrets.token_urlsafe(24)
        self.tokens[token] = self.now() + self.token_lifetime
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": int(self.token_lifetime.total_seconds()),
            "scope": " ".join(sorted(self.scopes)),
            "api_url": "https://api.zoom.us",
        }

    def admit(self, request: web.Request, scope: str, label: str) -> None:
        """Let a call in. Raises Refused: 401/124, 400/4700, 429."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        expires = self.tokens.get(token)
        if expires is None or expires <= self.now():
            raise Refused(401, 124, "the access token is not valid or has expired")
        if scope not in self.scopes:
            raise Refused(400, 4700, f"the token lacks the scope {scope}")
        self._count(label)

    def _count(self, label: str) -> None:
        most, window_seconds = self.limits[label]
        moment = asyncio.get_running_loop().time()
        calls = self._calls.setdefault(label, deque())
        while calls and calls[0] <= moment - window_seconds:
            calls.popleft()
        if len(calls) >= most:
            headers = {
                "X-RateLimit-Category": label,
                "X-RateLimit-Type": "QPS",
                "X-RateLimit-Limit": str(most),
                "X-RateLimit-Remaining": "0",
            }
            raise Refused(429, 429, f"more {label} calls than the account may make", headers)
        calls.append(moment)
