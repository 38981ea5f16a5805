"""A small Graph client and a listening app, to test the simulated Teams without modbot's own adapter."""

import asyncio
import base64
import hashlib
import hmac
import json
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from modbot.simulators.teams import Meeting, TeamsSimulator

TEACHER = "ada.reyes@example.org"
PUPIL = "ben.ochoa@example.org"
OTHER_TENANT = "99999999-8888-7777-6666-555555555555"
SCOPE = "https://graph.microsoft.com/.default"


@dataclass(slots=True)
class Clock:
    """A clock that moves only when told."""

    at: datetime = datetime(2026, 11, 24, 15, 14, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


@dataclass(frozen=True, slots=True)
class Answer:
    """What the simulator said."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """Graph's error code."""
        return str(self.body["error"]["code"])


@dataclass(slots=True)
class Identity:
    """An RSA key and its self-signed certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def base64(self) -> str:
        """The certificate as a subscription carries it."""
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()


def new_identity(bits: int = 2048) -> Identity:
    """A key of so many bits and a certificate that is good for years."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "district.example.org")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=3650))
    return Identity(key, builder.sign(key, hashes.SHA256()))


@dataclass(slots=True)
class Listener:
    """An app's public address: proves itself when asked, and keeps what it is sent."""

    url: str = ""
    heard: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)  # path, body, headers
    handshakes: list[str] = field(default_factory=list)  # paths that were asked to prove themselves
    refuse: int = 0  # so many deliveries more are answered 503
    stalled: asyncio.Event | None = None  # the handshake is not answered before it is set
    proof: str | None = None  # answered instead of the token
    proof_type: str = "text/plain"
    proof_status: int = 200

    async def handle(self, request: web.Request) -> web.Response:
        """Answer the handshake, or take a delivery."""
        token = request.query.get("validationToken")
        if token is not None:
            self.handshakes.append(request.path)
            if self.stalled is not None:
                await self.stalled.wait()
            told = token if self.proof is None else self.proof
            return web.Response(status=self.proof_status, text=told, content_type=self.proof_type)
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=503)
        self.heard.append((request.path, await request.json(), {k.lower(): v for k, v in request.headers.items()}))
        return web.Response(status=202)

    def at(self, path: str) -> list[dict[str, Any]]:
        """The bodies that came to a path."""
        return [body for where, body, _ in self.heard if where == path]


@dataclass(slots=True)
class House:
    """The simulator, somebody who calls it, and somebody who listens."""

    sim: TeamsSimulator
    clock: Clock
    http: aiohttp.ClientSession
    listener: Listener
    token: str = ""

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Call Graph with a good token, unless `headers` say otherwise."""
        self.token = self.token or self.sim.entra.issue()
        usual = {"Authorization": f"Bearer {self.token}"}
        url = path if path.startswith("http") else f"{self.sim.graph_url}{path}"
        async with self.http.request(
            method, url, json=body, params=query, headers={**usual, **(headers or {})}
        ) as answer:
            return await _read(answer)

    async def log_in(self, **form: str) -> Answer:
        """Ask for a token with the app's secret, `form` over it; an empty value leaves a field out."""
        entra = self.sim.entra
        usual = {"grant_type": "client_credentials", "client_id": entra.client_id, "scope": SCOPE}
        sent = {name: value for name, value in {**usual, **form}.items() if value}
        async with self.http.post(self.token_address, data=sent) as answer:
            return await _read(answer)

    @property
    def token_address(self) -> str:
        """The token endpoint."""
        return f"{self.sim.login_url}/{self.sim.entra.tenant}/oauth2/v2.0/token"

    def with_new_token(self) -> None:
        """The next call gets a token with the roles of now."""
        self.token = ""

    async def subscribe(self, meeting: Meeting, **changes: Any) -> Answer:
        """Subscribe to a meeting's call events; a change to None leaves a field out."""
        body = {**self.subscription(meeting), **changes}
        return await self.ask("POST", "/beta/subscriptions", {k: v for k, v in body.items() if v is not None})

    def subscription(self, meeting: Meeting) -> dict[str, Any]:
        """A good subscription without data."""
        until = self.clock() + timedelta(days=2)
        quoted = urllib.parse.quote(meeting.join_web_url, safe="")
        return {
            "changeType": "updated",
            "notificationUrl": f"{self.listener.url}/events",
            "lifecycleNotificationUrl": f"{self.listener.url}/lifecycle",
            "resource": f"communications/onlineMeetings(joinWebUrl='{quoted}')/meetingCallEvents",
            "expirationDateTime": until.isoformat().replace("+00:00", "Z"),
            "clientState": "only-we-know",
        }

    def call(self, meeting: Meeting, **changes: Any) -> dict[str, Any]:
        """A good request to join a meeting."""
        usual = {
            "@odata.type": "#microsoft.graph.call",
            "callbackUri": f"{self.listener.url}/calls",
            "requestedModalities": ["audio"],
            "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
            "meetingInfo": {
                "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo",
                "joinMeetingId": meeting.join_meeting_id,
                "passcode": meeting.passcode,
            },
            "tenantId": self.sim.entra.tenant,
        }
        return {**usual, **changes}

    async def bot_in(self, meeting: Meeting) -> str:
        """A bot in the meeting: its call's path."""
        made = await self.ask("POST", "/v1.0/communications/calls", self.call(meeting))
        assert made.status == 201
        return f"/v1.0/communications/calls/{made.body['id']}"

    def meeting_path(self, meeting: Meeting) -> str:
        """Where Graph keeps a meeting."""
        return f"/v1.0/users/{meeting.organizer.oid}/onlineMeetings/{meeting.id}"

    async def verified(self, token: str, keys_url: str, **expected: Any) -> dict[str, Any]:
        """The claims of a token whose signature is by a listed key. Raises jwt.InvalidTokenError."""
        async with self.http.get(keys_url) as answer:
            listed = {key["kid"]: jwt.PyJWK(key) for key in (await answer.json())["keys"]}
        key = listed.get(jwt.get_unverified_header(token)["kid"])
        if key is None:
            raise jwt.InvalidKeyError("no such key")
        checks = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}  # they go by the simulator's clock
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], options=checks, **expected)  # type: ignore[arg-type]
        return claims


def opened(sealed: dict[str, str], key: rsa.RSAPrivateKey) -> dict[str, Any]:
    """What an encrypted notification holds. Fails when its signature is not that of its data."""
    aes = key.decrypt(base64.b64decode(sealed["dataKey"]), OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None))  # noqa: S303
    data = base64.b64decode(sealed["data"])
    assert hmac.digest(aes, data, hashlib.sha256) == base64.b64decode(sealed["dataSignature"])
    decryptor = Cipher(algorithms.AES(aes), modes.CBC(aes[:16])).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    content: dict[str, Any] = json.loads(
        unpadder.update(decryptor.update(data) + decryptor.finalize()) + unpadder.finalize()
    )
    return content


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """A simulator and a listener on free loopback ports."""
    clock, listener = Clock(), Listener()
    app = web.Application()
    app.router.add_post("/{path:.*}", listener.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with TeamsSimulator(clock) as sim, aiohttp.ClientSession() as http:
            yield House(sim, clock, http, listener)
    finally:
        await runner.cleanup()


async def _read(answer: aiohttp.ClientResponse) -> Answer:
    raw = await answer.read()
    return Answer(answer.status, json.loads(raw) if raw else None, dict(answer.headers))
