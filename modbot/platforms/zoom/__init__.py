"""Zoom, by a Server-to-Server OAuth app and webhooks. See docs/platforms/zoom.md."""

from modbot.platforms.zoom.adapter import ZoomPlatform, build

__all__ = ["ZoomPlatform", "build"]
