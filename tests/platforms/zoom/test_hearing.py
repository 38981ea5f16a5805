"""Webhooks: only Zoom's are let in, and each says what happened in modbot's words."""

import asyncio
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import RequestRejected
from modbot.http import Http
from modbot.model import EventKind, ParticipantRole, Presence
from modbot.platforms import Delivery, Heard
from modbot.platforms.zoom import ZoomPlatform, build
from modbot.settings.zoom import ZoomSettings
from tests.platforms.lent import Lent

SECRET = "modbot-test-secret"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVENT_TS = 1_795_305_600_123


def listener(secret: str = SECRET, now: datetime = NOW) -> ZoomPlatform:
    settings = ZoomSettings.model_validate({"webhook_secret": secret} if secret else {})
    return build(settings, Lent(Http(), lambda: now).means)


def signed(body: bytes, *, at: datetime = NOW, secret: str = SECRET) -> Delivery:
    timestamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return Delivery({"x-zm-request-timestamp": timestamp, "x-zm-signature": f"v0={digest}"}, body)


def meeting(**fields: Any) -> dict[str, Any]:
    return {"id": "85746065432", "uuid": "4444AAAiAAAAAiAiAiiAii==", "host_id": "host-1", "topic": "Biology", **fields}


def event(name: str, obj: object, **envelope: Any) -> bytes:
    return orjson.dumps({"event": name, "event_ts": EVENT_TS, "payload": {"object": obj}, **envelope})


def person(**fields: Any) -> dict[str, Any]:
    return {"user_id": "16778240", "participant_uuid": "55555AAA", "user_name": "Guest", "email": "", **fields}


def hear_of(platform: ZoomPlatform, delivery: Delivery) -> Heard:
    return asyncio.run(platform.hear(delivery))


def hear(body: bytes) -> Heard:
    return hear_of(listener(), signed(body))


def test_a_body_changed_by_one_byte_is_refused() -> None:
    good = signed(event("meeting.started", meeting()))
    with pytest.raises(RequestRejected) as caught:
        hear_of(listener(), Delivery(good.headers, good.body.replace(b"Biology", b"biology")))
    assert caught.value.status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-zm-signature": ""},
        {"x-zm-signature": "v0="},
        {"x-zm-signature": "v0=caf\u00e9"},
        {"x-zm-signature": "v0=\udcff"},
        {"x-zm-request-timestamp": ""},
        {"x-zm-request-timestamp": "soon"},
        {"x-zm-request-timestamp": "-1"},
        {"x-zm-request-timestamp": "1795305600.0"},
        {"x-zm-request-timestamp": "\u0661\u0662\u0663"},
        {"x-zm-request-timestamp": "9" * 13},
        {"x-zm-request-timestamp": "9" * 5000},
    ],
)
def test_headers_that_are_missing_or_forged_are_refused(headers: dict[str, str]) -> None:
    good = signed(event("meeting.started", meeting()))
    forged = {**good.headers, **headers} if headers else {}
    with pytest.raises(RequestRejected) as caught:
        hear_of(listener(), Delivery(forged, good.body))
    assert caught.value.status == 401


