"""Fixtures for the tests of the simulated Teams; named in their `pytest_plugins`."""

from collections.abc import AsyncIterator

import pytest

from tests.platforms.teams.sim_house import House, Identity, new_identity, open_house


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """The simulated Teams on loopback, with a client and a listener."""
    async with open_house() as house:
        yield house


@pytest.fixture(scope="session")
def identity() -> Identity:
    """A key and its certificate: never changed, and slow to make."""
    return new_identity()
