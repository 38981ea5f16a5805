"""Google in trouble: limits, faults, cut connections, nonsense, and the sentences staff read then."""

import json
from datetime import timedelta
from typing import Any

import pytest

from modbot.errors import (
    AuthRejected,
    Conflict,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    Unreachable,
    VendorError,
    VendorFault,
)
from modbot.model import Operation, Session
from modbot.platforms.meet.answers import operation_error
from tests.platforms.meet.world import PUPIL, World, aim, session_of

LINK = "/v2/spaces"


def status(code: int, name: str, *details: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """A google.rpc.Status answer whose message quotes what a stranger typed."""
    error = {"code": code, "message": "kid77 wrote rude words", "status": name, "details": list(details)}
    return code, {}, json.dumps({"error": error}).encode()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (status(400, "INVALID_ARGUMENT"), VendorError),
        (status(400, "FAILED_PRECONDITION"), Conflict),
        (status(403, "PERMISSION_DENIED"), Forbidden),
        (status(404, "NOT_FOUND"), NotFound),
        (status(409, "ABORTED"), Conflict),
        (status(500, "INTERNAL"), VendorFault),
        ((403, {}, b"<html>"), Forbidden),
        ((418, {}, b""), VendorError),
    ],
)
async def test_a_refusal_is_told_by_its_kind_and_without_googles_words(
    world: World, answer: tuple[int, dict[str, str], bytes], kind: type[VendorError]
) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = f"PATCH {LINK}"
    world.sim.faults.fail_next.append(answer)
    with pytest.raises(kind) as refused:
        await platform.perform(Operation.LOCK, aim(meeting))
    assert type(refused.value) is kind
    assert "kid77" not in refused.value.log_detail + refused.value.staff_text


async def test_the_log_names_the_field_google_complains_of(world: World) -> None:
    violation = {"fieldViolations": [{"field": "update_mask", "description": "kid77"}]}
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = f"PATCH {LINK}"
    world.sim.faults.fail_next.append(status(400, "INVALID_ARGUMENT", violation))
    with pytest.raises(VendorError, match="fields=update_mask"):
        await platform.perform(Operation.LOCK, aim(meeting))


