"""A district beside a simulated Webex."""

from collections.abc import AsyncIterator

import pytest

from modbot.http import Http
from modbot.simulators.webex import WebexSimulator
from tests.platforms.webex.fakes import Clock, District


@pytest.fixture
async def district() -> AsyncIterator[District]:
    """The simulated Webex running on loopback, with one clock for it and for modbot."""
    clock = Clock()
    http = Http()
    async with WebexSimulator(clock) as sim:
        yield District(sim, http, clock)
        await http.close()
