"""Zoom's samples and its tables of events, as modbot hears them."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from modbot.http import Http
from modbot.model import Event, EventKind, ParticipantRole, PlatformName, Presence, Room
from modbot.platforms import Delivery, Heard
from modbot.platforms.zoom import build
from modbot.platforms.zoom.webhook import HEARD_EVENTS
from modbot.settings.zoom import ZoomSettings
from tests.contract import vendor_data
from tests.contract.zoom_description import events
from tests.platforms.lent import Lent

NOW = datetime(2026, 11, 22, tzinfo=UTC)  # when the samples were signed
MEETING_ID = "85746065432"
SESSION_ID = "4444AAAiAAAAAiAiAiiAii=="
# What modbot can tell of, and the kind it must become.
KINDS = {
    "meeting.started": EventKind.STARTED,
    "meeting.ended": EventKind.ENDED,
    "meeting.participant_joined": EventKind.JOINED,
    "meeting.participant_admitted": EventKind.JOINED,
    "meeting.participant_left": EventKind.LEFT,
    "meeting.participant_joined_waiting_room": EventKind.LOBBY,
    "meeting.participant_put_in_waiting_room": EventKind.LOBBY,
    "meeting.participant_left_waiting_room": EventKind.LOBBY_LEFT,
    "meeting.participant_role_changed": EventKind.ROLE,
    "meeting.sharing_started": EventKind.SHARING,
    "meeting.sharing_ended": EventKind.NOT_SHARING,
    "meeting.risk_alert": EventKind.LINK_EXPOSED,
}
# Fields whose value the tables leave open, where modbot reads a meaning from it.
VALUES = {
    "id": MEETING_ID,
    "uuid": SESSION_ID,
    "user_id": "16778240",
    "new_role": "co-host",
    "participant_uuid": "55555AAAiAAAAAiAiAiiAii",
}
BLANKS: dict[str, Any] = {"string": "x", "integer": 1, "number": 1, "boolean": True}


def vectors() -> dict[str, Any]:
    return vendor_data.table("zoom", "webhook_signature_vectors.json")


async def hear(body: bytes, headers: dict[str, str] | None = None) -> Heard:
    """As the platform hears it; signed here when the sample carries no signature."""
    settings = ZoomSettings.model_validate({"webhook_secret": vectors()["secret_token"]})
    platform = build(settings, Lent(Http(), lambda: NOW).means)
    return await platform.hear(Delivery(headers or signature_of(body), body))


def signature_of(body: bytes) -> dict[str, str]:
    timestamp = str(int(NOW.timestamp()))
    digest = hmac.new(vectors()["secret_token"].encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
    return {"x-zm-request-timestamp": timestamp, "x-zm-signature": f"v0={digest.hexdigest()}"}


def filled(fields: dict[str, Any], *, optional: bool) -> dict[str, Any]:
    """An object of these fields, with or without those that may be missing."""
    return {name: value_of(name, rule) for name, rule in fields.items() if rule["required"] or optional}


def value_of(name: str, rule: dict[str, Any]) -> Any:
    if "fields" in rule:
        one = filled(rule["fields"], optional=True)
        return [one] if rule["type"].startswith("array") else one
    if rule["type"] == "string[]":
        return rule.get("enum", [])
    if name == "id" and rule["type"] != "string":
        return int(MEETING_ID)
    if rule["type"] == "string" and name in VALUES:
        return VALUES[name]
    return rule.get("enum", [BLANKS.get(rule["type"], 1)])[0]


async def heard_of(name: str, *, optional: bool) -> Heard:
    # The tables let `id` be missing in two events: without it nothing can know the class, and modbot refuses (400).
    meeting = {"id": MEETING_ID, **filled(events()[name], optional=optional)}
    payload = {"account_id": "AAAAAABBBB", "object": meeting}
    return await hear(orjson.dumps({"event": name, "event_ts": 1_795_305_600_123, "payload": payload}))


async def only_event(name: str, *, optional: bool) -> Event:
    (event,) = (await heard_of(name, optional=optional)).events
    return event


async def test_the_signed_sample_is_let_in_and_read() -> None:
    vector = vectors()["signed_event"]
    (joined,) = (await hear(vector["raw_body"].encode(), vector["headers"])).events
    assert (joined.kind, joined.room, joined.session_id, joined.title) == (
        EventKind.JOINED,
        Room(PlatformName.ZOOM, MEETING_ID),
        SESSION_ID,
        "Period 3 Biology",
    )
    assert joined.at == datetime(2026, 11, 22, 0, 0, 0, 123_000, UTC)
    assert joined.participant is not None
    assert (joined.participant.id, joined.participant.alias, joined.participant.name, joined.participant.email) == (
        "55555AAAiAAAAAiAiAiiAii",
        "uid:16778240",
        "Unknown Guest",
        "",
    )
    assert joined.participant.joined_at == datetime(2026, 11, 22, 15, 4, 10, tzinfo=UTC)


async def test_the_url_validation_sample_gets_its_answer() -> None:
    vector = vectors()["url_validation"]
    heard = await hear(vector["request_body"].encode())
    assert (heard.reply, heard.events) == (vector["expected_response"], ())


@pytest.mark.parametrize("optional", [False, True], ids=["required fields", "all fields"])
@pytest.mark.parametrize("name", list(KINDS))
async def test_an_event_of_the_table_is_told(name: str, optional: bool) -> None:
    event = await only_event(name, optional=optional)
    assert (event.kind, event.room.id, event.session_id) == (KINDS[name], MEETING_ID, SESSION_ID)


@pytest.mark.parametrize("name", [name for name in KINDS if "participant" in name])
async def test_an_event_about_a_person_names_them_by_the_id_removal_takes(name: str) -> None:
    event = await only_event(name, optional=True)
    assert event.participant is not None
    assert event.participant.id == VALUES["participant_uuid"]


async def test_a_changed_role_is_told_in_modbots_words() -> None:
    event = await only_event("meeting.participant_role_changed", optional=True)
    assert event.participant is not None
    assert event.participant.role is ParticipantRole.COHOST


async def test_someone_put_in_the_waiting_room_is_in_the_lobby() -> None:
    event = await only_event("meeting.participant_put_in_waiting_room", optional=True)
    assert event.participant is not None
    assert event.participant.presence is Presence.LOBBY


async def test_events_modbot_has_no_use_for_are_taken_in_silence() -> None:
    others = events().keys() - KINDS.keys()
    assert len(others) == 15
    assert [name for name in others if await heard_of(name, optional=True) != Heard()] == []


def test_what_modbot_tells_of_is_what_it_subscribes_to() -> None:
    assert KINDS.keys() == set(HEARD_EVENTS)
