"""What modbot sends to Graph and hears from it, against the vendor's own types."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from modbot.model import EventKind, Operation
from modbot.platforms import Delivery
from tests.platforms.teams.fakes import TEACHER, District, aim, guest

SPECS = Path(__file__).resolve().parents[3].parent / "shared/specs/teams"
SCHEMA = "graph-v1.0-meetings.schema.json"
KINDS = {
    "legacy_CallStarted_decrypted": [EventKind.STARTED],
    "legacy_CallEnded_decrypted": [EventKind.ENDED],
    "legacy_CallRosterUpdate_decrypted": [EventKind.JOINED, EventKind.LEFT],
}


def vendor_data(name: str) -> dict[str, Any]:
    """A file of the vendor's; the test is skipped, and says so, where it is not beside the repository."""
    path = SPECS / name
    if not path.is_file():
        pytest.skip(f"no vendor data: {name} is not beside the repository")
    return dict(json.loads(path.read_text("utf-8")))


def problems(body: dict[str, Any], kind: str) -> list[str]:
    """What of a body does not fit the type, and which properties the type does not know."""
    schema = vendor_data(SCHEMA)
    validator = Draft202012Validator({**schema, "$ref": f"#/$defs/{kind}"})
    wrong = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(body)]
    return wrong + [name for name in body if not name.startswith("@") and name not in known(schema, kind)]


def known(schema: dict[str, Any], kind: str) -> set[str]:
    """The properties of a type and of those it inherits from."""
    names: set[str] = set()
    for part in schema["$defs"][kind].get("allOf", [schema["$defs"][kind]]):
        names |= set(part.get("properties", {}))
        if "$ref" in part:
            names |= known(schema, part["$ref"].rpartition("/")[2])
    return names


def last_body(district: District, method: str, path: str) -> dict[str, Any]:
    """The last body of this kind of request."""
    found = [one for one in district.sim.seen if one.method == method and re.search(path, one.path)]
    return dict(json.loads(found[-1].body))


async def sent_all(district: District) -> None:
    """One of each body that modbot sends."""
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.with_bot()
    await platform.tend()
    district.sim.start_meeting(TEACHER, "Algebra 1", meeting=meeting)
    stranger = guest(district.sim.join(meeting, "Stranger"), "Stranger")
    session = await district.session(platform, stranger)
    await platform.perform(Operation.HARDEN, aim(session))
    await platform.perform(Operation.MUTE, aim(session))


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("PATCH", "/onlineMeetings/", "onlineMeeting"),
        ("POST", "/subscriptions$", "subscription"),
        ("POST", "/communications/calls$", "call"),
        ("POST", "/mute", "muteParticipantOperation"),
    ],
)
async def test_what_is_sent_fits_microsofts_types(district: District, method: str, path: str, kind: str) -> None:
    vendor_data(SCHEMA)
    await sent_all(district)
    assert problems(last_body(district, method, path), kind) == []


def test_a_property_that_microsoft_does_not_know_would_be_noticed() -> None:
    assert problems({"lobbyBypassSetting": {}}, "onlineMeeting") == ["lobbyBypassSetting"]


def test_a_value_that_microsoft_does_not_know_would_be_noticed() -> None:
    assert problems({"lobbyBypassSettings": {"scope": "nobody"}}, "onlineMeeting")


@pytest.mark.parametrize("name", KINDS)
async def test_the_older_events_are_read(district: District, name: str) -> None:
    content = {**vendor_data("samples/notifications.json")[name], "id": "1"}
    district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.tend()
    (subscription,) = district.sim.notices.live
    body = district.sim.notices.compose(subscription, content)
    heard = await platform.hear(Delivery({}, json.dumps(body).encode()))
    assert [one.kind for one in heard.events] == KINDS[name]
