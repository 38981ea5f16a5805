"""A page rings in PagerDuty, is taken, is over; what PagerDuty refuses is told, and nobody hears what was typed."""

import json
from datetime import timedelta
from typing import Any

import pytest

from modbot.errors import (
    AuthRejected,
    Forbidden,
    MalformedAnswer,
    NotOffered,
    RateLimited,
    Unreachable,
    VendorError,
    VendorFault,
)
from modbot.pagers import Fate, Ticket
from tests.pagers.door import HEADLINE, LOU, TYPED, notice, question
from tests.pagers.pagerduty.conftest import IVO, Duty
from tests.pagers.patience import HASTY, THRICE


def sent(duty: Duty) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in duty.sim.seen]


async def test_a_page_rings_whoever_pagerduty_has_on_call(duty: Duty) -> None:
    await duty.modbot.pager.ring(LOU, notice())
    assert [ring.person for ring in duty.sim.rings] == [IVO]


async def test_what_pagerduty_takes_is_queued_and_known_by_the_page(duty: Duty) -> None:
    assert await duty.modbot.pager.ring(LOU, notice()) == Ticket(Fate.QUEUED, "page-1")


async def test_the_summary_is_the_headline_and_nothing_that_was_typed(duty: Duty) -> None:
    await duty.modbot.pager.ring(LOU, notice())
    assert (duty.sim.incident("page-1").title, TYPED in duty.sim.seen[0].body.decode()) == (HEADLINE, False)


async def test_whom_modbot_calls_is_not_told_to_pagerduty(duty: Duty) -> None:
    await duty.modbot.pager.ring(LOU, notice())
    assert b"lou" not in duty.sim.seen[0].body.lower()


async def test_the_page_carries_the_district_s_source_severity_and_link(duty: Duty) -> None:
    link = "https://chat.example.org/archives/C1"
    await duty.with_settings(source="Maple USD", severity="error", link=link).pager.ring(LOU, notice())
    (event,) = sent(duty)
    assert (event["payload"]["source"], event["payload"]["severity"], event["links"][0]["href"]) == (
        "Maple USD",
        "error",
        link,
    )


async def test_a_summary_that_is_too_long_is_cut(duty: Duty) -> None:
    await duty.modbot.pager.ring(LOU, notice(headline="x" * 2000))
    assert len(duty.sim.incident("page-1").title) == 1024


async def test_a_second_round_rings_nobody_twice(duty: Duty) -> None:
    await duty.modbot.pager.ring(LOU, notice())
    await duty.modbot.pager.ring(LOU, notice(number=2))
    assert len(duty.sim.rings) == 1


async def test_taken_elsewhere_is_acknowledged_in_pagerduty(duty: Duty) -> None:
    ticket = await duty.modbot.pager.ring(LOU, notice())
    await duty.modbot.pager.hush(ticket.ref, "Lou has it.", over=False)
    assert duty.sim.incident("page-1").status == "acknowledged"


async def test_a_page_that_is_over_is_resolved_in_pagerduty(duty: Duty) -> None:
    ticket = await duty.modbot.pager.ring(LOU, notice())
    await duty.modbot.pager.hush(ticket.ref, "This page is over.", over=True)
    assert duty.sim.incident("page-1").status == "resolved"


async def test_hushing_twice_is_as_once(duty: Duty) -> None:
    ticket = await duty.modbot.pager.ring(LOU, notice())
    for over in (False, False, True, True):
        await duty.modbot.pager.hush(ticket.ref, "", over=over)
    assert duty.sim.incident("page-1").status == "resolved"


async def test_a_page_that_was_taken_and_rings_again_rings_in_pagerduty_too(duty: Duty) -> None:
    ticket = await duty.modbot.pager.ring(LOU, notice())
    await duty.modbot.pager.hush(ticket.ref, "", over=False)
    await duty.modbot.pager.ring(LOU, notice(run=2))
    assert len(duty.sim.rings) == 2


async def test_pagerduty_asks_nobody_whether_they_still_have_it(duty: Duty) -> None:
    with pytest.raises(NotOffered):
        await duty.modbot.pager.ask(LOU, question())


@pytest.mark.parametrize("page", ["", "x" * 256])
async def test_an_id_that_cannot_be_a_key_is_not_sent(duty: Duty, page: str) -> None:
    with pytest.raises(NotOffered):
        await duty.modbot.pager.ring(LOU, notice(page=page))
    assert not duty.sim.seen


async def test_a_key_that_pagerduty_does_not_know_is_it_s_to_mend(duty: Duty) -> None:
    wrong = duty.with_settings(routing_key="0" * 32)
    with pytest.raises(AuthRejected, match="status=400") as caught:
        await wrong.pager.ring(LOU, notice())
    assert caught.value.staff_text == "PagerDuty does not know modbot's key. IT must set pagerduty.routing_key."


