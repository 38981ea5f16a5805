"""What modbot can do on Microsoft Teams, with which call, and the teacher's own clicks.

Facts: https://learn.microsoft.com/graph/api/onlinemeeting-update (options),
https://learn.microsoft.com/graph/api/participant-delete (removal) and
https://support.microsoft.com/office/lock-a-meeting-in-microsoft-teams-62b7869c-dfb8-4be5-a3b4-0728bd0de621 (lock).
"""

from collections.abc import Mapping
from dataclasses import replace

from modbot.model import Operation
from modbot.platforms import Capability, How

_POLICY = "an application access policy for the teacher"
_BOT = (
    "MODBOT_TEAMS__CALLING_BOT and an Azure bot with calling",
    "Calls.JoinGroupCall.All",
    "MODBOT_PUBLIC_URL",
)
_PATCH = "PATCH /users/{id}/onlineMeetings/{id}"
_WRITE = ("OnlineMeetings.ReadWrite.All", _POLICY)
_OPTIONS = (
    "Open Meeting options.",
    "Set who can bypass the lobby, who can present, and chat as you want them.",
    "Save.",
)
_LOCK_CLICKS = ("Open People and the menu ⋯ at its top.", "Choose Lock meeting, then Lock.")

_ROWS: Mapping[Operation, Capability] = {
    Operation.LOCK: Capability(
        how=How.SUBSTITUTE,
        via=_PATCH,
        needs=_WRITE,
        steps=_LOCK_CLICKS,
        effect=(
            "Everyone who comes now waits in the lobby, and only you or a co-organiser can let them in. "
            "To turn people away altogether, choose Lock meeting yourself."
        ),
        instead="whoever comes waits in the lobby until you let them in",
    ),
    Operation.UNLOCK: Capability(
        how=How.NATIVE,
        via=_PATCH,
        needs=_WRITE,
        steps=("Open People and the menu ⋯ at its top.", "Choose Unlock meeting, if you locked it.", *_OPTIONS),
        effect="The lobby is as it was before. If you chose Lock meeting yourself, unlock it yourself.",
    ),
    Operation.EJECT: Capability(
        how=How.NATIVE,
        via="DELETE /communications/calls/{id}/participants/{id}, one call a person",
        needs=(*_BOT, "Set-CsApplicationMeetingConfiguration -AllowRemoveParticipantAppIds"),
        steps=("Open People.", "Open the menu ⋯ beside the name.", "Choose Remove from meeting."),
        effect="The person is out of the class. They may come back to the lobby, and back in unless it is shut.",
        back="Whoever was put out by mistake can join again. They wait in the lobby until you let them in, in Teams.",
        needs_lock=True,
    ),
    Operation.ADMIT: Capability(
        how=How.BY_HAND,
        steps=("Open People.", "Choose Admit beside the name, or Deny."),
        effect="Microsoft Teams lets nobody but the people in the class admit or deny somebody.",
    ),
    Operation.MUTE: Capability(
        how=How.NATIVE,
        via="POST /communications/calls/{id}/participants/{id}/mute, one call a person",
        needs=_BOT,
        steps=("Open People.", "Choose Mute all."),
        effect="Everyone but the organiser is muted. They may be able to unmute themselves.",
    ),
    Operation.END: Capability(
        how=How.BY_HAND,
        steps=("Open the arrow beside Leave.", "Choose End meeting, then End."),
        effect="Microsoft Teams gives modbot no way to end a class.",
    ),
    Operation.HARDEN: Capability(
        how=How.NATIVE,
        via=_PATCH,
        needs=_WRITE,
        steps=_OPTIONS,
        effect=(
            "Everyone who comes now waits in the lobby. Only you, or presenters you chose by name, can present. Chat "
            "is off, and attendees cannot unmute or show video. Whoever shares a screen may still be shown: stop them "
            "yourself. To turn people away altogether, choose Lock meeting yourself."
        ),
    ),
    Operation.RESTORE: Capability(
        how=How.NATIVE,
        via=_PATCH,
        needs=_WRITE,
        steps=_OPTIONS,
        effect="The class has its former settings again.",
    ),
    Operation.POSTURE: Capability(
        how=How.NATIVE,
        via="GET /users/{id}/onlineMeetings/{id}",
        needs=("OnlineMeetings.Read.All", _POLICY),
        steps=("Open Meeting options.",),
        effect="These are the class's settings as Microsoft Teams states them.",
    ),
    Operation.PARTICIPANTS: Capability(
        how=How.NATIVE,
        via="GET /communications/calls/{id}/participants",
        needs=_BOT,
        steps=("Open People.",),
        effect="These are the people Microsoft Teams shows in the class and its lobby.",
    ),
}
_OF_THE_BOT = (Operation.EJECT, Operation.MUTE, Operation.PARTICIPANTS)
_TOLD = Capability(
    how=How.SUBSTITUTE,
    via="meetingCallEvents (beta)",
    needs=("OnlineMeetings.Read.All", _POLICY, "MODBOT_PUBLIC_URL"),
    steps=("Open People.",),
    effect="These are the people whose coming and going Microsoft Teams has told. Whoever came before may be missing.",
    instead="those whose coming and going Microsoft Teams has told",
)
_NO_BOT = "Without modbot's calling bot, Microsoft Teams lets nobody do this from outside the class."


def table(*, connected: bool, calling_bot: bool) -> Mapping[Operation, Capability]:
    """Every operation. Without credentials, each is the teacher's own clicks; so are the bot's acts without a bot."""
    rows = dict(_ROWS)
    if not calling_bot:
        rows |= {operation: _by_hand(_ROWS[operation], _NO_BOT) for operation in _OF_THE_BOT}
        rows[Operation.PARTICIPANTS] = _TOLD
    if not connected:
        rows = {operation: _by_hand(row, "") for operation, row in rows.items()}
    return rows


def _by_hand(row: Capability, effect: str) -> Capability:
    return replace(row, how=How.BY_HAND, effect=effect, instead="")
