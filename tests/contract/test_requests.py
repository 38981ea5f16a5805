"""Every request of every adapter is one that its vendor describes, and no request is left out of this suite."""

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from modbot import platforms
from modbot.http import Http
from modbot.model import Operation, PlatformName
from modbot.platforms import How
from modbot.platforms.registry import DECLARED
from modbot.platforms.zoom.capabilities import SCOPES
from modbot.simulators import Seen
from tests.contract.described import complaints
from tests.contract.google_description import GoogleDescription, asked_scopes
from tests.contract.lanes import LANES, UNDESCRIBED
from tests.contract.written import named_in, unsent, written, written_in
from tests.contract.zoom_description import ZoomDescription

every_lane = pytest.mark.parametrize("name", list(LANES))
ADAPTERS = Path(platforms.__file__).parent


@dataclass(frozen=True, slots=True)
class Driven:
    """What one drive came to."""

    seen: tuple[Seen, ...]
    asked: frozenset[Operation]


@cache
def driven(name: PlatformName) -> Driven:
    """Everything this adapter sends; driven once a process, since nothing of it changes."""
    return asyncio.run(_driven(name))


async def _driven(name: PlatformName) -> Driven:
    http = Http()
    try:
        async with LANES[name].drive(http) as drive:
            await drive.everything()
    finally:
        await http.close()
    return Driven(tuple(drive.seen), frozenset(drive.watched.asked))


@every_lane
def test_every_request_is_one_the_vendor_describes(name: PlatformName) -> None:
    assert complaints(LANES[name].describe(), driven(name).seen) == []


@every_lane
def test_every_operation_modbot_does_itself_was_asked_for(name: PlatformName) -> None:
    able = {operation for operation, row in DECLARED[name].items() if row.how is not How.BY_HAND}
    assert driven(name).asked == able


@every_lane
def test_every_request_in_the_adapters_code_was_sent(name: PlatformName) -> None:
    spelled_out = written_in(ADAPTERS / name)
    assert len(spelled_out) > 3
    assert unsent(spelled_out, driven(name).seen) == []


@every_lane
def test_every_call_the_capability_table_names_was_sent(name: PlatformName) -> None:
    assert unsent(named_in(DECLARED[name].values()), driven(name).seen) == []


def test_every_zoom_scope_asked_for_is_needed_and_every_needed_one_is_asked_for() -> None:
    description = ZoomDescription()
    used = {description.scope_of(description.check(seen)) for seen in driven(PlatformName.ZOOM).seen} - {""}
    assert used == set(SCOPES)


def test_every_google_scope_asked_for_opens_something_that_was_sent() -> None:
    description, seen = GoogleDescription(), driven(PlatformName.MEET).seen
    opened = {scope for one in seen for scope in description.scopes_of(description.check(one))}
    assert asked_scopes(seen) <= opened


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
