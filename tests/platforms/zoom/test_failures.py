"""What becomes of Zoom's refusals, faults, silences and nonsense."""

from datetime import timedelta

import orjson
import pytest

from modbot.errors import (
    AuthRejected,
    Conflict,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    ResourceLocked,
    Unreachable,
    VendorError,
    VendorFault,
)
from modbot.model import Operation
from modbot.platforms.zoom import ZoomPlatform
from modbot.simulators.zoom import Meeting
from modbot.simulators.zoom.gate import LIGHT
from tests.platforms.zoom.world import World, session_of, target_of

MANY = 4  # more than the tries of one call


def refusal(code: int, message: str = "invented") -> bytes:
    return orjson.dumps({"code": code, "message": message})


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, refusal(300), Forbidden),
        (400, refusal(4700), Forbidden),
        (400, refusal(4711), Forbidden),
        (401, refusal(4700), Forbidden),
        (400, refusal(200), Forbidden),
        (400, refusal(3161), Forbidden),
        (403, refusal(2306), Forbidden),
        (403, b"", Forbidden),
        (404, refusal(3001), NotFound),
        (400, refusal(3001), NotFound),
        (404, refusal(1001), NotFound),
        (404, b"<html>", NotFound),
        (400, refusal(3000), Conflict),
        (400, refusal(3063), Conflict),
        (409, b"", Conflict),
        (423, b"", ResourceLocked),
        (429, refusal(429), RateLimited),
        (429, refusal(4001), RateLimited),
        (500, b"", VendorFault),
        (502, b"", VendorFault),
        (503, b"[]", VendorFault),
        (504, b"", VendorFault),
        (400, refusal(9999), VendorError),
        (418, b"", VendorError),
        (302, b"", VendorError),
    ],
)
async def test_each_refusal_becomes_the_error_that_says_whose_move_it_is(
    world: World, zoom: ZoomPlatform, meeting: Meeting, status: int, body: bytes, expected: type[VendorError]
) -> None:
    await zoom.posture(session_of(meeting))
    world.sim.faults.fail_next.extend([(status, {"Content-Type": "application/json"}, body)] * MANY)
    with pytest.raises(VendorError) as caught:
        await zoom.perform(Operation.LOCK, target_of(meeting))
    assert type(caught.value) is expected
    assert caught.value.status == status


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_passing_fault_is_ridden_out(world: World, zoom: ZoomPlatform, meeting: Meeting, status: int) -> None:
    await zoom.posture(session_of(meeting))
    world.sim.faults.only = "PATCH"
    world.sim.faults.fail_next.extend([(status, {}, b"")] * 2)
    await zoom.perform(Operation.LOCK, target_of(meeting))
    assert meeting.settings["waiting_room"]
    assert len(world.calls("PATCH")) == 3


@pytest.mark.parametrize("body", [refusal(300), refusal(3001), refusal(3161)])
async def test_a_refusal_that_will_not_change_is_not_repeated(
    world: World, zoom: ZoomPlatform, meeting: Meeting, body: bytes
) -> None:
    world.sim.faults.only = "PATCH"
    world.sim.faults.fail_next.append((400, {}, body))
    with pytest.raises(VendorError):
        await zoom.perform(Operation.LOCK, target_of(meeting))
    assert len(world.calls("PATCH")) == 1


