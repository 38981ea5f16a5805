"""Calls of an answered page that are slow to become quiet hold nobody up, and are tried again."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from modbot.settings.paging import PagingSettings
from modbot.store import Store
from tests.flow.office import KIM, Bell, Monitor, Office, open_office

VOICE = PagingSettings.model_validate(
    {
        "people": [{"email": KIM, "phone": "+15555550100", "channels": ["voice"]}],
        "steps": [{"people": [KIM], "wait_seconds": 600}],
        "rounds": 1,
    }
)


@dataclass(slots=True)
class Stubborn(Bell):
    """It never says whether it has become quiet."""

    async def hush(self, ref: str, said: str, *, over: bool) -> None:
        await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be waited for a few seconds is waited for a moment."""
    monkeypatch.setattr("modbot.calling.HUSH_WITHIN", timedelta(milliseconds=20))
    monkeypatch.setattr("modbot.calling.DRAIN_WITHIN", timedelta(milliseconds=20))


async def answered(office: Office) -> None:
    """Kim was called and has answered, and her telephone does not become quiet."""
    await office.paging.open("p1", what="help", by="Ms Chang")
    await office.paging.acknowledge("p1", "Kim", email=KIM)


async def test_an_answer_does_not_wait_for_a_call_that_is_slow_to_become_quiet(
    store: Store, store_url: str, monitor: Monitor
) -> None:
    async with open_office(store, store_url, monitor, settings=VOICE, voice=Stubborn()) as office:
        async with asyncio.timeout(30):
            await answered(office)
        await office.paging.drain()


async def test_modbot_stops_though_a_call_is_slow_to_become_quiet_and_it_is_tried_again_later(
    store: Store, store_url: str, monitor: Monitor
) -> None:
    async with open_office(store, store_url, monitor, settings=VOICE, voice=Stubborn()) as office:
        await answered(office)
        async with asyncio.timeout(30):
            await office.paging.drain()
        page = await office.pages.get("p1")
        assert page is not None
        assert page.hush_tries
