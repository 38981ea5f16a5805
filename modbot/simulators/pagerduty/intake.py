"""The simulated PagerDuty's Events API v2: who may send, how often, and what is answered."""

import uuid
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from modbot.simulators.pagerduty.events import ChangeEvent, read_alert, read_change, read_object
from modbot.simulators.pagerduty.refusal import Refused, invalid_event, too_many_events
from modbot.simulators.pagerduty.world import Change, Service

if TYPE_CHECKING:
    from modbot.simulators.pagerduty.simulator import PagerDutySimulator

MOST_BODY_BYTES = 512 * 1024
WINDOW = timedelta(seconds=60)


class Intake:
    """POST /v2/enqueue and POST /v2/change/enqueue.

    https://developer.pagerduty.com/docs/events-api-v2-overview and …/docs/events-api-v2-rate-limits
    """

    def __init__(self, sim: "PagerDutySimulator") -> None:
        self._sim = sim
        self._recent: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        router.add_post("/v2/enqueue", self._alert)
        router.add_post("/v2/change/enqueue", self._change)

    async def _alert(self, request: web.Request) -> web.Response:
        try:
            event = read_alert(await self._object(request))
            service = self._service(event.routing_key)
        except Refused as refusal:
            return refusal.answer()
        key = event.dedup_key or uuid.uuid4().hex
        if not self._sim.lying(request):
            self._sim.incidents.take(event, service, key)
        return web.json_response({"status": "success", "message": "Event processed", "dedup_key": key}, status=202)

    async def _change(self, request: web.Request) -> web.Response:
        try:
            event = read_change(await self._object(request))
            service = self._service(event.routing_key)
        except Refused as refusal:
            return refusal.answer()
        if not self._sim.lying(request):
            self._sim.changes.append(self._kept(event, service))
        return web.json_response({"status": "success", "message": "Change event processed"}, status=202)

    async def _object(self, request: web.Request) -> dict[str, Any]:
        body = await request.read()
        if len(body) > MOST_BODY_BYTES:
            raise Refused(413, "payload too large", f"Event object is larger than {MOST_BODY_BYTES} bytes")
        event = read_object(body)
        self._count(str(event.get("routing_key", "")))
        return event

    def _service(self, routing_key: str) -> Service:
        service = self._sim.services.get(routing_key)
        if service is None:
            raise invalid_event("Invalid routing key")
        return service

    def _kept(self, event: ChangeEvent, service: Service) -> Change:
        return Change(self._sim.now(), service, event.summary, event.source, event.links)

    def _count(self, routing_key: str) -> None:
        limit, now, recent = self._sim.events_per_minute, self._sim.now(), self._recent[routing_key]
        while recent and now - recent[0] >= WINDOW:
            recent.popleft()
        if limit is not None and len(recent) >= limit:
            raise too_many_events()
        recent.append(now)
