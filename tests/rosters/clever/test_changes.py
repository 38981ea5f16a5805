"""Reading only what changed: by Clever's events, and everything anew after a gap."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modbot.rosters import Gap, Seat
from modbot.simulators.clever import Size
from tests.rosters.clever.world import Told, World, world_of


async def read_before(world: World) -> tuple[Told, str]:
    """Everything as it was, once Clever has had something to tell; and the mark."""
    world.clever.put("users", world.user("student", 0))
    told = Told()
    mark = await world.source().read(told)
    assert mark
    world.clever.seen.clear()
    return told, mark


async def test_when_nothing_changed_nothing_is_told_and_little_is_asked(world: World) -> None:
    told, mark = await read_before(world)
    told.calls = 0
    assert await world.source().read(told, since=mark) == mark
    assert told.calls == 0
    assert not [seen for seen in world.clever.seen if seen.path.startswith(("/v3.1/users", "/v3.1/sections"))]


async def test_new_changed_and_departed_people_and_sections_are_told(world: World) -> None:
    told, mark = await read_before(world)
    student, teacher, section = world.user("student", 1), world.user("teacher", 0), world.section(1)
    new = student | {"id": "6affffffffffffffffffffff", "email": "new@students.example.org"}
    world.clever.put("users", new)
    world.clever.put("sections", section | {"students": [new["id"]], "name": "Renamed"})
    world.clever.remove("users", teacher["id"])
    world.clever.remove("sections", world.section(2)["id"])
    await world.source().read(told, since=mark)
    assert await everything(world) == told.rows()
    assert told.everybody[new["id"]].email == "new@students.example.org"
    assert teacher["id"] not in told.everybody
    assert told.classes[section["id"]].title == "Renamed"


async def everything(world: World) -> tuple[object, ...]:
    """The district as it is now."""
    now = Told()
    await world.source().read(now)
    return now.rows()


async def test_the_last_of_several_changes_counts(world: World) -> None:
    told, mark = await read_before(world)
    section = world.section(0)
    world.clever.put("sections", section | {"students": ["first"]})
    world.clever.remove("sections", section["id"])
    world.clever.put("sections", section | {"students": ["last"]})
    await world.source().read(told, since=mark)
    assert {seat for seat in told.seated if seat[0] == section["id"] and not seat[2]} == {
        (section["id"], "last", False)
    }


async def test_a_change_told_again_changes_nothing(world: World) -> None:
    told, mark = await read_before(world)
    world.clever.remove("users", world.user("student", 1)["id"])
    world.clever.put("users", world.user("student", 2) | {"email": None})
    source = world.source(page_records=1)
    await source.read(told, since=mark)
    once = told.rows()
    await source.read(told, since=mark)
    assert told.rows() == once


async def test_changes_go_on_from_where_the_last_reading_ended(world: World) -> None:
    told, mark = await read_before(world)
    world.clever.remove("users", world.user("student", 1)["id"])
    mark = await world.source().read(told, since=mark)
    told.calls = 0
    world.clever.remove("users", world.user("student", 2)["id"])
    await world.source().read(told, since=mark)
    assert told.calls == 1


async def test_what_changes_while_everything_is_read_is_told_by_the_next_reading(world: World) -> None:
    world.clever.put("users", world.user("student", 0))

    leaver = world.user("student", 5)["id"]

    class Watched(Told):
        async def seats(self, some: Sequence[Seat]) -> None:
            world.clever.remove("users", leaver)

    told = Watched()
    mark = await world.source().read(told)
    assert leaver in told.everybody
    await world.source().read(told, since=mark)
    assert leaver not in told.everybody


async def test_schools_and_terms_are_told_whole_each_time(world: World) -> None:
    told, mark = await read_before(world)
    term = world.clever.district.terms.get(world.clever.district.id_of("terms", 0))
    assert term is not None
    world.clever.put("terms", term | {"end_date": "2026-12-18"})
    await world.source().read(told, since=mark)
    until = told.terms[term["id"]].until
    assert until is not None
    assert until.isoformat() == "2026-12-18"


async def test_somebody_who_is_only_a_parent_any_more_is_gone(world: World) -> None:
    told, mark = await read_before(world)
    parent = world.user("teacher", 0)
    parent["roles"] = world.user("contact", 0)["roles"]
    world.clever.put("users", parent)
    await world.source().read(told, since=mark)
    assert parent["id"] not in told.everybody


@pytest.mark.parametrize("kind", ["courses.updated", "resources.created", "districts.updated", "schools.deleted"])
async def test_changes_that_do_not_matter_are_passed_over(world: World, kind: str) -> None:
    told, mark = await read_before(world)
    before = told.rows()
    world.clever.events.tell(kind, {"id": "any", "name": "Any"})
    await world.source().read(told, since=mark)
    assert told.rows() == before


@pytest.mark.parametrize("kind", ["attendance.created", "users.merged", "users", ""])
async def test_a_kind_of_change_modbot_does_not_know_means_reading_everything(world: World, kind: str) -> None:
    told, mark = await read_before(world)
    world.clever.events.tell(kind, {"id": "any"})
    with pytest.raises(Gap, match="does not know"):
        await world.source().read(told, since=mark)


async def test_a_change_without_its_record_means_reading_everything(world: World) -> None:
    told, mark = await read_before(world)
    world.clever.events.tell("sections.updated", {"name": "nameless"})
    with pytest.raises(Gap, match="without saying to what"):
        await world.source().read(told, since=mark)


async def test_a_week_after_everything_was_read_it_is_read_again(world: World) -> None:
    told, mark = await read_before(world)
    world.clock.forward(timedelta(days=6, hours=23))
    mark = await world.source().read(told, since=mark)
    world.clock.forward(timedelta(hours=2))
    with pytest.raises(Gap, match="once a week"):
        await world.source().read(told, since=mark)


async def test_a_mark_that_clever_no_longer_keeps_is_a_gap(world: World) -> None:
    world.clever.put("users", world.user("student", 0))
    world.clock.forward(timedelta(days=29))
    told = Told()
    mark = await world.source().read(told)
    world.clock.forward(timedelta(days=2))
    with pytest.raises(Gap, match="no longer keeps"):
        await world.source().read(told, since=mark)


async def test_another_districts_mark_is_a_gap(world: World) -> None:
    told, mark = await read_before(world)
    with pytest.raises(Gap, match="another district"):
        await world.source().read(told, since=mark.replace(world.clever.district.id, "e" * 24))


@pytest.mark.parametrize("mark", ["x", "[]", "[1, 2]", '["a", "b", "c"]', "null", '["a", "b", 1e300]'])
async def test_a_mark_that_modbot_did_not_write_is_a_gap(world: World, mark: str) -> None:
    with pytest.raises(Gap, match="cannot be read"):
        await world.source().read(Told(), since=mark)


async def test_without_events_the_next_reading_is_of_everything(world: World) -> None:
    world.clever.events.enabled = False
    world.clever.put("users", world.user("student", 0))
    assert await world.source().read(Told()) == ""


async def test_a_mark_holds_no_more_than_ids_and_a_time_and_stays_short(world: World) -> None:
    _, mark = await read_before(world)
    assert len(mark) < 200


CHANGES = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "move"]), st.sampled_from(["users", "sections"]), st.integers(0, 5)),
    max_size=25,
)


@settings(max_examples=25)
@given(CHANGES, st.integers(1, 4))
def test_what_changed_added_to_what_was_is_what_is(changes: list[tuple[str, str, int]], page_records: int) -> None:
    asyncio.run(_follow(changes, page_records))


async def _follow(changes: list[tuple[str, str, int]], page_records: int) -> None:
    async with world_of(Size(students=8, sections=6, seats=3)) as world:
        told, mark = await read_before(world)
        doings: dict[str, Callable[[str, int], None]] = {
            "put": lambda kind, number: _put(world, kind, number),
            "remove": lambda kind, number: world.clever.remove(kind, _id(world, kind, number)),
            "move": lambda kind, number: _move(world, number),
        }
        for doing, kind, number in changes:
            doings[doing](kind, number)
        await world.source(page_records=page_records).read(told, since=mark)
        assert told.rows() == await everything(world)


def _id(world: World, kind: str, number: int) -> str:
    return world.clever.district.id_of("student" if kind == "users" else kind, number)


def _put(world: World, kind: str, number: int) -> None:
    fresh = world_record(world, kind, number)
    world.clever.put(kind, fresh)


def world_record(world: World, kind: str, number: int) -> dict[str, object]:
    """A record as it might come back after it was removed."""
    own = _id(world, kind, number)
    if kind == "users":
        return world.user("teacher", 0) | {"id": own, "email": f"again{number}@students.example.org"}
    return {
        "id": own,
        "district": world.clever.district.id,
        "name": f"Again {number}",
        "school": "s",
        "teachers": ["t"],
    }


def _move(world: World, number: int) -> None:
    section = world_record(world, "sections", number)
    world.clever.put("sections", section | {"students": [_id(world, "users", number)]})
