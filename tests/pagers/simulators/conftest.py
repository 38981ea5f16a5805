"""The simulated PagerDuty and Twilio, each with everybody around it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from modbot.simulators.pagerduty import PagerDutySimulator
from modbot.simulators.twilio import TwilioSimulator
from tests.pagers.simulators.house import Clock, listening
from tests.pagers.simulators.pagerduty_house import FIRST, SECOND, Duty
from tests.pagers.simulators.twilio_house import ADA, Exchange


@pytest.fixture
async def duty() -> AsyncIterator[Duty]:
    """A PagerDuty whose clock stands still."""
    clock = Clock()
    async with listening() as app, PagerDutySimulator(clock) as sim, aiohttp.ClientSession() as client:
        sim.webhook_url = f"{app.url}/webhooks/pagerduty"
        sim.hooks.retry_wait_seconds = 0.001
        yield Duty(sim, app, clock, client, sim.add_service("Class meetings", [FIRST, SECOND]))


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """A Twilio whose clock stands still, and which calls and texts at any rate."""
    clock = Clock()
    async with listening() as app, TwilioSimulator(clock) as sim, aiohttp.ClientSession() as client:
        sim.calls_per_second = sim.messages_per_second = None
        sim.number.sms_url = f"{app.url}/texts"
        yield Exchange(sim, app, clock, client, sim.phone(ADA))
