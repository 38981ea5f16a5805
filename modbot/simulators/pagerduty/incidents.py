"""The simulated PagerDuty: how incidents open, ring, fall silent and close. No HTTP; what changed is told to `tell`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from modbot.simulators.pagerduty.events import AlertEvent
from modbot.simulators.pagerduty.world import Incident, Person, Ring, Service, new_id, reference

Tell = Callable[[str, Incident, dict[str, Any] | None, dict[str, Any] | None], None]  # type, incident, agent, client


class Incidents:
    """Every incident, by events and by people."""

    def __init__(self, clock: Callable[[], datetime], tell: Tell) -> None:
        self._now = clock
        self._tell = tell
        self.all: list[Incident] = []
        self.rings: list[Ring] = []

    def open_for(self, routing_key: str, dedup_key: str) -> Incident | None:
        """The incident that is open for this key, sent by the same integration."""
        wanted = (routing_key, dedup_key)
        return next((one for one in self.all if one.open and (one.routing_key, one.incident_key) == wanted), None)

    def take(self, event: AlertEvent, service: Service, key: str) -> None:
        """Carry out an event that was accepted, under this dedup key. What fits nothing open is dropped."""
        found = self.open_for(event.routing_key, key)
        if event.action == "trigger":
            self._trigger(event, service, key, found)
        elif found is not None:
            agent = _integration(service, event.routing_key)
            if event.action == "resolve":
                self.resolve(found, agent, _client(event))
            elif found.status == "triggered":
                self._set_acknowledged(found, agent, _client(event))

    def _trigger(self, event: AlertEvent, service: Service, key: str, found: Incident | None) -> None:
        if found is not None:
            found.triggers += 1  # a log entry; those who were rung are not rung again for it
            return
        if service.in_maintenance or not service.policy:
            return
        incident = Incident(
            id=new_id(),
            number=len(self.all) + 1,
            incident_key=key,
            routing_key=event.routing_key,
            title=event.summary,
            severity=event.severity,
            urgency=service.urgency_of(event.severity),
            service=service,
            created_at=self._now(),
            assignees=[service.policy[0]],
            links=event.links,
            details=event.details,
        )
        self.all.append(incident)
        self._ring(incident)
        self._tell("incident.triggered", incident, _integration(service, event.routing_key), _client(event))

    def acknowledge(self, incident: Incident, by: Person, client: dict[str, Any]) -> None:
        """Somebody takes it. Raises ValueError when it is resolved."""
        _must_be_open(incident)
        if by not in incident.acknowledgers:
            incident.acknowledgers.append(by)
        self._set_acknowledged(incident, by.reference(), client)

    def resolve(self, incident: Incident, agent: dict[str, Any] | None, client: dict[str, Any] | None) -> None:
        """It is over."""
        _must_be_open(incident)
        incident.status, incident.assignees = "resolved", []
        self._tell("incident.resolved", incident, agent, client)

    def unacknowledge(self, incident: Incident) -> None:
        """The time that an acknowledgement holds is over: it rings again. Nobody in person did it."""
        _must_be_open(incident)
        incident.status, incident.acknowledgers = "triggered", []
        self._ring(incident)
        self._tell("incident.unacknowledged", incident, None, None)

    def reopen(self, incident: Incident, by: Person, client: dict[str, Any]) -> None:
        """It is not over after all. Raises ValueError when it is open."""
        if incident.open:
            raise ValueError(f"incident {incident.id} is open")
        incident.status, incident.reopened_at, incident.level = "triggered", self._now(), 0
        incident.assignees, incident.acknowledgers = [incident.service.policy[0]], []
        self._ring(incident)
        self._tell("incident.reopened", incident, by.reference(), client)

    def escalate(self, incident: Incident, agent: dict[str, Any] | None, client: dict[str, Any] | None) -> None:
        """The next level is rung; after the last one, the last one again."""
        _must_be_open(incident)
        incident.level = min(incident.level + 1, len(incident.service.policy) - 1)
        self._hand_over(incident, incident.service.policy[incident.level])
        self._tell("incident.escalated", incident, agent, client)

    def reassign(self, incident: Incident, to: Person, by: Person, client: dict[str, Any]) -> None:
        """Somebody else is rung."""
        _must_be_open(incident)
        self._hand_over(incident, to)
        self._tell("incident.reassigned", incident, by.reference(), client)

    def _hand_over(self, incident: Incident, to: Person) -> None:
        incident.status, incident.assignees, incident.acknowledgers = "triggered", [to], []
        self._ring(incident)

    def _set_acknowledged(
        self, incident: Incident, agent: dict[str, Any] | None, client: dict[str, Any] | None
    ) -> None:
        incident.status = "acknowledged"
        self._tell("incident.acknowledged", incident, agent, client)

    def _ring(self, incident: Incident) -> None:
        now = self._now()
        self.rings += [Ring(now, person, incident, incident.urgency) for person in incident.assignees]


def _must_be_open(incident: Incident) -> None:
    if not incident.open:
        raise ValueError(f"incident {incident.id} is resolved")


def _integration(service: Service, routing_key: str) -> dict[str, Any]:
    ident = f"I{service.keys.index(routing_key) + 1}{service.id}"
    return reference("events_api_v2_inbound_integration", f"services/{service.id}/integrations", ident, "Events API V2")


def _client(event: AlertEvent) -> dict[str, Any] | None:
    return {"name": event.client, "url": event.client_url} if event.client else None
