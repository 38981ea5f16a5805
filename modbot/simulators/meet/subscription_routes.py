"""Workspace Events v1 over HTTP: subscriptions and the operations that changing one answers with.

https://developers.google.com/workspace/events/reference/rest/v1/subscriptions
"""

import re
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from modbot.simulators.meet.events import EVENT_TYPES, LONGEST, Subscription, space_target, user_target
from modbot.simulators.meet.filters import event_filter
from modbot.simulators.meet.gate import CREATED, READONLY, Caller, camel, query
from modbot.simulators.meet.masks import EVERYTHING
from modbot.simulators.meet.messages import NOTHING, SUBSCRIPTION, read
from modbot.simulators.meet.pages import Paging
from modbot.simulators.meet.people import User
from modbot.simulators.meet.refusal import denied, invalid, not_found, refused

if TYPE_CHECKING:
    from modbot.simulators.meet.simulator import MeetSimulator

SCOPES = (CREATED, READONLY)
PACKAGE = "type.googleapis.com/google.apps.events.subscriptions.v1."
EMPTY = {"@type": "type.googleapis.com/google.protobuf.Empty"}
LIFE = {"ttl", "expireTime"}
CHANGEABLE = {*LIFE, "eventTypes"}
TOPIC = re.compile(r"projects/(?P<project>[^/]+)/topics/[A-Za-z][\w.~+%-]{2,254}")
DURATION = re.compile(r"\d{1,12}(\.\d{1,9})?s")
PAGING = Paging("subscriptions", SUBSCRIPTION, usual=50, most=100)


