"""XMPP's error conditions as modbot's errors. https://www.rfc-editor.org/rfc/rfc6120#section-8.3.3"""

from collections.abc import Mapping

from modbot.errors import Conflict, Forbidden, NotFound, NotOffered, RateLimited, Unreachable, VendorError, VendorFault

VENDOR = "jitsi"

_KINDS: Mapping[str, tuple[type[VendorError], str]] = {
    **dict.fromkeys(
        ("forbidden", "not-allowed", "not-authorized", "registration-required", "subscription-required"),
        (Forbidden, "Jitsi's server does not let modbot do this. IT must make modbot's account an admin of its rooms."),
    ),
    **dict.fromkeys(
        ("item-not-found", "gone", "recipient-unavailable", "jid-malformed"),
        (NotFound, "There is no such class on Jitsi now."),
    ),
    **dict.fromkeys(
        ("conflict", "not-acceptable", "unexpected-request"),
        (Conflict, "Jitsi's server does not allow this for that person or at this moment."),
    ),
    "feature-not-implemented": (NotOffered, "This Jitsi server has no such thing."),
}


def refusal(condition: str, *, log_detail: str) -> VendorError:
    """The error for a condition. One that is not known is the server's fault, not a yes."""
    if condition in ("resource-constraint", "policy-violation"):
        return RateLimited(VENDOR, "Jitsi's server is too busy. Try again in a moment.", code=condition)
    kind, text = _KINDS.get(condition, (VendorFault, "Jitsi's server failed to do this."))
    return kind(VENDOR, text, code=condition, log_detail=log_detail)


def silence(*, maybe_applied: bool, log_detail: str) -> Unreachable:
    """No answer in time, or no connection."""
    return Unreachable(VENDOR, maybe_applied=maybe_applied, log_detail=log_detail)
