"""Pub/Sub pushes: which are let in, what they mean, and what forged ones get."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modbot.errors import RequestRejected
from modbot.model import Event, EventKind, Participant, PlatformName, Presence, Room, Session
from modbot.platforms import Delivery, Heard
from modbot.platforms.meet import MeetPlatform, push
from modbot.session_state import Register, merge, registers_of
from tests.platforms.meet.world import JOINED, PUPIL, STARTED, TEACHER, World, refusal, session_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = "//workspaceevents.googleapis.com/subscriptions/sub-1"


async def tended(world: World) -> None:
    """The teacher's subscription, made by modbot."""
    world.lent.hosts = [TEACHER]
    await world.platform().tend()


async def test_a_class_that_starts_is_told_with_room_and_host(world: World) -> None:
    await tended(world)
    meeting = world.class_in_session()
    (event,) = [one for one in await world.events(world.platform()) if one.kind is EventKind.STARTED]
    room = Room(PlatformName.MEET, meeting.space.id)
    assert event == Event(EventKind.STARTED, room, meeting.id, world.clock.at, host_email=TEACHER)


async def test_somebody_who_joins_is_told_by_id_and_the_class_is_to_be_read(world: World) -> None:
    await tended(world)
    meeting = world.class_in_session()
    await world.pushed()
    pupil = world.sim.join(meeting, "Cleo Park", PUPIL)
    (heard,) = await world.heard(world.platform())
    assert [(one.kind, one.participant) for one in heard.events] == [(EventKind.JOINED, Participant(pupil.id))]
    assert heard.unread == (session_of(meeting),)


async def test_what_is_to_be_read_can_be_read(world: World) -> None:
    await tended(world)
    platform = world.platform()
    world.class_in_session()
    (unread,) = {session for heard in await world.heard(platform) for session in heard.unread}
    assert [one.email for one in await platform.read(unread)] == [TEACHER]


async def test_leaving_and_the_end_are_told(world: World) -> None:
    await tended(world)
    meeting = world.class_in_session()
    pupil = world.sim.join(meeting, "Cleo Park", PUPIL)
    await world.pushed()
    world.sim.leave(meeting, pupil.id)
    world.sim.end(meeting)
    kinds = [one.kind for one in await world.events(world.platform())]
    assert kinds == [EventKind.LEFT, EventKind.LEFT, EventKind.ENDED]


async def test_an_event_delivered_twice_leaves_the_same_state(world: World) -> None:
    await tended(world)
    world.sim.faults.duplicate_webhooks = True
    world.class_in_session()
    platform, deliveries = world.platform(), await world.pushed()
    once = {one.body: one for one in deliveries}.values()
    assert len(deliveries) == 2 * len(once)
    states = [
        merge({}, [register for one in told for register in await written(platform, one)])
        for told in (once, deliveries)
    ]
    assert states[0] == states[1]


async def written(platform: MeetPlatform, delivery: Delivery) -> list[Register]:
    """What a delivery writes to the state of its class."""
    events = (await platform.hear(delivery)).events
    return [register for event in events for register in registers_of(event, lambda plain, _: plain)]


async def test_another_process_knows_whose_subscription_it_is(world: World) -> None:
    await tended(world)
    world.class_in_session()
    assert {one.host_email for one in await world.events(world.platform())} == {TEACHER}


async def test_an_event_of_an_unknown_subscription_is_told_without_a_host(world: World) -> None:
    world.sim.subscribe(TEACHER)
    world.class_in_session()
    heard = await world.heard(world.platform())
    assert [(one.kind, one.host_email) for found in heard for one in found.events] == [
        (EventKind.STARTED, ""),
        (EventKind.JOINED, ""),
    ]
    assert not any(found.unread for found in heard)


# Google documents the subject as "the resource where the event occurred"; of subscriptions to a user, apps in the
# field were sent the user.
async def of_the_user(world: World) -> tuple[str, str]:
    await tended(world)
    held = world.subscription_of(TEACHER)
    return held.resource, held.target


async def test_an_event_that_names_the_user_is_told_of_the_class_link_that_google_is_asked_for(world: World) -> None:
    source, subject = await of_the_user(world)
    meeting = world.class_in_session()
    delivery = world.push(STARTED, {"conferenceRecord": {"name": meeting.record}}, source=source, subject=subject)
    heard = await world.platform().hear(delivery)
    assert [(one.room.id, one.host_email) for one in heard.events] == [(meeting.space.id, TEACHER)]


