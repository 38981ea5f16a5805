"""The simulated PagerDuty: v3 webhooks, signed, in order for each incident, again until they are taken.

https://developer.pagerduty.com/docs/webhooks-overview, …/docs/webhook-behavior and …/docs/verifying-webhook-signatures
"""

import asyncio
import hashlib
import hmac
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientTimeout

from modbot.simulators.pagerduty.world import new_id, wire_precise

if TYPE_CHECKING:
    from modbot.simulators.pagerduty.simulator import PagerDutySimulator

MOST_BODY_BYTES = 256 * 1024
GIVEN_UP_AFTER = timedelta(hours=48)
DISABLED_FOR = timedelta(hours=24)
DROPS_TO_DISABLE = 3


def sign(body: bytes, secrets: Iterable[str]) -> str:
    """The X-PagerDuty-Signature header: one signature for each secret, as while one is being replaced."""
    return ",".join(f"v1={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}" for secret in secrets)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver. `status` is what it was answered with, 0 when nobody answered in time."""

    event_type: str
    webhook_id: str
    status: int


class Hooks:
    """The one webhook subscription, to the simulator's `webhook_url`."""

    def __init__(self, sim: "PagerDutySimulator") -> None:
        self.secrets = ["simulated-webhook-secret"]  # several while one is being replaced
        self.subscription_id = new_id()
        self.events: frozenset[str] | None = None  # only these; None is all
        self.custom_headers: dict[str, str] = {}
        self.deadline_seconds = 5.0
        self.attempts = 8  # PagerDuty itself counts none: it tries for 48 hours, which the clock bounds here too
        self.retry_wait_seconds = 0.05  # doubled each time
        self.deliveries: list[Delivery] = []
        self.dropped: list[str] = []  # the event types of webhooks that were given up
        self.disabled_until: datetime | None = None
        self._sim = sim
        self._in_a_row = 0
        self._epoch = 0  # rises when the subscription is disabled: what was queued before is dropped
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def disabled(self) -> bool:
        """Whether nothing is sent because three webhooks in a row could not be delivered."""
        return self.disabled_until is not None and self._sim.now() < self.disabled_until

    def enable(self) -> None:
        """The admin presses Enable."""
        self.disabled_until, self._in_a_row = None, 0

    def send(
        self,
        event_type: str,
        resource_id: str,
        data: dict[str, Any],
        agent: dict[str, Any] | None,
        client: dict[str, Any] | None,
    ) -> None:
        """Send one event, after those about the same resource."""
        if self.disabled or (self.events is not None and event_type not in self.events):
            return
        event = {
            "id": uuid.uuid4().hex.upper()[:26],
            "event_type": event_type,
            "resource_type": event_type.partition(".")[0],
            "occurred_at": wire_precise(self._sim.now()),
            "agent": agent,
            "client": client,
            "data": data,
        }
        body, webhook_id, epoch = json.dumps({"event": event}).encode(), str(uuid.uuid4()), self._epoch
        if len(body) > MOST_BODY_BYTES:
            self.dropped.append(event_type)
            return

        async def deliver() -> None:
            async with self._turn[resource_id]:
                await self._deliver(event_type, webhook_id, body, epoch)

        self._sim.send_soon(deliver)

    async def _deliver(self, event_type: str, webhook_id: str, body: bytes, epoch: int) -> None:
        started = self._sim.now()
        for attempt in range(self.attempts):
            if attempt:
                await asyncio.sleep(self.retry_wait_seconds * 2 ** (attempt - 1))
            if epoch != self._epoch or self._sim.now() - started >= GIVEN_UP_AFTER:
                break
            status = await self._post(webhook_id, body)
            self.deliveries.append(Delivery(event_type, webhook_id, status))
            if 200 <= status < 300:
                self._in_a_row = 0
                return
            if status and status < 500 and status != 429:
                break
        self._drop(event_type, epoch)

    def _drop(self, event_type: str, epoch: int) -> None:
        self.dropped.append(event_type)
        if epoch != self._epoch:
            return
        self._in_a_row += 1
        if self._in_a_row >= DROPS_TO_DISABLE:
            self.disabled_until = self._sim.now() + DISABLED_FOR
            self._in_a_row = 0
            self._epoch += 1

    async def _post(self, webhook_id: str, body: bytes) -> int:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "PagerDuty-Webhook/V3.0",
            "X-PagerDuty-Signature": sign(body, self.secrets),
            "X-Webhook-Id": webhook_id,
            "X-Webhook-Subscription": self.subscription_id,
            **self.custom_headers,
        }
        timeout = ClientTimeout(total=self.deadline_seconds)
        try:
            async with self._sim.client.post(
                self._sim.webhook_url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status
        except (ClientError, TimeoutError):
            return 0
