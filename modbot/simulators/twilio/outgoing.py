"""The simulated Twilio's requests to the application: signed, within a deadline, again when the connection fails."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from aiohttp import ClientError, ClientTimeout
from yarl import URL

from modbot.simulators.twilio.signing import sign

if TYPE_CHECKING:
    from modbot.simulators.twilio.simulator import TwilioSimulator


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the application said. Status 0: nothing, in time."""

    status: int
    body: bytes = b""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request to the application: what it was about, its fields, and what it was answered with."""

    kind: str
    url: str
    fields: Mapping[str, str]
    status: int


class Outgoing:
    """Every request that Twilio makes. https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""

    def __init__(self, sim: "TwilioSimulator") -> None:
        self.deadline_seconds = 15.0
        self.retries = 1  # when the connection fails or times out; never for an answer, whatever it says
        self.signs_port = True  # Twilio's own libraries take both: it is not the same everywhere
        self.sent: list[Sent] = []
        self._sim = sim

    def tell(self, kind: str, url: str, method: str, fields: Mapping[str, str]) -> None:
        """Tell a status in the background, within the faults that are set; the answer does not matter."""
        token = str(uuid.uuid4())

        async def deliver() -> None:
            await self._try(kind, url, method, fields, token)

        usual = self._sim.webhook_url
        self._sim.webhook_url = usual or url  # `send_soon` sends nothing without one; texts must not come here later
        self._sim.send_soon(deliver)
        self._sim.webhook_url = usual

    async def ask(self, kind: str, url: str, method: str, fields: Mapping[str, str]) -> Fetched:
        """Ask what to do, and wait for it. Faults: lost, late, or asked twice (then the last answer counts)."""
        faults, token = self._sim.faults, str(uuid.uuid4())
        if faults.mute_webhooks:
            return Fetched(0)
        if faults.webhook_lag_seconds:
            await asyncio.sleep(faults.webhook_lag_seconds)
        if faults.duplicate_webhooks:
            await self._try(kind, url, method, fields, token)
        return await self._try(kind, url, method, fields, token)

    async def _try(self, kind: str, url: str, method: str, fields: Mapping[str, str], token: str) -> Fetched:
        found = Fetched(0)
        for _ in range(1 + self.retries):
            found = await self._once(url, method, fields, token)
            self.sent.append(Sent(kind, url, dict(fields), found.status))
            if found.status:
                break
        return found

    async def _once(self, url: str, method: str, fields: Mapping[str, str], token: str) -> Fetched:
        address, body = _placed(url, method, fields)
        signed = address if self.signs_port else _without_port(address)
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": token,
            "X-Twilio-Signature": sign(signed, fields if method == "POST" else {}, self._sim.account.auth_token),
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        timeout = ClientTimeout(total=self.deadline_seconds)
        try:
            async with self._sim.client.request(
                method, URL(address, encoded=True), data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return Fetched(answer.status, await answer.read(), answer.content_type)
        except (ClientError, TimeoutError, ValueError):
            return Fetched(0)


def _placed(url: str, method: str, fields: Mapping[str, str]) -> tuple[str, bytes | None]:
    """The address and the body: by GET the fields are in the address."""
    parts = urlsplit(url)._replace(fragment="")
    if method == "POST":
        return urlunsplit(parts), urlencode(fields).encode()
    query = "&".join(part for part in (parts.query, urlencode(fields)) if part)
    return urlunsplit(parts._replace(query=query)), None


def _without_port(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.hostname or ""))
