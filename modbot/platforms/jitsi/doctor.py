"""Whether Jitsi is set up: the account, its rights over rooms, and the classes it is to hear."""

from collections.abc import Sequence

from modbot.errors import AuthRejected, Unreachable, VendorError
from modbot.platforms.jitsi.rooms import Rooms
from modbot.platforms.jitsi.stream import Stream
from modbot.settings.jitsi import JitsiSettings

# Prosody offers this command to admins of the rooms' domain and to nobody else; asking for the list changes nothing.
FOR_ADMINS = "http://prosody.im/protocol/muc#destroy"

Finding = tuple[str, str]


async def diagnose(settings: JitsiSettings, stream: Stream, rooms: Rooms) -> Sequence[Finding]:
    """Each thing checked, with "" or what to fix. No room is entered or changed."""
    signed_in = await _sign_in(stream)
    if signed_in:
        return [("Jitsi account", signed_in)]
    return [
        ("Jitsi account", ""),
        ("Jitsi rooms", await _rights(settings, rooms)),
        ("Jitsi classes", "" if settings.hosts else "List each class's room and teacher under [jitsi.hosts]."),
    ]


async def _sign_in(stream: Stream) -> str:
    try:
        await stream.ready()
    except AuthRejected as error:
        return error.staff_text
    except VendorError:
        return "Jitsi's XMPP service does not answer. Check MODBOT_JITSI__HOST, MODBOT_JITSI__PORT and the firewall."
    return ""


async def _rights(settings: JitsiSettings, rooms: Rooms) -> str:
    try:
        offered = await rooms.commands()
    except Unreachable as error:
        return error.staff_text
    except VendorError:
        return f"There are no rooms at {settings.rooms_domain}. Check MODBOT_JITSI__ROOMS_DOMAIN."
    if FOR_ADMINS in offered:
        return ""
    return f"modbot's account is no admin of the rooms: add \"{settings.jid}\" to admins in Prosody's settings."
