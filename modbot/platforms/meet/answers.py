"""Google's answers as modbot's errors: google.rpc.Status, the Directory's older body, and OAuth errors.

Google's messages may quote what a stranger typed: only its codes, reasons and field names go to the log.
https://cloud.google.com/apis/design/errors
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from modbot.errors import (
    AuthRejected,
    Conflict,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    VendorError,
    VendorFault,
)
from modbot.http import Answer

VENDOR = "meet"

FAULT = "Google has a fault at this moment."
NOT_DELEGATED = (
    "Google does not let modbot act for this teacher. IT must add modbot's client id and its scopes under "
    "domain-wide delegation in the Admin console; `modbot doctor` names what is missing."
)
NOT_ENABLED = "Google did not allow this: an API is switched off in modbot's Cloud project. Run `modbot doctor`."
NO_SCOPE = "Google did not allow this: modbot's token lacks a permission. IT can see which with `modbot doctor`."
OWNER_RULE = "Google did not allow this. Only the owner of a class link may change it, and only in the owner's name."
TOO_MANY = "Google is taking no more requests at this moment."
UNKNOWN_USER = "Google does not know this teacher's account. IT must compare its address with the roster."
WRONG_KEY = "Google does not accept modbot's key. IT must check the service account, its key and the server's clock."
WRONG_STATE = "Google Meet cannot do this to the class as it is now."

NO_SUCH_USER = "unknown_user"  # the code of an AuthRejected about a person, not about modbot's key
SWITCHED_OFF = "SERVICE_DISABLED"  # the code of a Forbidden about an API that the Cloud project has not enabled
_SWITCHED_OFF = frozenset({SWITCHED_OFF, "accessNotConfigured"})  # the Directory's word for it is the latter

_BY_STATUS: Mapping[int, tuple[type[VendorError], str]] = {
    401: (AuthRejected, "Google does not accept modbot's token."),
    403: (Forbidden, OWNER_RULE),
    404: (NotFound, "Google Meet has no such class, or it has ended."),
    409: (Conflict, WRONG_STATE),
}
_BY_REASON: Mapping[str, str] = {
    **dict.fromkeys(_SWITCHED_OFF, NOT_ENABLED),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": NO_SCOPE,
}
_RATE_REASONS = frozenset({"quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded"})  # the Directory's, with 403
_HTTP_OF_CODE = {3: 400, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 13: 500, 14: 503, 16: 401}
_WORD = re.compile(r"[A-Za-z0-9_.\[\]]{1,60}")


def error_of(answer: Answer, detail: str = "") -> VendorError:
    """The error that an answer outside 2xx stands for."""
    return _error(answer.status, error_body(answer), detail, answer)


def operation_error(status: Mapping[str, Any]) -> VendorError:
    """The error of a long-running operation that failed, whose HTTP answer was a 200."""
    code = status.get("code")
    http = _HTTP_OF_CODE.get(code, 500) if isinstance(code, int) else 500
    return _error(http, status, "operation", None)


def _error(status: int, body: Mapping[str, Any], detail: str, answer: Answer | None) -> VendorError:
    reason = reason_of(body)
    code = SWITCHED_OFF if reason in _SWITCHED_OFF else _word(body.get("status")) or reason
    log_detail = " ".join(part for part in (f"reason={reason}" if reason else "", _fields(body), detail) if part)
    if status == 429 or reason in _RATE_REASONS:
        wish = answer.retry_after if answer is not None else None
        return RateLimited(VENDOR, TOO_MANY, retry_after=wish, code=code, log_detail=log_detail)
    if status >= 500:
        return VendorFault(VENDOR, FAULT, status=status, code=code, log_detail=log_detail)
    kind, text = _BY_STATUS.get(status, (VendorError, "Google refused what modbot asked."))
    if code == "FAILED_PRECONDITION":
        kind, text = Conflict, WRONG_STATE
    return kind(VENDOR, _BY_REASON.get(reason, text), status=status, code=code, log_detail=log_detail)


def token_refusal(answer: Answer, scope: str) -> VendorError:
    """Why the token endpoint gave none.

    https://developers.google.com/identity/protocols/oauth2/service-account#jwt-error-codes
    """
    if answer.status == 429 or answer.status >= 500:
        return error_of(answer, f"scope={scope}")
    body = _json(answer)
    code, described = _word(body.get("error")), str(body.get("error_description", "")).casefold()
    detail = f"scope={scope}"
    if code in {"unauthorized_client", "access_denied", "invalid_scope", "admin_policy_enforced"}:
        return AuthRejected(VENDOR, NOT_DELEGATED, status=answer.status, code=code, log_detail=detail)
    if code == "invalid_grant" and ("email" in described or "user id" in described):
        return AuthRejected(VENDOR, UNKNOWN_USER, status=answer.status, code=NO_SUCH_USER, log_detail=detail)
    return AuthRejected(VENDOR, WRONG_KEY, status=answer.status, code=code, log_detail=detail)


def malformed(what: str) -> MalformedAnswer:
    """A 2xx answer that lacks what Google documents. `what` names the field, never its content."""
    return MalformedAnswer(VENDOR, "Google gave an answer modbot could not read.", log_detail=what)


def error_body(answer: Answer) -> Mapping[str, Any]:
    """The google.rpc.Status in an answer, or nothing."""
    error = _json(answer).get("error")
    return error if isinstance(error, dict) else {}


def reason_of(error: Mapping[str, Any]) -> str:
    """Google's own reason: of its ErrorInfo, or of the Directory's first error."""
    for row in [*_rows(error, "details"), *_rows(error, "errors")]:
        reason = _word(row.get("reason"))
        if reason:
            return reason
    return ""


def _fields(error: Mapping[str, Any]) -> str:
    names = [_word(one.get("field")) for row in _rows(error, "details") for one in _rows(row, "fieldViolations")]
    known = [name for name in names if name]
    return f"fields={','.join(known[:5])}" if known else ""


def _rows(source: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = source.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _json(answer: Answer) -> dict[str, Any]:
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
