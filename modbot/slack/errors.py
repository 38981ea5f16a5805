"""Slack's failures made ours, from one table. https://docs.slack.dev/apis/web-api/#responses

Every method page of Slack lists its own error strings; those not in the table keep theirs in `code`.
"""

from datetime import timedelta
from typing import Any

from modbot.errors import AuthRejected, Conflict, Forbidden, NotFound, RateLimited, VendorError, VendorFault

VENDOR = "slack"
_TOKEN = "Slack no longer accepts modbot's token. IT must install the app again."  # noqa: S105 - a sentence
_INVITE = "modbot cannot write in that channel. Open the channel and type: /invite @modbot"
_NOBODY = "Slack does not know that person."
_TOO_LATE = "That button is too old for Slack. Press it again, or type the command."
_BLOCKED = "Slack does not let modbot do this. IT must check the app's permissions."
_BROKEN = "Slack had a fault. It may or may not have done this."
_MESSAGE = "modbot built a message that Slack refused."

_TABLE: dict[str, tuple[type[VendorError], str]] = {
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "invalid_token"),
        (AuthRejected, _TOKEN),
    ),
    **dict.fromkeys(
        (
            "missing_scope",
            "no_permission",
            "not_allowed_token_type",
            "restricted_action",
            "access_denied",
            "ekm_access_denied",
            "org_login_required",
            "team_access_not_granted",
        ),
        (Forbidden, _BLOCKED),
    ),
    **dict.fromkeys(("channel_not_found", "not_in_channel", "is_archived"), (NotFound, _INVITE)),
    **dict.fromkeys(
        (
            "user_not_found",
            "users_not_found",
            "user_not_visible",
            "user_disabled",
            "cannot_dm_bot",
            "user_not_in_channel",
        ),
        (NotFound, _NOBODY),
    ),
    **dict.fromkeys(
        ("message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"),
        (NotFound, "That message is no longer there."),
    ),
    **dict.fromkeys(("used_url", "expired_url"), (NotFound, _TOO_LATE)),
    **dict.fromkeys(
        ("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "trigger_exchanged"),
        (Conflict, _TOO_LATE),
    ),
    **dict.fromkeys(("hash_conflict", "view_too_large", "duplicate_external_id"), (Conflict, _MESSAGE)),
    "not_found": (NotFound, "That window is no longer open."),
    **dict.fromkeys(
        ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"),
        (VendorFault, _BROKEN),
    ),
    **dict.fromkeys(
        (
            "no_text",
            "invalid_blocks",
            "invalid_blocks_format",
            "msg_too_long",
            "msg_blocks_too_long",
            "invalid_arguments",
        ),
        (VendorError, _MESSAGE),
    ),
}


def refusal(status: int, answer: dict[str, Any], *, retry_after: timedelta | None = None) -> VendorError:
    """The error for an answer of Slack that is not a success. `log_detail` names the scope that is missing, if any."""
    code = str(answer.get("error", ""))
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return RateLimited(
            VENDOR, "Slack asks modbot to slow down. Try again in a minute.", retry_after=retry_after, code=code
        )
    if status >= 500:
        return VendorFault(VENDOR, _BROKEN, status=status, code=code)
    kind, sentence = _TABLE.get(code, (VendorError, f"Slack refused this ({code or f'status {status}'})."))
    return kind(VENDOR, sentence, status=status, code=code, log_detail=_detail(answer))


def _detail(answer: dict[str, Any]) -> str:
    if answer.get("error") == "missing_scope":
        return f"missing scope {answer.get('needed', '')}"
    metadata = answer.get("response_metadata")
    notes = metadata.get("messages") if isinstance(metadata, dict) else None
    # These notes point into the blocks by number and rule; Slack does not repeat the text in them.
    return "; ".join(str(note)[:120] for note in notes[:3]) if isinstance(notes, list) else ""
