"""What modbot sends and what the simulator sends, against tables of Zoom's documented calls and events."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from modbot.model import Operation
from modbot.platforms.zoom import ZoomPlatform
from modbot.platforms.zoom.capabilities import SCOPES
from modbot.platforms.zoom.webhook import HEARD_EVENTS
from modbot.simulators import Seen
from modbot.simulators.zoom import INSTANT, Meeting
from tests.platforms.zoom.world import TEACHER, World, session_of, target_of

SPECS = Path(__file__).resolve().parents[3].parent / "shared/specs/zoom"
TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "number": (int, float)}
PAGING = {"page_size", "next_page_token"}


def vendor_data(name: str) -> dict[str, Any]:
    path = SPECS / name
    if not path.is_file():
        pytest.skip(f"no vendor data: {name} is not beside the repository")
    return dict(json.loads(path.read_text("utf-8")))


def operation_for(seen: Seen, operations: list[dict[str, Any]]) -> dict[str, Any] | None:
    path = urlsplit(seen.path).path.removeprefix("/v2")
    for operation in operations:
        pattern = re.sub(r"\{\w+\}", "[^/]+", operation["path"])
        if operation["method"] == seen.method and re.fullmatch(pattern, path):
            return operation
    return None


def assert_documented(seen: Seen, operation: dict[str, Any]) -> None:
    query = set(parse_qs(urlsplit(seen.path).query))
    assert query <= set(operation.get("query", {})) | PAGING, seen.path
    required = {name for name, note in operation.get("query", {}).items() if "required" in note}
    assert required <= query, seen.path
    if not seen.body:
        return
    body = orjson.loads(seen.body)
    if operation["op"] == "in_meeting_control":
        assert body["method"] in operation["methods"]
        assert set(body["params"]) <= set(operation["params"])
    if operation["op"] == "end_meeting":
        assert body["action"] in operation["body"]["action"].split("|")


async def test_every_request_is_one_zoom_documents(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    operations = vendor_data("rest_operations.json")["operations"]
    stranger = world.sim.join(meeting, "Stranger")
    world.sim.start_meeting("bea.teacher@example.org", "At once", type_=INSTANT)
    await zoom.live_sessions(TEACHER)
    await zoom.live_sessions("bea.teacher@example.org")
    await zoom.read(session_of(meeting))
    await zoom.posture(session_of(meeting))
    await zoom.probe()
    former = dict((await zoom.perform(Operation.HARDEN, target_of(meeting))).former)
    await zoom.perform(Operation.RESTORE, target_of(meeting, former=former))
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    await zoom.perform(Operation.END, target_of(meeting))
    asked = [seen for seen in world.sim.seen if not seen.path.startswith("/oauth/")]
    found = {seen.path: operation_for(seen, operations) for seen in asked}
    for seen in asked:
        operation = operation_for(seen, operations)
        assert operation is not None, f"{seen.method} {seen.path}"
        assert_documented(seen, operation)
    assert {operation["scope"] for operation in found.values() if operation} <= set(SCOPES)


async def test_the_token_request_is_as_documented(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    operations = vendor_data("rest_operations.json")["operations"]
    token = next(operation for operation in operations if operation["op"] == "token")
    await zoom.posture(session_of(meeting))
    sent = world.sim.seen[0]
    assert sent.method == token["method"]
    assert sent.headers["authorization"].startswith("Basic ")
    form = parse_qs(sent.body.decode())
    assert set(form) == set(token["form"])
    assert form["grant_type"] == [token["form"]["grant_type"]]


def test_every_scope_is_one_zoom_lists() -> None:
    operations = vendor_data("rest_operations.json")["operations"]
    assert set(SCOPES) <= {operation.get("scope") for operation in operations}


def test_every_event_to_subscribe_to_is_one_zoom_sends() -> None:
    assert set(HEARD_EVENTS) <= set(vendor_data("webhook_events.json")["events"])


def assert_shape(value: dict[str, Any], fields: dict[str, Any], where: str) -> None:
    assert set(value) <= set(fields), where
    for name, rule in fields.items():
        if name not in value:
            assert not rule["required"], f"{where}.{name} is missing"
            continue
        assert_type(value[name], rule, f"{where}.{name}")


def assert_type(value: Any, rule: dict[str, Any], where: str) -> None:
    if rule["type"] == "string[]":
        assert all(item in rule.get("enum", [item]) for item in value), where
        return
    if "fields" in rule:
        assert isinstance(value, dict), where
        assert_shape(value, rule["fields"], where)
        return
    assert isinstance(value, TYPES[rule["type"]]), where
    assert not isinstance(value, bool), where
    if "enum" in rule:
        assert value in rule["enum"], where


async def test_every_simulated_webhook_has_the_documented_shape(world: World, meeting: Meeting) -> None:
    events = vendor_data("webhook_events.json")["events"]
    sim = world.sim
    pupil = sim.join(meeting, "Pupil", "pupil@example.org")
    sim.share(meeting, pupil)
    sim.stop_sharing(meeting, pupil)
    sim.change_role(meeting, pupil, "co-host")
    sim.put_in_waiting_room(meeting, pupil)
    sim.admit(meeting, pupil)
    meeting.obeyed["waiting_room"] = True
    sim.leave(meeting, sim.join(meeting, "Waiting"))
    sim.expose_link(meeting)
    world.clock.forward(timedelta(minutes=40))
    sim.end(meeting)
    await sim.flush()
    bodies = [orjson.loads(delivery.body) for delivery in world.receiver.deliveries]
    assert {body["event"] for body in bodies} == set(HEARD_EVENTS)
    for body in bodies:
        assert isinstance(body["event_ts"], int)
        assert isinstance(body["payload"]["account_id"], str)
        assert_shape(body["payload"]["object"], events[body["event"]], body["event"])
