"""Subscriptions to a meeting's call events, and the notifications they get."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509

from modbot.simulators.teams.moments import wire
from modbot.simulators.teams.sealing import seal
from modbot.simulators.teams.shapes import delta_json
from modbot.simulators.teams.world import Meeting, Member

if TYPE_CHECKING:
    from modbot.simulators.teams.classroom import Classroom


@dataclass(slots=True)
class Subscription:
    """One subscription of the app. Without a certificate its notifications carry no data."""

    id: str
    join_web_url: str
    resource: str
    notification_url: str
    lifecycle_url: str
    client_state: str
    expires_at: datetime
    certificate: x509.Certificate | None = None
    certificate_id: str = ""
    paused: bool = False  # until it is reauthorised or renewed


class Notices:
    """The app's subscriptions, and what is sent to them."""

    def __init__(self, sim: "Classroom") -> None:
        self._sim = sim
        self._subscriptions: dict[str, Subscription] = {}

    @property
    def live(self) -> list[Subscription]:
        """Those that have not expired."""
        now = self._sim.now()
        for one in [one for one in self._subscriptions.values() if one.expires_at <= now]:
            del self._subscriptions[one.id]
        return list(self._subscriptions.values())

    def keep(self, subscription: Subscription) -> None:
        """A new subscription."""
        self._subscriptions[subscription.id] = subscription

    def drop(self, subscription: Subscription) -> None:
        """Forget it."""
        self._subscriptions.pop(subscription.id, None)

    def call_event(self, meeting: Meeting, kind: str, *changed: Member) -> None:
        """Tell the meeting's subscribers: `callStarted`, `callEnded`, or `rosterUpdated` with who changed."""
        for subscription in self.live:
            if subscription.join_web_url == meeting.join_web_url and not subscription.paused:
                body = self.compose(subscription, self.event(subscription, kind, *changed))
                self._send(kind, subscription.notification_url, body, again=True)

    def event(self, subscription: Subscription, kind: str, *changed: Member) -> dict[str, Any]:
        """The data of one event, before it is encrypted."""
        data: dict[str, Any] = {
            "@odata.type": "#microsoft.graph.callevent",
            "@odata.id": subscription.resource,
            "id": str(uuid.uuid4()),
            "eventType": kind,
            "eventDateTime": wire(self._sim.now()),
        }
        if kind == "rosterUpdated":
            other_ids = self._sim.events_use_other_ids
            data["participants@delta"] = [delta_json(one, other_ids=other_ids) for one in changed]
        return data

    def compose(self, subscription: Subscription, event: dict[str, Any]) -> dict[str, Any]:
        """The whole notification for one event, encrypted when the subscription asked for data."""
        item: dict[str, Any] = {
            **self._envelope(subscription),
            "changeType": "updated",
            "resource": subscription.resource,
            "resourceData": {
                "@odata.id": subscription.resource,
                "@odata.type": "#microsoft.graph.callevent",
                "id": event["id"],
            },
        }
        if subscription.certificate is None:
            return {"value": [item]}
        item["encryptedContent"] = seal(event, subscription.certificate, subscription.certificate_id)
        return {"value": [item], "validationTokens": [self._sim.entra.validation_token()]}

    def ask_reauthorization(self, subscription: Subscription, *, pause: bool = False) -> None:
        """Send `reauthorizationRequired`; `pause` holds back its notifications until the app has answered.

        https://learn.microsoft.com/graph/change-notifications-lifecycle-events
        """
        subscription.paused = pause
        if subscription.lifecycle_url:
            item = {**self._envelope(subscription), "lifecycleEvent": "reauthorizationRequired"}
            self._send("reauthorizationRequired", subscription.lifecycle_url, {"value": [item]}, again=True)

    def _envelope(self, subscription: Subscription) -> dict[str, Any]:
        return {
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": wire(subscription.expires_at),
            "clientState": subscription.client_state,
            "tenantId": self._sim.entra.tenant,
            "organizationId": self._sim.entra.tenant,
        }

    def _send(self, kind: str, url: str, body: dict[str, Any], *, again: bool) -> None:
        self._sim.posting.send(kind, url, json.dumps(body).encode(), {}, again=again)
