"""Webex meeting settings: what is safe, how far a class is from it, and the change that hardens it before it starts.

Fields of GET and PATCH /meetings/{meetingId}: https://developer.webex.com/docs/api/v1/meetings/get-a-meeting
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modbot.platforms import PostureCheck

MISSING = object()


@dataclass(frozen=True, slots=True)
class Rule:
    """One setting: where Webex keeps it, the safe values, and the one hardening writes (None: left alone)."""

    path: tuple[str, ...]
    name: str
    wanted: str
    safe: tuple[Any, ...]
    write: Any = None


LOCK_WITHIN_MINUTES = (0, 5)  # Webex knows 0, 5, 10, 15 and 20

RULES: Sequence[Rule] = (
    Rule(("password",), "Class password", "set", ()),
    Rule(("excludePassword",), "Password left out of invitation mails", "yes", (True,), write=True),
    Rule(
        ("unlockedMeetingJoinSecurity",),
        "People who are not invited",
        "wait in the lobby",
        ("allowJoinWithLobby", "blockFromJoin"),
        write="allowJoinWithLobby",
    ),
    Rule(("enableAutomaticLock",), "Locks itself after the start", "yes", (True,), write=True),
    Rule(("automaticLockMinutes",), "Minutes until it locks itself", "5 or fewer", LOCK_WITHIN_MINUTES, write=5),
    Rule(("enabledJoinBeforeHost",), "Students may come in before the teacher", "no", (False,), write=False),
    Rule(
        ("enableConnectAudioBeforeHost",), "Students may talk before the teacher is there", "no", (False,), write=False
    ),
    Rule(("allowAnyUserToBeCoHost",), "Anyone with an account becomes co-host", "no", (False,), write=False),
    Rule(("allowFirstUserToBeCoHost",), "The first to come in becomes co-host", "no", (False,), write=False),
    Rule(("attendeePrivileges", "enabledShareContent"), "Students may share", "no", (False,), write=False),
    Rule(("attendeePrivileges", "enabledAnnotate"), "Students may draw on what is shared", "no", (False,), write=False),
    Rule(
        ("attendeePrivileges", "enabledRemoteControl"),
        "Students may control a shared screen",
        "no",
        (False,),
        write=False,
    ),
    Rule(
        ("attendeePrivileges", "enabledChatOtherParticipants"),
        "Students may chat in private with each other",
        "no",
        (False,),
        write=False,
    ),
    Rule(("audioConnectionOptions", "muteAttendeeUponEntry"), "Muted on coming in", "yes", (True,), write=True),
    Rule(("publicMeeting",), "Listed in public", "no", (False,), write=False),
)

_WORDS = {
    True: "yes",
    False: "no",
    "allowJoin": "come straight in",
    "allowJoinWithLobby": "wait in the lobby",
    "blockFromJoin": "cannot come in",
}


def checks(meeting: Mapping[str, Any]) -> tuple[PostureCheck, ...]:
    """Each rule against the meeting as read. What Webex does not state is not known to be safe, and says so."""
    return tuple(_check(rule, _value(meeting, rule.path)) for rule in RULES)


def hardening(meeting: Mapping[str, Any]) -> dict[str, Any]:
    """The fields to PATCH, whole objects where Webex nests them. Empty when all is safe that can be changed.

    Fields that Webex did not state are left alone: they could not be put back.
    """
    changes: dict[str, Any] = {}
    for rule in RULES:
        found = _value(meeting, rule.path)
        if rule.write is None or found is MISSING or found in rule.safe:
            continue
        top = rule.path[0]
        if len(rule.path) == 1:
            changes[top] = rule.write
        else:
            changes[top] = {**changes.get(top, meeting[top]), rule.path[1]: rule.write}
    return changes


def holds(meeting: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether the meeting as read has every one of these fields so."""
    return all(_contains(meeting.get(name), value) for name, value in wanted.items())


def _contains(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(found.get(name) == value for name, value in wanted.items())
    return bool(found == wanted)


def _check(rule: Rule, found: Any) -> PostureCheck:
    if rule.path == ("password",):
        is_set = isinstance(found, str) and found != ""
        return PostureCheck(rule.name, "set" if is_set else "Webex does not show one", rule.wanted, is_set)
    if found is MISSING or found is None:
        return PostureCheck(rule.name, "Webex does not say", rule.wanted, ok=False)
    return PostureCheck(rule.name, _said(found), rule.wanted, found in rule.safe)


def _said(found: Any) -> str:
    if isinstance(found, bool | str):
        return _WORDS.get(found, "something modbot does not know")
    return str(found) if isinstance(found, int | float) else "something modbot does not know"


def _value(meeting: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = meeting
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return MISSING
        value = value[name]
    return value
