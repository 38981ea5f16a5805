"""What `modbot doctor` says of Google Meet: each grant proven by a harmless call, and the missing one named."""

from typing import Any

import pytest
from pydantic import SecretStr

from modbot.simulators.meet import CREATED, DIRECTORY, READONLY, SETTINGS
from tests.platforms.meet.world import TEACHER, World


async def wrong(world: World, **settings: Any) -> dict[str, str]:
    """What is to be fixed, by what was checked."""
    return {name: fix for name, fix in await world.platform(**settings).probe() if fix}


async def test_a_district_that_set_everything_up_has_nothing_to_fix(world: World) -> None:
    assert await wrong(world) == {}


async def test_nothing_is_changed_by_looking(world: World) -> None:
    await world.platform().probe()
    assert {one.method for one in world.sim.seen if not one.path.startswith("/token")} == {"GET"}


@pytest.mark.parametrize("scope", [CREATED, READONLY, SETTINGS, DIRECTORY])
async def test_the_scope_that_is_not_delegated_is_named_with_the_client_it_belongs_to(world: World, scope: str) -> None:
    world.sim.delegated.discard(scope)
    found = await wrong(world)
    fix = found[f"Google scope {scope.rpartition('/')[2]}"]
    assert scope in fix
    assert world.sim.service_account["client_id"] in fix


async def test_a_scope_that_is_not_used_is_not_asked_for(world: World) -> None:
    world.sim.delegated.discard(CREATED)
    assert await wrong(world, create_rooms=False) == {}


async def test_a_key_that_cannot_be_read_is_said_before_anything_else(world: World) -> None:
    found = await wrong(world, service_account=SecretStr("{}"))
    assert list(found) == ["Google service account"]


async def test_an_admin_google_does_not_know_is_named(world: World) -> None:
    found = await wrong(world, directory_admin="typo@example.org")
    assert all("typo@example.org" in fix for name, fix in found.items() if name.startswith("Google scope"))


async def test_an_admin_who_may_not_read_the_directory_is_named(world: World) -> None:
    assert TEACHER in (await wrong(world, directory_admin=TEACHER))["Google directory"]


async def test_without_an_admin_a_teacher_is_tried_and_what_is_lost_is_said(world: World) -> None:
    world.lent.hosts = [TEACHER]
    assert list(await wrong(world, directory_admin="")) == ["Google directory"]


async def test_with_nobody_to_try_the_key_as_it_says_whom_to_set(world: World) -> None:
    assert "MODBOT_MEET__DIRECTORY_ADMIN" in (await wrong(world, directory_admin=""))["Google delegation"]


@pytest.mark.parametrize(
    ("missing", "name"),
    [
        ({"pubsub_topic": ""}, "Google Pub/Sub topic"),
        ({"pubsub_topic": "meet-events"}, "Google Pub/Sub topic"),
        ({"push_account": ""}, "Google Pub/Sub push account"),
    ],
)
async def test_each_missing_part_of_pubsub_is_named(world: World, missing: dict[str, str], name: str) -> None:
    assert list(await wrong(world, **missing)) == [name]


async def test_an_address_that_google_cannot_push_to_is_named(world: World) -> None:
    world.lent.public_url = ""
    assert list(await wrong(world)) == ["Google Pub/Sub push audience"]


async def test_google_that_does_not_answer_is_not_taken_for_a_missing_grant(world: World) -> None:
    world.sim.faults.drop_connection = True
    found = await wrong(world)
    assert "did not answer" in found["Google scope meetings.space.readonly"]


DISABLED = b'{"error": {"code": 403, "status": "PERMISSION_DENIED", "details": [{"reason": "SERVICE_DISABLED"}]}}'
NOT_CONFIGURED = b'{"error": {"code": 403, "errors": [{"reason": "accessNotConfigured"}]}}'


@pytest.mark.parametrize(
    ("path", "name", "api", "body"),
    [
        ("/v2/conferenceRecords", "Google Meet REST API", "Google Meet REST API", DISABLED),
        ("/v1/subscriptions", "Google Workspace Events API", "Google Workspace Events API", DISABLED),
        ("/admin/directory", "Google directory", "Admin SDK API", DISABLED),
        ("/admin/directory", "Google directory", "Admin SDK API", NOT_CONFIGURED),
    ],
)
async def test_an_api_that_is_switched_off_is_named(world: World, path: str, name: str, api: str, body: bytes) -> None:
    world.sim.faults.only = path
    world.sim.faults.fail_next.append((403, {}, body))
    assert await wrong(world) == {name: f"Switch the {api} on in modbot's Cloud project."}
