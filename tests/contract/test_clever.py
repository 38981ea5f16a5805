"""Clever: every request of modbot's is one Clever describes, and what the simulated Clever answers fits as well."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from modbot.http import Http
from modbot.rosters import clever
from modbot.simulators.clever import CleverSimulator, Size
from tests.contract.clever_description import CleverDescription, answer_schema, event_schema
from tests.contract.described import NotDescribed, complaints, fits
from tests.contract.written import unsent, written_in
from tests.rosters.clever.world import Told, World, world_of

KINDS = {"users": "User", "sections": "Section", "schools": "School", "terms": "Term", "courses": "Course"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A district of which modbot has asked everything it ever asks."""
    async with world_of(Size(students=70, sections=12, contacts=3)) as found:
        found.clever.put("users", found.user("student", 0))
        source = found.source(page_records=20)
        told = Told()
        mark = await source.read(told)
        found.clever.put("sections", found.section(0) | {"name": "Renamed"})
        await source.read(told, since=mark)
        await source.probe()
        yield found


async def test_every_request_is_one_clever_describes(world: World) -> None:
    assert complaints(CleverDescription(), world.clever.seen) == []


async def test_every_request_in_the_sources_code_was_sent(world: World) -> None:
    spelled_out = written_in(Path(clever.__file__).parent)
    assert spelled_out
    assert unsent(spelled_out, world.clever.seen) == []


async def test_a_parameter_clever_does_not_describe_is_found(world: World) -> None:
    await asked(world.http, world.clever, "/sections?role=teacher")
    with pytest.raises(NotDescribed, match="unknown parameter: role"):
        CleverDescription().check(world.clever.seen[-1])


async def asked(http: Http, sim: CleverSimulator, path: str) -> dict[str, object]:
    """What the simulator answers."""
    headers = {"Authorization": f"Bearer {next(iter(sim.gate.tokens))}"}
    answer = await http.request("clever", "GET", sim.api_url + path, headers=headers)
    return answer.json_object()


@pytest.mark.parametrize(("kind", "name"), KINDS.items())
async def test_a_simulated_page_has_the_documented_shape(world: World, kind: str, name: str) -> None:
    page = await asked(world.http, world.clever, f"/{kind}?limit=10000")
    assert page["data"]
    fits(page, answer_schema(f"{name}sResponse"))


@pytest.mark.parametrize(("kind", "name"), KINDS.items())
async def test_a_simulated_record_has_the_documented_shape(world: World, kind: str, name: str) -> None:
    district = world.clever.district
    record_id = district.id_of("student" if kind == "users" else kind, 0)
    fits(await asked(world.http, world.clever, f"/{kind}/{record_id}"), answer_schema(f"{name}Response"))


async def test_a_field_clever_does_not_describe_is_found(world: World) -> None:
    student = world.user("student", 1)
    student["roles"]["student"]["shoe_size"] = "38"
    with pytest.raises(NotDescribed, match="shoe_size"):
        fits({"data": student}, answer_schema("UserResponse"))


async def test_the_simulated_district_has_the_documented_shape(world: World) -> None:
    fits(await asked(world.http, world.clever, "/districts"), answer_schema("DistrictsResponse"))


async def test_simulated_events_have_the_documented_shapes(world: World) -> None:
    sim = world.clever
    new = sim.district.terms.get(sim.district.id_of("terms", 0))
    assert new is not None
    sim.put("terms", new | {"id": "6affffffffffffffffffffff"})
    sim.remove("users", sim.district.id_of("teacher", 0))
    page = await asked(world.http, sim, "/events?limit=10000")
    rows = page["data"]
    assert isinstance(rows, list)
    events = [row["data"] for row in rows]
    assert {event["type"] for event in events} == {
        "users.updated",
        "sections.updated",
        "terms.created",
        "users.deleted",
    }
    for event in events:
        fits(event, event_schema(event["type"]), event["type"])


@pytest.mark.parametrize(("path", "status"), [("/sections/none", 404), ("/sections?limit=10001", 413)])
async def test_a_simulated_refusal_has_the_documented_status_and_body(world: World, path: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {next(iter(world.clever.gate.tokens))}"}
    answer = await world.http.request("clever", "GET", world.clever.api_url + path, headers=headers)
    assert answer.status == status
    fits(answer.json_object(), answer_schema("NotFound"))
