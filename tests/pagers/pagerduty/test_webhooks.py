"""What people do in PagerDuty is heard, whoever else speaks is not believed, and modbot does not answer itself."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modbot.errors import RequestRejected
from modbot.model import Delivery
from modbot.pagers import Fate, HeardBack, Said, Turn, Word
from modbot.pagers.pagerduty import PagerDutyListener
from modbot.pagers.pagerduty.keys import key_of, read
from tests.pagers.door import LOU, notice
from tests.pagers.pagerduty.conftest import IVO, MARA, Duty

SECRET = "invented-secret"
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def signature(body: bytes, *secrets: str) -> str:
    return ",".join("v1=" + hmac.new(one.encode(), body, hashlib.sha256).hexdigest() for one in secrets)


async def heard(body: bytes, *, header: str | None = None, secrets: tuple[str, ...] = (SECRET,)) -> HeardBack:
    headers = {"x-pagerduty-signature": signature(body, SECRET) if header is None else header}
    return await PagerDutyListener(secrets).hear(Delivery(headers, body))


async def refused(body: bytes, **how: Any) -> int:
    with pytest.raises(RequestRejected) as caught:
        await heard(body, **how)
    return caught.value.status


async def status_of(body: bytes) -> int:
    try:
        await heard(body)
    except RequestRejected as rejection:
        return rejection.status
    return 200


def event(**changes: Any) -> bytes:
    agent = {"type": "user_reference", "summary": "Ivo Lind"}
    usual = {"event_type": "incident.acknowledged", "agent": agent, "data": {"incident_key": "page-1"}}
    return json.dumps({"event": {**usual, **changes}}).encode()


async def rung(duty: Duty, *, run: int = 1) -> Any:
    ticket = await duty.modbot.pager.ring(LOU, notice(run=run))
    return duty.sim.incident(ticket.ref)


async def test_whoever_acknowledges_in_pagerduty_has_the_page(duty: Duty) -> None:
    duty.sim.acknowledge(await rung(duty), IVO)
    await duty.sim.flush()
    (said,) = duty.door.words(Word.ACKNOWLEDGED)
    assert replace(said, at=None) == Said("page-1", Word.ACKNOWLEDGED, by="Ivo Lind", ref="page-1", turn=Turn(1))


async def test_the_call_of_whoever_acknowledges_was_answered(duty: Duty) -> None:
    duty.sim.acknowledge(await rung(duty), IVO)
    await duty.sim.flush()
    assert duty.door.words(Word.FATE) == [Said("page-1", Word.FATE, ref="page-1", fate=Fate.ANSWERED)]


async def test_resolved_in_pagerduty_is_resolved(duty: Duty) -> None:
    duty.sim.resolve(await rung(duty), MARA)
    await duty.sim.flush()
    assert [said.by for said in duty.door.words(Word.RESOLVED)] == ["Mara Okafor"]


async def test_an_acknowledgement_of_a_page_that_rings_again_is_of_that_ringing(duty: Duty) -> None:
    duty.sim.acknowledge(await rung(duty, run=2), IVO)
    await duty.sim.flush()
    (said,) = duty.door.words(Word.ACKNOWLEDGED)
    assert (said.page, said.ref, said.turn) == ("page-1", "page-1~2", Turn(2))


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-24T17:14:03.250Z", datetime(2026, 11, 24, 17, 14, 3, 250_000, UTC)),
        ("2026-11-24T17:14:03", None),
        ("yesterday", None),
        (5, None),
    ],
)
async def test_when_it_was_said_is_known_where_it_is_told_in_full(written: object, at: datetime | None) -> None:
    assert (await heard(event(occurred_at=written))).said[-1].at == at


async def test_what_modbot_did_itself_is_not_taken_for_somebody_s_word(duty: Duty) -> None:
    incident = await rung(duty)
    for over in (False, True):
        await duty.modbot.pager.hush(incident.incident_key, "", over=over)
    await duty.sim.flush()
    assert ([one.event_type for one in duty.sim.hooks.deliveries], duty.door.said) == (
        ["incident.triggered", "incident.acknowledged", "incident.resolved"],
        [],
    )


async def test_what_else_people_do_there_is_taken_and_changes_nothing(duty: Duty) -> None:
    incident = await rung(duty)
    duty.sim.escalate(incident, IVO)
    duty.sim.reassign(incident, MARA, IVO)
    duty.sim.annotate(incident, MARA, "on my way")
    duty.sim.unacknowledge(incident)
    duty.sim.ping()
    await duty.sim.flush()
    assert ({one.status for one in duty.sim.hooks.deliveries}, duty.door.said) == ({204}, [])


async def test_a_webhook_that_comes_twice_says_the_same_twice(duty: Duty) -> None:
    incident = await rung(duty)
    duty.sim.faults.duplicate_webhooks = True
    duty.sim.acknowledge(incident, IVO)
    await duty.sim.flush()
    first, second = duty.door.words(Word.ACKNOWLEDGED)
    assert first == second


async def test_while_a_secret_is_replaced_either_signature_is_enough(duty: Duty) -> None:
    duty.sim.hooks.secrets = ["the-new-one", duty.sim.hooks.secrets[0]]
    duty.sim.acknowledge(await rung(duty), IVO)
    await duty.sim.flush()
    assert duty.door.words(Word.ACKNOWLEDGED)


@pytest.mark.parametrize("by", ["the-old-one", "the-new-one"])
async def test_while_a_secret_is_replaced_modbot_may_have_both(by: str) -> None:
    body = event()
    assert (await heard(body, header=signature(body, by), secrets=("the-old-one", "the-new-one"))).said


async def test_a_secret_that_was_taken_away_signs_nothing(duty: Duty) -> None:
    duty.sim.hooks.secrets = ["stolen"]
    duty.sim.ping()
    await duty.sim.flush()
    assert duty.door.rejected == [401]


@pytest.mark.parametrize(
    "header",
    ["", "v1=", "v1", "v0=" + "0" * 64, "v1=" + "0" * 64, ",,,", "v1=ä", "v1=" + "f" * 9999, ",".join(["v1=00"] * 99)],
)
async def test_a_signature_that_is_none_is_refused(header: str) -> None:
    assert await refused(event(), header=header) == 401


async def test_a_delivery_without_a_signature_is_refused() -> None:
    with pytest.raises(RequestRejected) as caught:
        await PagerDutyListener([SECRET]).hear(Delivery({}, event()))
    assert caught.value.status == 401


async def test_a_good_signature_of_other_bytes_is_refused() -> None:
    assert await refused(event() + b" ", header=signature(event(), SECRET)) == 401


@pytest.mark.parametrize("secrets", [(), ("",)])
async def test_without_a_secret_nothing_is_believed(secrets: tuple[str, ...]) -> None:
    body = event()
    assert await refused(body, header=signature(body, ""), secrets=secrets) == 401


async def test_a_signature_of_another_version_is_not_read() -> None:
    body = event()
    assert await refused(body, header=signature(body, SECRET).replace("v1", "v2")) == 401


async def test_a_body_longer_than_pagerduty_sends_is_refused_unread() -> None:
    assert await refused(b" " * (256 * 1024 + 1), header="") == 413


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"event": 5}', b'{"event": {}}', b'{"event": {"event_type": 5}}', b"\xff"]
)
async def test_what_is_no_event_is_refused(body: bytes) -> None:
    assert await refused(body) == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"agent": None},
        {"agent": "Ivo"},
        {"agent": {"type": 5}},
        {"agent": {"type": "events_api_v2_inbound_integration_reference", "summary": "Events API V2"}},
        {"data": None},
        {"data": {"incident_key": None}},
        {"data": {"incident_key": ""}},
        {"data": {"incident_key": "page-1~x"}},
        {"data": {"incident_key": "page-1~0"}},
        {"data": {"incident_key": f"page-1~{'9' * 5000}"}},
        {"event_type": "incident.invented"},
    ],
)
async def test_what_no_person_said_of_a_page_says_nothing(changes: dict[str, Any]) -> None:
    assert await heard(event(**changes)) == HeardBack()


async def test_a_name_is_shown_on_one_short_line() -> None:
    agent = {"type": "user_reference", "summary": "Ivo\n\u202e" + "x" * 500}
    said = (await heard(event(agent=agent))).said[-1]
    assert (len(said.by), "\n" in said.by, "\u202e" in said.by) == (80, False, False)


async def test_somebody_without_a_name_is_somebody() -> None:
    said = (await heard(event(agent={"type": "user_reference"}))).said[-1]
    assert said.by == "Somebody in PagerDuty"


@given(JSON)
async def test_no_signed_json_makes_it_stumble(value: Any) -> None:
    body = json.dumps({"event": value}).encode()
    assert await status_of(body) in (200, 400)


@given(JSON, JSON)
async def test_no_incident_or_agent_makes_it_stumble(agent: Any, data: Any) -> None:
    await heard(event(agent=agent, data=data))


@given(st.binary(max_size=200), st.text(max_size=200))
async def test_nobody_signs_by_chance(body: bytes, header: str) -> None:
    assert await refused(body, header=header) == 401


@given(st.text(min_size=1, max_size=200), st.integers(1, 999))
@example("page~2", 1)
def test_a_key_tells_its_page_and_which_ringing(page: str, run: int) -> None:
    assert read(key_of(page, run)) == (page, run)


@given(st.text(min_size=1, max_size=200), st.integers(1, 999), st.integers(1, 999))
def test_each_run_of_a_page_has_a_key_of_its_own(page: str, one: int, other: int) -> None:
    assert (key_of(page, one) == key_of(page, other)) == (one == other)