async def test_an_invalid_event_is_told_with_pagerduty_s_reason_and_is_not_sent_again(duty: Duty) -> None:
    body = b'{"status":"invalid event","message":"Event object is invalid","errors":["\'payload.source\' is blank"]}'
    duty.sim.faults.fail_next.append((400, {}, body))
    with pytest.raises(VendorError, match=r"'payload\.source' is blank"):
        await duty.modbot.pager.ring(LOU, notice())
    assert len(duty.sim.seen) == 1


async def test_a_reason_that_quotes_the_key_does_not_bring_it_into_the_log(duty: Duty) -> None:
    key = duty.service.keys[0]
    duty.sim.faults.fail_next.append((400, {}, json.dumps({"errors": [f"routing key {key} is off"]}).encode()))
    with pytest.raises(AuthRejected) as caught:
        await duty.modbot.pager.ring(LOU, notice())
    assert key not in caught.value.log_detail


@pytest.mark.parametrize("body", [b"", b"nothing", b"[]", b'{"errors": 5}', b'{"errors": [5]}'])
async def test_a_refusal_without_a_readable_reason_is_a_refusal_all_the_same(duty: Duty, body: bytes) -> None:
    duty.sim.faults.fail_next.append((400, {}, body))
    with pytest.raises(VendorError, match="status=400"):
        await duty.modbot.pager.ring(LOU, notice())


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AuthRejected), (403, Forbidden), (404, VendorError), (413, VendorError), (302, VendorError)],
)
async def test_every_other_refusal_is_told_and_is_not_sent_again(
    duty: Duty, status: int, kind: type[VendorError]
) -> None:
    duty.sim.faults.fail_next.append((status, {}, b"{}"))
    with pytest.raises(kind, match=f"status={status}"):
        await duty.modbot.pager.ring(LOU, notice())
    assert len(duty.sim.seen) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_what_passes_is_tried_again_with_the_same_key(duty: Duty, status: int) -> None:
    duty.sim.faults.fail_next.extend([(status, {}, b"{}")] * 2)
    await duty.modbot.pager.ring(LOU, notice())
    assert ([event["dedup_key"] for event in sent(duty)], len(duty.sim.rings)) == (["page-1"] * 3, 1)


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (500, VendorFault)])
async def test_what_does_not_pass_is_given_up_in_time(duty: Duty, status: int, kind: type[VendorError]) -> None:
    duty.with_patience(THRICE)
    duty.sim.faults.fail_next.extend([(status, {}, b"{}")] * 50)
    with pytest.raises(kind):
        await duty.modbot.pager.ring(LOU, notice())
    assert 1 < len(duty.sim.seen) < 20


async def test_a_wait_longer_than_anybody_should_wait_is_not_waited_for(duty: Duty) -> None:
    duty.sim.faults.fail_next.append((429, {"Retry-After": "60"}, b"{}"))
    with pytest.raises(RateLimited) as caught:
        await duty.modbot.pager.ring(LOU, notice())
    assert caught.value.retry_after == timedelta(seconds=60)


async def test_more_events_than_a_key_may_send_are_told_as_such(duty: Duty) -> None:
    duty.sim.events_per_minute = 1
    await duty.modbot.pager.ring(LOU, notice())
    duty.with_patience(THRICE)
    with pytest.raises(RateLimited):
        await duty.modbot.pager.ring(LOU, notice(page="page-2"))


async def test_a_connection_that_breaks_is_tried_again_and_rings_once(duty: Duty) -> None:
    patient = duty.modbot
    duty.with_patience(THRICE)
    duty.sim.faults.drop_connection = True
    with pytest.raises(Unreachable):
        await duty.modbot.pager.ring(LOU, notice())
    duty.sim.faults.drop_connection = False
    await patient.pager.ring(LOU, notice())
    assert (len(duty.sim.rings), len(duty.sim.seen) > 3) == (1, True)


async def test_an_answer_that_does_not_come_is_not_waited_for_long(duty: Duty) -> None:
    duty.with_patience(HASTY)
    duty.sim.faults.lag_seconds = 5
    with pytest.raises(Unreachable):
        await duty.modbot.pager.ring(LOU, notice())


async def test_a_pagerduty_that_is_not_there_is_unreachable(duty: Duty) -> None:
    duty.with_patience(THRICE)
    await duty.sim.stop()
    with pytest.raises(Unreachable) as caught:
        await duty.modbot.pager.ring(LOU, notice())
    assert not caught.value.maybe_applied


@pytest.mark.parametrize("body", [b"{}", b'{"dedup_key": "another"}', b"[]", b"no JSON"])
async def test_an_answer_about_another_page_is_no_answer(duty: Duty, body: bytes) -> None:
    duty.sim.faults.fail_next.append((202, {}, body))
    with pytest.raises(MalformedAnswer):
        await duty.modbot.pager.ring(LOU, notice())
