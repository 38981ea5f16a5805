"""What an admin who sets Clever up is told, request by request."""

import pytest

from modbot.rosters import Probe
from modbot.simulators.clever import Size
from tests.rosters.clever.world import World, world_of


async def probed(world: World, secret: str = "sim-client-secret") -> dict[str, Probe]:
    """The probes by what was tried."""
    return {probe.what: probe for probe in await world.source(secret=secret).probe()}


async def test_a_connected_district_passes_every_probe_with_few_and_small_requests(world: World) -> None:
    world.clever.put("users", world.user("student", 0))
    told = await probed(world)
    assert list(told) == [
        "credentials", "district", "schools", "terms", "teachers", "students", "sections", "changes",
    ]  # fmt: skip
    assert all(probe.ok for probe in told.values())
    assert len(world.clever.seen) < 12
    assert all("limit=1" in seen.path for seen in world.clever.seen if "/users" in seen.path)


async def test_an_admin_does_not_wait_long_for_a_clever_that_is_down(world: World) -> None:
    world.clever.faults.fail_next.extend([(503, {}, b"")] * 20)
    told = await probed(world)
    assert "status.clever.com" in told["credentials"].said
    assert len(world.clever.seen) == 2


async def test_wrong_credentials_end_the_probing(world: World) -> None:
    told = await probed(world, secret="wrong")
    assert list(told) == ["credentials"]
    assert not told["credentials"].ok


async def test_another_districts_token_ends_the_probing(world: World) -> None:
    world.clever.add_district(7)
    world.clever.gate.disconnect(world.clever.district.id)
    world.clever.gate.mislabelled = world.clever.district.id
    told = await probed(world)
    assert list(told) == ["credentials", "district"]
    assert "another district" in told["district"].said


@pytest.mark.parametrize(("kind", "probes"), [("sections", {"sections"}), ("users", {"teachers", "students"})])
async def test_what_is_not_shared_fails_its_own_probe_only(world: World, kind: str, probes: set[str]) -> None:
    world.clever.gate.unshared.add(kind)
    assert {what for what, probe in (await probed(world)).items() if not probe.ok} == probes


async def test_a_district_that_shares_no_record_of_a_kind_is_told() -> None:
    async with world_of(Size(students=5, sections=0)) as world:
        told = await probed(world)
        assert "share them with the app" in told["sections"].said
        assert not told["sections"].ok


async def test_events_that_are_switched_off_are_no_failure_but_told(world: World) -> None:
    world.clever.events.enabled = False
    told = (await probed(world))["changes"]
    assert told.ok
    assert "reads everything" in told.said


async def test_a_district_that_clever_has_paused_is_told(world: World) -> None:
    record = world.clever.district.districts.get(world.clever.district.id)
    assert record is not None
    world.clever.put("districts", record | {"state": "paused"})
    assert "stands still" in (await probed(world))["district"].said
