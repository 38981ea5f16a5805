"""A district beside a simulated Google Meet."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from modbot.http import Http
from modbot.simulators.meet import MeetSimulator
from tests.platforms.lent import Clock, Lent
from tests.platforms.meet.world import TEACHER, Receiver, World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The simulated Google running on loopback, with one clock for it and for modbot, and a receiver of its pushes."""
    clock = Clock(datetime(2026, 11, 24, 15, 14, tzinfo=UTC))
    http, receiver = Http(), Receiver()
    await receiver.start()
    async with MeetSimulator(clock) as sim:
        sim.people.add(TEACHER)
        sim.webhook_url = f"{receiver.url}/webhooks/meet"
        yield World(sim, clock, Lent(http, clock, public_url=receiver.url), receiver)
        await receiver.stop()
        await http.close()