async def test_a_switched_off_api_is_not_told_as_a_missing_right(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = f"GET {LINK}"
    world.sim.faults.fail_next.append(status(403, "PERMISSION_DENIED", {"reason": "SERVICE_DISABLED"}))
    with pytest.raises(Forbidden) as refused:
        await platform.perform(Operation.LOCK, aim(meeting))
    assert "switched off" in refused.value.staff_text


async def test_a_limit_that_passes_is_waited_out(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = f"PATCH {LINK}"
    world.sim.faults.fail_next.append(status(429, "RESOURCE_EXHAUSTED"))
    await platform.perform(Operation.LOCK, aim(meeting))
    assert world.sim.state(meeting).access == "RESTRICTED"


async def test_a_limit_that_lasts_is_told_as_one(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.gate.limits.write = 0
    with pytest.raises(RateLimited, match="RESOURCE_EXHAUSTED"):
        await platform.perform(Operation.LOCK, aim(meeting))


async def test_a_wait_longer_than_a_teacher_has_is_told_at_once(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = f"PATCH {LINK}"
    code, _, body = status(429, "RESOURCE_EXHAUSTED")
    world.sim.faults.fail_next.append((code, {"Retry-After": "60"}, body))
    with pytest.raises(RateLimited) as refused:
        await platform.perform(Operation.LOCK, aim(meeting))
    assert refused.value.retry_after == timedelta(seconds=60)
    assert len(world.calls("PATCH", LINK)) == 1


async def test_a_passing_fault_is_tried_again(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = f"PATCH {LINK}"
    world.sim.faults.fail_next.extend([(503, {}, b""), (502, {}, b"")])
    await platform.perform(Operation.LOCK, aim(meeting))
    assert world.sim.state(meeting).access == "RESTRICTED"


async def test_a_cut_connection_may_have_acted(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only, world.sim.faults.drop_connection = f"PATCH {LINK}", True
    with pytest.raises(Unreachable) as gone:
        await platform.perform(Operation.LOCK, aim(meeting))
    assert gone.value.maybe_applied


async def test_a_google_that_is_not_there_has_not_acted(world: World) -> None:
    platform, meeting = world.platform(api_url="http://127.0.0.1:9"), world.class_in_session()
    with pytest.raises(Unreachable) as gone:
        await platform.perform(Operation.LOCK, aim(meeting))
    assert not gone.value.maybe_applied


async def test_a_success_that_cannot_be_read_is_no_success(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only, world.sim.faults.malformed = f"PATCH {LINK}", True
    with pytest.raises(MalformedAnswer):
        await platform.perform(Operation.LOCK, aim(meeting))


@pytest.mark.parametrize(
    "body", [b'{"participants": {}}', b'{"participants": [1]}', b'{"participants": [{"name": "P1"}]}', b"[]"]
)
async def test_a_list_that_is_not_one_is_not_taken_for_an_empty_class(world: World, body: bytes) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = "/participants"
    world.sim.faults.fail_next.append((200, {}, body))
    with pytest.raises(MalformedAnswer):
        await platform.read(session_of(meeting))


async def test_settings_that_google_does_not_show_are_not_guessed(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = f"GET {LINK}"
    world.sim.faults.fail_next.append((200, {}, b'{"name": "spaces/x"}'))
    with pytest.raises(Forbidden):
        await platform.check(Operation.LOCK, aim(meeting))


async def test_a_wrong_scope_is_told_as_modbots_not_the_teachers(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = f"GET {LINK}"
    info = {"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
    world.sim.faults.fail_next.append(status(403, "PERMISSION_DENIED", info))
    with pytest.raises(Forbidden) as refused:
        await platform.posture(session_of(meeting))
    assert "lacks a permission" in refused.value.staff_text


async def test_a_token_refused_twice_is_told_as_such(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = f"GET {LINK}"
    world.sim.faults.fail_next.extend([status(401, "UNAUTHENTICATED")] * 2)
    with pytest.raises(AuthRejected):
        await platform.posture(session_of(meeting))


async def test_the_directorys_own_way_to_say_slow_down_costs_addresses_not_names(world: World) -> None:
    meeting = world.class_in_session()
    world.sim.join(meeting, "Cleo Park", PUPIL)
    world.sim.faults.only = "/admin/directory"
    body = json.dumps({"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}}).encode()
    world.sim.faults.fail_next.extend([(403, {}, body)] * 2)
    people = await world.platform().read(session_of(meeting))
    assert {one.name: one.email for one in people} == {"Ada Reyes": "", "Cleo Park": ""}


@pytest.mark.parametrize("room_id", ["", ".", ".."])
async def test_an_id_that_is_none_reaches_no_address(world: World, room_id: str) -> None:
    meeting = world.class_in_session()
    session = session_of(meeting)
    with pytest.raises(NotFound):
        await world.platform().posture(
            Session(type(session.room)(session.room.platform, room_id), "x", host_email="a@b")
        )
    assert world.calls("GET", "/v2") == []


async def test_an_id_with_a_slash_stays_one_segment(world: World) -> None:
    session = session_of(world.class_in_session())
    room = type(session.room)(session.room.platform, "x/../y?z")
    with pytest.raises(VendorError):
        await world.platform().posture(Session(room, "x", host_email=session.host_email))
    assert world.calls("GET", "/v2/spaces/") == ["/v2/spaces/x%2F..%2Fy%3Fz"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(7, Forbidden), (5, NotFound), (6, Conflict), (8, RateLimited), (13, VendorFault), ("?", VendorFault)],
)
def test_an_operation_that_failed_is_told_by_its_code(code: object, kind: type[VendorError]) -> None:
    assert type(operation_error({"code": code, "message": "kid77"})) is kind
