"""The fixture of the simulated Google Meet. Named in `pytest_plugins` by the tests that take it, imported by none."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from modbot.simulators.meet import MeetSimulator
from tests.platforms.meet.sim_google import TEACHER, Google, SimClock


@pytest.fixture
async def google_sim() -> AsyncIterator[Google]:
    """The simulator running on loopback with a clock of its own, and its listener."""
    clock = SimClock()
    async with MeetSimulator(clock) as sim, ClientSession() as client:
        google = Google(sim, clock, client)
        sim.people.add(TEACHER)
        app = web.Application()
        app.router.add_post("/webhooks/meet", google.hear)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sim.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/meet"
        yield google
        await runner.cleanup()
