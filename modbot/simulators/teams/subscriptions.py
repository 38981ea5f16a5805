"""The simulated Graph: subscriptions, and the handshake that proves their addresses.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import re
import secrets
import urllib.parse
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientTimeout, web
from yarl import URL

from modbot.simulators.teams.moments import read, wire
from modbot.simulators.teams.notices import Subscription
from modbot.simulators.teams.online_meetings import READ
from modbot.simulators.teams.refusal import Refused, json_body
from modbot.simulators.teams.sealing import read_certificate
from modbot.simulators.teams.shapes import CONTEXT

if TYPE_CHECKING:
    from modbot.simulators.teams.simulator import TeamsSimulator

RESOURCE = re.compile(r"^/?communications/onlineMeetings\(joinWebUrl='([^']+)'\)/meetingCallEvents$", re.IGNORECASE)
LONGEST = timedelta(days=3)
WITHOUT_LIFECYCLE = timedelta(hours=1)
REQUIRED = ("changeType", "notificationUrl", "resource", "expirationDateTime", "clientState")
FAILED = "Subscription validation request failed."


class SubscriptionRoutes:
    """/subscriptions. Meeting call events exist in beta only."""

    def __init__(self, sim: "TeamsSimulator") -> None:
        self._sim = sim

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        guarded = self._sim.guarded
        for version in self._sim.versions:
            base = f"/{version}/subscriptions"
            router.add_get(base, guarded(self.list))
            router.add_post(base, guarded(self.create))
            router.add_get(f"{base}/{{id}}", guarded(self.get))
            router.add_patch(f"{base}/{{id}}", guarded(self.patch))
            router.add_delete(f"{base}/{{id}}", guarded(self.delete))
            router.add_post(f"{base}/{{id}}/reauthorize", guarded(self.reauthorize))

    async def list(self, request: web.Request) -> web.Response:
        """The app's own. https://learn.microsoft.com/graph/api/subscription-list."""
        self._sim.enter(request)
        return web.json_response({"value": [self._shown(one) for one in self._sim.notices.live]})

    async def create(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/subscription-post-subscriptions."""
        self._sim.enter(request, *READ, refusal=_from_workload("Forbidden", 403))
        body = await json_body(request)
        subscription = self._asked(request, body)
        if any(one.join_web_url == subscription.join_web_url for one in self._sim.notices.live):
            raise _from_workload("Conflict", 409)
        for address in (subscription.notification_url, subscription.lifecycle_url):
            if address:
                await self._shake_hands(address)
        self._sim.notices.keep(subscription)
        return web.json_response(self._shown(subscription), status=201)

    async def get(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/subscription-get."""
        self._sim.enter(request)
        return web.json_response(self._shown(self._found(request)))

    async def patch(self, request: web.Request) -> web.Response:
        """Renew it. https://learn.microsoft.com/graph/api/subscription-update."""
        self._sim.enter(request, *READ, refusal=_from_workload("Forbidden", 403))
        subscription = self._found(request)
        body = await json_body(request)
        if body.keys() - {"expirationDateTime", "notificationUrl"} or "expirationDateTime" not in body:
            raise Refused(400, "InvalidRequest", "Only expirationDateTime and notificationUrl can be changed.")
        until = self._until(body["expirationDateTime"])
        if "notificationUrl" in body:
            address = _address(body, "notificationUrl")
            await self._shake_hands(address)
            subscription.notification_url = address
        subscription.expires_at, subscription.paused = until, False
        return web.json_response(self._shown(subscription))

    async def delete(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/subscription-delete."""
        self._sim.enter(request)
        self._sim.notices.drop(self._found(request))
        return web.Response(status=204)

    async def reauthorize(self, request: web.Request) -> web.Response:
        """Keeps the date. https://learn.microsoft.com/graph/api/subscription-reauthorize."""
        self._sim.enter(request, *READ, refusal=_from_workload("Forbidden", 403))
        self._found(request).paused = False
        return web.Response(status=204)

    def _found(self, request: web.Request) -> Subscription:
        for one in self._sim.notices.live:
            if one.id == request.match_info["id"]:
                return one
        raise Refused(404, "ResourceNotFound", "The object was not found.")

    def _asked(self, request: web.Request, body: dict[str, Any]) -> Subscription:
        for name in REQUIRED:
            if not isinstance(body.get(name), str) or not body[name]:
                raise Refused(400, "InvalidRequest", f"{name} is required.")
        if body["changeType"] != "updated":
            raise Refused(400, "InvalidRequest", "changeType must be updated for this resource.")
        if len(body["clientState"]) > 128:
            raise Refused(400, "InvalidRequest", "clientState is longer than 128 characters.")
        until = self._until(body["expirationDateTime"])
        subscription = Subscription(
            id=str(uuid.uuid4()),
            join_web_url=self._link(request, body["resource"]),
            resource=body["resource"].lstrip("/"),
            notification_url=_address(body, "notificationUrl"),
            lifecycle_url=_address(body, "lifecycleNotificationUrl") if body.get("lifecycleNotificationUrl") else "",
            client_state=body["clientState"],
            expires_at=until,
        )
        if not subscription.lifecycle_url and until - self._sim.now() > WITHOUT_LIFECYCLE:
            raise Refused(400, "InvalidRequest", "lifecycleNotificationUrl is required beyond an hour.")
        if body.get("includeResourceData") is True:
            _add_certificate(subscription, body)
        return subscription

    def _link(self, request: web.Request, resource: str) -> str:
        asked = RESOURCE.match(resource)
        if asked is None:
            raise Refused(400, "InvalidRequest", "The resource cannot be subscribed to.")
        if request.path.startswith("/v1.0/"):
            raise Refused(400, "InvalidRequest", "The resource cannot be subscribed to in v1.0.")
        link = urllib.parse.unquote(asked[1])
        if not any(one.join_web_url == link for one in self._sim.meetings):
            raise _from_workload("NotFound", 404)
        return link

    def _until(self, text: object) -> datetime:
        until, now = read(text, "expirationDateTime"), self._sim.now()
        if until <= now:
            raise Refused(400, "InvalidRequest", "expirationDateTime is in the past.")
        if until - now > LONGEST:
            raise Refused(400, "InvalidRequest", "Subscription expiration can only be 4320 minutes in the future.")
        return until

    async def _shake_hands(self, address: str) -> None:
        """The address must give back the token, as text, in time. Raises Refused (400)."""
        token = f"Validation: {secrets.token_urlsafe(24)} & more"
        url = URL(address).update_query(validationToken=token)
        patience = ClientTimeout(total=self._sim.handshake_seconds)
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        try:
            async with self._sim.client.post(url, data=b"", headers=headers, timeout=patience) as answer:
                status, kind, body = answer.status, answer.content_type, await answer.text()
        except (ClientError, TimeoutError, UnicodeDecodeError) as error:
            raise Refused(400, "ValidationError", "Subscription validation request timed out.") from error
        if status != 200:
            must = "Notification endpoint must respond with 200 OK to validation request."
            raise Refused(400, "ValidationError", f"{FAILED} {must}")
        if kind != "text/plain" or body != token:
            must = "Response must exactly match validationToken query parameter."
            raise Refused(400, "ValidationError", f"{FAILED} {must}")

    def _shown(self, subscription: Subscription) -> dict[str, Any]:
        """Never with the certificate."""
        return {
            "@odata.context": f"{CONTEXT}#subscriptions/$entity",
            "id": subscription.id,
            "resource": subscription.resource,
            "applicationId": self._sim.entra.client_id,
            "changeType": "updated",
            "clientState": subscription.client_state,
            "notificationUrl": subscription.notification_url,
            "lifecycleNotificationUrl": subscription.lifecycle_url or None,
            "expirationDateTime": wire(subscription.expires_at),
            "creatorId": self._sim.entra.client_id,
            "includeResourceData": subscription.certificate is not None,
            "latestSupportedTlsVersion": "v1_2",
            "encryptionCertificateId": subscription.certificate_id or None,
        }


def _add_certificate(subscription: Subscription, body: dict[str, Any]) -> None:
    name = body.get("encryptionCertificateId")
    if not isinstance(name, str) or not 0 < len(name) <= 128:
        raise Refused(400, "ValidationError", "encryptionCertificateId of up to 128 characters is required.")
    subscription.certificate = read_certificate(body.get("encryptionCertificate", ""))
    subscription.certificate_id = name


def _address(body: dict[str, Any], name: str) -> str:
    """An https address; plain http only on this machine, where there is no certificate to show."""
    try:
        url = URL(str(body[name]))
    except ValueError as error:
        raise Refused(400, "InvalidRequest", f"{name} is not an address.") from error
    if url.scheme != "https" and url.host not in {"127.0.0.1", "localhost"}:
        raise Refused(400, "InvalidRequest", f"{name} must use https.")
    return str(body[name])


def _from_workload(reason: str, status: int) -> Refused:
    """As Graph passes on what the service behind the resource said."""
    reasons = {"Conflict": "A subscription already exists. It must be deleted before another can be made."}
    told = f"Operation: Create; Exception: [Status Code: {reason}; Reason: {reasons.get(reason, '')}]"
    return Refused(status, "ExtensionError", told)
