"""What modbot can do on Zoom with a Server-to-Server app, and the host's own clicks for everything.

Zoom's API has no lock, mute or admit: https://developers.zoom.us/docs/api/meetings/
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from modbot.model import Operation
from modbot.platforms import Capability, How

READ_MEETING = "meeting:read:meeting:admin"
UPDATE_MEETING = "meeting:update:meeting:admin"
END_MEETING = "meeting:update:status:admin"
REMOVE_PEOPLE = "meeting:update:in_meeting_controls:admin"
LIST_PEOPLE = "dashboard:read:list_meeting_participants:admin"
LIST_MEETINGS = "dashboard:read:list_meetings:admin"
LIST_HOST_MEETINGS = "meeting:read:list_meetings:admin"
SCOPES = (
    READ_MEETING,
    UPDATE_MEETING,
    END_MEETING,
    REMOVE_PEOPLE,
    LIST_PEOPLE,
    LIST_MEETINGS,
    LIST_HOST_MEETINGS,
)

BUSINESS_PLAN = "a Business, Education or Enterprise plan with the dashboard on"
HOST_TOOLS = "In Zoom, tap Host tools (called Security in older apps)."
OPEN_PARTICIPANTS = "In Zoom, tap Participants."
PORTAL = "At zoom.us, sign in, open Meetings, choose the class and tap Edit."

_LOCK = Capability(
    How.SUBSTITUTE,
    via="PATCH /meetings/{meetingId}: waiting_room on, join_before_host off",
    needs=(READ_MEETING, UPDATE_MEETING),
    steps=(HOST_TOOLS, "Tap Lock meeting."),
    effect=(
        "Zoom does not let modbot lock a meeting. modbot turned the waiting room on instead and read it back. "
        "Zoom does not say whether a running class obeys before its next start. "
        "So lock it by hand now: Host tools → Lock meeting."
    ),
    instead="the waiting room is turned on",
)
_UNLOCK = Capability(
    How.SUBSTITUTE,
    via="PATCH /meetings/{meetingId}: the former values",
    needs=(READ_MEETING, UPDATE_MEETING),
    steps=(HOST_TOOLS, "Tap Lock meeting to remove its tick."),
    effect=(
        "The waiting room settings are as they were before, read back from Zoom. "
        "If you locked the class by hand, unlock it by hand: Host tools → Lock meeting."
    ),
    instead="the waiting room is set back as it was",
)
_EJECT = Capability(
    How.NATIVE,
    via="PATCH /live_meetings/{meetingId}/events: participant.remove",
    needs=(REMOVE_PEOPLE, LIST_PEOPLE, "Zoom's account for modbot is host or alternative host of the class"),
    steps=(OPEN_PARTICIPANTS, "Find the person, tap More, then Remove."),
    effect=(
        "They are out. Zoom keeps removed people out of this meeting unless the district's account "
        "allows them to rejoin, which modbot cannot read."
    ),
    back=(
        "Zoom keeps whoever is removed out of this meeting, unless the district's account allows them to rejoin. If "
        "you are not sure of somebody, let them wait instead: tap Participants, More, Put in waiting room."
    ),
)
_ADMIT = Capability(
    How.BY_HAND,
    needs=("Zoom has no API for it",),
    steps=(OPEN_PARTICIPANTS, "Tap Admit beside the person, or Admit all."),
)
_MUTE = Capability(
    How.BY_HAND,
    needs=("Zoom has no API for it",),
    steps=(
        OPEN_PARTICIPANTS,
        "Tap Mute all.",
        "Remove the tick from Allow participants to unmute themselves, then confirm.",
    ),
)
_END = Capability(
    How.NATIVE,
    via="PUT /meetings/{meetingId}/status: end",
    needs=(END_MEETING, READ_MEETING),
    steps=("In Zoom, tap End.", "Tap End meeting for all."),
    effect="The class is over for everyone. Zoom no longer shows it as running.",
)
_HARDEN = Capability(
    How.SUBSTITUTE,
    via="PATCH /meetings/{meetingId}: waiting room, no entry before the host, microphone and camera off on entry",
    needs=(READ_MEETING, UPDATE_MEETING),
    steps=(HOST_TOOLS, "Tap Lock meeting.", "Turn Share screen off.", "To stop everything, tap Suspend activities."),
    effect=(
        "modbot set and read back: waiting room on, nobody in before the host, microphone and camera off on entry. "
        "Count on it from the next start of the class: Zoom does not say whether a running class obeys."
    ),
    instead="safer settings from the next start of the class",
)
_RESTORE = Capability(
    How.NATIVE,
    via="PATCH /meetings/{meetingId}: the former values",
    needs=(READ_MEETING, UPDATE_MEETING),
    steps=(PORTAL, "Set the options as you want them and tap Save.", "In a running class, use Host tools."),
    effect=(
        "The settings modbot changed are as they were before, read back from Zoom. "
        "What was set by hand in Zoom stays as it is."
    ),
)
_POSTURE = Capability(
    How.NATIVE,
    via="GET /meetings/{meetingId}",
    needs=(READ_MEETING,),
    steps=(PORTAL, "Look at Security and Options."),
    effect="These are the settings of the class as Zoom shows them. A running class may still follow older ones.",
)
_PARTICIPANTS = Capability(
    How.NATIVE,
    via="GET /metrics/meetings/{meetingId}/participants?type=live",
    needs=(LIST_PEOPLE, BUSINESS_PLAN),
    steps=(OPEN_PARTICIPANTS,),
    effect="This is who Zoom lists in the class now.",
)

TABLE: Mapping[Operation, Capability] = MappingProxyType(
    {
        Operation.LOCK: _LOCK,
        Operation.UNLOCK: _UNLOCK,
        Operation.EJECT: _EJECT,
        Operation.ADMIT: _ADMIT,
        Operation.MUTE: _MUTE,
        Operation.END: _END,
        Operation.HARDEN: _HARDEN,
        Operation.RESTORE: _RESTORE,
        Operation.POSTURE: _POSTURE,
        Operation.PARTICIPANTS: _PARTICIPANTS,
    }
)
_WITHOUT_CREDENTIALS: Mapping[Operation, Capability] = MappingProxyType(
    {
        operation: replace(
            row, how=How.BY_HAND, via="", effect="", instead="", needs=("a configured Zoom app", *row.needs)
        )
        for operation, row in TABLE.items()
    }
)


def capabilities_for(*, configured: bool) -> Mapping[Operation, Capability]:
    """The table for a configured app; without credentials only the host's own clicks are left."""
    return TABLE if configured else _WITHOUT_CREDENTIALS
