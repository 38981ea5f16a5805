"""A district beside a simulated Webex."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from modbot.http import Http
from modbot.simulators.webex import WebexSimulator
from tests.platforms.lent import Clock
from tests.platforms.webex.fakes import District


@pytest.fixture
async def district() -> AsyncIterator[District]:
    """The simulated Webex running on loopback, with one clock for it and for modbot."""
    clock = Clock(datetime(2026, 11, 24, 15, 14, tzinfo=UTC))
    http = Http()
    async with WebexSimulator(clock) as sim:
        yield District(sim, http, clock)
        await http.close()
