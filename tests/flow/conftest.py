"""Paging with a bell, a card and a monitor; incidents' cards on a board."""

from collections.abc import AsyncIterator

import pytest

from modbot.store import Store
from tests.flow.bureau import Board, Bureau, open_bureau
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


@pytest.fixture
async def board() -> Board:
    """The incident channel, without a card."""
    return Board()


@pytest.fixture
async def bureau(store: Store, store_url: str, board: Board) -> AsyncIterator[Bureau]:
    """One process that shows incidents' cards on it."""
    async with open_bureau(store, store_url, board) as opened:
        yield opened
