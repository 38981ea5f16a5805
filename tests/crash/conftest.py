"""Every test here starts and kills real processes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from modbot.demo.district import District
from modbot.store.embedded import EmbeddedStore
from tests.crash.site import Site


@pytest.fixture
async def site(unhurried: None, short_dir: Path) -> AsyncIterator[Site]:
    """A district with a roster in an embedded store, and no modbot yet."""
    async with District(short_dir) as district:
        site = Site(district, short_dir)
        await site.import_roster()
        try:
            yield site
        finally:
            await site.close()


@pytest.fixture
async def shared_site(unhurried: None, short_dir: Path) -> AsyncIterator[Site]:
    """A district whose modbots share one external Valkey."""
    server = EmbeddedStore(short_dir / "shared")
    url = await server.start()
    try:
        async with District(short_dir) as district:
            site = Site(district, short_dir)
            site.share(url)
            await site.import_roster()
            try:
                yield site
            finally:
                await site.close()
    finally:
        await server.stop()
