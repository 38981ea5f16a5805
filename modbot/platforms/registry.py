"""Which platforms there are: one line each."""

from collections.abc import Callable, Mapping
from datetime import datetime

from modbot.http import Http
from modbot.model import Operation, PlatformName
from modbot.platforms import Budget, Capability, Platform, TokenVault, webex, zoom
from modbot.settings import Settings

DECLARED: Mapping[PlatformName, Mapping[Operation, Capability]] = {  # given every credential and scope asked for
    PlatformName.ZOOM: zoom.DECLARED,
    PlatformName.WEBEX: webex.DECLARED,
}


def configured(
    settings: Settings, *, http: Http, vault: TokenVault, budget: Budget, now: Callable[[], datetime]
) -> Mapping[PlatformName, Platform]:
    """The platforms this district has given credentials for."""
    found: dict[PlatformName, Platform] = {}
    if settings.zoom.configured:
        found[PlatformName.ZOOM] = zoom.build(settings.zoom, http, vault, budget, now)
    if settings.webex.configured:
        found[PlatformName.WEBEX] = webex.build(settings.webex, http, vault, budget, now)
    return found
