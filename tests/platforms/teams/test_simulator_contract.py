"""What the simulated Graph answers and sends has the shapes of Graph's own metadata."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]

from modbot.simulators.teams import Meeting
from tests.platforms.teams.sim_house import OTHER_TENANT, PUPIL, TEACHER, House, Identity

pytest_plugins = ["tests.platforms.teams.sim_fixtures"]

SCHEMA = Path(__file__).parents[4] / "shared" / "specs" / "teams" / "graph-v1.0-meetings.schema.json"
pytestmark = pytest.mark.skipif(
    not SCHEMA.exists(), reason="vendor data is absent: shared/specs/teams beside the project"
)


@cache
def definitions() -> dict[str, Any]:
    """Graph's types."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    return found


def fits(value: dict[str, Any], type_name: str) -> None:
    """The value is of a type of Graph's. Raises ValidationError."""
    schema = {"$ref": f"#/$defs/{type_name}", "$defs": definitions()}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(value)


def class_in_session(house: House) -> Meeting:
    """A class with a pupil, a stranger of another school and a guest."""
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1", attendees={PUPIL: "attendee"})
    house.sim.join(meeting, "Ben Ochoa", PUPIL)
    house.sim.join(meeting, "Di Eng", "di.eng@school.example.net", tenant=OTHER_TENANT)
    house.sim.join(meeting, "Guest")
    return meeting


async def test_a_meeting_is_an_online_meeting(house: House) -> None:
    fits((await house.ask("GET", house.meeting_path(class_in_session(house)))).body, "onlineMeeting")


async def test_the_roster_is_made_of_participants(house: House) -> None:
    call = await house.bot_in(class_in_session(house))
    found = (await house.ask("GET", f"{call}/participants")).body["value"]
    assert len(found) == 5
    for row in found:
        fits(row, "participant")
        fits(row["info"]["identity"], "communicationsIdentitySet")


async def test_a_leg_is_a_call(house: House) -> None:
    made = await house.ask("POST", "/v1.0/communications/calls", house.call(class_in_session(house)))
    fits(made.body, "call")


async def test_a_mute_is_an_operation(house: House) -> None:
    meeting = class_in_session(house)
    call = await house.bot_in(meeting)
    guest = meeting.present()[3].id
    fits((await house.ask("POST", f"{call}/participants/{guest}/mute", {})).body, "muteParticipantOperation")


async def test_a_subscription_is_a_subscription(house: House, identity: Identity) -> None:
    rich = {"encryptionCertificate": identity.base64, "encryptionCertificateId": "1", "includeResourceData": True}
    fits((await house.subscribe(class_in_session(house), **rich)).body, "subscription")


@pytest.mark.parametrize("path", ["/events", "/lifecycle"])
async def test_a_notification_is_a_collection_of_changes(house: House, identity: Identity, path: str) -> None:
    meeting = class_in_session(house)
    rich = {"encryptionCertificate": identity.base64, "encryptionCertificateId": "1", "includeResourceData": True}
    await house.subscribe(meeting, **rich)
    house.sim.ask_reauthorization(house.sim.notices.live[0])
    house.sim.end(meeting)
    await house.sim.flush()
    (body,) = house.listener.at(path)
    fits(body, "changeNotificationCollection")
    if path == "/events":
        fits(body["value"][0]["encryptedContent"], "changeNotificationEncryptedContent")


async def test_callbacks_are_notifications_about_calls_and_participants(house: House) -> None:
    await house.bot_in(class_in_session(house))
    await house.sim.flush()
    bodies = house.listener.at("/calls")
    assert bodies
    for body in bodies:
        fits(body, "commsNotifications")
        for item in body["value"]:
            data = item["resourceData"]
            for one in data if isinstance(data, list) else [data]:
                fits(one, one["@odata.type"].removeprefix("#microsoft.graph."))


async def test_a_value_that_graph_does_not_know_would_be_noticed(house: House) -> None:
    body = (await house.ask("GET", house.meeting_path(class_in_session(house)))).body
    with pytest.raises(ValidationError):
        fits({**body, "allowedPresenters": "teacher"}, "onlineMeeting")
