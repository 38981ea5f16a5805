"""The simulated PagerDuty as a server: its state, its door, and what its people do."""

import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

from modbot.simulators import SimServer
from modbot.simulators.pagerduty.hooks import Hooks
from modbot.simulators.pagerduty.incidents import Incidents
from modbot.simulators.pagerduty.intake import Intake
from modbot.simulators.pagerduty.world import Change, Incident, Person, Ring, Service, new_id

WEBSITE: dict[str, Any] = {"name": "PagerDuty"}


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class PagerDutySimulator(SimServer):
    """PagerDuty over loopback HTTP. Point `webhook_url` at modbot; webhooks are signed with `hooks.secrets`."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self.now = clock
        self.services: dict[str, Service] = {}  # by routing key
        self.changes: list[Change] = []
        self.events_per_minute: int | None = 120  # of each key, above it 429
        self.hooks = Hooks(self)
        self.incidents = Incidents(clock, self._told)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    @property
    def events_url(self) -> str:
        """What goes into MODBOT_PAGERDUTY__EVENTS_URL: the origin, without /v2/enqueue."""
        return self.url

    @property
    def rings(self) -> list[Ring]:
        """Everybody who was notified, in order."""
        return self.incidents.rings

    @property
    def ringing(self) -> list[Incident]:
        """The incidents that nobody has taken: those that go on ringing."""
        return [one for one in self.incidents.all if one.status == "triggered"]

    def routes(self, router: web.UrlDispatcher) -> None:
        """The Events API."""
        Intake(self).add(router)

    # What scripts and tests do.

    def add_service(self, name: str = "Class meetings", policy: Iterable[Person] | None = None) -> Service:
        """A service with one integration. Without a policy one invented person is on call; an empty one is nobody."""
        service = Service(name, [Person("Ivo Lind")] if policy is None else list(policy))
        self.add_key(service)
        return service

    def add_key(self, service: Service) -> str:
        """One more integration of the service; its routing key."""
        key = secrets.token_hex(16)
        service.keys.append(key)
        self.services[key] = service
        return key

    def incident(self, dedup_key: str) -> Incident:
        """The newest incident of this dedup key. Raises LookupError."""
        for one in reversed(self.incidents.all):
            if one.incident_key == dedup_key:
                return one
        raise LookupError(f"no incident was opened with the key {dedup_key}")

    def acknowledge(self, incident: Incident, by: Person) -> None:
        """Somebody takes it: it stops ringing. Sends `incident.acknowledged`. ValueError when resolved."""
        self.incidents.acknowledge(incident, by, WEBSITE)

    def unacknowledge(self, incident: Incident) -> None:
        """The acknowledgement has run out: it rings again. Sends `incident.unacknowledged`."""
        self.incidents.unacknowledge(incident)

    def resolve(self, incident: Incident, by: Person) -> None:
        """Somebody says it is over. Sends `incident.resolved`. ValueError when it was."""
        self.incidents.resolve(incident, by.reference(), WEBSITE)

    def reopen(self, incident: Incident, by: Person) -> None:
        """Somebody says it is not over: it rings. Sends `incident.reopened`."""
        self.incidents.reopen(incident, by, WEBSITE)

    def escalate(self, incident: Incident, by: Person | None = None) -> None:
        """Somebody, or the time that ran out, rings the next level. Sends `incident.escalated`."""
        self.incidents.escalate(incident, by.reference() if by else None, WEBSITE if by else None)

    def reassign(self, incident: Incident, to: Person, by: Person) -> None:
        """Somebody gives it to another, who is rung. Sends `incident.reassigned`."""
        self.incidents.reassign(incident, to, by, WEBSITE)

    def annotate(self, incident: Incident, by: Person, note: str) -> None:
        """Somebody writes a note. Sends `incident.annotated`."""
        incident.notes.append(note)
        data = {
            "incident": incident.reference(),
            "id": new_id(),
            "content": note,
            "trimmed": False,
            "type": "incident_note",
        }
        self.hooks.send("incident.annotated", incident.id, data, by.reference(), WEBSITE)

    def ping(self) -> None:
        """The admin presses Send Test Event. Sends `pagey.ping`."""
        self.hooks.send("pagey.ping", "ping", {"message": "Hello from the simulated Pagey", "type": "ping"}, None, None)

    # What the routes use.

    def lying(self, request: web.Request) -> bool:
        """Whether this request is answered with success and changes nothing."""
        return self.faults.lie and self.faults.only in f"{request.method} {request.path}"

    def _told(
        self, event_type: str, incident: Incident, agent: dict[str, Any] | None, client: dict[str, Any] | None
    ) -> None:
        self.hooks.send(event_type, incident.id, incident.json(), agent, client)
