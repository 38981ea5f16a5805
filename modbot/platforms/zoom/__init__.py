"""Zoom, by a Server-to-Server OAuth app and webhooks. See docs/platforms/zoom.md."""

from modbot.platforms import Vendor
from modbot.platforms.zoom.adapter import ZoomPlatform, build
from modbot.platforms.zoom.capabilities import TABLE

VENDOR = Vendor(TABLE, build)

__all__ = ["VENDOR", "ZoomPlatform", "build"]
