"""The options of a Teams meeting: what is safe, and the changes that shut a running class.

Only options that a running meeting obeys are changed, by the table at
https://learn.microsoft.com/graph/api/onlinemeeting-update ("Applies to in-progress meetings?").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modbot.platforms import PostureCheck, Seen
from modbot.platforms.teams.answers import objects

LOBBY = "lobbyBypassSettings"
PRESENTERS = "allowedPresenters"
ADMITTERS = "allowedLobbyAdmitters"
BY_ROLE = "roleIsPresenter"
ONLY_ORGANIZER = "organizer"
UNREADABLE = "unknownFutureValue"

SHUT_LOBBY = {"scope": ONLY_ORGANIZER, "isDialInBypassEnabled": False}
# By default pupils present, and presenters may let in who waits: without the second the first could be undone by any.
LOCK: Mapping[str, Any] = {LOBBY: SHUT_LOBBY, ADMITTERS: "organizerAndCoOrganizers"}
HARDENED: Mapping[str, Any] = {
    **LOCK,
    PRESENTERS: ONLY_ORGANIZER,
    "allowMeetingChat": "disabled",
    "allowAttendeeToEnableMic": False,
    "allowAttendeeToEnableCamera": False,
    "allowTeamworkReactions": False,
}
SAFE_ENOUGH: Mapping[str, Sequence[Any]] = {PRESENTERS: (ONLY_ORGANIZER, BY_ROLE)}  # pupils present in neither
RESTORABLE = frozenset(HARDENED)


@dataclass(frozen=True, slots=True)
class Rule:
    """One option: where Graph keeps it, what staff call it, and its safe values."""

    path: tuple[str, ...]
    name: str
    wanted: str
    safe: tuple[Any, ...]


RULES: Sequence[Rule] = (
    Rule(
        (LOBBY, "scope"),
        "Who comes in without waiting in the lobby",
        "at most the people of the district",
        (ONLY_ORGANIZER, "invited", "organizationExcludingGuests", "organization"),
    ),
    Rule((LOBBY, "isDialInBypassEnabled"), "Callers by phone come in without waiting", "no", (False,)),
    Rule((ADMITTERS,), "Who may let people in from the lobby", "the teacher and co-organisers",
         ("organizerAndCoOrganizers",)),
    Rule((PRESENTERS,), "Who may present", "the teacher, or people chosen", (ONLY_ORGANIZER, BY_ROLE)),
    Rule(("allowMeetingChat",), "Chat", "off, or only during the class", ("disabled", "limited")),
    Rule(("joinMeetingIdSettings", "isPasscodeRequired"), "Passcode to join by meeting id", "yes", (True,)),
)  # fmt: skip

_WORDS = {
    True: "yes",
    False: "no",
    "organizer": "only the teacher",
    "invited": "only people invited",
    "organization": "the people of the district and its guests",
    "organizationExcludingGuests": "the people of the district",
    "organizationAndFederated": "people of other organisations too",
    "everyone": "everyone",
    "roleIsPresenter": "people chosen",
    "organizerAndCoOrganizers": "the teacher and co-organisers",
    "organizerAndCoOrganizersAndPresenters": "presenters too",
    "enabled": "on",
    "disabled": "off",
    "limited": "only during the class",
}


def checks(meeting: Mapping[str, Any]) -> tuple[PostureCheck, ...]:
    """Each rule against the meeting as read. What Graph does not state is not known to be safe, and says so."""
    return tuple(_check(rule, _value(meeting, rule.path)) for rule in RULES)


def changes(meeting: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The part of `wanted` that does not hold yet. Empty when all holds.

    An option that Graph does not state is left alone, since it could not be put back; the lobby is shut all the same.
    """
    return {name: value for name, value in wanted.items() if not _holds(meeting, name, value) and _may(meeting, name)}


def seen(meeting: Mapping[str, Any], wanted: Mapping[str, Any]) -> Seen:
    """Whether all of `wanted` holds. CANNOT_TELL where Graph does not state an option, though it was left alone."""
    if changes(meeting, wanted):
        return Seen.NOT_IN_EFFECT
    return Seen.IN_EFFECT if all(_known(_plain(meeting.get(name))) for name in wanted) else Seen.CANNOT_TELL


def former_of(meeting: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """These options as they are, in the form in which they can be put back. Unreadable values are left out."""
    found = {name: _plain(meeting.get(name)) for name in names}
    return {name: value for name, value in found.items() if _known(value)}


def restoring(former: Mapping[str, Any], meeting: Mapping[str, Any]) -> dict[str, Any]:
    """The change that puts back what was remembered and does not hold any more; nothing else is touched."""
    wanted = {name: value for name, value in former.items() if name in RESTORABLE}
    change = {name: value for name, value in wanted.items() if not same(meeting.get(name), value)}
    if change.get(PRESENTERS) == BY_ROLE:  # Graph takes this value only beside the whole list of roles
        participants = meeting.get("participants")
        listed = participants.get("attendees") if isinstance(participants, Mapping) else None
        change["participants"] = {"attendees": objects(listed)}
    return change


def same(found: Any, wanted: Any) -> bool:
    """Whether an option has exactly this value."""
    return bool(_plain(found) == _plain(wanted))


def _holds(meeting: Mapping[str, Any], name: str, value: Any) -> bool:
    found = meeting.get(name)
    return same(found, value) or (isinstance(found, str) and found in SAFE_ENOUGH.get(name, ()))


def _may(meeting: Mapping[str, Any], name: str) -> bool:
    return name == LOBBY or _known(_plain(meeting.get(name)))


def _plain(value: Any) -> Any:
    """Without Graph's own annotations, which it does not take back."""
    if isinstance(value, Mapping):
        return {name: one for name, one in value.items() if not str(name).startswith("@")}
    return value


def _known(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(_known(one) for one in value.values())
    return value is not None and value != UNREADABLE


def _check(rule: Rule, found: Any) -> PostureCheck:
    if found is None:
        return PostureCheck(rule.name, "Microsoft Teams does not say", rule.wanted, ok=False)
    said = _WORDS.get(found) if isinstance(found, bool | str) else None
    return PostureCheck(rule.name, said or "something modbot does not know", rule.wanted, found in rule.safe)


def _value(meeting: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = meeting
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
