"""The simulated PagerDuty's Events API: what it takes, what it refuses, and what comes of it."""

from typing import Any

import pytest

from tests.pagers.simulators.house import ask
from tests.pagers.simulators.pagerduty_house import FIRST, Duty

GOOD = {"summary": "Room 12 asks for help", "source": "modbot", "severity": "critical"}


async def test_a_trigger_is_accepted_with_its_key(duty: Duty) -> None:
    answer = await duty.act("trigger")
    assert (answer.status, answer.body) == (
        202,
        {"status": "success", "message": "Event processed", "dedup_key": "page-1"},
    )


async def test_a_trigger_rings_the_first_person_on_call(duty: Duty) -> None:
    await duty.act("trigger")
    assert [(ring.person, ring.urgency) for ring in duty.sim.rings] == [(FIRST, "high")]


async def test_a_second_trigger_with_the_same_key_joins_the_incident_and_rings_nobody(duty: Duty) -> None:
    await duty.act("trigger")
    await duty.act("trigger")
    assert (len(duty.sim.incidents.all), duty.sim.incident("page-1").triggers, len(duty.sim.rings)) == (1, 2, 1)


async def test_the_same_key_after_the_end_opens_another_incident(duty: Duty) -> None:
    for action in ("trigger", "resolve", "trigger"):
        await duty.act(action)
    assert [one.status for one in duty.sim.incidents.all] == ["resolved", "triggered"]


async def test_without_a_key_each_trigger_is_an_incident_of_its_own(duty: Duty) -> None:
    keys = {(await duty.act("trigger", dedup_key=None)).body["dedup_key"] for _ in range(2)}
    assert {one.incident_key for one in duty.sim.incidents.all} == keys


@pytest.mark.parametrize(("action", "status"), [("acknowledge", "acknowledged"), ("resolve", "resolved")])
async def test_an_action_with_the_key_of_an_open_incident_is_carried_out(duty: Duty, action: str, status: str) -> None:
    await duty.act("trigger")
    await duty.act(action)
    assert (duty.sim.incident("page-1").status, duty.sim.ringing) == (status, [])


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
async def test_an_action_with_an_unknown_key_is_accepted_and_dropped(duty: Duty, action: str) -> None:
    assert ((await duty.act(action)).status, duty.sim.incidents.all) == (202, [])


async def test_an_acknowledgement_after_the_end_reopens_nothing(duty: Duty) -> None:
    for action in ("trigger", "resolve", "acknowledge"):
        await duty.act(action)
    assert duty.sim.incident("page-1").status == "resolved"


async def test_a_trigger_while_somebody_is_on_it_does_not_ring(duty: Duty) -> None:
    for action in ("trigger", "acknowledge", "trigger"):
        await duty.act(action)
    assert (duty.sim.incident("page-1").status, len(duty.sim.rings)) == ("acknowledged", 1)


async def test_an_acknowledgement_by_another_integration_of_the_service_is_dropped(duty: Duty) -> None:
    await duty.act("trigger")
    await duty.act("acknowledge", routing_key=duty.sim.add_key(duty.service))
    assert duty.sim.incident("page-1").status == "triggered"


@pytest.mark.parametrize(("severity", "urgency"), [("critical", "high"), ("error", "high"), ("warning", "low")])
async def test_the_severity_decides_the_urgency_where_the_service_says_so(
    duty: Duty, severity: str, urgency: str
) -> None:
    duty.service.urgency = "severity_based"
    await duty.act("trigger", payload=GOOD | {"severity": severity})
    assert duty.sim.incident("page-1").urgency == urgency


@pytest.mark.parametrize("reason", ["maintenance", "nobody on call"])
async def test_an_accepted_event_may_ring_nobody(duty: Duty, reason: str) -> None:
    if reason == "maintenance":
        duty.service.in_maintenance = True
    else:
        duty.service.policy.clear()
    assert ((await duty.act("trigger")).status, duty.sim.rings) == (202, [])


