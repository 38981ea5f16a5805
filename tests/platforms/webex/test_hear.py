"""Webhooks: who is let in, and what they mean."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from modbot.errors import RequestRejected
from modbot.http import Http
from modbot.model import Event, EventKind, ParticipantRole, Presence
from modbot.platforms import Delivery, Heard
from modbot.platforms.webex import WebexPlatform, build
from modbot.settings.webex import WebexSettings
from tests.platforms.lent import Clock, Lent
from tests.platforms.webex.fakes import TEACHER, District, signed

SECRET = "district-webhook-secret"
NOW = datetime(2026, 11, 24, 15, 14, tzinfo=UTC)
INSTANCE = "870f51ff287b41be84648412901e0402_I_167427437874906709"
SERIES = "870f51ff287b41be84648412901e0402"


def listener(secret: str | None = SECRET) -> WebexPlatform:
    settings = WebexSettings(webhook_secret=SecretStr(secret) if secret else None)
    return build(settings, Lent(Http(), Clock(NOW)).means)


def sha1(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def sha256(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def hear(platform: WebexPlatform, delivery: Delivery) -> Heard:
    return asyncio.run(platform.hear(delivery))


def heard(resource: Any, event: Any, data: Any, **envelope: Any) -> Heard:
    body = json.dumps({"resource": resource, "event": event, "data": data, **envelope}).encode()
    return hear(listener(), signed(body, {"X-Spark-Signature": sha1(body)}))


def event_of(resource: str, event: str, data: dict[str, Any], **envelope: Any) -> Event:
    (one,) = heard(resource, event, data, **envelope).events
    return one


@pytest.fixture
async def inbox(district: District) -> AsyncIterator[list[Delivery]]:
    """A loopback server that the simulator's webhooks arrive at."""
    got: list[Delivery] = []

    async def take(request: web.Request) -> web.Response:
        got.append(signed(await request.read(), request.headers))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/webhooks/webex", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    district.sim.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/webex"
    yield got
    await runner.cleanup()


async def test_a_class_is_heard_from_its_start_to_its_end(district: District, inbox: list[Delivery]) -> None:
    platform = district.platform()
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    await district.sim.flush()
    stranger = district.sim.join(meeting, "Guest", "guest@example.org")
    await district.sim.flush()
    district.clock.forward(timedelta(minutes=1))
    district.sim.expel(meeting, stranger.id)
    await district.sim.flush()
    district.sim.end(meeting)
    await district.sim.flush()
    events = [event for delivery in inbox for event in (await platform.hear(delivery)).events]
    assert {event.room.key for event in events} == {f"webex:{meeting.series.id}"}
    assert {event.session_id for event in events} == {meeting.id}
    kinds = [event.kind for event in events]
    assert set(kinds[:2]) == {EventKind.STARTED, EventKind.JOINED}
    assert kinds[2:] == [EventKind.JOINED, EventKind.LEFT, EventKind.ENDED]
    joined, left = events[2], events[3]
    assert left.at - joined.at == timedelta(minutes=1)
    assert joined.participant is not None
    assert left.participant is not None
    assert (joined.participant.id, joined.participant.name) == (stranger.id, "Guest")
    assert left.participant.presence is Presence.LEFT
    assert district.sim.hooks.answers == [204] * 5


async def test_nobody_is_announced_while_they_wait_in_the_lobby(district: District, inbox: list[Delivery]) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    await district.sim.flush()
    inbox.clear()
    meeting.locked = True
    waiting = district.sim.join(meeting, "Guest")
    await district.sim.flush()
    assert inbox == []
    district.sim.admit(meeting, waiting.id)
    await district.sim.flush()
    assert len(inbox) == 1


def test_a_joined_participant_carries_what_the_payload_says() -> None:
    data = {
        "id": f"{INSTANCE}_p1",
        "meetingId": INSTANCE,
        "hostEmail": TEACHER,
        "displayName": "Ada Reyes",
        "email": TEACHER,
        "host": True,
        "state": "joined",
        "joinedTime": "2026-11-24T15:10:00.250Z",
    }
    event = event_of("meetingParticipants", "joined", data)
    assert (event.kind, event.session_id, event.room.id, event.host_email) == (
        EventKind.JOINED,
        INSTANCE,
        SERIES,
        TEACHER,
    )
    assert event.at == datetime(2026, 11, 24, 15, 10, 0, 250_000, UTC)
    assert event.participant is not None
    assert event.participant.role is ParticipantRole.HOST


def test_the_meeting_is_read_off_the_participant_id_when_it_is_not_named() -> None:
    event = event_of("meetingParticipants", "left", {"id": f"{INSTANCE}_23e16d67-17f3-3ef1-b830-f33d17c0232e"})
    assert (event.session_id, event.room.id) == (INSTANCE, SERIES)


def test_a_meeting_and_its_people_name_the_same_room() -> None:
    started = event_of("meetings", "started", {"id": INSTANCE, "meetingSeriesId": SERIES, "title": "Algebra 1"})
    joined = event_of("meetingParticipants", "joined", {"id": f"{INSTANCE}_p1", "meetingId": INSTANCE})
    assert started.room == joined.room
    assert started.title == "Algebra 1"


def test_an_id_of_another_shape_falls_back_to_the_series_and_then_to_itself() -> None:
    assert event_of("meetings", "started", {"id": "adhoc", "meetingSeriesId": SERIES}).room.id == SERIES
    assert event_of("meetings", "started", {"id": "adhoc"}).room.id == "adhoc"


