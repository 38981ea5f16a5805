"""A OneRoster service, a store, and the sync between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from modbot.http import Http
from modbot.roster_sync import Choices, Kept, SyncReport, sync
from modbot.rosters.oneroster_rest.api import OneRosterApi
from modbot.rosters.oneroster_rest.source import OneRosterSource
from modbot.rosters.patience import Pauses
from modbot.seal import Keyring
from modbot.settings.oneroster import OneRosterSettings
from modbot.simulators.oneroster import CLIENT_ID, CLIENT_SECRET, OneRosterSimulator, Size
from modbot.store import Store
from modbot.store.roster import RosterStore

NOW = datetime(2026, 11, 22, 10, 14, tzinfo=UTC)
SOON = Pauses(first=timedelta(milliseconds=1), tries=3)
KEYS = Keyring([b"k" * 32])
SMALL = Size(students=40, sections=10, seats=8)


class Clock:
    """A time that only the test moves on."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@dataclass
class District:
    """What a test of the sync has to do with."""

    simulator: OneRosterSimulator
    http: Http
    roster: RosterStore
    clock: Clock
    kept: Kept | None
    page_rows: int = 1000
    secret: str = CLIENT_SECRET
    host: str = "127.0.0.1"

    @property
    def settings(self) -> OneRosterSettings:
        """The settings of the source."""
        return OneRosterSettings(
            api_url=self.simulator.api_url.replace("127.0.0.1", self.host),
            token_url=self.simulator.token_url,
            client_id=CLIENT_ID,
            client_secret=SecretStr(self.secret),
            page_rows=self.page_rows,
        )

    @property
    def source(self) -> OneRosterSource:
        """The source as modbot builds it, only quicker to ask again."""
        settings = self.settings
        return OneRosterSource(settings, lambda _: OneRosterApi(settings, self.http, pauses=SOON), self.clock)

    async def sync(self, **chosen: bool) -> SyncReport:
        """One sync, now."""
        return await self._sync(replace(Choices(), **chosen))

    async def sync_with(self, *, left_out: float) -> SyncReport:
        """One sync that may leave out more than usual: a share of the rows of a list."""
        return await self._sync(Choices(left_out=left_out))

    async def _sync(self, choices: Choices) -> SyncReport:
        return await sync(self.source, self.roster, now=self.clock.at, kept=self.kept, choices=choices)

    def asked(self, collection: str) -> list[str]:
        """The queries with which a collection was asked for."""
        found = (seen.path.partition("?") for seen in self.simulator.seen)
        return [query for path, _, query in found if path.endswith(f"/{collection}")]


@asynccontextmanager
async def district(
    store: Store, folder: Path | None = None, *, size: Size = SMALL, version: str = "v1p2"
) -> AsyncIterator[District]:
    """`folder` is where what was read is kept; None: nothing is."""
    clock = Clock()
    http = Http()
    async with OneRosterSimulator(size, version=version, now=clock) as simulator:
        try:
            kept = Kept(folder, KEYS) if folder is not None else None
            yield District(simulator, http, RosterStore(store, KEYS), clock, kept)
        finally:
            await http.close()
