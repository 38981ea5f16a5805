"""Zoom, by a Server-to-Server OAuth app and webhooks. See docs/platforms/zoom.md."""

from modbot.platforms.zoom.adapter import ZoomPlatform, build
from modbot.platforms.zoom.capabilities import TABLE as DECLARED

__all__ = ["DECLARED", "ZoomPlatform", "build"]
