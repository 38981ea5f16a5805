"""Workspace Events: who is told what happens in which spaces.

https://developers.google.com/workspace/events/guides/events-meet and
https://developers.google.com/workspace/events/guides/events-lifecycle
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from modbot.simulators.meet.people import User
from modbot.simulators.meet.push import Push
from modbot.simulators.meet.world import Conference, Person, Space, Stay, wire

if TYPE_CHECKING:
    from modbot.simulators.meet.simulator import MeetSimulator

LONGEST = timedelta(days=7)  # without resource data
MEET = "google.workspace.meet."
STARTED, ENDED = f"{MEET}conference.v2.started", f"{MEET}conference.v2.ended"
JOINED, LEFT = f"{MEET}participant.v2.joined", f"{MEET}participant.v2.left"
LIVE_EVENTS = (STARTED, ENDED, JOINED, LEFT)
EVENT_TYPES = frozenset(LIVE_EVENTS) | {
    f"{MEET}{thing}.v2.{what}"
    for thing in ("recording", "transcript", "smartNote")
    for what in ("started", "ended", "fileGenerated")
}
LIFECYCLE = "google.workspace.events.subscription.v1."
SUSPENSION_REASONS = frozenset(
    {
        "USER_SCOPE_REVOKED",
        "APP_SCOPE_REVOKED",
        "RESOURCE_DELETED",
        "USER_AUTHORIZATION_FAILURE",
        "APP_AUTHORIZATION_FAILURE",
        "ENDPOINT_PERMISSION_DENIED",
        "ENDPOINT_NOT_FOUND",
        "ENDPOINT_RESOURCE_EXHAUSTED",
        "OTHER",
    }
)


def space_target(space: Space) -> str:
    """The full resource name of a space."""
    return f"//meet.googleapis.com/{space.name}"


def user_target(user: User) -> str:
    """The full resource name of a user: all spaces the user owns."""
    return f"//cloudidentity.googleapis.com/users/{user.id}"


@dataclass(slots=True)
class Subscription:
    """Events of one target, authorised by one user."""

    target: str
    event_types: list[str]
    topic: str
    user: User
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    suspension_reason: str = ""
    id: str = field(default_factory=lambda: f"meet-spaces-{uuid.uuid4()}")
    uid: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def name(self) -> str:
        """subscriptions/{id}."""
        return f"subscriptions/{self.id}"

    @property
    def resource(self) -> str:
        """The full resource name: the source of its events."""
        return f"//workspaceevents.googleapis.com/{self.name}"

    @property
    def active(self) -> bool:
        """Whether it receives events."""
        return not self.suspension_reason

    def to_json(self) -> dict[str, Any]:
        """As subscriptions.get shows it."""
        body: dict[str, Any] = {
            "name": self.name,
            "uid": self.uid,
            "targetResource": self.target,
            "eventTypes": list(self.event_types),
            "notificationEndpoint": {"pubsubTopic": self.topic},
            "state": "ACTIVE" if self.active else "SUSPENDED",
            "authority": f"users/{self.user.id}",
            "userAuthority": f"users/{self.user.id}",
            "createTime": wire(self.created_at),
            "updateTime": wire(self.updated_at),
            "expireTime": wire(self.expires_at),
        }
        if self.suspension_reason:
            body["suspensionReason"] = self.suspension_reason
        return {**body, "etag": hashlib.sha256(repr(sorted(body.items())).encode()).hexdigest()[:16]}


class Events:
    """The subscriptions by name, and what they are told."""

    def __init__(self, sim: "MeetSimulator", push: Push) -> None:
        self._sim = sim
        self._push = push
        self._subscriptions: dict[str, Subscription] = {}

    def current(self) -> dict[str, Subscription]:
        """Those that have not expired; who expires is told so."""
        for one in list(self._subscriptions.values()):
            if one.expires_at <= self._sim.now():
                self.expire(one)
        return self._subscriptions

    def add(self, user: User, target: str, event_types: list[str], topic: str, ttl: timedelta) -> Subscription:
        """A new subscription."""
        now = self._sim.now()
        made = Subscription(target, event_types, topic, user, now, now, now + ttl)
        self._subscriptions[made.name] = made
        return made

    def drop(self, subscription: Subscription) -> None:
        """Forget one without a word, as after a delete."""
        del self._subscriptions[subscription.name]

    # Events of meetings. Knocking, settings, mute and chat have none.

    def conference(self, space: Space, conference: Conference, event_type: str) -> None:
        """`started` or `ended`: the data is the name of the record and nothing else."""
        self._tell(space, event_type, {"conferenceRecord": {"name": conference.name}})

    def participant(self, space: Space, person: Person, stay: Stay, event_type: str) -> None:
        """`joined` or `left`: the data is the name of the participant session and nothing else."""
        name = f"{person.resource}/participantSessions/{stay.id}"
        self._tell(space, event_type, {"participantSession": {"name": name}})

    def _tell(self, space: Space, event_type: str, data: Mapping[str, Any]) -> None:
        targets = {space_target(space), user_target(space.owner)}
        for one in list(self.current().values()):
            if one.active and one.target in targets and event_type in one.event_types:
                self._push.send(event_type, one.resource, space_target(space), data)

    # The life of a subscription.

    def suspend(self, subscription: Subscription, why: str) -> None:
        """It receives nothing until it is reactivated."""
        if why not in SUSPENSION_REASONS:
            raise ValueError(f"Google has no such suspension reason: {why}")
        subscription.suspension_reason, subscription.updated_at = why, self._sim.now()
        self._lifecycle(subscription, "suspended", {"suspension_reason": why})

    def remind(self, subscription: Subscription) -> None:
        """It will expire; Google says so 12 hours and one hour before."""
        self._lifecycle(subscription, "expirationReminder", {"expire_time": wire(subscription.expires_at)})

    def expire(self, subscription: Subscription) -> None:
        """It is gone for good."""
        self.drop(subscription)
        self._lifecycle(subscription, "expired", {"expire_time": wire(subscription.expires_at)})

    def _lifecycle(self, subscription: Subscription, what: str, more: Mapping[str, str]) -> None:
        data = {"subscription": {"name": subscription.name, **more}}
        self._push.send(f"{LIFECYCLE}{what}", subscription.resource, subscription.resource, data)
