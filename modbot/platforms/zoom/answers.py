"""Zoom's answers as modbot's errors: status and Zoom's own code together decide.

Zoom answers a refusal with `{"code", "message"}`. Its message goes to the log only, without e-mail addresses: it may
quote what a stranger typed. Codes: https://developers.zoom.us/docs/api/meetings/
"""

import re
from typing import Any

import orjson

from modbot.errors import (
    AuthRejected,
    Conflict,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    ResourceLocked,
    VendorError,
    VendorFault,
)
from modbot.http import Answer

VENDOR = "zoom"
MAX_MESSAGE = 200

HOST_RULE = (
    "Zoom did not allow this. Zoom says the account modbot uses must be the host or an alternative host of the class."
)
NO_SCOPE = "Zoom did not allow this: modbot's Zoom app lacks a permission. IT can see which with `modbot doctor`."
NOT_HOSTING = "Zoom did not allow this: the teacher's Zoom account may not host this meeting."
WRONG_STATE = "Zoom cannot do this to this meeting."
NO_MEETING = "Zoom has no such meeting, or it has ended."
NO_CREDENTIALS = "Zoom does not accept modbot's credentials. IT must check the Zoom app."
TOO_MANY = "Zoom is taking no more requests at this moment."
FAULT = "Zoom has a fault at this moment."

BAD_TOKEN = "124"  # noqa: S105 - Zoom's error code for a token, not a token
NO_PERMISSION = "300"
_SCOPE_CODES = frozenset({"4700", "4711"})
_BY_CODE: dict[str, tuple[type[VendorError], str]] = {
    BAD_TOKEN: (AuthRejected, NO_CREDENTIALS),
    "4700": (Forbidden, NO_SCOPE),
    "4711": (Forbidden, NO_SCOPE),
    NO_PERMISSION: (Forbidden, HOST_RULE),
    "200": (Forbidden, "Zoom did not allow this on the district's Zoom plan."),
    "3161": (Forbidden, NOT_HOSTING),
    "3001": (NotFound, NO_MEETING),
    "1001": (NotFound, "Zoom has no such user."),
    "3000": (Conflict, WRONG_STATE),
    "3063": (Conflict, WRONG_STATE),
}
_BY_STATUS: dict[int, tuple[type[VendorError], str]] = {
    401: (AuthRejected, NO_CREDENTIALS),
    403: (Forbidden, "Zoom did not allow this."),
    404: (NotFound, NO_MEETING),
    409: (Conflict, WRONG_STATE),
}
_ADDRESS = re.compile(r"\S+@\S+")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")


def code_of(answer: Answer) -> str:
    """Zoom's own error code, "" when the body has none."""
    return str(_body(answer).get("code", ""))[:20]


def token_refused(answer: Answer) -> bool:
    """Whether Zoom refused the token itself, so that a new one may help."""
    code = code_of(answer)
    return code == BAD_TOKEN or (answer.status == 401 and code not in _SCOPE_CODES)


def error_of(answer: Answer) -> VendorError:
    """The error that an answer outside 2xx stands for."""
    code = code_of(answer)
    if answer.status == 429:
        return RateLimited(VENDOR, TOO_MANY, retry_after=answer.retry_after, code=code)
    if answer.status == 423:
        return ResourceLocked(VENDOR, WRONG_STATE, retry_after=answer.retry_after, code=code)
    if answer.status >= 500:
        kind: type[VendorError] = VendorFault
        text = FAULT
    else:
        kind, text = (
            _BY_CODE.get(code) or _BY_STATUS.get(answer.status) or (VendorError, "Zoom refused what modbot asked.")
        )
    return kind(VENDOR, text, status=answer.status, code=code, log_detail=_message(answer))


def malformed(what: str) -> MalformedAnswer:
    """A 2xx answer that lacks what Zoom documents. `what` names the field, never its content."""
    return MalformedAnswer(VENDOR, "Zoom gave an answer modbot could not read.", log_detail=what)


def _body(answer: Answer) -> dict[str, Any]:
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _message(answer: Answer) -> str:
    message = _ADDRESS.sub("[address]", str(_body(answer).get("message", "")))
    return _UNPRINTABLE.sub("?", message)[:MAX_MESSAGE]
