"""How the simulated Graph and Entra say no: their documented error bodies."""

import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.Response]]
Clock = Callable[[], datetime]


class Refused(Exception):
    """A status, code and message that the caller gets, as Graph writes them.

    https://learn.microsoft.com/graph/errors
    """

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def answer(self, now: datetime) -> web.Response:
        """The error object with its request id."""
        request_id = str(uuid.uuid4())
        inner = {
            "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": request_id,
        }
        body = {"error": {"code": self.code, "message": self.message, "innerError": inner}}
        return web.json_response(body, status=self.status, headers={"request-id": request_id, **self.headers})


class LoginRefused(Exception):
    """An OAuth error with the number that Entra gives it.

    https://learn.microsoft.com/entra/identity-platform/reference-error-codes
    """

    def __init__(self, status: int, error: str, number: int, description: str) -> None:
        super().__init__(f"AADSTS{number}: {description}")
        self.status = status
        self.error = error
        self.number = number
        self.description = description

    def answer(self, now: datetime) -> web.Response:
        """The error object with its trace and correlation ids."""
        trace_id, correlation_id = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = now.strftime("%Y-%m-%d %H:%M:%SZ")
        told = f"Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {stamp}"
        body = {
            "error": self.error,
            "error_description": f"AADSTS{self.number}: {self.description} {told}",
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }
        return web.json_response(body, status=self.status)


def guarded(handler: Handler, now: Clock) -> Handler:
    """The handler, with refusals answered in the vendor's words."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except (Refused, LoginRefused) as refusal:
            return refusal.answer(now())

    return handle


async def json_body(request: web.Request) -> dict[str, object]:
    """The body as an object. Raises Refused (400)."""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise Refused(400, "BadRequest", "Unable to read JSON request payload.") from error
    if not isinstance(body, dict):
        raise Refused(400, "BadRequest", "Unable to read JSON request payload.")
    return body
