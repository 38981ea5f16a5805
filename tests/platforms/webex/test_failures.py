"""Webex refusing, failing, answering nonsense, slowly or not at all."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import (
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
from modbot.platforms import Seen
from modbot.platforms.webex.api import Call, next_page
from tests.platforms.webex.fakes import District, aim, session_of

STATUSES: list[tuple[int, type[VendorError]]] = [
    (400, VendorError),
    (403, Forbidden),
    (404, NotFound),
    (405, VendorError),
    (409, Conflict),
    (410, VendorError),
    (415, VendorError),
    (423, ResourceLocked),
    (428, VendorError),
    (429, RateLimited),
    (500, VendorFault),
    (502, VendorFault),
    (503, VendorFault),
    (504, VendorFault),
    (302, VendorError),
]
BODY = b'{"message":"no","errors":[{"description":"Ben Ochoa is not here"}],"trackingId":"ROUTER_1"}'


@pytest.mark.parametrize(("status", "kind"), STATUSES)
async def test_each_status_becomes_its_own_error(district: District, status: int, kind: type[VendorError]) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    await platform.read(session_of(meeting))
    district.sim.faults.only = "POST"
    district.sim.faults.fail_next.append((status, {"trackingid": "ROUTER_77-a", "Retry-After": "41"}, BODY))
    with pytest.raises(VendorError) as caught:
        await platform.perform(Operation.ADMIT, aim(meeting, f"{meeting.id}_x"))
    error = caught.value
    assert type(error) is kind
    assert error.status == status
    assert "trackingid=ROUTER_77-a" in error.log_detail
    assert "Ochoa" not in error.log_detail + error.staff_text
    assert isinstance(error, ResourceLocked | RateLimited) == (getattr(error, "retry_after", None) is not None)


async def test_a_tracking_id_cannot_forge_a_log_line(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "GET"
    district.sim.faults.fail_next.append((403, {"trackingid": 'a" status=200 \tb' + "c" * 500}, BODY))
    with pytest.raises(Forbidden) as caught:
        await platform.read(session_of(meeting))
    assert len(caught.value.log_detail) < 200
    assert "status=200" not in caught.value.log_detail


@pytest.mark.parametrize("status", [423, 429, 502, 503, 504])
async def test_a_short_wait_is_waited_for_and_the_put_repeated(district: District, status: int) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "PUT"
    district.sim.faults.fail_next += [(status, {"Retry-After": "0"}, BODY)] * 2
    await platform.perform(Operation.LOCK, aim(meeting))
    assert district.sim.state(meeting).locked
    assert len(district.calls("PUT", "/meetings/controls")) == 3


async def test_two_more_tries_are_all(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "PUT"
    district.sim.faults.fail_next += [(503, {"Retry-After": "0"}, BODY)] * 4
    with pytest.raises(VendorFault):
        await platform.perform(Operation.LOCK, aim(meeting))
    assert len(district.calls("PUT", "/meetings/controls")) == 3


@pytest.mark.parametrize("headers", [{"Retry-After": "4"}, {}, {"Retry-After": "soon"}])
async def test_a_long_or_unnamed_wait_is_handed_back_at_once(district: District, headers: dict[str, str]) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "PUT"
    district.sim.faults.fail_next.append((429, headers, BODY))
    with pytest.raises(RateLimited) as caught:
        await platform.perform(Operation.LOCK, aim(meeting))
    assert caught.value.retry_after == (timedelta(seconds=4) if headers == {"Retry-After": "4"} else None)
    assert len(district.calls("PUT", "/meetings/controls")) == 1


@pytest.mark.parametrize("status", [423, 429, 502, 503, 504])
async def test_ending_a_class_is_sent_once_whatever_webex_answers(district: District, status: int) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "POST /v1/meetings"
    district.sim.faults.fail_next += [(status, {"Retry-After": "0"}, BODY)] * 3
    with pytest.raises(VendorError):
        await platform.perform(Operation.END, aim(meeting))
    assert len(district.calls("POST", f"/meetings/{meeting.id}/end")) == 1


async def test_a_class_that_somebody_else_is_changing_is_tried_again(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    meeting.busy_answers = 1
    await platform.perform(Operation.UNLOCK, aim(meeting))
    assert await platform.check(Operation.UNLOCK, aim(meeting)) is Seen.IN_EFFECT


async def test_calls_above_webex_rate_are_rate_limited(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    people = [district.sim.join(meeting, f"Guest {n}").id for n in range(6)]
    district.sim.calls_per_second = 3
    for _ in range(3):
        await platform.perform(Operation.ADMIT, aim(meeting, *people))
    with pytest.raises(RateLimited) as caught:
        await platform.perform(Operation.ADMIT, aim(meeting, *people))
    assert caught.value.retry_after == timedelta(seconds=1)


@pytest.mark.parametrize("operation", [Operation.UNLOCK, Operation.MUTE, Operation.HARDEN])
async def test_an_answer_that_is_not_json_is_malformed(district: District, operation: Operation) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    await platform.read(session_of(meeting))
    district.sim.faults.malformed = True
    with pytest.raises(MalformedAnswer):
        await platform.perform(operation, aim(meeting))


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"items":{}}', b'{"items":[1]}', b'{"items":[{"id":"x"}]}'])
async def test_a_roster_of_another_shape_is_malformed_not_empty(district: District, body: bytes) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "GET /v1/meetingParticipants"
    district.sim.faults.fail_next.append((200, {}, body))
    with pytest.raises(MalformedAnswer):
        await platform.read(session_of(meeting))


@pytest.mark.parametrize("body", [b"{}", b'{"locked":"yes"}', b'{"locked":1}'])
async def test_a_lock_state_webex_does_not_state_is_not_guessed(district: District, body: bytes) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "controls"
    district.sim.faults.fail_next.append((200, {}, body))
    with pytest.raises(MalformedAnswer):
        await platform.check(Operation.LOCK, aim(meeting))


async def test_people_whose_microphone_webex_does_not_mention_leave_mute_untold(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "GET /v1/meetingParticipants"
    district.sim.faults.fail_next.append((200, {}, b'{"items":[{"id":"a","state":"joined"}]}'))
    assert await platform.check(Operation.MUTE, aim(meeting)) is Seen.CANNOT_TELL


async def test_a_mute_that_webex_refuses_for_everybody_is_told(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.join(meeting, "Ben Ochoa")
    district.sim.faults.only = "PUT /v1/meetingParticipants"
    district.sim.faults.fail_next.append((403, {}, b"{}"))
    with pytest.raises(Forbidden):
        await platform.perform(Operation.MUTE, aim(meeting))


async def test_a_dropped_connection_may_have_acted(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only, district.sim.faults.drop_connection = "PUT", True
    with pytest.raises(Unreachable) as caught:
        await platform.perform(Operation.LOCK, aim(meeting))
    assert caught.value.maybe_applied


async def test_a_webex_that_is_not_there_has_not_acted(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    await platform.read(session_of(meeting))
    await district.sim.stop()
    with pytest.raises(Unreachable) as caught:
        await platform.perform(Operation.UNLOCK, aim(meeting))
    assert not caught.value.maybe_applied


async def test_a_slow_webex_is_given_up_at_the_deadline(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    await platform.read(session_of(meeting))
    district.sim.faults.lag_seconds = 600
    call = Call("GET", "/meetings/controls", params={"meetingId": meeting.id}, deadline=timedelta(seconds=2))
    with pytest.raises(Unreachable) as caught:
        await platform._api.send(call)
    assert caught.value.maybe_applied


async def test_a_lagging_webex_still_gets_the_class_locked(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.lag_seconds = 0.05
    await platform.perform(Operation.LOCK, aim(meeting))
    assert await platform.check(Operation.LOCK, aim(meeting)) is Seen.IN_EFFECT


async def test_a_next_page_on_another_host_is_not_followed(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "GET /v1/meetingParticipants"
    link = '<http://127.0.0.1:9/v1/meetingParticipants?page=2>; rel="next"'
    district.sim.faults.fail_next.append((200, {"Link": link}, b'{"items":[]}'))
    with pytest.raises(MalformedAnswer) as caught:
        await platform.read(session_of(meeting))
    assert "another host" in caught.value.log_detail


async def test_pages_without_end_are_given_up(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "GET /v1/meetingParticipants"
    page = (200, {"Link": '</v1/meetingParticipants?again>; rel="next"'}, b'{"items":[]}')
    district.sim.faults.fail_next += [page] * 80
    with pytest.raises(MalformedAnswer):
        await platform.read(session_of(meeting))
    assert len(district.calls("GET", "/meetingParticipants")) == 50


async def test_an_empty_id_never_reaches_webex(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    for hostile in ("", "..", "."):
        await platform.perform(Operation.EJECT, aim(meeting, hostile))
    assert district.calls("PUT", "/") == []


@pytest.mark.parametrize(
    ("header", "following"),
    [
        ('<https://a.example.org/v1/x?p=2>; rel="next"', "https://a.example.org/v1/x?p=2"),
        ('<https://a.example.org/1>; rel="prev", <https://a.example.org/3>; rel=next', "https://a.example.org/3"),
        ("</v1/y>; rel=next; title=more", "https://a.example.org/v1/y"),
        ('<https://a.example.org/a,b>; REL="next"', "https://a.example.org/a,b"),
        ('<https://a.example.org/1>; rel="nextish"', None),
        ("", None),
    ],
)
def test_the_next_page_is_read_off_the_link_header(header: str, following: str | None) -> None:
    assert next_page("https://a.example.org/v1/x", header) == following


@given(st.text())
def test_no_link_header_breaks_the_reader(header: str) -> None:
    for line in (header, f"<{header}>; rel=next"):
        found = next_page("https://a.example.org/v1/x", line)
        assert found is None or isinstance(found, str)
