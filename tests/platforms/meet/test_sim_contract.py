"""Every answer of the simulated Google against the schemas of Google's own discovery documents."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from modbot.simulators.meet import LIVE_EVENTS
from modbot.simulators.meet.messages import (
    BATCH_UPDATE,
    MEMBER,
    PARTICIPANT,
    PARTICIPANT_SESSION,
    RECORD,
    SPACE,
    SUBSCRIPTION,
    Enum,
    Message,
)
from tests.platforms.meet.sim_google import COLLEAGUE, TEACHER, Google

pytest_plugins = ("tests.platforms.meet.sim_fixtures",)

SPECS = Path(__file__).parents[4] / "shared/specs/meet"


def vendor(name: str) -> dict[str, Any]:
    """One of the vendor's files, or a skip that says it is not here."""
    if not (SPECS / name).exists():
        pytest.skip(f"vendor data not present: {name}")
    found: dict[str, Any] = json.loads((SPECS / name).read_text())
    return found


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    """The discovery documents of Meet and of Workspace Events."""
    return [vendor("meet.v2.discovery.json"), vendor("workspaceevents.v1.discovery-subset.json")]


def schema_of(documents: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """A message as a JSON schema that allows no other fields."""
    defs = {each: strict(schema) for document in documents for each, schema in document["schemas"].items()}
    return {"$ref": f"#/$defs/{name}", "$defs": defs}


def strict(schema: Any) -> Any:
    """A discovery schema in JSON schema's words."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    kept = {name: schema[name] for name in ("type", "enum", "items", "format") if name in schema}
    if kept.get("type") == "any":
        del kept["type"]
    kept = {name: strict(value) for name, value in kept.items()}
    if kept.get("format") == "google-datetime":
        kept["format"] = "date-time"
    if "properties" in schema:
        kept["properties"] = {name: strict(value) for name, value in schema["properties"].items()}
    if schema.get("type") == "object" and "additionalProperties" not in schema:
        kept["additionalProperties"] = False
    return kept


def methods(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every method of a document and of what is below."""
    yield from resource.get("methods", {}).values()
    for below in resource.get("resources", {}).values():
        yield from methods(below)


def method_of(documents: list[dict[str, Any]], method: str, path: str) -> dict[str, Any]:
    """The method that a request is. Names in braces stand for one segment, up to a colon."""
    wanted = urlsplit(path).path.lstrip("/")
    for one in (each for document in documents for each in methods(document)):
        template, found = one["flatPath"].split("/"), wanted.split("/")
        alike = len(template) == len(found) and all(
            part == there
            if not part.startswith("{")
            else part.partition("}")[2] == (there.partition(":")[1] + there.partition(":")[2])
            for part, there in zip(template, found, strict=True)
        )
        if one["httpMethod"] == method and alike:
            matching: dict[str, Any] = one
            return matching
    raise AssertionError(f"Google has no {method} {wanted}")


async def a_whole_lesson(google: Google) -> list[tuple[str, str, Any]]:
    """Everything the simulator answers, once: method, path and the answer."""
    sim = google.sim
    meeting = sim.start_meeting(TEACHER, created_by_app=True)
    pupil = sim.join(meeting, "Cy Diaz", "cy.diaz@example.org")
    sim.leave(meeting, pupil.id)
    space = meeting.space.name
    asked: list[tuple[str, str, Any]] = []

    async def ask(method: str, path: str, body: Any = None) -> Any:
        status, answer = await google.ask(method, path, body)
        assert status == 200, answer
        asked.append((method, path, answer))
        return answer

    await ask("POST", "/v2/spaces", {"config": {"accessType": "OPEN"}})
    await ask("GET", f"/v2/{space}")
    await ask("PATCH", f"/v2/{space}?updateMask=config", {"config": {"moderation": "ON"}})
    member = await ask("POST", f"/v2/{space}/members", {"email": COLLEAGUE, "role": "COHOST"})
    await ask("GET", f"/v2/{space}/members")
    await ask("GET", f"/v2/{member['name']}")
    await ask("PATCH", f"/v2/{member['name']}", {"role": "COHOST"})
    await ask("POST", f"/v2/{space}/members:batchUpdate", {"requests": [{"member": member}]})
    await ask("DELETE", f"/v2/{member['name']}")
    await ask("GET", f"/v2/{meeting.record}")
    await ask("GET", f"/v2/{meeting.record}/participants?fields=participants,totalSize")
    await ask("GET", f"/v2/{pupil.resource}")
    sessions = await ask("GET", f"/v2/{pupil.resource}/participantSessions")
    await ask("GET", f"/v2/{sessions['participantSessions'][0]['name']}")
    await ask("POST", f"/v2/{space}:endActiveConference", {})
    await ask("GET", "/v2/conferenceRecords")
    await _subscribe(google, ask, f"//meet.googleapis.com/{space}")
    return asked


async def _subscribe(google: Google, ask: Any, target: str) -> None:
    body = {
        "targetResource": target,
        "eventTypes": list(LIVE_EVENTS),
        "notificationEndpoint": {"pubsubTopic": google.sim.topic},
    }
    operation = await ask("POST", "/v1/subscriptions", body)
    name = operation["response"]["name"]
    google.sim.suspend(google.sim.events.current()[name])
    await ask("GET", f"/v1/{name}")
    wanted = quote(f'event_types:"{LIVE_EVENTS[0]}"')
    await ask("GET", f"/v1/subscriptions?filter={wanted}")
    await ask("POST", f"/v1/{name}:reactivate", {})
    await ask("PATCH", f"/v1/{name}?updateMask=ttl", {"ttl": "0s"})
    await ask("GET", f"/v1/{operation['name']}")
    await ask("DELETE", f"/v1/{name}")


async def test_every_answer_is_one_google_describes(documents: list[dict[str, Any]], google_sim: Google) -> None:
    for method, path, answer in await a_whole_lesson(google_sim):
        name = method_of(documents, method, path)["response"]["$ref"]
        validator = Draft202012Validator(schema_of(documents, name), format_checker=FormatChecker())
        assert [error.message for error in validator.iter_errors(answer)] == [], f"{method} {path}"


async def test_an_operation_carries_a_subscription_google_describes(
    documents: list[dict[str, Any]], google_sim: Google
) -> None:
    lesson = await a_whole_lesson(google_sim)
    made = next(answer for method, path, answer in lesson if (method, path) == ("POST", "/v1/subscriptions"))
    response = {name: value for name, value in made["response"].items() if name != "@type"}
    Draft202012Validator(schema_of(documents, "Subscription")).validate(response)


async def test_each_scope_that_google_takes_for_a_method_opens_it_and_no_other(
    documents: list[dict[str, Any]], google_sim: Google
) -> None:
    lesson = await a_whole_lesson(google_sim)
    known = {scope for document in documents for scope in document["auth"]["oauth2"]["scopes"] if "/meetings." in scope}
    for method, path, _ in lesson:
        takes = set(method_of(documents, method, path)["scopes"])
        for scope in known:
            _, answer = await google_sim.ask(method, path, {} if method in {"POST", "PATCH"} else None, scopes=(scope,))
            reasons = [one.get("reason") for one in answer.get("error", {}).get("details", [])]
            closed = "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in reasons
            assert closed == (scope not in takes), f"{method} {path} with {scope}"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Space", SPACE),
        ("Member", MEMBER),
        ("BatchUpdateMembersRequest", BATCH_UPDATE),
        ("ConferenceRecord", RECORD),
        ("Participant", PARTICIPANT),
        ("ParticipantSession", PARTICIPANT_SESSION),
        ("Subscription", SUBSCRIPTION),
    ],
)
def test_the_simulator_reads_exactly_the_fields_google_has(
    documents: list[dict[str, Any]], name: str, message: Message
) -> None:
    schemas = {each: schema for document in documents for each, schema in document["schemas"].items()}
    assert fields_of(message) == described(schemas, schemas[name])


