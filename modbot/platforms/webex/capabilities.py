"""What modbot can do on Webex, with which call, and the host's own clicks.

Facts: https://developer.webex.com/docs/meetings (scopes) and
https://help.webex.com/en-us/article/WBX80006/How-Do-I-Restrict-Access-to-Cisco-Webex-Meetings-Online (clicks).
"""

from collections.abc import Mapping
from dataclasses import replace

from modbot.model import Operation
from modbot.platforms import Capability, How

_CONTROL = "a token of the host or of a co-host: Webex has no admin scope for live controls"

_ROWS: Mapping[Operation, Capability] = {
    Operation.LOCK: Capability(
        how=How.NATIVE,
        via="PUT /meetings/controls",
        needs=("meeting:controls_read", "meeting:controls_write", _CONTROL, "not a scheduled personal-room meeting"),
        steps=("Open the Meeting menu.", "Choose Lock Meeting."),
        effect="The class is locked. Whoever comes now waits in the lobby or is turned away.",
    ),
    Operation.UNLOCK: Capability(
        how=How.NATIVE,
        via="PUT /meetings/controls",
        needs=("meeting:controls_read", "meeting:controls_write", _CONTROL, "not a scheduled personal-room meeting"),
        steps=("Open the Meeting menu.", "Choose Unlock Meeting."),
        effect="The class is unlocked. People with the link can come in again.",
    ),
    Operation.EJECT: Capability(
        how=How.NATIVE,
        via="PUT /meetingParticipants/{participantId}",
        needs=(
            "meeting:participants_read",
            "meeting:participants_write",
            _CONTROL,
            "closed captions or Webex Assistant on, should Webex report success and remove nobody",
        ),
        steps=("Open Participants.", "Find the person and open the menu beside the name.", "Choose Expel, then Yes."),
        effect="The person is out of the class. They may come back to the lobby, and back in unless it is locked.",
        back=(
            "Whoever was put out by mistake can join again. Where the class has a lobby they wait there, and you can "
            "let them in from here."
        ),
        needs_lock=True,
    ),
    Operation.ADMIT: Capability(
        how=How.NATIVE,
        via="POST /meetingParticipants/admit",
        needs=("meeting:participants_read", "meeting:participants_write", _CONTROL, "at most 100 people a call"),
        steps=("Open Participants.", "Choose Admit beside the name."),
        effect="The person has been let in from the lobby.",
    ),
    Operation.MUTE: Capability(
        how=How.NATIVE,
        via="PUT /meetingParticipants/{participantId}, one call a person",
        needs=("meeting:participants_read", "meeting:participants_write", _CONTROL),
        steps=("Open Participants.", "Choose Mute all."),
        effect="Everyone but the hosts is muted. They may be able to unmute themselves.",
    ),
    Operation.END: Capability(
        how=How.NATIVE,
        via="POST /meetings/{meetingId}/end",
        needs=("meeting:schedules_write (not confirmed by Webex's scope table)", _CONTROL),
        steps=("Choose the red End button.", "Choose End meeting for all."),
        effect="The class has been ended for everyone.",
    ),
    Operation.HARDEN: Capability(
        how=How.NATIVE,
        via="PATCH /meetings/{meetingId}",
        needs=(
            "meeting:schedules_read, or meeting:admin_schedule_read",
            "meeting:schedules_write, or meeting:admin_schedule_write",
            "only before the class starts",
            "not for classes made by a calendar connector",
        ),
        steps=(
            "Before the class, open it on your Webex page and choose Edit.",
            "Under security, choose: people not invited wait in the lobby; lock after 5 minutes.",
            "Take sharing, drawing and private chat away from attendees.",
        ),
        effect="The safer settings hold from the next start of this class.",
        proviso="if it has not started",
    ),
    Operation.RESTORE: Capability(
        how=How.NATIVE,
        via="PUT /meetings/controls, PATCH /meetings/{meetingId}",
        needs=("what the act that is undone needed",),
        steps=("Open the Meeting menu.", "Choose Unlock Meeting, if the class was not locked before."),
        effect="The class has its former settings again.",
    ),
    Operation.POSTURE: Capability(
        how=How.NATIVE,
        via="GET /meetings/{meetingId}",
        needs=("meeting:schedules_read, or meeting:admin_schedule_read",),
        steps=("Open the class on your Webex page.", "Read its security and privilege settings."),
        effect="These are the class's settings as Webex states them.",
    ),
    Operation.PARTICIPANTS: Capability(
        how=How.NATIVE,
        via="GET /meetingParticipants",
        needs=("meeting:participants_read for the host, or meeting:admin_participants_read",),
        steps=("Open Participants.",),
        effect="These are the people Webex shows in the class and its lobby.",
    ),
}


def table(*, connected: bool) -> Mapping[Operation, Capability]:
    """Every operation. Without an account to act as, each is the host's own clicks."""
    if connected:
        return _ROWS
    return {operation: replace(row, how=How.BY_HAND, effect="", proviso="") for operation, row in _ROWS.items()}
