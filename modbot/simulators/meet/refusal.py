"""How the simulated Google says no: google.rpc.Status, OAuth errors, and the directory's older error body.

Statuses and reasons are Google's; the sentences are ours. Which status Meet gives for what is not published, but for
"403 ... or it might not exist", which is what it was seen to say of a space that the caller may not have
(https://github.com/GAM-team/GAM/issues/1822).
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

HTTP = {  # https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
}


class Refused(Exception):
    """A status and a body that the caller gets."""

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    def answer(self) -> web.Response:
        """The refusal as an HTTP answer."""
        return web.json_response(self.body, status=self.status, headers=self.headers)


def refused(
    status: str, message: str, *details: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Refused:
    """A google.rpc.Status by the name of its code."""
    error: dict[str, Any] = {"code": HTTP[status], "message": message, "status": status}
    if details:
        error["details"] = list(details)
    return Refused(HTTP[status], {"error": error}, headers)


def invalid(field: str, problem: str) -> Refused:
    """400 INVALID_ARGUMENT that names the field."""
    violation = {"field": field, "description": problem}
    return refused(
        "INVALID_ARGUMENT",
        f"{problem} ({field})",
        {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]},
    )


def denied(resource: str) -> Refused:
    """403 for what the caller may not have, and for what is not there."""
    return refused("PERMISSION_DENIED", f"Permission denied on resource {resource} (or it might not exist)")


def not_found(resource: str) -> Refused:
    """404 for what is missing below something that the caller may see."""
    return refused("NOT_FOUND", f"There is no such {resource}.")


def reason(name: str) -> dict[str, Any]:
    """A google.rpc.ErrorInfo with one of google.api.ErrorReason."""
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": name, "domain": "googleapis.com"}


def oauth(status: int, error: str, description: str) -> Refused:
    """An error of the token endpoint.

    https://developers.google.com/identity/protocols/oauth2/service-account#jwt-error-codes
    """
    return Refused(status, {"error": error, "error_description": description})


def directory(status: int, word: str, message: str) -> Refused:
    """An error of the Admin SDK, with its list of `errors`.

    https://developers.google.com/workspace/admin/directory/v1/limits
    """
    one = {"message": message, "domain": "global", "reason": word}
    return Refused(status, {"error": {"code": status, "message": message, "errors": [one]}})
