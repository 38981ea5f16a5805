"""OneRoster 1.2 and 1.1 over REST, with OAuth 2 client credentials: whole, or what changed since a moment."""

from modbot.rosters import Means, Source
from modbot.rosters.oneroster_rest.api import OneRosterApi
from modbot.rosters.oneroster_rest.source import OneRosterSource
from modbot.settings.oneroster import OneRosterSettings

__all__ = ["build"]


def build(block: OneRosterSettings, means: Means) -> Source:
    """The source for these settings. Nothing is asked until it is used."""
    return OneRosterSource(block, lambda pauses: OneRosterApi(block, means.http, pauses=pauses), means.now)
