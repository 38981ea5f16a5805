"""Who may call a simulated Clever, and how often: district-app tokens, what is shared, 1,200 requests a minute.

https://dev.clever.com/docs/error-messages and https://dev.clever.com/reference/responses-errors
"""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from modbot.simulators.clever.people import CREATED

REQUESTS_A_MINUTE = 1200
MOST_ON_A_PAGE = 10_000


class Refused(Exception):
    """An answer other than success."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}

    def answer(self) -> web.Response:
        """As Clever writes it."""
        return web.json_response({"message": self.message}, status=self.status, headers=self.headers)


@dataclass(slots=True)
class Gate:
    """The app's credentials and what its districts share with it. Every field may be changed while it runs."""

    now: Callable[[], datetime]
    client_id: str = "sim-client"
    client_secret: str = "sim-client-secret"
    most: int = REQUESTS_A_MINUTE
    window_seconds: int = 60
    largest_page: int = MOST_ON_A_PAGE
    mislabelled: str = ""  # the district that every token is said to belong to
    unshared: set[str] = field(default_factory=set)  # kinds of records that the district does not share
    unshared_status: int = 404  # Clever documents 404 for what is not shared; 403 is what other APIs say
    tokens: dict[str, str] = field(default_factory=dict)  # token → district
    _used: dict[str, tuple[int, int]] = field(default_factory=dict)  # token → window, requests in it

    def connect(self, district: str) -> str:
        """The district lets the app in: a new token, and the former one is no longer good."""
        self.disconnect(district)
        token = secrets.token_hex(20)
        self.tokens[token] = district
        return token

    def disconnect(self, district: str) -> None:
        """The district shuts the app out."""
        self.tokens = {token: owner for token, owner in self.tokens.items() if owner != district}

    def granted(self, request: web.Request) -> list[dict[str, Any]]:
        """The tokens of the app's districts, as `GET /oauth/tokens` lists them. Raises Refused."""
        pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if not secrets.compare_digest(request.headers.get("Authorization", ""), f"Basic {pair}"):
            raise Refused(401, "client authentication failed")
        wanted = request.query.get("district", "")
        if not wanted and request.query.get("owner_type") != "district":
            raise Refused(400, "owner_type or district is required")
        return [
            {
                "id": f"{number:024x}",
                "created": CREATED,
                "owner": {"type": "district", "id": self.mislabelled or district},
                "access_token": token,
                "scopes": ["read:district_admins", "read:school_admins", "read:sections", "read:students"],
            }
            for number, (token, district) in enumerate(self.tokens.items())
            if wanted in ("", district) or self.mislabelled
        ]

    def admit(self, request: web.Request, kind: str) -> str:
        """Let a call in; the district of its token. Raises Refused: 401, 429, and what stands for "not shared"."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        district = self.tokens.get(token)
        if district is None:
            raise Refused(401, "the token is not valid")
        self._count(token)
        if kind in self.unshared:
            raise Refused(self.unshared_status, "resource not available")
        return district

    def _count(self, token: str) -> None:
        window = int(self.now().timestamp()) // self.window_seconds
        former, used = self._used.get(token, (window, 0))
        used = used + 1 if former == window else 1
        self._used[token] = (window, used)
        if used > self.most:
            headers = {
                "X-RateLimit-Limit": str(self.most),
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": str((window + 1) * self.window_seconds),
            }
            raise Refused(429, "rate limit exceeded", headers)

    def limit_of(self, request: web.Request) -> int:
        """How many records a page is to hold. Raises Refused: 413 above the maximum, 400 for what is no number."""
        given = request.query.get("limit", str(min(100, self.largest_page)))
        if not given.isdigit() or not int(given):
            raise Refused(400, "limit must be a positive number")
        if int(given) > self.largest_page:
            raise Refused(413, f"limit must not be above {self.largest_page}")
        return int(given)
