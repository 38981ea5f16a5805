"""A demo page to visit."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.demo.page.visiting import Visitor, visiting


@pytest.fixture
async def visitor(short_dir: Path) -> AsyncIterator[Visitor]:
    """The page of a district with classes on Zoom and Webex."""
    async with visiting(short_dir) as opened:
        yield opened
