"""The district's token: found, replaced, revoked, of another district, and without a permission."""

import base64

import pytest

from modbot.errors import AuthRejected, Forbidden, NotFound, VendorError
from modbot.simulators.clever import CleverSimulator, Size
from tests.rosters.clever.world import Told, World, world_of


def token_requests(clever: CleverSimulator) -> list[str]:
    """How the token was asked for."""
    return [seen.path for seen in clever.seen if seen.path.startswith("/oauth/tokens")]


async def test_the_token_is_found_with_the_apps_id_and_secret_and_used_for_everything(world: World) -> None:
    await world.source().read(Told())
    asked, *data = world.clever.seen
    assert asked.headers["authorization"] == f"Basic {base64.b64encode(b'sim-client:sim-client-secret').decode()}"
    assert f"district={world.clever.district.id}" in asked.path
    assert {seen.headers["authorization"] for seen in data} == {f"Bearer {next(iter(world.clever.gate.tokens))}"}


async def test_a_token_is_found_once_for_several_readings(world: World) -> None:
    source = world.source()
    await source.read(Told())
    await source.read(Told())
    assert len(token_requests(world.clever)) == 1


async def test_a_token_that_the_district_replaces_in_the_middle_is_found_anew() -> None:
    async with world_of(Size(students=100)) as world:

        class Replaced(Told):
            async def places(self, *told: object) -> None:
                world.clever.gate.connect(world.clever.district.id)

        told = Replaced()
        await world.source(page_records=20).read(told)
        assert len(told.everybody) == 2 + 2 + 1 + 100
        assert len(token_requests(world.clever)) == 2


async def test_a_wrong_secret_is_told_with_the_names_of_the_settings(world: World) -> None:
    with pytest.raises(AuthRejected) as told:
        await world.source(secret="wrong").read(Told())
    assert "MODBOT_CLEVER__CLIENT_SECRET" in told.value.staff_text
    assert "wrong" not in f"{told.value!r} {told.value.log_detail}"


async def test_a_district_that_is_not_connected_is_told(world: World) -> None:
    with pytest.raises(NotFound, match="no token") as told:
        await world.source(district="f" * 24).read(Told())
    assert "not connected" in told.value.staff_text


async def test_a_token_address_that_knows_no_such_district_means_the_same(world: World) -> None:
    world.clever.faults.only = "/oauth"
    world.clever.faults.fail_next.append((404, {}, b"{}"))
    with pytest.raises(NotFound) as told:
        await world.source().read(Told())
    assert "not connected" in told.value.staff_text


async def test_a_token_that_is_revoked_is_told(world: World) -> None:
    source = world.source()
    await source.read(Told())
    world.clever.gate.disconnect(world.clever.district.id)
    with pytest.raises(NotFound) as told:
        await source.read(Told())
    assert "Connect it again" in told.value.staff_text


async def test_a_token_that_clever_gives_and_refuses_is_told(world: World) -> None:
    world.clever.faults.only = "/v3.1"
    world.clever.faults.fail_next.extend([(401, {}, b"")] * 2)
    with pytest.raises(AuthRejected) as told:
        await world.source().read(Told())
    assert "shut the app out" in told.value.staff_text


async def test_another_districts_token_is_not_used(world: World) -> None:
    world.clever.gate.mislabelled = "e" * 24
    with pytest.raises(AuthRejected) as told:
        await world.source().read(Told())
    assert "another district" in told.value.staff_text
    assert not [seen for seen in world.clever.seen if seen.path.startswith("/v3.1")]


async def test_nothing_is_taken_when_the_token_turns_out_to_be_another_districts(world: World) -> None:
    other = world.clever.add_district(7)
    world.clever.gate.disconnect(world.clever.district.id)
    world.clever.gate.mislabelled = world.clever.district.id
    told = Told()
    with pytest.raises(Forbidden) as refused:
        await world.source().read(told)
    assert "Nothing was taken" in refused.value.staff_text
    assert not told.calls
    assert other.id not in refused.value.staff_text


async def test_a_record_of_another_district_ends_the_reading(world: World) -> None:
    world.clever.put("users", world.user("student", 0) | {"district": "e" * 24})
    with pytest.raises(Forbidden, match="another district"):
        await world.source().read(Told())


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("kind", ["schools", "terms", "users", "sections"])
async def test_what_the_district_does_not_share_is_named(world: World, kind: str, status: int) -> None:
    world.clever.gate.unshared.add(kind)
    world.clever.gate.unshared_status = status
    with pytest.raises(VendorError) as told:
        await world.source().read(Told())
    assert f"does not share this district's {kind}" in told.value.staff_text


@pytest.mark.parametrize("status", [403, 404])
async def test_without_events_everything_is_read_and_nothing_is_remembered(world: World, status: int) -> None:
    world.clever.gate.unshared.add("events")
    world.clever.gate.unshared_status = status
    told = Told()
    assert await world.source().read(told) == ""
    assert told.everybody


async def test_settings_that_are_missing_are_named_before_anything_is_asked(world: World) -> None:
    with pytest.raises(AuthRejected) as told:
        await world.source(secret="").read(Told())
    assert "MODBOT_CLEVER__CLIENT_ID" in told.value.staff_text
    assert not world.clever.seen