async def test_google_is_asked_once_for_the_link_of_a_run(world: World) -> None:
    source, subject = await of_the_user(world)
    platform, meeting = world.platform(), world.class_in_session()
    for _ in range(3):
        await platform.hear(
            world.push(STARTED, {"conferenceRecord": {"name": meeting.record}}, source=source, subject=subject)
        )
    assert len(world.calls("GET", f"/v2/{meeting.record}")) == 1


async def test_the_user_named_is_enough_when_the_subscription_is_not_known(world: World) -> None:
    _, subject = await of_the_user(world)
    meeting = world.class_in_session()
    data = {"conferenceRecord": {"name": meeting.record}}
    heard = await world.platform().hear(world.push(STARTED, data, source=SOURCE, subject=subject))
    assert [one.host_email for one in heard.events] == [TEACHER]


async def test_while_google_cannot_be_asked_for_the_link_the_event_is_to_come_again(world: World) -> None:
    source, subject = await of_the_user(world)
    platform, meeting = world.platform(), world.class_in_session()
    delivery = world.push(STARTED, {"conferenceRecord": {"name": meeting.record}}, source=source, subject=subject)
    world.sim.faults.only, world.sim.faults.drop_connection = meeting.record, True
    assert (await refusal(platform, delivery)).status == 503
    world.sim.faults.drop_connection = False
    assert (await platform.hear(delivery)).events


async def test_an_event_whose_class_cannot_be_found_out_is_answered_and_doubted(world: World) -> None:
    data = {"conferenceRecord": {"name": "conferenceRecords/CR1"}}
    heard = await world.platform().hear(world.push(STARTED, data, source=SOURCE))
    assert (heard.events, bool(heard.doubted)) == ((), True)


async def test_a_push_signed_with_a_new_key_is_let_in(world: World) -> None:
    platform = world.platform()
    await platform.hear(world.push("google.workspace.meet.recording.v2.started", {}))
    world.sim.rotate_keys()
    world.clock.forward(timedelta(minutes=2))
    assert await platform.hear(world.push("google.workspace.meet.recording.v2.started", {})) == Heard()


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://accounts.example"},
        {"aud": "https://other.example/webhooks/meet"},
        {"email": "pubsub-push@other.iam.gserviceaccount.com"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"exp": 1_700_000_000},
        {"iat": 4_000_000_000, "exp": 4_000_003_600},
    ],
    ids=["issuer", "audience", "another account", "not verified", "not a boolean", "expired", "from the future"],
)
async def test_a_token_that_is_not_for_us_now_is_refused(world: World, changed: dict[str, Any]) -> None:
    delivery = world.push(STARTED, {}, token=world.sim.push.token(**changed))
    assert (await refusal(world.platform(), delivery)).status == 401


async def test_a_token_signed_by_somebody_else_is_refused(world: World) -> None:
    header, claims, _ = world.sim.push.token().split(".")
    forged = f"{header}.{claims}.{base64.urlsafe_b64encode(b'x' * 256).decode().rstrip('=')}"
    assert (await refusal(world.platform(), world.push(STARTED, {}, token=forged))).status == 401


async def test_a_push_without_a_token_is_refused(world: World) -> None:
    delivery = world.push(STARTED, {}, token="")
    assert (await refusal(world.platform(), delivery)).status == 401


@pytest.mark.parametrize("missing", [{"push_account": ""}, {"push_audience": "https://elsewhere.example"}])
async def test_without_our_own_settings_nothing_is_let_in(world: World, missing: dict[str, str]) -> None:
    assert (await refusal(world.platform(**missing), world.push(STARTED, {}))).status == 401


async def test_without_an_address_of_ours_nothing_is_let_in(world: World) -> None:
    world.lent.public_url = ""
    assert (await refusal(world.platform(), world.push(STARTED, {}))).status == 401


async def test_while_the_keys_cannot_be_had_the_push_is_to_come_again(world: World) -> None:
    platform = world.platform()
    world.sim.faults.only, world.sim.faults.drop_connection = "/oauth2", True
    assert (await refusal(platform, world.push(STARTED, {}))).status == 503


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"message": []}', b"\xff"])
async def test_a_signed_body_that_is_no_push_is_refused(world: World, body: bytes) -> None:
    assert (await refusal(world.platform(), world.signed(body))).status == 400


