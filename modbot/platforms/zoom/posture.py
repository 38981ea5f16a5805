"""A Zoom meeting's settings: which ones shut it, and how far it is from safe.

Fields of GET and PATCH /meetings/{meetingId}: https://developers.zoom.us/docs/api/meetings/
"""

from collections.abc import Mapping, Sequence
from typing import Any

from modbot.platforms import PostureCheck
from modbot.platforms.zoom.answers import malformed

SHUT: Mapping[str, Any] = {"waiting_room": True, "join_before_host": False}
HARD: Mapping[str, Any] = {**SHUT, "mute_upon_entry": True, "participant_video": False}

_SWITCHES = (  # field, name, wanted value, words for on and off
    ("waiting_room", "Waiting room", True, "on", "off"),
    ("join_before_host", "Entry before the host", False, "allowed", "not allowed"),
    ("meeting_authentication", "Sign-in to Zoom", True, "required", "not required"),
    ("mute_upon_entry", "Microphone on entry", True, "off", "on"),
    ("participant_video", "Camera on entry", False, "on", "off"),
)
_WHO_WAITS = {
    "everyone": ("everyone", True),
    "users_not_in_account": ("everyone from outside the district's account", True),
    "users_not_in_org": ("everyone from outside the organisation", True),
    "users_not_on_invite": ("everyone who is not on the invitation", True),
    "users_not_in_account_or_whitelisted_domains": ("everyone from outside the account and trusted domains", False),
}
NOT_SAID = "Zoom does not say"


def settings_of(meeting: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `settings` of a meeting. Raises MalformedAnswer when there are none."""
    settings = meeting.get("settings")
    if not isinstance(settings, dict):
        raise malformed("settings")
    return settings


def differing(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted values that are not so now."""
    return {field: value for field, value in wanted.items() if field not in current or current[field] != value}


def checks(meeting: Mapping[str, Any]) -> Sequence[PostureCheck]:
    """The meeting's settings against the safe ones, the gravest first. The passcode itself is never shown."""
    settings = settings_of(meeting)
    coded = bool(meeting.get("password"))
    found = [PostureCheck("Passcode", "set" if coded else "none shown", "set", coded)]
    found += [_switch(settings.get(field), name, wanted, on, off) for field, name, wanted, on, off in _SWITCHES]
    if settings.get("waiting_room") is True:
        found.insert(2, _who_waits(settings))
    return found


def _switch(value: object, name: str, wanted: bool, on: str, off: str) -> PostureCheck:  # noqa: FBT001 - a table row
    said = NOT_SAID if not isinstance(value, bool) else on if value else off
    return PostureCheck(name, said, on if wanted else off, value is wanted)


def _who_waits(settings: Mapping[str, Any]) -> PostureCheck:
    options = settings.get("waiting_room_options")
    who = options.get("who_goes_to_waiting_room") if isinstance(options, dict) else None
    said, ok = _WHO_WAITS.get(str(who), (NOT_SAID, False))
    return PostureCheck("Who waits in the waiting room", said, "everyone", ok)
