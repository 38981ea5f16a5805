"""Who may ask the simulated OneRoster service: client credentials, scopes, and so many requests a minute."""

import base64
import binascii
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import web

CLIENT_ID = "modbot-at-the-sis"
CLIENT_SECRET = "an-invented-client-secret"
CORE = "roster-core.readonly"
ALL = "roster.readonly"
DEMOGRAPHICS = "roster-demographics.readonly"


class Refused(Exception):
    """A status, a code and a description that the caller gets."""

    def __init__(self, status: int, minor: str, description: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.minor = minor
        self.description = description
        self.headers = headers or {}

    def answer(self) -> web.Response:
        """The error payload of OneRoster 1.2."""
        body = {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": self.description,
            "imsx_CodeMinor": {
                "imsx_codeMinorField": [
                    {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": self.minor}
                ]
            },
        }
        return web.json_response(body, status=self.status, headers=self.headers)


class Gate:
    """What the service grants, and to whom. Each may be changed as it runs."""

    def __init__(self, now: Callable[[], datetime], version: str) -> None:
        self._now = now
        self._prefix = f"https://purl.imsglobal.org/spec/or/{version}/scope/"
        self.secret = CLIENT_SECRET
        self.granted = {CORE}
        self.keep = timedelta(hours=1)
        self.a_minute: int | None = None  # above it, 429
        self._tokens: dict[str, tuple[set[str], datetime]] = {}
        self._recent: deque[datetime] = deque()

    def revoke(self) -> None:
        """Every token that was given stops working."""
        self._tokens.clear()

    async def token(self, request: web.Request) -> web.Response:
        """RFC 6749, section 4.4."""
        if not self._knows(request.headers.get("Authorization", "")):
            return web.json_response({"error": "invalid_client"}, status=401, headers={"WWW-Authenticate": "Basic"})
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        asked = {one.removeprefix(self._prefix) for one in str(form.get("scope", "")).split()}
        if not asked or not asked <= self.granted:
            return web.json_response({"error": "invalid_scope"}, status=400)
        token = secrets.token_urlsafe(24)
        self._tokens[token] = asked, self._now() + self.keep
        body = {"access_token": token, "token_type": "bearer", "expires_in": int(self.keep.total_seconds())}
        return web.json_response(body)

    def admit(self, request: web.Request, collection: str) -> None:
        """Raises Refused (401, 403, 429)."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        scopes, until = self._tokens.get(token, (set(), self._now()))
        if until <= self._now():
            raise Refused(401, "unauthorisedrequest", "The token is not known or has expired.")
        needed = {DEMOGRAPHICS, ALL} if collection == "demographics" else {CORE, ALL}
        if not scopes & needed & self.granted:
            raise Refused(403, "forbidden", "The scope does not cover this.")
        self._count()

    def _knows(self, header: str) -> bool:
        try:
            told = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return secrets.compare_digest(told, f"{CLIENT_ID}:{self.secret}")

    def _count(self) -> None:
        now = self._now()
        while self._recent and now - self._recent[0] >= timedelta(minutes=1):
            self._recent.popleft()
        if self.a_minute is not None and len(self._recent) >= self.a_minute:
            raise Refused(429, "server_busy", "Too many requests.", {"Retry-After": "1"})
        self._recent.append(now)