def fields_of(kind: Any) -> Any:
    """A message of the simulator as names and enumerations."""
    if isinstance(kind, Enum):
        return kind.values
    if isinstance(kind, list):
        return [fields_of(kind[0])]
    return {name: fields_of(one) for name, one in kind.items()} if isinstance(kind, dict) else None


def described(schemas: dict[str, Any], schema: dict[str, Any]) -> Any:
    """The same of a discovery schema. Output-only enumerations are read as text by the simulator where it says so."""
    if "$ref" in schema:
        return described(schemas, schemas[schema["$ref"]])
    if "enum" in schema and not schema["enum"][0].startswith("ERROR_TYPE"):
        return tuple(schema["enum"])
    if schema.get("type") == "array":
        return [described(schemas, schema["items"])]
    if "properties" in schema:
        return {name: described(schemas, one) for name, one in schema["properties"].items()}
    return None


async def test_pushes_have_the_shape_of_the_documented_samples(google_sim: Google) -> None:
    samples = vendor("samples/events.json")
    sim = google_sim.sim
    subscription = sim.subscribe(TEACHER)
    meeting = sim.start_meeting(TEACHER)
    sim.end(meeting)
    sim.remind(subscription)
    sim.suspend(subscription)
    await sim.flush()
    by_type = {one.type: one for one in google_sim.told}
    envelopes = [sample for sample in samples.values() if isinstance(sample, dict) and "message" in sample]
    for sample in envelopes:
        told = by_type[sample["message"]["attributes"]["ce-type"]]
        assert shape(told.body) == shape(sample)
        assert shape(told.data) == shape(json.loads(base64.b64decode(sample["message"]["data"])))
    claims = await google_sim.certified(google_sim.told[0].token)
    assert shape(claims) == shape(samples["push_oidc_claims"])


def shape(value: Any) -> Any:
    """The names and types of a JSON value."""
    return {name: shape(one) for name, one in value.items()} if isinstance(value, dict) else type(value)
