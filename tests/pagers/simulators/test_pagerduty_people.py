"""The simulated PagerDuty: what people do to an incident, and what the application is told of it."""

from collections.abc import Callable

import pytest

from modbot.simulators.pagerduty import Incident, PagerDutySimulator
from tests.pagers.simulators.pagerduty_house import FIRST, SECOND, Duty


async def opened(duty: Duty) -> Incident:
    """page-1, triggered."""
    await duty.act("trigger")
    return duty.sim.incident("page-1")


async def test_an_acknowledgement_stops_the_ringing_and_names_who(duty: Duty) -> None:
    incident = await opened(duty)
    duty.sim.acknowledge(incident, SECOND)
    event = (await duty.last()).event
    assert (event["event_type"], event["data"]["status"], event["agent"]["id"], duty.sim.ringing) == (
        "incident.acknowledged",
        "acknowledged",
        SECOND.id,
        [],
    )


async def test_the_webhook_carries_the_dedup_key_as_incident_key(duty: Duty) -> None:
    duty.sim.acknowledge(await opened(duty), FIRST)
    assert (await duty.last()).event["data"]["incident_key"] == "page-1"


async def test_what_the_events_api_did_is_told_with_the_integration_as_agent(duty: Duty) -> None:
    await opened(duty)
    await duty.act("acknowledge")
    event = (await duty.last()).event
    assert (event["event_type"], event["agent"]["type"]) == (
        "incident.acknowledged",
        "events_api_v2_inbound_integration_reference",
    )


async def test_an_acknowledgement_by_event_is_told_once(duty: Duty) -> None:
    await opened(duty)
    await duty.act("acknowledge")
    await duty.act("acknowledge")
    assert await duty.told() == ["incident.triggered", "incident.acknowledged"]


async def test_escalating_rings_the_next_level(duty: Duty) -> None:
    duty.sim.escalate(await opened(duty))
    assert [ring.person for ring in duty.sim.rings] == [FIRST, SECOND]


async def test_an_escalation_by_time_has_no_agent(duty: Duty) -> None:
    duty.sim.escalate(await opened(duty))
    assert (await duty.last()).event["agent"] is None


async def test_after_the_last_level_the_last_one_is_rung_again(duty: Duty) -> None:
    incident = await opened(duty)
    duty.sim.escalate(incident)
    duty.sim.escalate(incident)
    assert [ring.person for ring in duty.sim.rings] == [FIRST, SECOND, SECOND]


async def test_reassigning_an_acknowledged_incident_rings_the_other(duty: Duty) -> None:
    incident = await opened(duty)
    duty.sim.acknowledge(incident, FIRST)
    duty.sim.reassign(incident, SECOND, by=FIRST)
    event = (await duty.last()).event
    assert (event["event_type"], event["data"]["assignees"][0]["id"], duty.sim.ringing) == (
        "incident.reassigned",
        SECOND.id,
        [incident],
    )


async def test_an_acknowledgement_that_runs_out_rings_again(duty: Duty) -> None:
    incident = await opened(duty)
    duty.sim.acknowledge(incident, FIRST)
    duty.sim.unacknowledge(incident)
    assert (duty.sim.ringing, (await duty.told())[-1]) == ([incident], "incident.unacknowledged")


async def test_a_reopened_incident_rings_and_says_when(duty: Duty) -> None:
    incident = await opened(duty)
    duty.sim.resolve(incident, FIRST)
    duty.sim.reopen(incident, FIRST)
    data = (await duty.last()).event["data"]
    assert (data["status"], data["reopened_at"]) == ("triggered", "2026-11-24T15:14:00Z")


async def test_a_note_is_told_with_its_text_and_its_incident(duty: Duty) -> None:
    incident = await opened(duty)
    duty.sim.annotate(incident, FIRST, "On my way")
    data = (await duty.last()).event["data"]
    assert (data["type"], data["content"], data["incident"]["id"]) == ("incident_note", "On my way", incident.id)


async def test_a_test_event_is_a_ping(duty: Duty) -> None:
    duty.sim.ping()
    event = (await duty.last()).event
    assert (event["event_type"], event["resource_type"], event["data"]["type"]) == ("pagey.ping", "pagey", "ping")


async def test_it_needs_nothing_to_start_with() -> None:
    async with PagerDutySimulator() as sim:
        assert (sim.add_service().policy[0].name, sim.ringing) == ("Ivo Lind", [])


LATE: dict[str, Callable[[PagerDutySimulator, Incident], None]] = {
    "acknowledge": lambda sim, incident: sim.acknowledge(incident, FIRST),
    "resolve": lambda sim, incident: sim.resolve(incident, FIRST),
    "escalate": lambda sim, incident: sim.escalate(incident, FIRST),
    "reassign": lambda sim, incident: sim.reassign(incident, SECOND, FIRST),
}


@pytest.mark.parametrize("act", LATE)
async def test_nobody_can_act_on_a_resolved_incident(duty: Duty, act: str) -> None:
    incident = await opened(duty)
    duty.sim.resolve(incident, FIRST)
    with pytest.raises(ValueError, match="is resolved"):
        LATE[act](duty.sim, incident)
