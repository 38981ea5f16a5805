"""A modbot and its whole district in one process: signed Slack bytes in, vendors' bytes out, over loopback HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from modbot.app import App
from modbot.confirmation import Patience
from modbot.demo.district import FEW, District
from modbot.model import PlatformName
from modbot.slack.outbox import ChannelQueue
from tests.scenarios.school import School

QUICK = Patience(
    window=timedelta(seconds=30),
    event_every=timedelta(milliseconds=10),
    reread_after=(timedelta(0), timedelta(milliseconds=100), timedelta(milliseconds=200), timedelta(milliseconds=400)),
)
QUICK_CHANNELS = partial(ChannelQueue, pace=timedelta(milliseconds=1))  # Slack's second a message has its own tests

Prepare = Callable[[District], Awaitable[dict[str, Any]]]  # gives changes that are known only once the vendors run
OpenSchool = Callable[..., Awaitable[School]]


@pytest.fixture
def quick(unhurried: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels take messages at once, and a look at classes that took long on a busy machine needs no rest after it."""
    monkeypatch.setattr("modbot.parts.ChannelQueue", QUICK_CHANNELS)
    monkeypatch.setattr("modbot.noticing.REST", 0)


@pytest.fixture
async def open_school(short_dir: Path, quick: None) -> AsyncIterator[OpenSchool]:
    """Starts a modbot, its simulated vendors, and hands to type with.

    Takes the platforms, else Zoom and Webex, and changes to the district's settings.
    """
    async with AsyncExitStack() as stack:

        async def opened(*platforms: PlatformName, prepare: Prepare | None = None, **changes: Any) -> School:
            district = await stack.enter_async_context(District(short_dir, platforms=platforms or FEW))
            changes |= await prepare(district) if prepare else {}
            app = App(district.settings(**changes), patience=QUICK)
            await app.start()
            stack.push_async_callback(app.stop)
            district.point_at(app.port)
            await district.import_roster(app.state.roster)
            return School(district, app)

        yield opened


@pytest.fixture
async def school(open_school: OpenSchool) -> School:
    """The district as it is."""
    return await open_school()
