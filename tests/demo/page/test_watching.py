"""Many browsers see the same, a reload gets all, one that stops reading holds up nobody, and names are data."""

import asyncio
import socket
from contextlib import aclosing
from typing import Any

import orjson
import pytest
from yarl import URL

from modbot.demo.page.feed import MOST_WATCHERS
from modbot.demo.roster import ORTIZ, PUPILS
from modbot.model import PlatformName
from tests.demo.page.visiting import LONG, Json, Visitor, names, room
from tests.stores import until

HOSTILE = ("<script>alert(1)</script>", "\u202eevil", "\x1b[2J", '"}]}', "a" * 10_000, "\u2028data: {}\n\nevent: x")
COMERS = 30


async def first(visitor: Visitor, holds: Any) -> Json:
    """The first state told in which it holds."""
    async with asyncio.timeout(120), aclosing(visitor.watch()) as told:
        async for state in told:
            if holds(state):
                return state
    raise AssertionError("the page stopped telling")


async def test_two_browsers_see_the_same(visitor: Visitor) -> None:
    both = [asyncio.create_task(first(visitor, lambda state: room(state)["locked"])) for _ in range(2)]
    await visitor.type(ORTIZ.slack, "/lock")
    one, other = await asyncio.gather(*both)
    assert without_time(one)["rooms"] == without_time(other)["rooms"]
    final = await visitor.told(ORTIZ.slack, "Grade 3 Reading is locked.")
    assert final["channel"] in {channel["id"] for channel in one["channels"]}


async def test_two_states_of_one_number_are_equal(visitor: Visitor) -> None:
    one, other = await visitor.state(), await visitor.state()
    if one["rev"] == other["rev"]:
        assert without_time(one) == without_time(other)
    assert other["rev"] >= one["rev"]


async def test_a_reload_gets_the_whole_state_at_once(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/lock")
    await visitor.told(ORTIZ.slack, "Grade 3 Reading is locked.")
    told = await first(visitor, lambda _: True)
    assert without_time(told).keys() == without_time(await visitor.state()).keys()
    assert room(told)["locked"] is True
    assert [one["text"] for one in told["typed"]] == ["/lock"]


async def test_nothing_is_told_while_nothing_changes(visitor: Visitor) -> None:
    async def nothing_is_new() -> bool:
        return len({(await visitor.state())["rev"] for _ in range(20)}) == 1

    await until(
        "twenty looks in a row see the same", nothing_is_new, within=LONG
    )  # what modbot asks by itself is over then


async def test_a_browser_that_stops_reading_holds_up_nobody(visitor: Visitor) -> None:
    address = URL(visitor.url)
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", address.port))
        stuck.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{address.port}\r\n\r\n".encode())
        on_webex = visitor.day.district.stand_ins[PlatformName.WEBEX]
        for number in range(COMERS):
            await on_webex.arrive(f"{number}" + "x" * 100_000)  # more than any buffer takes
            await visitor.state()
        last = await first(visitor, lambda state: any(name.startswith(f"{COMERS - 1}x") for name in names(room(state))))
    assert len(names(room(last))) == len(PUPILS) + 1 + COMERS


async def test_a_browser_that_goes_makes_room_for_another(visitor: Visitor) -> None:
    watching = [visitor.watch() for _ in range(MOST_WATCHERS)]
    for one in watching:
        await anext(one)
    await watching[0].aclose()

    async def there_is_room() -> bool:
        async with visitor.client.get(f"{visitor.url}api/events") as answer:
            return answer.status == 200

    await until("there is room", there_is_room)
    for one in watching[1:]:
        await one.aclose()


async def test_more_browsers_than_there_is_room_for_are_told_so(visitor: Visitor) -> None:
    watching = [visitor.watch() for _ in range(MOST_WATCHERS)]
    for one in watching:
        await anext(one)
    async with visitor.client.get(f"{visitor.url}api/events") as answer:
        assert (answer.status, (await answer.json())["error"]) == (429, "Too many pages are open.")
    for one in watching:
        await one.aclose()


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_name_comes_through_as_data(visitor: Visitor, name: str) -> None:
    await visitor.day.district.stand_ins[PlatformName.WEBEX].arrive(name)
    told = await first(visitor, lambda state: len(names(room(state))) == len(PUPILS) + 2)
    assert names(room(told))[-1] == name


async def test_one_state_is_one_line(visitor: Visitor) -> None:
    await visitor.day.district.stand_ins[PlatformName.WEBEX].arrive("two\r\nlines\n\nevent: evil")
    async with visitor.client.get(f"{visitor.url}api/events") as answer:
        lines = [await answer.content.readline() for _ in range(4)]
    assert [line.partition(b" ")[0] for line in lines] == [b"event:", b"id:", b"data:", b"\n"]
    assert orjson.loads(lines[2].removeprefix(b"data: "))["district"] == "Example Unified"


async def test_somebody_who_leaves_is_told_as_gone(visitor: Visitor) -> None:
    on_webex = visitor.day.district.stand_ins[PlatformName.WEBEX]
    came = await on_webex.arrive("zzz")
    await on_webex.leave(came.id)
    assert [(one["name"], one["how"]) for one in room(await visitor.state())["gone"]] == [("zzz", "left")]


async def test_everybody_is_introduced_with_what_they_do(visitor: Visitor) -> None:
    people = {one["name"]: one["note"] for one in (await visitor.state())["people"]}
    assert people["Luis Ortiz"] == "teaches Grade 3 Reading on Webex"
    assert (people["Ada Brook"], people["Kim Reyes"]) == ("principal", "IT")


async def test_everything_that_can_be_typed_is_listed(visitor: Visitor) -> None:
    listed = {one["name"]: one for one in (await visitor.state())["commands"]}
    assert {"/lock", "/eject", "/panic", "/page"} <= listed.keys()
    assert all(one["about"] for one in listed.values())


async def test_what_a_snapshot_holds_is_what_the_page_was_promised(visitor: Visitor) -> None:
    state = await visitor.state()
    assert set(state) == {
        "rev", "now", "district", "people", "commands", "shortcuts", "channels", "messages", "typed", "views", "phones",
        "pagerduty", "rooms", "wire", "figure", "scenarios", "running", "pace",
    }  # fmt: skip
    assert set(room(state)) == {
        "platform", "label", "title", "teacher", "live", "locked", "entry", "people", "gone", "gone_count",
    }  # fmt: skip
    assert set(room(state)["people"][0]) == {"id", "name", "role", "where", "sharing", "pupil"}


def without_time(state: Json) -> Json:
    """All but the moment it was taken."""
    return {name: value for name, value in state.items() if name not in ("now", "rev")}
