"""One simulated Zoom account per test."""

from collections.abc import AsyncIterator

import pytest

from modbot.http import Http
from modbot.platforms.zoom import ZoomPlatform
from modbot.simulators.zoom import Meeting, ZoomSimulator
from tests.platforms.lent import Clock, FreeBudget, MemoryVault
from tests.platforms.zoom.world import TEACHER, Receiver, World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock, receiver, http = Clock(), Receiver(), Http()
    sim = ZoomSimulator(clock)
    await receiver.start()
    await sim.start()
    sim.webhook_url = receiver.url
    yield World(sim, http, MemoryVault(), FreeBudget(), clock, receiver)
    await sim.stop()
    await receiver.stop()
    await http.close()


@pytest.fixture
def zoom(world: World) -> ZoomPlatform:
    return world.platform()


@pytest.fixture
async def meeting(world: World) -> Meeting:
    return world.sim.start_meeting(TEACHER, "Period 3 Biology")
