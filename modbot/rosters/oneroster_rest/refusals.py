"""What a OneRoster service refuses, as modbot's errors, in the words of an admin who has to do something about it.

https://support.imsglobal.org/support/solutions/articles/48001171025 - nothing of the service's own text is kept: it may
quote what was asked for.
"""

from modbot.errors import (
    AuthRejected,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    ResourceLocked,
    VendorError,
    VendorFault,
)
from modbot.http import Answer

VENDOR = "oneroster"

NO_CREDENTIALS = (
    "The OneRoster service does not accept modbot's client id and secret. Compare MODBOT_ONEROSTER__CLIENT_ID and "
    "MODBOT_ONEROSTER__CLIENT_SECRET with what your student information system shows."
)
NO_SCOPE = (
    "The OneRoster service does not grant the scope modbot asks for. Allow roster-core.readonly for modbot in your "
    "student information system, or set MODBOT_ONEROSTER__SCOPE to what it calls it."
)
NOT_AN_OAUTH_ADDRESS = (
    "MODBOT_ONEROSTER__TOKEN_URL does not answer as an OAuth 2 token address. Compare it with what your student "
    "information system shows."
)
REVOKED = (
    "The OneRoster service refuses the token that its own token address gave. The credentials may have been revoked "
    "or belong to another district, or MODBOT_ONEROSTER__API_URL and MODBOT_ONEROSTER__TOKEN_URL do not match."
)
TOO_MANY = "The OneRoster service takes no more requests at this moment. Try again later."
FAULT = "The OneRoster service has a fault at this moment. Try again later, or ask whoever runs it."
UNREADABLE = "The OneRoster service gave an answer modbot could not read."


def error_of(answer: Answer, what: str) -> VendorError:
    """The error that an answer outside 2xx stands for. `what` is the collection asked for."""
    status = answer.status
    if status == 401:
        return AuthRejected(VENDOR, REVOKED, status=status, log_detail=what)
    if status == 403:
        return Forbidden(VENDOR, _not_allowed(what), status=status, log_detail=what)
    if status == 404:
        return NotFound(VENDOR, _not_there(what), status=status, log_detail=what)
    if status == 423:
        return ResourceLocked(VENDOR, TOO_MANY, retry_after=answer.retry_after, log_detail=what)
    if status == 429:
        return RateLimited(VENDOR, TOO_MANY, retry_after=answer.retry_after, log_detail=what)
    if status >= 500 and status != 501:
        return VendorFault(VENDOR, FAULT, status=status, log_detail=what)
    return VendorError(VENDOR, _refused(what, status), status=status, log_detail=what)


def token_error(answer: Answer) -> VendorError:
    """The error of a token address: https://datatracker.ietf.org/doc/html/rfc6749#section-5.2"""
    if answer.status in (400, 401, 403):
        if _oauth_code(answer) == "invalid_scope":
            return Forbidden(VENDOR, NO_SCOPE, status=answer.status, code="invalid_scope")
        return AuthRejected(VENDOR, NO_CREDENTIALS, status=answer.status, log_detail="client credentials")
    if answer.status in (423, 429) or (answer.status >= 500 and answer.status != 501):
        return error_of(answer, "token")
    return NotFound(VENDOR, NOT_AN_OAUTH_ADDRESS, status=answer.status, log_detail="token")


def malformed(what: str) -> MalformedAnswer:
    """An answer that is not what OneRoster documents. `what` names the fault, never the content."""
    return MalformedAnswer(VENDOR, UNREADABLE, log_detail=what)


def _oauth_code(answer: Answer) -> str:
    try:
        code = answer.json_object().get("error")
    except MalformedAnswer:
        return ""
    return code if isinstance(code, str) else ""


def _not_allowed(what: str) -> str:
    return (
        f"The OneRoster service does not let modbot read {what} (HTTP 403). Allow it to read orgs, academicSessions, "
        "users, classes and enrollments in your student information system (roster-core.readonly)."
    )


def _not_there(what: str) -> str:
    return (
        f"The OneRoster service has no {what} at this address (HTTP 404). MODBOT_ONEROSTER__API_URL must be all that "
        "comes before /users, such as https://sis.example.org/ims/oneroster/rostering/v1p2"
    )


def _refused(what: str, status: int) -> str:
    return (
        f"The OneRoster service refused modbot's request for {what} (HTTP {status}). If it takes fewer rows at once, "
        "set MODBOT_ONEROSTER__PAGE_ROWS to 100; else compare MODBOT_ONEROSTER__API_URL with what it shows."
    )
