"""What modbot can do on Google Meet, with which call, and the host's own clicks.

Google Meet's API has no lock, eject, admit or mute: https://developers.google.com/workspace/meet/api/reference/rest/v2
Clicks: https://support.google.com/meet/answer/9303164
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from modbot.model import Operation
from modbot.platforms import Capability, How

READ, CHANGE = "meetings.space.readonly", "meetings.space.settings"
CREATE, DIRECTORY = "meetings.space.created", "admin.directory.user.readonly"
OWNER = "the teacher owns the class link"
NO_CALL = "Google has no API for it"
MADE_BY_MODBOT = "the class link was made by modbot (modbot meet create-room)"

OPEN_CONTROLS = "In Meet, tap Host controls (the shield)."
OPEN_PEOPLE = "In Meet, tap People."
LOCKED_DOOR = ("Under Meeting access, see that Restricted is chosen.",)
END_STEPS = ("In Meet, tap End call.", "Choose End the call for everyone.")
PATCH = "PATCH /v2/spaces/{space}"

_END_NATIVE = Capability(
    How.NATIVE,
    via=f"{PATCH}: accessType RESTRICTED, then POST /v2/spaces/{{space}}:endActiveConference",
    needs=(CREATE, CHANGE, READ, MADE_BY_MODBOT),
    steps=END_STEPS,
    effect=(
        "The call is over for everyone, and entry is restricted. To go on, join again yourself first: "
        "whoever is not invited must knock then, and you let in whom you know."
    ),
    proviso="if modbot made its link",
)
_END_BY_HAND = Capability(
    How.BY_HAND,
    needs=(MADE_BY_MODBOT, CREATE, "create_rooms on in modbot's settings"),
    steps=END_STEPS,
    effect="Google lets modbot end only classes whose link modbot made, and this is not set up here.",
)

_ROWS: Mapping[Operation, Capability] = {
    Operation.LOCK: Capability(
        How.SUBSTITUTE,
        via=f"{PATCH}: accessType RESTRICTED",
        needs=(CHANGE, OWNER),
        steps=(OPEN_CONTROLS, *LOCKED_DOOR),
        effect=(
            "Google Meet has no lock. modbot restricted entry instead and read it back: whoever is not invited must "
            "knock now. People inside stay in, so put a stranger out by hand, and let in only whom you know."
        ),
        instead="entry is restricted: whoever is not invited must knock",
    ),
    Operation.UNLOCK: Capability(
        How.NATIVE,
        via=f"{PATCH}: the former values",
        needs=(CHANGE, OWNER),
        steps=(OPEN_CONTROLS, "Under Meeting access, choose who may join as before."),
        effect="Entry to the class is as it was before modbot restricted it, read back from Google.",
    ),
    Operation.EJECT: Capability(
        How.BY_HAND,
        needs=(NO_CALL,),
        steps=(
            OPEN_PEOPLE,
            "Beside the person, tap ⋮, then Remove from the call.",
            "Tick Block, so that they cannot come back, and confirm.",
        ),
    ),
    Operation.ADMIT: Capability(
        How.BY_HAND,
        needs=(NO_CALL,),
        steps=("When Meet says that somebody wants to join, tap View all.", "Tap Admit for whom you know, else Deny."),
    ),
    Operation.MUTE: Capability(How.BY_HAND, needs=(NO_CALL,), steps=(OPEN_PEOPLE, "Tap Mute all.")),
    Operation.END: _END_NATIVE,
    Operation.HARDEN: Capability(
        How.SUBSTITUTE,
        via=f"{PATCH}: accessType RESTRICTED, moderation ON, presenting, chat and reactions HOSTS_ONLY",
        needs=(CHANGE, OWNER),
        steps=(
            OPEN_CONTROLS,
            "Turn on Host management.",
            "Turn off Share their screen, Send chat messages and Send reactions.",
            *LOCKED_DOOR,
        ),
        effect=(
            "modbot set and read back: entry restricted, host management on, and only hosts present, write in the "
            "chat or react. Whoever comes now must knock unless invited. Google does not say whether a running call "
            "obeys the rest before its next start."
        ),
        instead="restricted entry at once, the other safer settings surely from the next start of the class",
    ),
    Operation.RESTORE: Capability(
        How.NATIVE,
        via=f"{PATCH}: the former values",
        needs=(CHANGE, OWNER),
        steps=(OPEN_CONTROLS, "Set the controls and Meeting access as you want them."),
        effect=(
            "The settings modbot changed are as they were before, read back from Google. "
            "What was set by hand in Meet stays as it is."
        ),
    ),
    Operation.POSTURE: Capability(
        How.NATIVE,
        via="GET /v2/spaces/{space}",
        needs=(CHANGE, OWNER),
        steps=(OPEN_CONTROLS, "Read the controls and Meeting access."),
        effect="These are the settings of the class as Google states them. A running call may still follow older ones.",
    ),
    Operation.PARTICIPANTS: Capability(
        How.NATIVE,
        via="GET /v2/conferenceRecords/{record}/participants",
        needs=(READ, f"{DIRECTORY} for e-mail addresses"),
        steps=(OPEN_PEOPLE,),
        effect="These are the people Google lists in the class. It does not list who knocks.",
    ),
}


def table(*, create_rooms: bool, configured: bool = True) -> Mapping[Operation, Capability]:
    """Every operation with these settings. Without a service account, each is the host's own clicks."""
    if not configured:
        return MappingProxyType(
            {op: replace(row, how=How.BY_HAND, via="", effect="", instead="", proviso="") for op, row in _ROWS.items()}
        )
    end = _END_NATIVE if create_rooms else _END_BY_HAND
    return MappingProxyType({**_ROWS, Operation.END: end})
