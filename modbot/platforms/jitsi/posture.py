"""A Jitsi room's settings against the safe ones. Fields: https://xmpp.org/extensions/xep-0045.html#roomconfig"""

from collections.abc import Sequence

from modbot.platforms import PostureCheck
from modbot.platforms.jitsi.stanzas import RoomSettings


def checks(settings: RoomSettings) -> Sequence[PostureCheck]:
    """What the configuration form says. Either of the two keeps strangers out."""
    guarded = settings.members_only or bool(settings.password)
    return (
        PostureCheck(
            "Who may come in",
            "members only" if settings.members_only else "anybody with the link",
            "members only, or a password",
            guarded,
        ),
        PostureCheck("Class password", "set" if settings.password else "none", "set, or members only", guarded),
    )
