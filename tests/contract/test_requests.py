"""Every request of every adapter is one that its vendor describes, and no request is left out of this suite."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from modbot import platforms
from modbot.http import Http
from modbot.model import PlatformName
from modbot.platforms import How
from modbot.platforms.registry import DECLARED
from tests.contract.described import complaints
from tests.contract.google_description import GoogleDescription, asked_scopes
from tests.contract.lanes import LANES, UNDESCRIBED
from tests.contract.written import named_in, unsent, written, written_in
from tests.contract.zoom_description import ZoomDescription

every_lane = pytest.mark.parametrize("name", list(LANES))
ADAPTERS = Path(platforms.__file__).parent


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http()
    yield client
    await client.close()


@every_lane
async def test_every_request_is_one_the_vendor_describes(name: PlatformName, http: Http) -> None:
    lane = LANES[name]
    description = lane.describe()
    async with lane.drive(http) as drive:
        await drive.everything()
    assert complaints(description, drive.seen) == []


@every_lane
async def test_every_operation_modbot_does_itself_was_asked_for(name: PlatformName, http: Http) -> None:
    async with LANES[name].drive(http) as drive:
        await drive.everything()
    able = {operation for operation, row in DECLARED[name].items() if row.how is not How.BY_HAND}
    assert drive.watched.asked == able


@every_lane
async def test_every_request_in_the_adapters_code_was_sent(name: PlatformName, http: Http) -> None:
    async with LANES[name].drive(http) as drive:
        await drive.everything()
    spelled_out = written_in(ADAPTERS / name)
    assert len(spelled_out) > 3
    assert unsent(spelled_out, drive.seen) == []


@every_lane
async def test_every_call_the_capability_table_names_was_sent(name: PlatformName, http: Http) -> None:
    async with LANES[name].drive(http) as drive:
        await drive.everything()
    assert unsent(named_in(DECLARED[name].values()), drive.seen) == []


async def test_every_zoom_scope_asked_for_is_needed_and_every_needed_one_is_asked_for(http: Http) -> None:
    description = ZoomDescription()
    async with LANES[PlatformName.ZOOM].drive(http) as drive:
        await drive.everything()
    used = {description.scope_of(description.check(seen)) for seen in drive.seen} - {""}
    needed = {need for row in DECLARED[PlatformName.ZOOM].values() for need in row.needs}
    assert used <= description.scopes
    assert needed & description.scopes <= used


async def test_every_google_scope_asked_for_opens_something_that_was_sent(http: Http) -> None:
    description = GoogleDescription()
    async with LANES[PlatformName.MEET].drive(http) as drive:
        await drive.everything()
    opened = {scope for seen in drive.seen for scope in description.scopes_of(description.check(seen))}
    assert asked_scopes(drive.seen) <= opened


def test_every_platform_is_in_the_suite_or_named_as_having_no_description() -> None:
    assert set(PlatformName) - LANES.keys() <= UNDESCRIBED


def test_requests_are_found_in_code_however_they_are_written() -> None:
    found = written(
        """
async def a(x):
    await send("GET", "/rooms", params={})
    await send(Call("PUT", f"/rooms/{x}/lock"))
    path, params = f"/rooms/{x}/people", {}
    await pages(Request("GET", path, HEAVY))
    await http.request("vendor", "POST", f"{self._url}/token")
    url = self._room(x) + ":end"
    await send(Call("POST", url))
    await send("GET", self.meet + "records")
    await send("DELETE", somewhere)
"""
    )
    assert found == {
        "GET /rooms",
        "PUT /rooms/{}/lock",
        "GET /rooms/{}/people",
        "POST {}/token",
        "POST {}:end",
        "GET {}records",
        "DELETE {}",
    }
