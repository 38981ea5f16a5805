"""The simulated Google Meet for tests: asked over real HTTP, and listened to as Pub/Sub's endpoint."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from aiohttp import ClientSession, web

from modbot.simulators.meet import CREATED, DIRECTORY, READONLY, SETTINGS, MeetSimulator
from modbot.simulators.meet.keys import SERVICE_ACCOUNT, Key
from modbot.simulators.meet.tokens import GRANT_TYPE

TEACHER = "ada.reyes@example.org"
COLLEAGUE = "ben.ochoa@example.org"
STRANGER = "kid77@mail.example"
ALL = (CREATED, READONLY, SETTINGS, DIRECTORY)


@dataclass(slots=True)
class SimClock:
    """A clock that moves only when told."""

    at: datetime = datetime(2026, 11, 24, 15, 14, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


@dataclass(frozen=True, slots=True)
class Told:
    """One push request that arrived."""

    token: str
    body: dict[str, Any]

    @property
    def type(self) -> str:
        """The CloudEvent's type."""
        return str(self.body["message"]["attributes"]["ce-type"])

    @property
    def data(self) -> dict[str, Any]:
        """The CloudEvent's data."""
        data: dict[str, Any] = json.loads(base64.b64decode(self.body["message"]["data"]))
        return data


@dataclass(slots=True)
class Google:
    """The simulator, a client that asks it, and an endpoint that it pushes to."""

    sim: MeetSimulator
    clock: SimClock
    client: ClientSession
    told: list[Told] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # what the next pushes are answered with; then 204

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str = TEACHER,
        scopes: Iterable[str] = ALL,
        token: str | None = None,
    ) -> tuple[int, Any]:
        """Status and JSON of one call as a user with these scopes."""
        bearer = self.sim.tokens.issue(user, scopes) if token is None else token
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        async with self.client.request(method, self.sim.url + path, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def told_types(self) -> list[str]:
        """The last word of each event's type and its kind, after all pushes have been answered."""
        await self.sim.flush()
        return [one.type.removeprefix("google.workspace.") for one in self.told]

    async def exchange(self, *, key: Key | None = None, grant: str = GRANT_TYPE, **claims: Any) -> tuple[int, Any]:
        """Status and JSON of the token endpoint for an assertion with these claims over the usual ones."""
        now = int(self.clock().timestamp())
        usual = {
            "iss": self.sim.service_account["client_email"],
            "sub": TEACHER,
            "aud": self.sim.token_url,
            "scope": f"{READONLY} {SETTINGS}",
            "iat": now,
            "exp": now + 3600,
        }
        said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        form = {"grant_type": grant, "assertion": (key or Key(SERVICE_ACCOUNT)).sign(said)}
        async with self.client.post(self.sim.token_url, data=form) as answer:
            return answer.status, await answer.json()

    async def certified(self, token: str) -> dict[str, Any]:
        """The claims of a push token, verified against the published keys; its times are the simulated ones."""
        async with self.client.get(self.sim.certs_url) as answer:
            keys = {one["kid"]: one for one in (await answer.json())["keys"]}
        key = jwt.PyJWK(keys[jwt.get_unverified_header(token)["kid"]])
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
        )
        return claims

    async def hear(self, request: web.Request) -> web.Response:
        """Pub/Sub's endpoint."""
        scheme, _, token = request.headers["Authorization"].partition(" ")
        assert scheme == "Bearer"
        self.told.append(Told(token, await request.json()))
        return web.Response(status=self.answers.pop(0) if self.answers else 204)
