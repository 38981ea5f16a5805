"""A simulated district whose admin works at a terminal."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from modbot.demo.district import District
from modbot.http import Http
from modbot.state import State, open_state


@pytest.fixture
async def district(unhurried: None, short_dir: Path) -> AsyncIterator[District]:
    """Slack, Zoom and Webex on loopback; no modbot yet."""
    async with District(short_dir) as opened:
        yield opened


@pytest.fixture
async def state(district: District) -> AsyncIterator[State]:
    """The store that another modbot, this process, has opened and keeps open."""
    async with AsyncExitStack() as stack:
        yield await open_state(district.settings(), stack)


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """For asking vendors."""
    opened = Http()
    yield opened
    await opened.close()
