"""What modbot can do on Jitsi, with which request, and the host's own clicks.

Facts: https://xmpp.org/extensions/xep-0045.html and Jitsi's modules for Prosody
(https://github.com/jitsi/jitsi-meet/tree/master/resources/prosody-plugins); for the clicks the texts of its client
(https://github.com/jitsi/jitsi-meet/blob/master/lang/main.json).
"""

from collections.abc import Mapping
from dataclasses import replace

from modbot.model import Operation
from modbot.platforms import Capability, How

_ADMIN = "modbot's account is admin of the rooms' domain (`admins` in Prosody's settings)"
_LISTED = "the class's room is listed under [jitsi.hosts]"

_ROWS: Mapping[Operation, Capability] = {
    Operation.LOCK: Capability(
        how=How.NATIVE,
        via="muc#admin affiliation=member for those present, then muc#roomconfig_membersonly",
        needs=(_ADMIN,),
        steps=("Open the menu ⋯ and choose Security options.", "Turn on Enable lobby, or set a password."),
        effect="The class is locked. Those in it stay. Whoever comes now is refused, or waits where there is a lobby.",
    ),
    Operation.UNLOCK: Capability(
        how=How.NATIVE,
        via="muc#roomconfig_membersonly, then the memberships that the lock granted are taken back",
        needs=(_ADMIN,),
        steps=("Open the menu ⋯ and choose Security options.", "Turn off Enable lobby, and remove the password."),
        effect="The class is unlocked. People with the link can come in again.",
    ),
    Operation.EJECT: Capability(
        how=How.NATIVE,
        via="muc#admin affiliation=outcast",
        needs=(_ADMIN,),
        steps=("Open the menu ⋯ on the person's picture.", "Choose Kick out, and confirm."),
        effect=(
            "The person is out of the class, and their account is banned from it. A guest has no account: they can "
            "come back as somebody new while the class is unlocked."
        ),
        back=(
            "A guest who was put out by mistake can join again. Where there is a lobby they wait there, and you can "
            "let them in from here. An account that was banned stays out of this class."
        ),
        needs_lock=True,
    ),
    Operation.ADMIT: Capability(
        how=How.NATIVE,
        via="muc#admin affiliation=member, then an invitation",
        needs=(_ADMIN, "the server has Jitsi's lobby module (`muc_lobby_rooms`); without it nobody waits"),
        steps=("Open Participants.", "Choose Admit beside the name."),
        effect="The person has been let in from the lobby.",
    ),
    Operation.MUTE: Capability(
        how=How.BY_HAND,
        steps=("Open the menu ⋯ and choose Mute everyone.",),
    ),
    Operation.END: Capability(
        how=How.NATIVE,
        via="muc#owner destroy",
        needs=(_ADMIN,),
        steps=("Choose the red button to leave.", "Choose End meeting for all."),
        effect="The class has been ended for everyone. Anybody with the link can start a new one.",
    ),
    Operation.HARDEN: Capability(
        how=How.SUBSTITUTE,
        via="the same requests as lock",
        needs=(_ADMIN, "the class runs: Jitsi keeps no settings of a room between classes"),
        steps=(
            "When the class has started, open the menu ⋯ and choose Security options.",
            "Turn on Enable lobby and set a password.",
        ),
        effect="Jitsi keeps no settings between classes. The class that runs now is locked; the next one starts open.",
        instead="the class that runs now is locked",
    ),
    Operation.RESTORE: Capability(
        how=How.NATIVE,
        via="the requests of the act that is undone",
        needs=(_ADMIN,),
        steps=("Open the menu ⋯ and choose Security options.", "Turn off Enable lobby, if it was off before."),
        effect="The class has its former settings again.",
    ),
    Operation.POSTURE: Capability(
        how=How.NATIVE,
        via="muc#owner configuration form",
        needs=(_ADMIN,),
        steps=("Open the menu ⋯ and choose Security options.", "Look whether the lobby is on and a password is set."),
        effect="These are the class's settings as the server states them.",
    ),
    Operation.PARTICIPANTS: Capability(
        how=How.NATIVE,
        via="muc#admin lists by role, and presence for the names",
        needs=(_ADMIN, _LISTED),
        steps=("Open Participants.",),
        effect="These are the people the server shows in the class.",
    ),
}


def table(*, connected: bool) -> Mapping[Operation, Capability]:
    """Every operation. Without an account each is the host's own clicks."""
    if connected:
        return _ROWS
    return {operation: replace(row, how=How.BY_HAND, effect="", instead="") for operation, row in _ROWS.items()}