async def test_a_short_wish_to_wait_is_granted(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.faults.only = "PATCH"
    world.sim.faults.fail_next.append((429, {"Retry-After": "1"}, b""))
    await zoom.perform(Operation.LOCK, target_of(meeting))
    first, second = (seen.at_monotonic_seconds for seen in world.sim.seen if seen.method == "PATCH")
    assert second - first >= 1


@pytest.mark.parametrize("seconds", [5, 60])
async def test_a_long_wish_to_wait_is_told_at_once(
    world: World, zoom: ZoomPlatform, meeting: Meeting, seconds: int
) -> None:
    world.sim.faults.only = "PATCH"
    world.sim.faults.fail_next.append((429, {"Retry-After": str(seconds)}, refusal(429)))
    with pytest.raises(RateLimited) as caught:
        await zoom.perform(Operation.LOCK, target_of(meeting))
    assert caught.value.retry_after == timedelta(seconds=seconds)
    assert len(world.calls("PATCH")) == 1


async def test_too_many_calls_a_second_are_refused_by_label(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.gate.limits[LIGHT] = (1, 60.0)
    await zoom.posture(session_of(meeting))
    with pytest.raises(RateLimited):
        await zoom.posture(session_of(meeting))


async def test_an_answer_that_is_not_json_is_not_taken_for_success(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    stranger = world.sim.join(meeting, "Stranger")
    world.sim.faults.only = "/v2/"
    world.sim.faults.malformed = True
    for operation in (Operation.LOCK, Operation.EJECT, Operation.END):
        with pytest.raises(MalformedAnswer):
            await zoom.perform(operation, target_of(meeting, stranger))


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"settings": []}', b'"text"', b"null"])
async def test_an_answer_of_another_shape_is_not_taken_for_settings(
    world: World, zoom: ZoomPlatform, meeting: Meeting, body: bytes
) -> None:
    world.sim.faults.only = "GET"
    world.sim.faults.fail_next.append((200, {}, body))
    with pytest.raises(MalformedAnswer):
        await zoom.perform(Operation.LOCK, target_of(meeting))
    assert world.calls("PATCH") == []


async def test_a_dropped_connection_may_have_been_acted_on(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    stranger = world.sim.join(meeting, "Stranger")
    world.sim.faults.only = "live_meetings"
    world.sim.faults.drop_connection = True
    with pytest.raises(Unreachable) as caught:
        await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    assert caught.value.maybe_applied


async def test_an_answer_that_does_not_come_in_time_is_given_up(world: World, meeting: Meeting) -> None:
    hasty = world.platform(patience=timedelta(seconds=3))
    await hasty.posture(session_of(meeting))
    world.sim.faults.lag_seconds = 600
    with pytest.raises(Unreachable) as caught:
        await hasty.perform(Operation.LOCK, target_of(meeting))
    assert caught.value.maybe_applied


async def test_a_zoom_that_cannot_be_reached_has_done_nothing(world: World, meeting: Meeting) -> None:
    zoom = world.platform()
    await zoom.posture(session_of(meeting))
    await world.sim.stop()
    with pytest.raises(Unreachable) as caught:
        await zoom.perform(Operation.LOCK, target_of(meeting))
    assert not caught.value.maybe_applied


async def test_an_earlier_silence_is_remembered_when_zoom_goes_away(world: World, meeting: Meeting) -> None:
    zoom = world.platform()
    await zoom.posture(session_of(meeting))
    world.sim.faults.only = "PATCH"
    world.sim.faults.drop_connection = True
    stop = world.budget.take

    async def take_and_stop(limit: str, *, per_second: float, urgency: int = 1, burst: int = 0) -> None:
        await stop(limit, per_second=per_second, urgency=urgency, burst=burst)
        if len(world.calls("PATCH")) == 1:
            await world.sim.stop()

    world.budget.take = take_and_stop  # type: ignore[method-assign]
    with pytest.raises(Unreachable) as caught:
        await zoom.perform(Operation.LOCK, target_of(meeting))
    assert caught.value.maybe_applied


async def test_a_missing_scope_points_it_at_the_doctor(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.gate.scopes.discard("meeting:update:meeting:admin")
    with pytest.raises(Forbidden) as caught:
        await zoom.perform(Operation.LOCK, target_of(meeting))
    assert "modbot doctor" in caught.value.staff_text


async def test_what_zoom_quotes_is_cut_and_defanged_in_the_log(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.sim.faults.only = "GET"
    world.sim.faults.fail_next.append((400, {}, refusal(9999, "bad\n\x1b[31m " + "x" * 5000)))
    with pytest.raises(VendorError) as caught:
        await zoom.posture(session_of(meeting))
    assert "\n" not in caught.value.log_detail
    assert "\x1b" not in caught.value.log_detail
    assert len(caught.value.log_detail) < 300


async def test_a_refused_credential_is_not_a_teachers_problem_to_solve(world: World, meeting: Meeting) -> None:
    wrong = world.platform(client_secret="wrong")
    with pytest.raises(AuthRejected) as caught:
        await wrong.perform(Operation.LOCK, target_of(meeting))
    assert "IT" in caught.value.staff_text
    assert world.calls() == []
