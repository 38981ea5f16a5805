"""Clever's refusals as modbot's errors, in the words of an admin who has to do something about them.

https://dev.clever.com/docs/error-messages - nothing of Clever's own message is kept: the status says it all.
"""

from datetime import UTC, datetime, timedelta

from modbot.errors import (
    AuthRejected,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    VendorError,
    VendorFault,
)
from modbot.http import Answer

VENDOR = "clever"

NO_CREDENTIALS = (
    "Clever does not accept modbot's client id and secret. Compare MODBOT_CLEVER__CLIENT_ID and "
    "MODBOT_CLEVER__CLIENT_SECRET with the app's page in Clever's dashboard."
)
NOT_SET = (
    "Clever is not set up. Set MODBOT_CLEVER__CLIENT_ID, MODBOT_CLEVER__CLIENT_SECRET and MODBOT_CLEVER__DISTRICT."
)
NOT_CONNECTED = (
    "The Clever app has no token for this district: it is not connected, or the district has shut the app out. "
    "Connect it again in the district's Clever dashboard, or correct MODBOT_CLEVER__DISTRICT."
)
REVOKED = (
    "Clever refuses the token of this district, and the one it gave instead. The district may have shut the app out: "
    "look at the app in the district's Clever dashboard."
)
OTHER_DISTRICT = (
    "Clever's token belongs to another district than MODBOT_CLEVER__DISTRICT names. Nothing was taken. "
    "Correct the district's id, or the client id and secret."
)
TOO_MANY = "Clever takes no more requests from this district's apps at this moment. Try again in a few minutes."
FAULT = "Clever has a fault at this moment. Its state is at status.clever.com; try again later."
UNREADABLE = "Clever gave an answer modbot could not read."

NOT_SHARED = frozenset({403, 404})  # Clever documents 404; 403 would mean the same
_LONGEST_WAIT = timedelta(seconds=90)  # Clever counts by the minute


def error_of(answer: Answer, what: str, now: datetime) -> VendorError:
    """The error that an answer outside 2xx stands for. `what` names what was asked for: "sections"."""
    status = answer.status
    if status == 429:
        return RateLimited(VENDOR, TOO_MANY, retry_after=wait_for(answer, now), log_detail=what)
    if status == 401:
        return AuthRejected(VENDOR, REVOKED, status=status, log_detail=what)
    if status in NOT_SHARED:
        kind = Forbidden if status == 403 else NotFound
        return kind(VENDOR, not_shared(what, status), status=status, log_detail=what)
    if status >= 500 and status != 501:
        return VendorFault(VENDOR, FAULT, status=status, log_detail=what)
    text = f"Clever refused modbot's request for {what} (HTTP {status}). Check MODBOT_CLEVER__API_URL."
    return VendorError(VENDOR, text, status=status, log_detail=what)


def not_shared(what: str, status: int) -> str:
    """What to say of records that a district keeps from the app."""
    return (
        f"Clever does not share this district's {what} with modbot (HTTP {status}). The app needs Secure Sync, and the "
        f"district must share {what} with it in its Clever dashboard."
    )


def wait_for(answer: Answer, now: datetime) -> timedelta | None:
    """How long Clever wants to be left alone: until X-RateLimit-Reset, in seconds since 1970. None if it does not say.

    https://dev.clever.com/reference/responses-errors
    """
    said = answer.headers.get("x-ratelimit-reset", "").strip()
    if not said.isdigit() or len(said) > 12:
        return answer.retry_after
    reset = datetime.fromtimestamp(int(said), UTC)
    return min(max(reset - now, timedelta(0)), _LONGEST_WAIT)


def malformed(what: str) -> MalformedAnswer:
    """An answer that is not what Clever documents. `what` names the fault, never the content."""
    return MalformedAnswer(VENDOR, UNREADABLE, log_detail=what)
