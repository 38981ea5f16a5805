"""The simulated PagerDuty with a service, somebody who sends events, and an application that hears of them."""

from dataclasses import dataclass
from typing import Any

import aiohttp

from modbot.simulators.pagerduty import PagerDutySimulator, Person, Service
from tests.pagers.simulators.house import Answer, App, Clock, Heard, ask

FIRST, SECOND = Person("Ivo Lind"), Person("Mara Okafor")


@dataclass(slots=True)
class Duty:
    """The simulator and everybody around it."""

    sim: PagerDutySimulator
    app: App
    clock: Clock
    client: aiohttp.ClientSession
    service: Service

    def event(self, **changes: Any) -> dict[str, Any]:
        """A good trigger, with these changes; None takes a field out."""
        payload = {"summary": "Room 12 asks for help", "source": "modbot", "severity": "critical"}
        whole = {"routing_key": self.service.keys[0], "event_action": "trigger", "dedup_key": "page-1"}
        event = {**whole, "payload": payload, **changes}
        return {name: value for name, value in event.items() if value is not None}

    async def send(self, event: Any, path: str = "/v2/enqueue") -> Answer:
        """POST an event."""
        return await ask(self.client, "POST", self.sim.events_url + path, json=event)

    async def act(self, action: str, **changes: Any) -> Answer:
        """A trigger, acknowledge or resolve of page-1."""
        return await self.send(self.event(event_action=action, **changes))

    async def told(self) -> list[str]:
        """The types of the events that the application heard, once all are delivered."""
        await self.sim.flush()
        return [one.event["event_type"] for one in self.app.heard]

    async def last(self) -> Heard:
        """The last request that the application heard."""
        await self.sim.flush()
        return self.app.heard[-1]
