"""Clever: rosters from the Data API 3.1, and what changed from the Events API. https://dev.clever.com/docs"""

from modbot.rosters import Means, Source
from modbot.rosters.clever.api import CleverApi
from modbot.rosters.clever.source import CleverSource
from modbot.settings.clever import CleverSettings

__all__ = ["build"]


def build(block: CleverSettings, means: Means) -> Source:
    """The source for these settings. Nothing is asked until it is used."""
    return CleverSource(CleverApi(block, means.http, means.now), block.district, means.now)
