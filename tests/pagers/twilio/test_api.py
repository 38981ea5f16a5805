"""Twilio's refusals are told for what they are; nothing that may ring is sent twice; no number comes into the log."""

import base64
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
from modbot.settings.paging import OnCallPerson
from tests.pagers.door import LOU, notice
from tests.pagers.patience import HASTY, THRICE
from tests.pagers.twilio.conftest import Exchange


def failing(exchange: Exchange, status: int, code: object = None, *, times: int = 1, wait: str = "") -> None:
    body = b"{}" if code is None else f'{{"code": {code}, "message": "to +12025550123"}}'.encode()
    exchange.sim.faults.fail_next.extend([(status, {"Retry-After": wait} if wait else {}, body)] * times)


async def refusal(exchange: Exchange, kind: type[VendorError] = VendorError) -> Any:
    with pytest.raises(kind) as caught:
        await exchange.modbot.sms.ring(LOU, notice())
    return caught.value


async def test_modbot_calls_with_the_auth_token(exchange: Exchange) -> None:
    await exchange.modbot.sms.ring(LOU, notice())
    wanted = base64.b64encode(f"{exchange.sim.account.sid}:{exchange.sim.account.auth_token}".encode()).decode()
    assert exchange.sim.seen[0].headers["authorization"] == f"Basic {wanted}"


async def test_modbot_calls_with_an_api_key_where_there_is_one(exchange: Exchange) -> None:
    key, secret = exchange.sim.account.add_api_key()
    await exchange.with_settings(api_key=key, api_key_secret=secret).sms.ring(LOU, notice())
    wanted = base64.b64encode(f"{key}:{secret}".encode()).decode()
    assert exchange.sim.seen[0].headers["authorization"] == f"Basic {wanted}"


async def test_wrong_credentials_are_it_s_to_mend(exchange: Exchange) -> None:
    with pytest.raises(AuthRejected, match="code=20003"):
        await exchange.with_settings(auth_token="wrong").voice.ring(LOU, notice())


async def test_a_number_of_somebody_else_is_it_s_to_mend(exchange: Exchange) -> None:
    with pytest.raises(Forbidden, match="code=21210"):
        await exchange.with_settings(from_number="+12025550188").voice.ring(LOU, notice())


async def test_a_number_that_cannot_text_is_it_s_to_mend(exchange: Exchange) -> None:
    exchange.sim.number.sms = False
    assert (await refusal(exchange, Forbidden)).code == "21606"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 21211, NotFound),
        (400, 21614, NotFound),
        (400, 21408, Forbidden),
        (403, 21215, Forbidden),
        (400, 21610, Forbidden),
        (400, 21220, Conflict),
        (400, 99999, VendorError),
        (400, None, VendorError),
        (400, '"x"', VendorError),
        (401, None, AuthRejected),
        (403, None, Forbidden),
        (404, 20404, NotFound),
        (302, None, VendorError),
    ],
)
async def test_every_refusal_has_its_own_kind_and_is_not_sent_again(
    exchange: Exchange, status: int, code: object, kind: type[VendorError]
) -> None:
    failing(exchange, status, code)
    error = await refusal(exchange)
    assert (type(error), error.status, len(exchange.sim.seen)) == (kind, status, 1)


@pytest.mark.parametrize("status", [400, 401, 429, 500])
async def test_no_number_comes_into_the_log(exchange: Exchange, status: int) -> None:
    exchange.with_patience(HASTY)
    failing(exchange, status, 21211, times=50)
    error = await refusal(exchange)
    assert "2025550" not in error.log_detail + error.staff_text


async def test_too_many_requests_are_sent_again_and_ring_once(exchange: Exchange) -> None:
    exchange.sim.throttled = 2
    await exchange.modbot.voice.ring(LOU, notice())
    assert (len(exchange.sim.seen), len(exchange.sim.calls)) == (3, 1)


async def test_too_many_requests_for_too_long_are_told(exchange: Exchange) -> None:
    exchange.with_patience(THRICE)
    exchange.sim.throttled = 1000
    assert (await refusal(exchange, RateLimited)).code == "20429"


async def test_a_wait_that_twilio_wishes_is_told_when_it_is_too_long(exchange: Exchange) -> None:
    failing(exchange, 429, 20429, wait="30")
    assert (await refusal(exchange, RateLimited)).retry_after == timedelta(seconds=30)


async def test_what_may_have_been_taken_is_not_sent_again(exchange: Exchange) -> None:
    failing(exchange, 503)
    assert (type(await refusal(exchange)), len(exchange.sim.seen)) == (VendorFault, 1)


async def test_a_connection_that_breaks_is_not_tried_again(exchange: Exchange) -> None:
    exchange.sim.faults.drop_connection = True
    error = await refusal(exchange, Unreachable)
    assert (error.maybe_applied, len(exchange.sim.seen)) == (True, 1)


async def test_an_answer_that_does_not_come_is_given_up_for_the_next_channel(exchange: Exchange) -> None:
    exchange.with_patience(HASTY)
    exchange.sim.faults.lag_seconds = 5
    assert (await refusal(exchange, Unreachable)).maybe_applied


async def test_a_twilio_that_is_not_there_is_unreachable(exchange: Exchange) -> None:
    exchange.with_patience(THRICE)
    await exchange.sim.stop()
    assert not (await refusal(exchange, Unreachable)).maybe_applied


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"no JSON", b'{"sid": 5}', b'{"sid": "CA1"}', b'{"sid": "SM/.."}'])
async def test_an_answer_without_a_message_is_no_answer(exchange: Exchange, body: bytes) -> None:
    exchange.sim.faults.fail_next.append((201, {}, body))
    await refusal(exchange, MalformedAnswer)


@pytest.mark.parametrize("body", [b"{}", b'{"status": 5}', b'{"status": ""}', b"no JSON"])
async def test_a_hush_that_is_not_confirmed_is_told(exchange: Exchange, body: bytes) -> None:
    exchange.sim.faults.fail_next.append((200, {}, body))
    with pytest.raises(MalformedAnswer):
        await exchange.modbot.voice.hush("CA" + "0" * 32, "", over=False)


async def test_a_number_twilio_cannot_reach_is_told(exchange: Exchange) -> None:
    with pytest.raises(NotFound, match="code=21211"):
        await exchange.modbot.sms.ring(OnCallPerson.model_construct(phone="123", email="eve@example.org"), notice())