async def test_a_lie_is_a_success_that_rings_nobody(duty: Duty) -> None:
    duty.sim.faults.lie = True
    assert ((await duty.act("trigger")).status, duty.sim.rings) == (202, [])


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"routing_key": None}, "'routing_key' is missing or blank"),
    ({"routing_key": "short"}, "Length of 'routing_key' is incorrect (should be 32 characters)"),
    ({"routing_key": "0" * 32}, "Invalid routing key"),
    ({"event_action": None}, "'event_action' is missing or blank"),
    ({"event_action": "page"}, "'event_action' is invalid (must be one of: trigger, acknowledge, resolve)"),
    ({"event_action": "resolve", "dedup_key": None}, "'dedup_key' is missing or blank"),
    ({"dedup_key": "k" * 256}, "'dedup_key' is too long (at most 255 characters)"),
    ({"dedup_key": 7}, "'dedup_key' must be a string"),
    ({"payload": None}, "'payload' is missing or not an object"),
    ({"payload": GOOD | {"summary": " "}}, "'payload.summary' is missing or blank"),
    ({"payload": GOOD | {"summary": "s" * 1025}}, "'payload.summary' is too long (at most 1024 characters)"),
    ({"payload": GOOD | {"source": ""}}, "'payload.source' is missing or blank"),
    (
        {"payload": GOOD | {"severity": "urgent"}},
        "'payload.severity' is invalid (must be one of: critical, error, warning, info)",
    ),
    ({"payload": GOOD | {"timestamp": "noon"}}, "'payload.timestamp' is not an ISO 8601 time"),
    ({"payload": GOOD | {"custom_details": "x"}}, "'payload.custom_details' must be an object"),
    ({"payload": GOOD | {"group": 4}}, "'payload.group' must be a string"),
    ({"links": [{"text": "Card"}]}, "'links' has an item without 'href'"),
    ({"images": [{"src": "http://example.org/a.png"}]}, "'images' has an item whose 'src' is no https address"),
    ({"client": 3}, "'client' must be a string"),
]


@pytest.mark.parametrize(("change", "error"), WRONG, ids=[error for _, error in WRONG])
async def test_an_event_that_is_not_as_documented_is_refused_with_the_reason(
    duty: Duty, change: dict[str, Any], error: str
) -> None:
    answer = await duty.send(duty.event(**change))
    told = {"status": "invalid event", "message": "Event object is invalid", "errors": [error]}
    assert (answer.status, answer.body, duty.sim.incidents.all) == (400, told, [])


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b"\xff"])
async def test_what_is_no_json_object_is_refused(duty: Duty, body: bytes) -> None:
    answer = await ask(duty.client, "POST", f"{duty.sim.events_url}/v2/enqueue", data=body)
    assert (answer.status, answer.body["errors"]) == (400, ["JSON parse error"])


async def test_an_event_above_512_kilobytes_is_refused(duty: Duty) -> None:
    details = {"custom_details": {"note": "x" * 512 * 1024}}
    assert (await duty.act("trigger", payload=GOOD | details)).status == 413


async def test_the_121st_event_of_a_key_within_a_minute_is_refused(duty: Duty) -> None:
    statuses = [(await duty.act("trigger")).status for _ in range(121)]
    assert (statuses[:120], statuses[120]) == ([202] * 120, 429)


async def test_a_minute_later_the_key_may_send_again(duty: Duty) -> None:
    duty.sim.events_per_minute = 1
    await duty.act("trigger")
    duty.clock.forward(seconds=60)
    assert (await duty.act("resolve")).status == 202


async def test_each_key_has_a_limit_of_its_own(duty: Duty) -> None:
    duty.sim.events_per_minute = 1
    await duty.act("trigger")
    assert (await duty.act("trigger", routing_key=duty.sim.add_key(duty.service))).status == 202


async def test_a_refused_event_changes_nothing(duty: Duty) -> None:
    duty.sim.events_per_minute = 1
    await duty.act("trigger")
    await duty.act("resolve")
    assert duty.sim.incident("page-1").status == "triggered"


async def test_a_change_is_kept_and_rings_nobody(duty: Duty) -> None:
    event = duty.event(event_action=None, payload={"summary": "Lessons moved"}, links=[{"href": "https://example.org"}])
    answer = await duty.send(event, "/v2/change/enqueue")
    assert (answer.status, [one.summary for one in duty.sim.changes], duty.sim.rings) == (202, ["Lessons moved"], [])


async def test_a_change_without_a_summary_is_refused(duty: Duty) -> None:
    answer = await duty.send(duty.event(payload={"source": "modbot"}), "/v2/change/enqueue")
    assert (answer.status, answer.body["errors"]) == (400, ["'payload.summary' is missing or blank"])
