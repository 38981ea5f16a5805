"""What the simulated PagerDuty holds: people, services, incidents, and what rang. No HTTP."""

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Status = Literal["triggered", "acknowledged", "resolved"]
Urgency = Literal["high", "low"]

APP_URL = "https://district.pagerduty.example"
API_URL = "https://api.pagerduty.example"
LOUD = ("critical", "error")
_LETTERS = string.ascii_uppercase + string.digits


def new_id() -> str:
    """An id as PagerDuty's look."""
    return "P" + "".join(secrets.choice(_LETTERS) for _ in range(6))


def reference(kind: str, path: str, ident: str, summary: str) -> dict[str, Any]:
    """How one thing names another. https://developer.pagerduty.com/docs/resource-references"""
    return {
        "id": ident,
        "type": f"{kind}_reference",
        "summary": summary,
        "self": f"{API_URL}/{path}/{ident}",
        "html_url": f"{APP_URL}/{path}/{ident}",
    }


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be rung."""

    name: str
    id: str = field(default_factory=new_id)

    def reference(self) -> dict[str, Any]:
        """This person, as others name them."""
        return reference("user", "users", self.id, self.name)


@dataclass(slots=True)
class Service:
    """What events are sent to. `policy` is who is rung, level by level; empty means nobody is on call."""

    name: str
    policy: list[Person]
    urgency: Literal["high", "low", "severity_based"] = "high"
    in_maintenance: bool = False  # events are accepted and open nothing
    keys: list[str] = field(default_factory=list)  # the routing keys of its integrations
    id: str = field(default_factory=new_id)
    policy_id: str = field(default_factory=new_id)

    def urgency_of(self, severity: str) -> Urgency:
        """https://support.pagerduty.com/main/docs/dynamic-notifications: critical and error are loud."""
        if self.urgency == "severity_based":
            return "high" if severity in LOUD else "low"
        return self.urgency


@dataclass(slots=True)
class Incident:
    """One incident, opened by one alert. `incident_key` is the dedup key that it was opened with."""

    id: str
    number: int
    incident_key: str
    routing_key: str
    title: str
    severity: str
    urgency: Urgency
    service: Service
    created_at: datetime
    assignees: list[Person]
    status: Status = "triggered"
    level: int = 0  # of the escalation policy
    acknowledgers: list[Person] = field(default_factory=list)
    triggers: int = 1  # how many trigger events it was sent
    notes: list[str] = field(default_factory=list)
    links: tuple[str, ...] = ()
    details: Mapping[str, Any] | None = None
    reopened_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it is not resolved."""
        return self.status != "resolved"

    def reference(self) -> dict[str, Any]:
        """This incident, as others name it."""
        return reference("incident", "incidents", self.id, self.title)

    def json(self) -> dict[str, Any]:
        """As the `data` of a v3 webhook. https://developer.pagerduty.com/docs/webhooks-overview (incident)"""
        service, policy = self.service, self.service.policy_id
        return {
            "id": self.id,
            "type": "incident",
            "self": f"{API_URL}/incidents/{self.id}",
            "html_url": f"{APP_URL}/incidents/{self.id}",
            "number": self.number,
            "status": self.status,
            "incident_key": self.incident_key,
            "created_at": wire(self.created_at),
            "reopened_at": wire(self.reopened_at) if self.reopened_at else None,
            "title": self.title,
            "incident_type": {"name": "incident_default"},
            "service": reference("service", "services", service.id, service.name),
            "assignees": [person.reference() for person in self.assignees],
            "escalation_policy": reference("escalation_policy", "escalation_policies", policy, "Default"),
            "teams": [],
            "priority": None,
            "urgency": self.urgency,
            "conference_bridge": None,
            "resolve_reason": None,
        }


@dataclass(frozen=True, slots=True)
class Ring:
    """Somebody was notified: by phone when urgent, quietly when not."""

    at: datetime
    person: Person
    incident: Incident
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was told; it rings nobody."""

    at: datetime
    service: Service
    summary: str
    source: str
    links: tuple[str, ...]


def wire(moment: datetime) -> str:
    """As PagerDuty writes a time, in seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def wire_precise(moment: datetime) -> str:
    """As `occurred_at` is written, in milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
