"""The meeting options of the simulated Teams: what each may hold, and which bite while a meeting runs.

The table is that of https://learn.microsoft.com/graph/api/onlinemeeting-update ("Applies to in-progress meetings?");
values after `unknownFutureValue` are shown only to callers who ask for them.
"""

import copy
from collections.abc import Mapping
from typing import Any

from modbot.simulators.teams.moments import read
from modbot.simulators.teams.refusal import Refused

UNKNOWN = "unknownFutureValue"
SCOPES = ("organizer", "organization", "organizationAndFederated", "everyone")
NEWER_SCOPES = ("invited", "organizationExcludingGuests")
BOOLEANS_LIVE = (
    "allowAttendeeToEnableCamera",
    "allowAttendeeToEnableMic",
    "allowCopyingAndSharingMeetingContent",
    "allowRecording",
    "allowTeamworkReactions",
    "allowTranscription",
    "isEntryExitAnnounced",
)
BOOLEANS_LATER = ("allowBreakoutRooms", "allowPowerPointSharing", "allowWhiteboard", "recordAutomatically")
CHOICES_LIVE = {
    "allowMeetingChat": ("enabled", "disabled", "limited"),
    "allowedLobbyAdmitters": ("organizerAndCoOrganizersAndPresenters", "organizerAndCoOrganizers"),
    "allowedPresenters": ("everyone", "organization", "roleIsPresenter", "organizer"),
}
CHOICES_LATER = {"allowLiveShare": ("enabled", "disabled")}
CHOICES = {**CHOICES_LIVE, **CHOICES_LATER}
LIVE = frozenset({*BOOLEANS_LIVE, *CHOICES_LIVE, "lobbyBypassSettings"})
ROLES = ("attendee", "presenter", "coorganizer")
TIMES = frozenset({"startDateTime", "endDateTime"})

DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(BOOLEANS_LIVE, True),
    "isEntryExitAnnounced": False,
    **dict.fromkeys(BOOLEANS_LATER, True),
    "recordAutomatically": False,
    "allowMeetingChat": "enabled",
    "allowedLobbyAdmitters": "organizerAndCoOrganizersAndPresenters",
    "allowedPresenters": "everyone",
    "allowLiveShare": "enabled",
    "lobbyBypassSettings": {"scope": "everyone", "isDialInBypassEnabled": True},
}


def checked(change: Mapping[str, Any]) -> dict[str, Any]:
    """The change, when every property may be changed and holds something it can hold. Raises Refused (400)."""
    for name, value in change.items():
        if not _fits(name, value, change):
            raise Refused(400, "BadRequest", f"Invalid or read-only property: {name}.")
    if len(TIMES & change.keys()) == 1:
        raise Refused(400, "BadRequest", "startDateTime and endDateTime must be given together.")
    for name in TIMES & change.keys():
        read(change[name], name)
    if change.get("allowedPresenters") == "roleIsPresenter" and not _attendees(change):
        raise Refused(400, "BadRequest", "roleIsPresenter needs the full list of attendees.")
    return dict(change)


def _fits(name: str, value: Any, change: Mapping[str, Any]) -> bool:
    if name in BOOLEANS_LIVE or name in BOOLEANS_LATER:
        return isinstance(value, bool)
    if name in CHOICES:
        return value in CHOICES[name]
    if name == "lobbyBypassSettings":
        return _lobby_fits(value)
    if name == "participants":
        attendees = _attendees(change)
        return value == {"attendees": attendees} and isinstance(attendees, list) and all(map(_attendee_fits, attendees))
    return name in {"subject", *TIMES} and isinstance(value, str)


def _lobby_fits(value: Any) -> bool:
    if (
        not isinstance(value, dict)
        or not value
        or not value.keys() <= {"scope", "isDialInBypassEnabled", "@odata.type"}
    ):
        return False
    scope = value.get("scope", SCOPES[0])
    return scope in SCOPES + NEWER_SCOPES and isinstance(value.get("isDialInBypassEnabled", False), bool)


def _attendee_fits(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("upn"), str) and value.get("role", ROLES[0]) in ROLES


def _attendees(change: Mapping[str, Any]) -> Any:
    participants = change.get("participants")
    return participants.get("attendees") if isinstance(participants, dict) else None


def merged(settings: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with the change in them; the lobby's two are changed one by one."""
    after = copy.deepcopy({**settings, **change})
    if "lobbyBypassSettings" in change:
        lobby = {**settings.get("lobbyBypassSettings", {}), **change["lobbyBypassSettings"]}
        lobby.pop("@odata.type", None)
        after["lobbyBypassSettings"] = lobby
    return after


def in_force_now(change: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a change that a running meeting obeys."""
    return {name: value for name, value in change.items() if name in LIVE}


def shown(settings: Mapping[str, Any], *, newer_values: bool) -> dict[str, Any]:
    """As a caller sees them: the newer lobby values only on request (`Prefer: include-unknown-enum-members`).

    https://learn.microsoft.com/graph/api/resources/lobbybypasssettings
    """
    seen = copy.deepcopy(dict(settings))
    if not newer_values and seen["lobbyBypassSettings"]["scope"] in NEWER_SCOPES:
        seen["lobbyBypassSettings"]["scope"] = UNKNOWN
    return seen
