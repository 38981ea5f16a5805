"""Limits, faults and answers cut short: what is asked again, and what is told to the admin."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import MalformedAnswer, RateLimited, Unreachable, VendorError, VendorFault
from modbot.rosters.clever.pace import Bucket
from modbot.rosters.clever.shapes import EVENTS, SECTIONS, USERS
from modbot.rosters.patience import Pauses
from modbot.simulators.clever import PLANTED, Size
from tests.rosters.clever.world import Told, World, world_of


async def test_half_a_page_is_asked_for_again(world: World) -> None:
    whole, cut = Told(), Told()
    await world.source().read(whole)
    world.clever.cut_next = 2
    await world.source().read(cut)
    assert cut.rows() == whole.rows()
    assert world.clever.cut_next == 0


async def test_passing_faults_are_waited_out(world: World) -> None:
    world.clever.faults.fail_next.extend([(503, {}, b"<html>busy</html>"), (500, {}, b""), (502, {}, b"")])
    told = Told()
    await world.source().read(told)
    assert told.everybody


async def test_a_fault_that_does_not_pass_is_told_in_the_end(world: World) -> None:
    world.clever.faults.only = "/v3.1/sections"
    world.clever.faults.fail_next.extend([(503, {}, b"")] * 20)
    with pytest.raises(VendorFault, match="503") as told:
        await world.source().read(Told())
    assert "status.clever.com" in told.value.staff_text


async def test_a_clever_that_does_not_answer_is_given_up(world: World) -> None:
    world.clever.faults.drop_connection = True
    with pytest.raises(Unreachable):
        await world.source().read(Told())


async def test_an_answer_that_stays_unreadable_is_given_up_without_repeating_what_it_held(world: World) -> None:
    world.clever.faults.only = "/v3.1/users"
    page = b'{"data": [{"data": {"id": "1", "name": {"first": "Plantedmiddle"'
    world.clever.faults.fail_next.extend([(200, {}, page)] * 20)
    with pytest.raises(MalformedAnswer) as told:
        await world.source().read(Told())
    assert not [word for word in PLANTED if word in f"{told.value!r} {told.value.staff_text} {told.value.log_detail}"]


async def test_an_app_that_clever_allows_smaller_pages_asks_for_smaller_ones(world: World) -> None:
    world.clever.gate.largest_page = 30
    told = Told()
    await world.source(page_records=1_000).read(told)
    assert len(told.everybody) == 2 + 2 + 1 + 60


async def test_a_page_too_long_for_modbot_is_asked_for_in_parts() -> None:
    async with world_of(Size(students=24)) as world:
        for number in range(24):
            student = world.user("student", number)
            student["roles"]["student"]["ext"] = {"essay": "x" * 400_000}
            world.clever.district.users.put(student)
        told = Told()
        await world.source(page_records=24).read(told)
        assert len(told.everybody) == 2 + 2 + 1 + 24


async def test_a_single_record_too_long_for_modbot_ends_the_reading(world: World) -> None:
    student = world.user("student", 0)
    student["roles"]["student"]["ext"] = {"essay": "x" * 9_000_000}
    world.clever.district.users.put(student)
    with pytest.raises(VendorError, match="too many"):
        await world.source().read(Told())


async def test_pages_that_lead_nowhere_are_not_followed_forever() -> None:
    async with world_of(Size(students=1_300)) as world:  # three schools
        world.clever.faults.only = "/v3.1/schools"
        school = world.clever.district.id_of("schools", 0)
        page = {
            "data": [{"data": {"id": school}}],
            "links": [{"rel": "next", "uri": f"/v3.1/schools?starting_after={school}"}],
        }
        world.clever.faults.fail_next.extend([(200, {}, json.dumps(page).encode())] * 40)
        with pytest.raises(MalformedAnswer, match="not further on"):
            await world.source(page_records=1).read(Told())
        assert len(world.clever.seen) < 40


async def test_a_next_page_without_a_cursor_does_not_pass_for_the_last(world: World) -> None:
    world.clever.stuck = True
    with pytest.raises(MalformedAnswer, match="no cursor"):
        await world.source().read(Told())


async def test_no_link_leads_the_token_to_another_host(world: World) -> None:
    world.clever.faults.only = "/v3.1/schools"
    page = {"data": [], "links": [{"rel": "next", "uri": "http://192.0.2.1/v3.1/schools?starting_after=0"}]}
    world.clever.faults.fail_next.append((200, {}, json.dumps(page).encode()))
    told = Told()
    await world.source().read(told)
    assert len(told.schools) == 1


async def test_what_clever_refuses_for_good_is_not_asked_again(world: World) -> None:
    world.clever.faults.only = "/v3.1/districts"
    world.clever.faults.fail_next.append((501, {}, b""))
    with pytest.raises(VendorError, match="501"):
        await world.source().read(Told())
    assert len([seen for seen in world.clever.seen if "districts" in seen.path]) == 1


async def test_a_limit_is_waited_out_until_clever_says_it_ends() -> None:
    async with world_of(Size(students=60)) as world:
        world.clever.now = world.clever.gate.now = lambda: datetime.now(UTC)
        world.clock.at = datetime.now(UTC)
        world.clever.gate.most, world.clever.gate.window_seconds = 4, 1
        told = Told()
        await world.source(pauses=Pauses(timedelta(milliseconds=300), tries=20)).read(told)
        assert len(told.everybody) == 2 + 2 + 1 + 60


@pytest.mark.parametrize(("said", "wait"), [("1763640030", 30), ("1763639000", 0), ("1763740000", 90)])
async def test_the_wait_is_until_the_moment_clever_names_but_no_longer_than_its_minute_asks_for(
    world: World, said: str, wait: int
) -> None:
    world.clock.at = datetime.fromtimestamp(1763640000, UTC)
    world.clever.faults.only = "/v3.1"
    world.clever.faults.fail_next.append((429, {"X-RateLimit-Reset": said}, b""))
    with pytest.raises(RateLimited) as told:
        await world.source(pauses=Pauses(tries=1)).read(Told())
    assert told.value.retry_after == timedelta(seconds=wait)


async def test_no_more_requests_leave_in_a_window_than_the_bucket_holds() -> None:
    loop, window = asyncio.get_running_loop(), 0.2
    bucket = Bucket(5, timedelta(seconds=window))
    began = loop.time()
    for _ in range(11):  # the eleventh is the first of the third window
        await bucket.take()
    assert loop.time() - began >= 2 * window


async def test_every_page_is_asked_for_through_the_bucket() -> None:
    async with world_of(Size(students=200)) as world:
        loop, window = asyncio.get_running_loop(), 0.2
        began = loop.time()
        await world.source(page_records=20, bucket=Bucket(5, timedelta(seconds=window))).read(Told())
        asked = len([seen for seen in world.clever.seen if seen.path.startswith("/v3.1")])
        assert asked > 15
        assert loop.time() - began >= (asked - 1) // 5 * window


FIELDS = ("data", "id", "name", "first", "roles", "student", "schools", "students", "links", "object", "type", "email")
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=25,
)


@given(st.lists(ANY_JSON, max_size=5), ANY_JSON)
def test_no_record_however_odd_spoils_its_page(records: list[object], links: object) -> None:
    page = json.dumps({"data": [{"data": record} for record in records], "links": links}).encode()
    for shape in (USERS, SECTIONS, EVENTS):
        read, _ = shape.read(page)
        assert len(read) == len(records)


@given(ANY_JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60))
def test_what_is_no_page_is_told_and_nothing_else_happens(body: bytes) -> None:
    with suppress(MalformedAnswer):
        USERS.read(body)