class SubscriptionRoutes:
    """/v1/subscriptions and /v1/operations."""

    def __init__(self, sim: "MeetSimulator") -> None:
        self._sim = sim
        self._operations: dict[str, dict[str, Any]] = {}

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        guarded, one = self._sim.guarded, "/v1/subscriptions/{id:[^/:]+}"
        router.add_get("/v1/subscriptions", guarded(self.list_own))
        router.add_post("/v1/subscriptions", guarded(self.create))
        router.add_get(one, guarded(self.get))
        router.add_patch(one, guarded(self.patch))
        router.add_delete(one, guarded(self.delete))
        router.add_post(f"{one}:reactivate", guarded(self.reactivate))
        router.add_get("/v1/operations/{id}", guarded(self.operation))

    async def create(self, request: web.Request) -> web.Response:
        """subscriptions.create: one a user and target, to a topic of the app's own project."""
        caller = self._enter(request, "write", "validateOnly")
        body = read(await self._sim.json_body(request), SUBSCRIPTION)
        target, topic = self._target(body, caller.user), self._topic(body)
        if (body.get("payloadOptions") or {}).get("includeResource") or "driveOptions" in body:
            raise invalid("payload_options", "Only Chat and Drive events can carry the resource.")
        types, life = self._types(body), self._life(body)
        twin = next((one for one in self._own(caller.user) if one.target == target), None)
        if twin is not None:
            raise refused("ALREADY_EXISTS", f"This user has a subscription for the target: {twin.name}")
        if query(request).get("validateOnly") == "true":
            return self._done("Create", {})
        made = self._sim.events.add(caller.user, target, types, topic, life)
        return self._done("Create", {"@type": f"{PACKAGE}Subscription", **made.to_json()})

    async def get(self, request: web.Request) -> web.Response:
        """subscriptions.get."""
        return web.json_response(self._subscription(request, self._enter(request)).to_json())

    async def list_own(self, request: web.Request) -> web.Response:
        """subscriptions.list: the caller's, by a filter that must name an event type."""
        caller = self._enter(request, "read", "filter", "pageSize", "pageToken")
        wanted = event_filter(query(request).get("filter", ""))
        found = [
            one.to_json()
            for one in self._own(caller.user)
            if wanted.event_types.intersection(one.event_types) and wanted.target in {"", one.target}
        ]
        return PAGING.page(request, found)

    async def patch(self, request: web.Request) -> web.Response:
        """subscriptions.patch: renew (`ttl` or `expire_time`) or change the event types."""
        caller = self._enter(request, "write", "updateMask", "validateOnly")
        subscription = self._subscription(request, caller)
        body = read(await self._sim.json_body(request), SUBSCRIPTION)
        paths = _paths(query(request).get("updateMask", ""), body)
        types = self._types(body) if "eventTypes" in paths else subscription.event_types
        renewed = self._sim.now() + self._life(body) if paths & LIFE else subscription.expires_at
        if query(request).get("validateOnly") == "true":
            return self._done("Update", {})
        subscription.event_types, subscription.expires_at = types, renewed
        subscription.updated_at = self._sim.now()
        return self._done("Update", {"@type": f"{PACKAGE}Subscription", **subscription.to_json()})

    async def delete(self, request: web.Request) -> web.Response:
        """subscriptions.delete."""
        caller = self._enter(request, "write", "allowMissing", "etag", "validateOnly")
        asked = query(request)
        known = f"subscriptions/{request.match_info['id']}" in self._sim.events.current()
        if not known and asked.get("allowMissing") == "true":
            return self._done("Delete", EMPTY)
        subscription = self._subscription(request, caller)
        if asked.get("etag", subscription.to_json()["etag"]) != subscription.to_json()["etag"]:
            raise refused("ABORTED", "The etag is not the current one.")
        if asked.get("validateOnly") != "true":
            self._sim.events.drop(subscription)
        return self._done("Delete", EMPTY)

    async def reactivate(self, request: web.Request) -> web.Response:
        """subscriptions.reactivate: only of a suspended one; it keeps its expiry."""
        subscription = self._subscription(request, self._enter(request, "write"))
        read(await self._sim.json_body(request), NOTHING)
        if subscription.active:
            raise refused("FAILED_PRECONDITION", "The subscription is not suspended.")
        subscription.suspension_reason, subscription.updated_at = "", self._sim.now()
        return self._done("Reactivate", {"@type": f"{PACKAGE}Subscription", **subscription.to_json()})

    async def operation(self, request: web.Request) -> web.Response:
        """operations.get."""
        self._enter(request)
        found = self._operations.get(request.match_info["id"])
        if found is None:
            raise not_found("operation")
        return web.json_response(found)

    def _enter(self, request: web.Request, kind: str = "read", *params: str) -> Caller:
        return self._sim.gate.enter(request, SCOPES, kind=kind, params=params)

    def _own(self, user: User) -> list[Subscription]:
        return [one for one in self._sim.events.current().values() if one.user == user]

    def _subscription(self, request: web.Request, caller: Caller) -> Subscription:
        found = self._sim.events.current().get(f"subscriptions/{request.match_info['id']}")
        if found is None:
            raise not_found("subscription")
        if found.user != caller.user:
            raise denied("Subscription")
        return found

    def _done(self, verb: str, response: dict[str, Any]) -> web.Response:
        """The operation, which is finished at once. Google may also answer `done: false`; then one polls it."""
        number = uuid.uuid4().hex
        made = {
            "name": f"operations/{number}",
            "metadata": {"@type": f"{PACKAGE}{verb}SubscriptionMetadata"},
            "done": True,
            "response": response,
        }
        self._operations[number] = made
        return web.json_response(made)

    def _target(self, body: dict[str, Any], user: User) -> str:
        target = body.get("targetResource", "")
        for space in self._sim.spaces.values():
            if target == space_target(space):
                took_part = any(one.had(user) for one in space.conferences)
                if user == space.owner or took_part:
                    return str(target)
                raise denied("MeetingSpace")
        if target == user_target(user):
            return str(target)
        if str(target).startswith(("//meet.googleapis.com/spaces/", "//cloudidentity.googleapis.com/users/")):
            raise denied("target")
        raise invalid("target_resource", "Meet has no such kind of target.")

    def _topic(self, body: dict[str, Any]) -> str:
        topic = body.get("notificationEndpoint", {}).get("pubsubTopic", "")
        match = TOPIC.fullmatch(topic)
        if match is None:
            raise invalid("notification_endpoint.pubsub_topic", "It must be projects/{project}/topics/{topic}.")
        if match["project"] != self._sim.project:
            raise invalid("notification_endpoint.pubsub_topic", "The topic must be in the app's own project.")
        if topic not in self._sim.topics:  # which status Google gives is unconfirmed
            raise denied("topic")
        return str(topic)

    def _types(self, body: dict[str, Any]) -> list[str]:
        types: list[str] = body.get("eventTypes", [])
        if not types or not EVENT_TYPES.issuperset(types):
            raise invalid("event_types", "At least one event type is wanted, and only such as the target has.")
        return list(dict.fromkeys(types))

    def _life(self, body: dict[str, Any]) -> timedelta:
        """How long it is to live; a longer life than allowed is refused (unconfirmed)."""
        if "ttl" in body and "expireTime" in body:
            raise invalid("expire_time", "It cannot be set together with ttl.")
        life = self._until(body["expireTime"]) if "expireTime" in body else _duration(body.get("ttl", "0s"))
        if life < timedelta(0) or life > LONGEST:
            raise invalid("ttl", "A subscription to Meet lives seven days at most.")
        return life or LONGEST

    def _until(self, text: str) -> timedelta:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise invalid("expire_time", "A time in RFC 3339 is wanted.") from error
        if moment.tzinfo is None or moment <= self._sim.now():
            raise invalid("expire_time", "It must lie ahead, and name its offset from UTC.")
        return moment - self._sim.now()


def _paths(mask: str, body: dict[str, Any]) -> set[str]:
    """What an update changes: without a mask what the body holds, with `*` everything."""
    asked = {camel(path) for path in mask.split(",") if path}
    if asked == {EVERYTHING}:
        return CHANGEABLE
    for path in asked - CHANGEABLE:
        raise invalid("update_mask", f"The path {path[:80]!r} cannot be updated.")
    return asked or CHANGEABLE & body.keys()


def _duration(text: str) -> timedelta:
    if DURATION.fullmatch(text) is None:
        raise invalid("ttl", "A duration in seconds is wanted, such as 604800s.")
    return timedelta(seconds=min(float(text[:-1]), 2 * LONGEST.total_seconds()))  # what is too long stays too long
