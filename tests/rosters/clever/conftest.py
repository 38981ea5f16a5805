"""A small district at a simulated Clever."""

from collections.abc import AsyncIterator

import pytest

from tests.rosters.clever.world import World, world_of


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with world_of() as found:
        yield found
