"""Workspace Events subscriptions: one for each teacher, to every class link the teacher owns.

https://developers.google.com/workspace/events/guides/events-meet and
https://developers.google.com/workspace/events/reference/rest/v1/subscriptions
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modbot.platforms.meet.answers import malformed, operation_error
from modbot.platforms.meet.api import EVENT_READS, EVENT_WRITES, Call, MeetApi, segment
from modbot.platforms.meet.calls import last, moment
from modbot.platforms.meet.tokens import Scope

STARTED = "google.workspace.meet.conference.v2.started"
ENDED = "google.workspace.meet.conference.v2.ended"
JOINED = "google.workspace.meet.participant.v2.joined"
LEFT = "google.workspace.meet.participant.v2.left"
EVENT_TYPES = (STARTED, ENDED, JOINED, LEFT)
LONGEST = {"ttl": "0s"}  # as long as Google allows: 7 days, for events that carry names only
PAGE_SIZE = "100"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription as Google shows it."""

    name: str  # subscriptions/ID
    topic: str
    suspended: bool
    expires_at: datetime | None
    event_types: frozenset[str]


class Subscriptions:
    """The calls about subscriptions, each in the name of the host whose events they bring. All raise VendorError."""

    def __init__(self, api: MeetApi, topic: str) -> None:
        self._api = api
        self._topic = topic

    async def create(self, host: str, user_id: str) -> Subscription | None:
        """Ask for one; None while Google is still making it. Raises Conflict when there is one already.

        https://developers.google.com/workspace/events/reference/rest/v1/subscriptions/create
        """
        body = {
            "targetResource": target(user_id),
            "eventTypes": list(EVENT_TYPES),
            "notificationEndpoint": {"pubsubTopic": self._topic},
            **LONGEST,
        }
        return await self._write("POST", "subscriptions", host, body)

    async def renew(self, host: str, name: str) -> Subscription | None:
        """Let it live as long as Google allows from now on. Raises NotFound for one that is gone.

        https://developers.google.com/workspace/events/reference/rest/v1/subscriptions/patch
        """
        return await self._write("PATCH", _path(name), host, LONGEST, {"updateMask": "ttl"})

    async def reactivate(self, host: str, name: str) -> Subscription | None:
        """Set a suspended one going again. Fails while the reason for the suspension lasts.

        https://developers.google.com/workspace/events/reference/rest/v1/subscriptions/reactivate
        """
        return await self._write("POST", f"{_path(name)}:reactivate", host, {})

    async def delete(self, host: str, name: str) -> None:
        """Give it up.

        https://developers.google.com/workspace/events/reference/rest/v1/subscriptions/delete
        """
        await self._write("DELETE", _path(name), host, None, {"allowMissing": "true"})

    async def find(self, host: str, user_id: str) -> Subscription | None:
        """The one that is there already.

        https://developers.google.com/workspace/events/reference/rest/v1/subscriptions/list
        """
        types = " OR ".join(f'event_types:"{one}"' for one in EVENT_TYPES)
        wanted = f'({types}) AND target_resource="{target(user_id)}"'
        rows = await self.listed(host, wanted)
        return _subscription(rows[0]) if rows else None

    async def listed(self, host: str, wanted: str) -> list[dict[str, Any]]:
        """What this filter finds."""
        params = {"filter": wanted, "pageSize": PAGE_SIZE}
        url = self._api.events + "subscriptions"
        return await self._api.rows(Call("GET", url, host, Scope.READ, EVENT_READS, params=params), "subscriptions")

    def ours(self, subscription: Subscription) -> bool:
        """Whether it brings what modbot needs to where modbot listens."""
        return subscription.topic == self._topic and subscription.event_types >= set(EVENT_TYPES)

    async def _write(
        self,
        method: str,
        path: str,
        host: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str] | None = None,
    ) -> Subscription | None:
        url = self._api.events + path
        call = Call(method, url, host, Scope.READ, EVENT_WRITES, params=params, body=body)
        operation = await self._api.send(call)
        error = operation.get("error")
        if isinstance(error, dict):
            raise operation_error(error)
        response = operation.get("response")
        if operation.get("done") is not True or not isinstance(response, dict) or "name" not in response:
            return None
        return _subscription(response)


def target(user_id: str) -> str:
    """All class links that this user owns."""
    return f"//cloudidentity.googleapis.com/users/{user_id}"


def _path(name: str) -> str:
    return f"subscriptions/{segment(last(name, 'subscriptions'))}"


def _subscription(row: Mapping[str, Any]) -> Subscription:
    name, endpoint, types = row.get("name"), row.get("notificationEndpoint"), row.get("eventTypes")
    if not isinstance(name, str) or not isinstance(endpoint, dict) or not isinstance(types, list):
        raise malformed("a subscription")
    return Subscription(
        name=name,
        topic=str(endpoint.get("pubsubTopic", "")),
        suspended=row.get("state") == "SUSPENDED",
        expires_at=moment(row.get("expireTime")),
        event_types=frozenset(str(one) for one in types),
    )