@pytest.mark.parametrize("time", ["1970-01-01T00:00:00.000Z", "soon", "", None, 7, "2026-11-25T15:14:00Z"])
def test_an_unbelievable_time_gives_way_to_the_arrival(time: Any) -> None:
    data = {"id": f"{INSTANCE}_p1", "meetingId": INSTANCE, "joinedTime": time}
    assert event_of("meetingParticipants", "joined", data).at == NOW


def test_the_time_the_webhook_was_made_is_not_the_time_of_the_event() -> None:
    data = {"id": f"{INSTANCE}_p1", "meetingId": INSTANCE}
    assert event_of("meetingParticipants", "joined", data, created="2026-08-01T08:00:00Z").at == NOW


def test_somebody_announced_in_the_lobby_is_in_the_lobby() -> None:
    event = event_of("meetingParticipants", "joined", {"id": f"{INSTANCE}_p1", "meetingId": INSTANCE, "state": "lobby"})
    assert event.kind is EventKind.LOBBY
    assert event.participant is not None
    assert event.participant.presence is Presence.LOBBY


@pytest.mark.parametrize(
    ("resource", "event"), [("meetings", "created"), ("messages", "created"), ("serviceApp", "authorized")]
)
def test_what_modbot_does_not_listen_for_means_nothing(resource: str, event: str) -> None:
    assert heard(resource, event, {"id": "x"}) == Heard()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Spark-Signature": ""},
        {"X-Spark-Signature": "00"},
        {"X-Spark-Signature": "é" * 40},
        {"X-Spark-Signature": sha1(b"{}", "another secret")},
        {"X-Webex-Signature": f"SHA-256={sha256(b'{} ')}", "X-Spark-Signature": sha1(b"{}")},
        {"X-Webex-Signature": "SHA-256="},
        {"X-Webex-Signature": sha256(b"{}")},
    ],
)
def test_a_body_webex_did_not_sign_is_not_let_in(headers: dict[str, str]) -> None:
    with pytest.raises(RequestRejected) as caught:
        hear(listener(), signed(b"{}", headers))
    assert caught.value.status == 401


def test_without_a_secret_nothing_is_let_in() -> None:
    with pytest.raises(RequestRejected) as caught:
        hear(listener(None), signed(b"{}", {"X-Spark-Signature": sha1(b"{}", "")}))
    assert caught.value.status == 401


def test_signatures_may_be_in_capitals_and_beside_others() -> None:
    body = json.dumps({"resource": "meetings", "event": "created", "data": {}}).encode()
    header = f"SHA-512=00, sha-256={sha256(body).upper()}"
    assert hear(listener(), signed(body, {"X-Webex-Signature": header})) == Heard()
    bare = {"X-Webex-Signature": "abc", "X-Spark-Signature": sha1(body).upper()}
    assert hear(listener(), signed(body, bare)) == Heard()


@pytest.mark.parametrize(
    ("resource", "event", "data"),
    [
        ("meetings", "started", {}),
        ("meetings", "started", {"id": 7}),
        ("meetings", "started", []),
        ("meetingParticipants", "joined", {"id": "no-meeting-in-it"}),
        ("meetingParticipants", "joined", {"id": "_I__x"}),
        (None, "joined", {}),
        ("meetings", ["started"], {}),
    ],
)
def test_a_signed_body_of_another_shape_is_a_bad_request(resource: Any, event: Any, data: Any) -> None:
    with pytest.raises(RequestRejected) as caught:
        heard(resource, event, data)
    assert caught.value.status == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["id", "meetingId", "joinedTime", "leftTime", "start", "state", "displayName", "host"])
TIMES = st.sampled_from(["2026-11-24T15:10:00Z", "2026-11-24T25:61:00Z", "2999-01-01T00:00:00Z"]) | JSON
ALMOST_RIGHT = st.builds(
    lambda what, data, more: {"resource": what[0], "event": what[1], "data": data | more},
    st.sampled_from([("meetings", "started"), ("meetings", "ended"), ("meetingParticipants", "joined")]),
    st.just({"id": f"{INSTANCE}_p1"}),
    st.dictionaries(FIELDS, TIMES, max_size=3),
)
ENVELOPES = st.fixed_dictionaries(
    {
        "resource": st.sampled_from(["meetings", "meetingParticipants"]) | JSON,
        "event": st.sampled_from(["started", "ended", "joined", "left"]) | JSON,
        "data": st.dictionaries(FIELDS, JSON, max_size=6) | JSON,
    }
)


@given(st.binary(max_size=200) | (ENVELOPES | ALMOST_RIGHT).map(lambda body: json.dumps(body).encode()))
def test_whatever_is_signed_gives_events_or_a_rejection(body: bytes) -> None:
    delivery = signed(body, {"X-Spark-Signature": sha1(body)})
    try:
        events = hear(listener(), delivery).events
    except RequestRejected as rejection:
        status, events = rejection.status, ()
    else:
        status = 200
    assert status in {200, 400}
    assert all(event.session_id and event.at.tzinfo for event in events)


@given(st.text(max_size=120), st.text(max_size=120))
def test_no_signature_header_breaks_the_check(spark: str, webex: str) -> None:
    with pytest.raises(RequestRejected) as caught:
        hear(listener(), Delivery({"x-spark-signature": spark, "x-webex-signature": webex}, b"{}"))
    assert caught.value.status == 401
