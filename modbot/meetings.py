"""The parts that have to do with platforms: their sessions, what they need to be called, and what keeps them up."""

from collections.abc import Mapping
from functools import cached_property

from modbot.http import Http
from modbot.model import PlatformName
from modbot.platforms import Means, Platform
from modbot.platforms.registry import configured
from modbot.rereading import Rereading
from modbot.settings import Settings
from modbot.state import State, now
from modbot.store.budget import SharedBudget
from modbot.store.sessions import Sessions
from modbot.store.turns import Turns
from modbot.store.vault import Vault
from modbot.upkeep import Upkeep


class Meetings:
    """The platforms of one process. `http` makes every outgoing request; `state` is open."""

    def __init__(self, state: State, settings: Settings, http: Http) -> None:
        self.state = state
        self.settings = settings
        self._http = http

    @cached_property
    def sessions(self) -> Sessions:
        """What modbot has heard of live classes."""
        return Sessions(self.state.store, self.state.keyring, keep=self.settings.session_keep)

    @cached_property
    def _means(self) -> Means:
        return Means(
            http=self._http,
            vault=Vault(self.state.store, self.state.keyring),
            budget=SharedBudget(self.state.store),
            now=now,
            told=self.sessions.ingest,
            hosts=self.state.roster.teachers,
            public_url=self.settings.public_url,
        )

    @cached_property
    def platforms(self) -> Mapping[PlatformName, Platform]:
        """The platforms that are set up. Raises ConfigError."""
        return configured(self.settings, self._means)

    @cached_property
    def _turns(self) -> Turns:
        return Turns(self.state.store)

    @cached_property
    def rereading(self) -> Rereading:
        """Reads classes anew where a platform says only that something happened."""
        return Rereading(self.platforms, self.sessions, self._turns, now)

    @cached_property
    def upkeep(self) -> Upkeep:
        """Keeps each platform's subscriptions alive."""
        return Upkeep(self.platforms.values(), self._turns, self.state.roster.generation)
