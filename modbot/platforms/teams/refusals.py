"""Microsoft Graph's refusals as modbot's errors.

A 403 has several causes, and each is somebody else's to mend: a permission without consent, a missing application
access policy, a missing allowance to remove people. https://learn.microsoft.com/graph/errors
"""

import re
from collections.abc import Mapping
from typing import Any

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
from modbot.platforms.teams.answers import text

POLICY = re.compile(r"application access policy|is not authorized to .* on behalf of user", re.IGNORECASE)
POLICY_REMEDY = (
    "Microsoft Teams does not let modbot into this teacher's meetings. IT must give the teacher an application access "
    "policy that names modbot: New-CsApplicationAccessPolicy and Grant-CsApplicationAccessPolicy. It takes 30 minutes."
)
_SAFE = re.compile(r"[^A-Za-z0-9_.-]")

_KINDS: Mapping[int, tuple[type[VendorError], str]] = {
    401: (AuthRejected, "Microsoft no longer accepts modbot's sign-in. IT must check the app registration."),
    404: (NotFound, "Microsoft Teams does not find this class or person. The class may have ended."),
    409: (Conflict, "Microsoft Teams cannot do this in the state the class is in now."),
    412: (Conflict, "Microsoft Teams cannot do this in the state the class is in now."),
}


def error_of(answer: Answer, permission: str) -> VendorError:
    """What a refused call means. `permission` is the one the call needs. The log detail holds Graph's request id."""
    code, message = _told(answer)
    detail = f"request-id={_SAFE.sub('', answer.headers.get('request-id', ''))[:64]}"
    if answer.status in {401, 403} and POLICY.search(message):
        return Forbidden("teams", POLICY_REMEDY, status=answer.status, code=code, log_detail=f"policy {detail}")
    if answer.status == 403:
        said = f"Microsoft Teams does not let modbot do this. IT must consent to {permission} for modbot's app."
        return Forbidden("teams", said, status=403, code=code, log_detail=f"permission={permission} {detail}")
    if answer.status in {423, 429}:
        return _waiting(answer, code, detail)
    if answer.status in _KINDS:
        kind, said = _KINDS[answer.status]
        return kind("teams", said, status=answer.status, code=code, log_detail=detail)
    if answer.status >= 500:
        said = "Microsoft Teams is having trouble and did not say whether it acted."
        return VendorFault("teams", said, status=answer.status, code=code, log_detail=detail)
    return VendorError("teams", "Microsoft Teams did not do it.", status=answer.status, code=code, log_detail=detail)


def policy_is_missing(error: VendorError) -> bool:
    """Whether this is the missing application access policy and not a missing permission."""
    return isinstance(error, Forbidden) and error.staff_text == POLICY_REMEDY


def unreadable(answer: Answer, detail: str) -> MalformedAnswer:
    """For an answer that is not what Graph documents."""
    said = "Microsoft Teams gave an answer modbot could not read."
    return MalformedAnswer("teams", said, status=answer.status, log_detail=detail)


def _waiting(answer: Answer, code: str, detail: str) -> VendorError:
    if answer.status == 423:
        said = "Microsoft Teams is busy with this class. Try again."
        return ResourceLocked("teams", said, retry_after=answer.retry_after, code=code, log_detail=detail)
    said = "Microsoft Teams asks modbot to slow down. Try again."
    return RateLimited("teams", said, retry_after=answer.retry_after, code=code, log_detail=detail)


def _told(answer: Answer) -> tuple[str, str]:
    """Graph's code, cut to what a code may hold, and its message, which is never shown or logged."""
    try:
        body: Any = answer.json()
    except MalformedAnswer:
        return "", ""
    return _SAFE.sub("", text(body, "error", "code"))[:64], text(body, "error", "message")
