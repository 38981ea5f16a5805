"""A simulated Slack with one school's staff, and modbot's client on a clock that the test moves."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from modbot.http import Http
from modbot.settings import SlackSettings
from modbot.simulators.slack import SlackSimulator
from modbot.slack.client import SlackClient


class Clock:
    """Seconds that pass only when somebody sleeps on it or moves it."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator(now=clock) as simulator:
        simulator.delivery.ack_seconds = 30  # Slack gives up after 3: on this machine others work, too
        simulator.world.add_user("U0TEACH", "ana.ruiz@example.org", "Ana Ruiz", "teaches 5-B")
        simulator.world.add_user("U0TECH", "sam.oakes@example.org", "Sam Oakes", "IT")
        simulator.world.add_channel("C0INC", "incidents", private=True)
        yield simulator


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    pool = Http()
    yield pool
    await pool.close()


@pytest.fixture
def settings(slack: SlackSimulator) -> SlackSettings:
    return SlackSettings(bot_token=SecretStr(slack.bot_token), api_url=slack.api_url)


@pytest.fixture
def client(http: Http, settings: SlackSettings, clock: Clock) -> SlackClient:
    return SlackClient(http, settings, monotonic=clock, sleep=clock.sleep)
