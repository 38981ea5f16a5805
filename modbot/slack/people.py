"""Who and where: Slack's users, channels and modbot's own identity, read from its answers.

The readers raise MalformedAnswer for anything Slack does not document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modbot.errors import MalformedAnswer
from modbot.slack.errors import VENDOR


@dataclass(frozen=True, slots=True)
class Identity:
    """Who modbot is in this workspace."""

    team_id: str
    enterprise_id: str
    user_id: str  # modbot's own
    bot_id: str
    team_url: str


@dataclass(frozen=True, slots=True)
class SlackUser:
    """A person in Slack. `email` is "" unless Slack confirmed it and they belong to this workspace.

    A bot, a deactivated account or somebody from another organisation has no e-mail here, so none is taken for staff.
    """

    id: str
    email: str
    name: str  # hostile until defanged
    is_bot: bool
    deleted: bool
    is_guest: bool
    is_outsider: bool  # of another workspace, in a shared channel


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """What decides whether a channel may carry incidents."""

    id: str
    name: str
    is_member: bool  # modbot is in it
    is_private: bool
    is_archived: bool
    is_shared: bool  # with another organisation


def unreadable(status: int | None, detail: str) -> MalformedAnswer:
    """An answer that is not what Slack documents."""
    return MalformedAnswer(VENDOR, "Slack gave an answer modbot could not read.", status=status, log_detail=detail)


def required_object(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object called `name` in it."""
    found = answer.get(name)
    if not isinstance(found, dict):
        raise unreadable(200, f"no object {name}")
    return found


def required_text(answer: Mapping[str, Any], name: str) -> str:
    """The text called `name` in it, not empty."""
    found = answer.get(name)
    if not isinstance(found, str) or not found:
        raise unreadable(200, f"no text {name}")
    return found


def identity_of(answer: Mapping[str, Any]) -> Identity:
    """The answer of auth.test."""
    return Identity(
        team_id=required_text(answer, "team_id"),
        enterprise_id=str(answer.get("enterprise_id") or ""),
        user_id=required_text(answer, "user_id"),
        bot_id=str(answer.get("bot_id") or ""),
        team_url=str(answer.get("url") or ""),
    )


def channel_of(answer: Mapping[str, Any]) -> ChannelInfo:
    """The answer of conversations.info."""
    found = required_object(answer, "channel")
    return ChannelInfo(
        id=required_text(found, "id"),
        name=str(found.get("name", "")),
        is_member=found.get("is_member") is True,
        is_private=found.get("is_private") is True,
        is_archived=found.get("is_archived") is True,
        is_shared=found.get("is_ext_shared") is True or found.get("is_pending_ext_shared") is True,
    )


def user_of(answer: Mapping[str, Any], identity: Identity) -> SlackUser:
    """The answer of users.info and users.lookupByEmail."""
    found = required_object(answer, "user")
    profile = required_object(found, "profile")
    is_bot, deleted = found.get("is_bot") is True, found.get("deleted") is True
    outsider = _is_outsider(found, identity)
    ours = not (is_bot or deleted or outsider)
    confirmed = str(profile.get("email") or "") if ours and found.get("is_email_confirmed") is True else ""
    return SlackUser(
        id=required_text(found, "id"),
        email=confirmed,
        name=str(profile.get("real_name") or found.get("real_name") or found.get("name") or ""),
        is_bot=is_bot,
        deleted=deleted,
        is_guest=found.get("is_restricted") is True or found.get("is_ultra_restricted") is True,
        is_outsider=outsider,
    )


def _is_outsider(found: Mapping[str, Any], identity: Identity) -> bool:
    """Another organisation can confirm any e-mail for its own people: theirs must never match our roster."""
    if found.get("is_stranger") is True:
        return True
    if found.get("team_id") == identity.team_id:
        return False
    enterprise = found.get("enterprise_user")
    same_org = isinstance(enterprise, dict) and enterprise.get("enterprise_id") == identity.enterprise_id
    return not (identity.enterprise_id and same_org)
