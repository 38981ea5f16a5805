"""A district beside a simulated Microsoft Teams."""

from collections.abc import AsyncIterator

import pytest

from tests.platforms.teams.fakes import District, open_district


@pytest.fixture
async def district() -> AsyncIterator[District]:
    """The simulated Teams running on loopback, and modbot's webhook beside it."""
    async with open_district() as district:
        yield district
