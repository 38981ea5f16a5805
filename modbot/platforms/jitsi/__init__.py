"""Jitsi: classes are rooms on a Prosody server, and modbot's account owns them.

What a district sets up, and what Jitsi cannot do, is in docs/platforms/jitsi.md.
"""

from modbot.platforms import Means, Vendor
from modbot.platforms.jitsi.adapter import JitsiPlatform
from modbot.platforms.jitsi.capabilities import table
from modbot.settings.jitsi import JitsiSettings


def build(settings: JitsiSettings, means: Means) -> JitsiPlatform:
    """Jitsi with this account. No I/O."""
    return JitsiPlatform(settings, means)


VENDOR = Vendor(table(connected=True), build)

__all__ = ["VENDOR", "JitsiPlatform", "build"]
