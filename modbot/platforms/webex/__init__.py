"""Webex Meetings: locks natively, expels one by one, and every success is read again before it is believed.

What a district sets up, and what Webex cannot do, is in docs/platforms/webex.md.
"""

from collections.abc import Callable
from datetime import datetime

from modbot.http import Http
from modbot.platforms import Budget, TokenVault
from modbot.platforms.webex.adapter import WebexPlatform
from modbot.platforms.webex.api import WebexApi
from modbot.platforms.webex.capabilities import table
from modbot.platforms.webex.tokens import WebexTokens
from modbot.settings import WebexSettings

__all__ = ["DECLARED", "WebexPlatform", "build"]

DECLARED = table(connected=True)


def build(
    settings: WebexSettings, http: Http, vault: TokenVault, budget: Budget, now: Callable[[], datetime]
) -> WebexPlatform:
    """Webex with these credentials. No I/O; `http` stays the caller's to close."""
    tokens = WebexTokens(settings, http, vault, now)
    api = WebexApi(settings.api_url, http, tokens, budget)
    return WebexPlatform(api, tokens, settings.webhook_secret, now)
