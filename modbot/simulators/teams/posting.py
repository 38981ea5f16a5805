"""How the simulated Teams sends: in order to each address, again when not accepted, within the faults that are set."""

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from aiohttp import ClientError

if TYPE_CHECKING:
    from modbot.simulators import SimServer


class Posting:
    """Sends JSON bodies in the background and writes down how they were answered."""

    def __init__(self, sim: "SimServer") -> None:
        self.answers: list[tuple[str, int]] = []  # what was sent, and the status; 0 when nobody answered
        self.redeliveries = 3  # so many times more; Graph itself tries for up to four hours
        self.redelivery_wait_seconds = 0.02
        self._sim = sim
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def send(self, kind: str, url: str, body: bytes, headers: dict[str, str], *, again: bool) -> None:
        """Send soon; `again` until it is answered with 2xx, a bounded number of times."""
        self._sim.webhook_url = self._sim.webhook_url or url

        async def deliver() -> None:
            for attempt in range(1 + self.redeliveries * again):
                if attempt:
                    await asyncio.sleep(self.redelivery_wait_seconds)
                async with self._turn[url]:
                    status = await self._post(url, body, headers)
                self.answers.append((kind, status))
                if 200 <= status < 300:
                    return

        self._sim.send_soon(deliver)

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        try:
            async with self._sim.client.post(
                url, data=body, headers={"Content-Type": "application/json", **headers}
            ) as answer:
                return answer.status
        except (ClientError, TimeoutError):
            return 0
