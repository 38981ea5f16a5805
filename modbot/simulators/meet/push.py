"""Pub/Sub: CloudEvents pushed in an envelope with a token signed by Google, until they are taken.

https://docs.cloud.google.com/pubsub/docs/push and https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions
"""

import asyncio
import base64
import json
import uuid
from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, web

from modbot.simulators.meet.keys import SERVICE_ACCOUNT, Key
from modbot.simulators.meet.world import wire

if TYPE_CHECKING:
    from modbot.simulators.meet.simulator import MeetSimulator

TAKEN = {102, 200, 201, 202, 204}  # anything else is delivered again
TOKEN_LIFETIME = timedelta(hours=1)


class Push:
    """The push subscription of one topic, and the keys its tokens are signed with."""

    def __init__(self, sim: "MeetSimulator") -> None:
        self.answers: list[int] = []  # the status of each attempt; 0 when nobody answered
        self.attempts = 5  # Pub/Sub itself goes on for days
        self.backoff = timedelta(milliseconds=20)  # doubles with each attempt
        self.issuer = "https://accounts.google.com"
        self._sim = sim
        self._keys = [Key(SERVICE_ACCOUNT + 1)]
        self._numbers = count(1)

    @property
    def key(self) -> Key:
        """What signs now."""
        return self._keys[-1]

    def rotate(self) -> None:
        """Sign with another key from now on. The one before stays published, older ones do not."""
        self._keys = [self.key, Key(self.key.number + 1)]

    async def certs(self, _: web.Request) -> web.Response:
        """GET /oauth2/v3/certs: the public keys as a JWK set, which may be kept for a while."""
        body = {"keys": [one.jwk() for one in reversed(self._keys)]}
        return web.json_response(body, headers={"Cache-Control": "public, max-age=21600, must-revalidate"})

    def token(self, **changed: Any) -> str:
        """A push token as of now; `changed` claims are for tests of what must be refused."""
        now = self._sim.now()
        claims = {
            "aud": self._sim.push_audience or self._sim.webhook_url,
            "azp": "113774264463038321964",
            "email": self._sim.push_email,
            "email_verified": True,
            "exp": int((now + TOKEN_LIFETIME).timestamp()),
            "iat": int(now.timestamp()),
            "iss": self.issuer,
            "sub": "113774264463038321964",
        }
        return self.key.sign({**claims, **changed})

    def envelope(self, attributes: Mapping[str, str], data: Mapping[str, Any], ordering_key: str) -> bytes:
        """The body of a push request. Redelivery repeats it with the same messageId."""
        return json.dumps(
            {
                "message": {
                    "attributes": dict(attributes),
                    "data": base64.b64encode(json.dumps(data).encode()).decode(),
                    "messageId": str(next(self._numbers)),
                    "publishTime": wire(self._sim.now()),
                    "orderingKey": ordering_key,
                },
                "subscription": self._sim.push_subscription,
            }
        ).encode()

    def send(self, event_type: str, source: str, subject: str, data: Mapping[str, Any]) -> None:
        """Push one CloudEvent in the background."""
        attributes = {
            "ce-id": str(uuid.uuid4()),
            "ce-type": event_type,
            "ce-source": source,
            "ce-subject": subject,
            "ce-time": wire(self._sim.now()),
            "ce-specversion": "1.0",
            "content-type": "application/json",
        }
        body = self.envelope(attributes, data, subject)

        async def deliver() -> None:
            await self._until_taken(body)

        self._sim.send_soon(deliver)

    async def _until_taken(self, body: bytes) -> None:
        wait = self.backoff
        for attempt in range(self.attempts):
            if attempt:
                await asyncio.sleep(wait.total_seconds())
                wait *= 2
            status = await self._post(body)
            self.answers.append(status)
            if status in TAKEN:
                return

    async def _post(self, body: bytes) -> int:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token()}"}
        try:
            async with self._sim.client.post(self._sim.webhook_url, data=body, headers=headers) as answer:
                return answer.status
        except (ClientError, TimeoutError):
            return 0  # nobody answered: written down, and delivered again
