"""Slack's front door: `POST /slack/events`.

The signature is checked on the raw bytes before anything is parsed. Slash commands take the short path here (one
batched write, then the acknowledgement); buttons, shortcuts, events and modals go on to Bolt.
"""

import time

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from modbot.errors import RequestRejected
from modbot.intake import Intake, now_ms
from modbot.log import get_logger
from modbot.metrics import ACK_SECONDS, REJECTED
from modbot.slack import incoming
from modbot.slack.signature import verify

MAX_BODY_BYTES = 256 * 1024  # a view with all its state stays below
FORM = "application/x-www-form-urlencoded"

log = get_logger("slack.edge")


class SlackEdge:
    """Answers Slack."""

    def __init__(self, *, secret: bytes, intake: Intake, bolt: AsyncApp) -> None:
        self._secret = secret
        self._intake = intake
        self._bolt = bolt

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request from Slack, or from somebody who says so."""
        began = time.perf_counter()
        try:
            body = await self._body(request)
            signature = self._verified(request, body)
            fields = self._checked(request, body)
        except RequestRejected as rejected:
            REJECTED.labels("slack", str(rejected.status)).inc()
            log.info("rejected", path="/slack/events", status=rejected.status, reason=rejected.reason)
            return web.json_response({"error": rejected.reason}, status=rejected.status)
        if _is_command(fields):
            answer = await self._command(fields, signature)
            kind = "command"
        else:
            answer = await self._bolted(request, body)
            kind = "other"
        ACK_SECONDS.labels(kind).observe(time.perf_counter() - began)
        return answer

    async def _body(self, request: web.Request) -> bytes:
        if (request.content_length or 0) > MAX_BODY_BYTES:
            raise RequestRejected(413, "too large")
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise RequestRejected(413, "too large") from None
        if len(body) > MAX_BODY_BYTES:  # it came without a length
            raise RequestRejected(413, "too large")
        return body

    def _verified(self, request: web.Request, body: bytes) -> str:
        headers = request.headers
        signature = headers.get("X-Slack-Signature", "")
        verify(self._secret, headers.get("X-Slack-Request-Timestamp", ""), signature, body, time.time())
        return signature

    def _checked(self, request: web.Request, body: bytes) -> dict[str, str]:
        """The fields of a form, or none for an event's JSON."""
        if request.content_type != FORM:
            incoming.check_event(body)
            return {}
        fields = incoming.form(body)
        if _is_command(fields):
            if not fields.get("user_id"):
                raise RequestRejected(400, "no user_id")
        else:
            incoming.check_form(fields)
        return fields

    async def _command(self, fields: dict[str, str], signature: str) -> web.Response:
        payload = {
            "command": fields["command"].lstrip("/").casefold()[:64],
            "user": fields["user_id"],
            "at_ms": now_ms(),
            "text": fields.get("text", ""),
            "channel": fields.get("channel_id", ""),
            "response_url": fields.get("response_url", ""),
            "trigger_id": fields.get("trigger_id", ""),
        }
        said = await self._intake.take(payload, signature=signature)
        return web.json_response({"response_type": "ephemeral", "text": said})

    async def _bolted(self, request: web.Request, body: bytes) -> web.Response:
        asked = AsyncBoltRequest(body=body.decode("utf-8", "replace"), headers=dict(request.headers), mode="http")
        answer = await self._bolt.async_dispatch(asked)
        headers = {name: values[0] for name, values in answer.headers.items() if name.lower() != "content-type"}
        return web.Response(
            status=answer.status,
            text=answer.body,
            headers=headers,
            content_type=answer.first_headers().get("content-type", "text/plain").split(";")[0],
        )


def _is_command(fields: dict[str, str]) -> bool:
    return "command" in fields and "payload" not in fields
