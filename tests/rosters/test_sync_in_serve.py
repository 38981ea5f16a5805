"""A running modbot brings the roster in by itself, and asks IT in Slack."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modbot.demo.district import INCIDENTS, District
from modbot.simulators.oneroster import OneRosterSimulator, Size
from modbot.store.roster import RosterStore, import_roster
from tests.crash.site import Site
from tests.stores import until

pytestmark = pytest.mark.crash
PATIENCE = timedelta(seconds=90)


@pytest.fixture
async def service() -> AsyncIterator[OneRosterSimulator]:
    async with OneRosterSimulator(Size(students=40, sections=10, seats=8)) as simulator:
        yield simulator


@pytest.fixture
async def site(short_dir: Path, service: OneRosterSimulator) -> AsyncIterator[Site]:
    async with District(short_dir) as district:
        made = Site(district, short_dir, extra=service.environment())
        try:
            yield made
        finally:
            await made.close()


async def test_a_modbot_without_a_roster_gets_it_at_its_start(site: Site) -> None:
    await site.serve()
    async with site.store() as store:
        roster = RosterStore(store, site.keyring)

        async def there() -> bool:
            return await roster.staff_by_email("u1@staff.example.org") is not None

        await until("the teacher is on the roster", there, within=PATIENCE)


async def test_it_is_asked_in_slack_before_everybody_is_replaced(site: Site) -> None:
    async with site.state() as state:
        days_ago = datetime.now(UTC) - timedelta(days=3)
        await import_roster(site.district.roster, state.roster, now=days_ago)
    await site.serve()

    def asked() -> bool:
        told = [message for message in site.slack.messages if message.channel == INCIDENTS]
        return any("The roster sync stopped and asks you." in message.everything for message in told)

    await until("IT was asked", asked, within=PATIENCE)