@pytest.mark.parametrize("off", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_request_signed_long_ago_or_in_the_future_is_refused(off: timedelta) -> None:
    with pytest.raises(RequestRejected) as caught:
        hear_of(listener(), signed(event("meeting.started", meeting()), at=NOW + off))
    assert caught.value.status == 401


@pytest.mark.parametrize("off", [timedelta(minutes=-4), timedelta(minutes=4)])
def test_a_request_within_five_minutes_is_let_in(off: timedelta) -> None:
    assert hear_of(listener(), signed(event("meeting.started", meeting()), at=NOW + off)).events


def test_without_a_secret_nobody_is_let_in() -> None:
    with pytest.raises(RequestRejected) as caught:
        hear_of(listener(secret=""), signed(event("meeting.started", meeting()), secret=""))
    assert caught.value.status == 401


@pytest.mark.parametrize(
    ("name", "kind", "presence"),
    [
        ("meeting.participant_joined", EventKind.JOINED, Presence.JOINED),
        ("meeting.participant_admitted", EventKind.JOINED, Presence.JOINED),
        ("meeting.participant_left", EventKind.LEFT, Presence.LEFT),
        ("meeting.participant_joined_waiting_room", EventKind.LOBBY, Presence.LOBBY),
        ("meeting.participant_put_in_waiting_room", EventKind.LOBBY, Presence.LOBBY),
        ("meeting.participant_left_waiting_room", EventKind.LOBBY_LEFT, Presence.LEFT),
    ],
)
def test_where_someone_is_now_is_told(name: str, kind: EventKind, presence: Presence) -> None:
    (told,) = hear(event(name, meeting(participant=person()))).events
    assert told.kind is kind
    assert told.participant is not None
    assert told.participant.presence is presence
    assert (told.participant.id, told.participant.alias) == ("55555AAA", "uid:16778240")
    assert told.session_id == "4444AAAiAAAAAiAiAiiAii=="
    assert told.at == datetime.fromtimestamp(EVENT_TS / 1000, UTC)


def test_why_someone_left_is_told() -> None:
    left = person(leave_time="2026-11-22T00:00:00Z", leave_reason="Removed by host.")
    (told,) = hear(event("meeting.participant_left", meeting(participant=left))).events
    assert told.reason == "Removed by host."


def test_sharing_is_told_under_the_id_that_arrival_gave_as_alias() -> None:
    sharer = {"user_id": "16778240", "user_name": "Guest", "id": "", "sharing_details": {"content": "desktop"}}
    (joined,) = hear(event("meeting.participant_joined", meeting(participant=person()))).events
    (started,) = hear(event("meeting.sharing_started", meeting(participant=sharer))).events
    (ended,) = hear(event("meeting.sharing_ended", meeting(participant=sharer))).events
    assert joined.participant is not None
    assert started.participant is not None
    assert ended.participant is not None
    assert started.participant.id == ended.participant.id == joined.participant.alias
    assert (started.kind, started.participant.sharing) == (EventKind.SHARING, True)
    assert (ended.kind, ended.participant.sharing) == (EventKind.NOT_SHARING, False)


def test_someone_without_a_participant_uuid_is_known_by_user_id() -> None:
    guest = person(participant_uuid="")
    (told,) = hear(event("meeting.participant_joined", meeting(participant=guest))).events
    assert told.participant is not None
    assert (told.participant.id, told.participant.alias) == ("uid:16778240", "")


@pytest.mark.parametrize(
    ("word", "role"),
    [("host", ParticipantRole.HOST), ("co-host", ParticipantRole.COHOST), ("attendee", ParticipantRole.ATTENDEE)],
)
def test_a_new_role_is_told(word: str, role: ParticipantRole) -> None:
    changed = person(old_role="attendee", new_role=word)
    (told,) = hear(event("meeting.participant_role_changed", meeting(participant=changed))).events
    assert told.participant is not None
    assert told.participant.role is role


def test_the_host_is_known_as_host_on_arrival() -> None:
    (told,) = hear(event("meeting.participant_joined", meeting(participant=person(id="host-1")))).events
    assert told.participant is not None
    assert told.participant.role is ParticipantRole.HOST


def test_a_guest_is_not_taken_for_the_host_of_a_meeting_without_host_id() -> None:
    body = event("meeting.participant_joined", meeting(host_id="", participant=person(id="")))
    (told,) = hear(body).events
    assert told.participant is not None
    assert told.participant.role is ParticipantRole.ATTENDEE


def test_a_class_link_found_in_public_is_told_with_its_host() -> None:
    risky = meeting(id=85746065432, host_email="ada.teacher@example.org", armn_details={"social_link": "x"})
    (told,) = hear(event("meeting.risk_alert", risky)).events
    assert told.kind is EventKind.LINK_EXPOSED
    assert told.room.id == "85746065432"
    assert told.host_email == "ada.teacher@example.org"


@pytest.mark.parametrize(("name", "kind"), [("meeting.started", EventKind.STARTED), ("meeting.ended", EventKind.ENDED)])
def test_the_start_and_the_end_of_a_class_are_told(name: str, kind: EventKind) -> None:
    (told,) = hear(event(name, meeting())).events
    assert (told.kind, told.title, told.host_id) == (kind, "Biology", "host-1")
    assert told.participant is None


@pytest.mark.parametrize(
    "name", ["meeting.alert", "meeting.participant_jbh_waiting", "meeting.participant_jbh_joined", "user.created", ""]
)
def test_events_modbot_has_no_use_for_are_taken_in_silence(name: str) -> None:
    assert hear(event(name, {"anything": 1})) == Heard()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"null",
        b'{"event": 5, "payload": {}}',
        b'{"event": "meeting.started"}',
        b'{"event": "endpoint.url_validation", "payload": {}}',
        b'{"event": "endpoint.url_validation", "payload": {"plainToken": 5}}',
        event("meeting.started", None),
        event("meeting.started", {"id": "1"}),
        event("meeting.started", {"uuid": "u"}),
        event("meeting.started", {"uuid": "u", "id": True}),
        event("meeting.started", {"uuid": "u", "id": None}),
        event("meeting.started", meeting(), event_ts="1795305600123"),
        event("meeting.started", meeting(), event_ts=True),
        event("meeting.started", meeting(), event_ts=0),
        event("meeting.started", meeting(), event_ts=2**62),
        event("meeting.participant_joined", meeting()),
        event("meeting.participant_joined", meeting(participant=[])),
        event("meeting.participant_joined", meeting(participant={"user_name": "No Id"})),
        event("meeting.participant_role_changed", meeting(participant=person(new_role="emperor"))),
    ],
)
def test_a_signed_body_of_another_shape_is_refused_as_unreadable(body: bytes) -> None:
    with pytest.raises(RequestRejected) as caught:
        hear(body)
    assert caught.value.status == 400


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["meeting.started", "meeting.participant_joined", "meeting.sharing_started", "endpoint.url_validation"]
)
FIELDS = st.sampled_from(
    ["id", "uuid", "host_id", "participant", "user_id", "participant_uuid", "join_time", "user_name", "plainToken"]
)
SHAPED = st.recursive(
    ANY_JSON, lambda inner: st.dictionaries(FIELDS | st.just("object"), inner, max_size=6), max_leaves=12
)


def only_rejects(delivery: Delivery) -> None:
    try:
        hear_of(listener(), delivery)
    except RequestRejected as rejected:
        assert rejected.status in {400, 401}  # noqa: PT017 - both answers are fine, anything else is not


@given(st.binary(max_size=200))
def test_signed_garbage_is_never_more_than_refused(body: bytes) -> None:
    only_rejects(signed(body))


@given(NAMES, SHAPED, ANY_JSON)
def test_signed_nonsense_in_the_right_envelope_is_never_more_than_refused(name: str, payload: Any, moment: Any) -> None:
    only_rejects(signed(orjson.dumps({"event": name, "event_ts": moment, "payload": payload})))


@given(st.dictionaries(st.sampled_from(["x-zm-signature", "x-zm-request-timestamp"]), st.text(max_size=40)))
def test_forged_headers_are_never_more_than_refused(headers: dict[str, str]) -> None:
    with pytest.raises(RequestRejected):
        hear_of(listener(), Delivery(headers, event("meeting.started", meeting())))
