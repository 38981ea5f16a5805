"""Webex Meetings: locks natively, expels one by one, and every success is read again before it is believed.

What a district sets up, and what Webex cannot do, is in docs/platforms/webex.md.
"""

from modbot.platforms import Means, Vendor
from modbot.platforms.webex.adapter import WebexPlatform
from modbot.platforms.webex.api import WebexApi
from modbot.platforms.webex.capabilities import table
from modbot.platforms.webex.tokens import WebexTokens
from modbot.settings.webex import WebexSettings


def build(settings: WebexSettings, means: Means) -> WebexPlatform:
    """Webex with these credentials. No I/O."""
    tokens = WebexTokens(settings, means.http, means.vault, means.now)
    api = WebexApi(settings.api_url, means.http, tokens, means.budget)
    return WebexPlatform(api, tokens, settings.webhook_secret, means.now)


VENDOR = Vendor(table(connected=True), build)

__all__ = ["VENDOR", "WebexPlatform", "build"]