@pytest.mark.parametrize(
    "data",
    [{}, {"participantSession": {"name": "conferenceRecords/CR1"}}, {"participantSession": {"name": "x" * 5000}}],
)
async def test_a_signed_event_that_cannot_be_read_is_answered_and_doubted(world: World, data: dict[str, Any]) -> None:
    heard = await world.platform().hear(world.push(JOINED, data, subject="//meet.googleapis.com/spaces/S1"))
    assert heard.doubted


async def test_events_modbot_did_not_ask_for_mean_nothing(world: World) -> None:
    assert await world.platform().hear(world.push("google.workspace.meet.smartNote.v2.ended", {})) == Heard()


async def test_an_event_from_the_future_is_ordered_by_its_arrival(world: World) -> None:
    data = {"conferenceRecord": {"name": "conferenceRecords/CR1"}}
    ahead = (world.clock.at + timedelta(hours=1)).isoformat()
    delivery = world.push(STARTED, data, subject="//meet.googleapis.com/spaces/S1", attributes={"ce-time": ahead})
    assert [one.at for one in (await world.platform().hear(delivery)).events] == [world.clock.at]


_TEXT = st.text(max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "attributes": st.dictionaries(
            st.sampled_from(["ce-type", "ce-subject", "ce-source", "ce-time"]), _JSON, max_size=4
        ),
        "data": _JSON | st.builds(lambda value: base64.b64encode(json.dumps(value).encode()).decode(), _JSON),
        "publishTime": _JSON,
    },
)


@given(st.binary(max_size=200) | st.builds(lambda one: json.dumps({"message": one}).encode(), _MESSAGES | _JSON))
def test_whatever_the_envelope_holds_it_is_read_or_refused(body: bytes) -> None:
    try:
        event = push.read(body, NOON)
    except (RequestRejected, push.Unreadable):
        return
    assert event.at.tzinfo is not None
    assert event.at <= NOON + push.CLOCK_SKEW


_IDS = st.text(alphabet="abcXYZ019_-", min_size=1, max_size=30)


@given(_IDS, _IDS, _IDS, st.datetimes(max_value=datetime(2026, 11, 24, 12)))  # noqa: DTZ001 - made UTC below
def test_what_google_documents_is_read_whole(record: str, participant: str, space: str, at: datetime) -> None:
    name = f"conferenceRecords/{record}/participants/{participant}/participantSessions/s"
    attributes = {
        "ce-type": JOINED,
        "ce-source": SOURCE,
        "ce-subject": f"//meet.googleapis.com/spaces/{space}",
        "ce-time": at.isoformat() + "Z",
    }
    data = base64.b64encode(json.dumps({"participantSession": {"name": name}}).encode()).decode()
    event = push.read(json.dumps({"message": {"attributes": attributes, "data": data}}).encode(), NOON)
    assert event.resource("participantSession") == (record, participant)
    assert (event.space, event.subscription, event.at) == (space, "subscriptions/sub-1", at.replace(tzinfo=UTC))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=_JSON)
async def test_no_signed_event_whatever_it_carries_breaks_the_ear(world: World, data: Any) -> None:
    envelope = {
        "message": {
            "attributes": {"ce-type": JOINED, "ce-subject": "//meet.googleapis.com/spaces/S1"},
            "data": base64.b64encode(json.dumps(data).encode()).decode(),
        }
    }
    heard = await world.platform().hear(world.signed(json.dumps(envelope).encode()))
    assert heard.doubted


async def test_the_session_to_be_read_is_the_owners(world: World) -> None:
    await tended(world)
    meeting = world.class_in_session()
    unread = [one for heard in await world.heard(world.platform()) for one in heard.unread]
    assert unread == [Session(Room(PlatformName.MEET, meeting.space.id), meeting.id, host_email=TEACHER)]


async def test_a_departure_says_so_by_its_presence(world: World) -> None:
    await tended(world)
    meeting = world.class_in_session()
    pupil = world.sim.join(meeting, "Cleo Park", PUPIL)
    await world.pushed()
    world.sim.leave(meeting, pupil.id)
    (event,) = await world.events(world.platform())
    assert event.participant == Participant(pupil.id, presence=Presence.LEFT)
