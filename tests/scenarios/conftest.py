"""A modbot and its whole district in one process: signed Slack bytes in, vendors' bytes out, over loopback HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from modbot.app import App
from modbot.confirmation import Patience
from modbot.demo.district import District
from tests.scenarios.school import School

QUICK = Patience(
    window=timedelta(seconds=2.5),
    event_every=timedelta(milliseconds=10),
    reread_after=(timedelta(0), timedelta(milliseconds=100), timedelta(milliseconds=300), timedelta(milliseconds=700)),
)


@pytest.fixture
async def school(short_dir: Path) -> AsyncIterator[School]:
    """A running modbot, its simulated vendors, and hands to type with."""
    async with District(short_dir) as district:
        app = App(district.settings(), patience=QUICK)
        await app.start()
        district.point_at(app.port)
        await district.import_roster(app.state.roster)
        try:
            yield School(district, app)
        finally:
            await app.stop()
