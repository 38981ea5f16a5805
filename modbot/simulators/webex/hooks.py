"""The simulated Webex: webhooks, kept, signed and sent."""

import hashlib
import hmac
import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, web

from modbot.simulators.webex.refusal import Refused
from modbot.simulators.webex.world import wire

if TYPE_CHECKING:
    from modbot.simulators.webex.simulator import WebexSimulator

REQUIRED = ("name", "targetUrl", "resource", "event")
CHANGEABLE = ("name", "targetUrl", "secret", "status")


def signatures(body: bytes, secret: bytes) -> dict[str, str]:
    """Both signature headers of a webhook body."""
    sha256 = hmac.new(secret, body, hashlib.sha256).hexdigest()
    sha512 = hmac.new(secret, body, hashlib.sha512).hexdigest()
    return {
        "X-Spark-Signature": hmac.new(secret, body, hashlib.sha1).hexdigest(),
        "X-Webex-Signature": f"SHA-256={sha256},SHA-512={sha512}",
    }


class HookRoutes:
    """/webhooks, and the sending of what happens."""

    def __init__(self, sim: "WebexSimulator", created: datetime) -> None:
        self._sim = sim
        self._created = created
        self.hooks: dict[str, dict[str, Any]] = {}
        self.answers: list[int] = []  # the status each delivery was answered with; 0 when nobody answered

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        guarded = self._sim.guarded
        router.add_get("/v1/webhooks", guarded(self.list))
        router.add_post("/v1/webhooks", guarded(self.create))
        router.add_get("/v1/webhooks/{id}", guarded(self.get))
        router.add_put("/v1/webhooks/{id}", guarded(self.put))
        router.add_delete("/v1/webhooks/{id}", guarded(self.delete))

    async def list(self, request: web.Request) -> web.Response:
        """All webhooks."""
        self._sim.enter(request)
        return self._sim.paged(request, list(self.hooks.values()))

    async def create(self, request: web.Request) -> web.Response:
        """Keep a webhook."""
        self._sim.enter(request)
        body = await self._sim.json_body(request)
        if any(not isinstance(body.get(name), str) or not body[name] for name in REQUIRED):
            raise Refused(400, f"{', '.join(REQUIRED)} are required.")
        hook = {**body, "id": uuid.uuid4().hex, "status": "active", "created": wire(self._sim.now())}
        self.hooks[hook["id"]] = hook
        return web.json_response(hook)

    async def get(self, request: web.Request) -> web.Response:
        """One webhook."""
        self._sim.enter(request)
        return web.json_response(self._hook(request))

    async def put(self, request: web.Request) -> web.Response:
        """Change one, or make it active again."""
        self._sim.enter(request)
        hook, body = self._hook(request), await self._sim.json_body(request)
        hook.update({name: body[name] for name in CHANGEABLE if name in body})
        return web.json_response(hook)

    async def delete(self, request: web.Request) -> web.Response:
        """Forget one."""
        self._sim.enter(request)
        del self.hooks[self._hook(request)["id"]]
        return web.Response(status=204)

    def send(self, resource: str, event: str, data: dict[str, Any]) -> None:
        """Send to `webhook_url`, signed with the simulator's secret. `created` is the webhook's own, as in Webex."""
        envelope = {
            "id": uuid.uuid5(uuid.NAMESPACE_URL, f"{resource}:{event}").hex,
            "name": f"modbot {resource} {event}",
            "targetUrl": self._sim.webhook_url,
            "resource": resource,
            "event": event,
            "ownedBy": "org",
            "orgId": "org-1",
            "createdBy": "admin-1",
            "appId": "app-1",
            "status": "active",
            "created": wire(self._created),
            "actorId": "person-1",
            "data": data,
        }
        body = json.dumps(envelope).encode()

        async def deliver() -> None:
            await self._post(body)

        self._sim.send_soon(deliver)

    async def _post(self, body: bytes) -> None:
        headers = {"Content-Type": "application/json", **signatures(body, self._sim.webhook_secret.encode())}
        try:
            async with self._sim.client.post(self._sim.webhook_url, data=body, headers=headers) as answer:
                self.answers.append(answer.status)
        except (ClientError, TimeoutError):
            self.answers.append(0)

    def _hook(self, request: web.Request) -> dict[str, Any]:
        hook = self.hooks.get(request.match_info["id"])
        if hook is None:
            raise Refused(404, "There is no such webhook.")
        return hook
