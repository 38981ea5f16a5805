"""Paging with a bell, a card and a monitor."""

from collections.abc import AsyncIterator

import pytest

from modbot.store import Store
from tests.flow.office import Monitor, Office, open_office


@pytest.fixture
async def monitor() -> AsyncIterator[Monitor]:
    """A monitor outside."""
    async with Monitor() as monitor:
        assert isinstance(monitor, Monitor)
        yield monitor


@pytest.fixture
async def office(store: Store, store_url: str, monitor: Monitor) -> AsyncIterator[Office]:
    """An office with the district's usual policy."""
    async with open_office(store, store_url, monitor) as opened:
        yield opened
