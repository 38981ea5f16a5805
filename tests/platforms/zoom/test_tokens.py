"""Tokens: asked for once, shared, renewed in time, replaced once when refused."""

import asyncio
from datetime import timedelta

import pytest

from modbot.errors import AuthRejected, MalformedAnswer, VendorFault
from modbot.platforms.zoom import ZoomPlatform
from modbot.simulators.zoom import Meeting
from tests.platforms.zoom.world import World, session_of


async def test_many_calls_at_once_ask_for_one_token(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    await asyncio.gather(*(zoom.posture(session_of(meeting)) for _ in range(10)))
    assert world.tokens_asked() == 1


async def test_another_process_finds_the_token_in_the_vault(world: World, meeting: Meeting) -> None:
    await world.platform().posture(session_of(meeting))
    await world.platform().posture(session_of(meeting))
    assert world.tokens_asked() == 1
    assert world.vault.lifetimes == [3000]


async def test_a_token_is_renewed_at_fifty_minutes(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    await zoom.posture(session_of(meeting))
    world.clock.forward(timedelta(minutes=49))
    await zoom.posture(session_of(meeting))
    assert world.tokens_asked() == 1
    world.clock.forward(timedelta(minutes=2))
    await zoom.posture(session_of(meeting))
    assert world.tokens_asked() == 2


async def test_a_token_that_zoom_forgot_is_replaced_once_for_all_callers(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    await zoom.posture(session_of(meeting))
    world.sim.gate.revoke_tokens()
    await asyncio.gather(*(zoom.posture(session_of(meeting)) for _ in range(5)))
    assert world.tokens_asked() == 2


async def test_a_token_that_another_process_has_replaced_is_taken_from_the_vault(
    world: World, meeting: Meeting
) -> None:
    first, second = world.platform(), world.platform()
    await first.posture(session_of(meeting))
    await second.posture(session_of(meeting))
    world.sim.gate.revoke_tokens()
    await first.posture(session_of(meeting))
    await second.posture(session_of(meeting))
    assert world.tokens_asked() == 2


@pytest.mark.parametrize("status", [400, 401])
async def test_a_new_token_that_is_refused_too_is_told(
    world: World, zoom: ZoomPlatform, meeting: Meeting, status: int
) -> None:
    world.sim.faults.only = "/v2/"
    world.sim.faults.fail_next.extend([(status, {}, b'{"code": 124, "message": "invented"}')] * 2)
    with pytest.raises(AuthRejected):
        await zoom.posture(session_of(meeting))
    assert world.tokens_asked() == 2
    assert len(world.calls()) == 2


async def test_without_the_store_tokens_still_come(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.vault.gone = True
    await zoom.posture(session_of(meeting))
    world.sim.gate.revoke_tokens()
    await zoom.posture(session_of(meeting))
    assert world.tokens_asked() == 2


async def test_what_cannot_be_read_in_the_vault_is_replaced(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.vault.secrets["zoom:sim-client"] = "from another version"
    await zoom.posture(session_of(meeting))
    assert world.tokens_asked() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"not json",
        b'{"access_token": "", "expires_in": 3600}',
        b'{"access_token": "t"}',
        b'{"access_token": "t", "expires_in": -1}',
        b'{"access_token": "t", "expires_in": true}',
        b'{"access_token": 5, "expires_in": 3600}',
    ],
)
async def test_a_grant_of_another_shape_gives_no_token(
    world: World, zoom: ZoomPlatform, meeting: Meeting, body: bytes
) -> None:
    world.sim.faults.fail_next.append((200, {}, body))
    with pytest.raises(MalformedAnswer):
        await zoom.posture(session_of(meeting))
    assert world.vault.secrets == {}


async def test_a_fault_of_the_token_server_is_told_apart_from_wrong_credentials(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.sim.faults.fail_next.extend([(503, {}, b"")] * 3)
    with pytest.raises(VendorFault):
        await zoom.posture(session_of(meeting))


async def test_the_doctor_finds_nothing_wrong_with_a_complete_app(zoom: ZoomPlatform) -> None:
    assert [problem for _, problem in await zoom.probe()] == ["", "", "", ""]


async def test_the_doctor_names_missing_scopes_and_a_plan_without_dashboard(world: World, zoom: ZoomPlatform) -> None:
    world.sim.gate.scopes.discard("meeting:update:in_meeting_controls:admin")
    world.sim.has_dashboard = False
    found = dict(await zoom.probe())
    assert found["Zoom token"] == ""
    assert found["Zoom scopes"].endswith("meeting:update:in_meeting_controls:admin")
    assert "Business" in found["Zoom plan"]


async def test_the_doctor_says_which_settings_are_missing(world: World) -> None:
    found = dict(await world.platform(client_id="", webhook_secret="").probe())
    assert "CLIENT_ID" in found["Zoom app"]
    assert "WEBHOOK_SECRET" in found["Zoom webhook secret"]


async def test_the_doctor_says_that_credentials_are_wrong(world: World) -> None:
    found = dict(await world.platform(client_secret="wrong").probe())
    assert "does not accept" in found["Zoom token"]
