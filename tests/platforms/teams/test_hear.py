"""What comes to the webhook: encrypted events in, doubt for everything else."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from modbot.errors import RequestRejected
from modbot.http import Http
from modbot.model import EventKind, ParticipantRole, Presence
from modbot.platforms import Delivery
from modbot.platforms.teams import build
from modbot.settings.teams import TeamsSettings
from tests.platforms.lent import Lent
from tests.platforms.teams.fakes import OTHER_TENANT, PUPIL, TEACHER, District, composed, hear, started


async def test_a_class_is_heard_to_start_with_its_teacher_in_it(district: District) -> None:
    _, meeting = await started(district)
    begun, joined = district.webhook.events
    assert (begun.kind, begun.title, begun.host_email) == (EventKind.STARTED, "Algebra 1", TEACHER)
    assert begun.room.key == f"teams:{meeting.join_meeting_id}"
    assert joined.participant is not None
    assert (joined.kind, joined.participant.role) == (EventKind.JOINED, ParticipantRole.HOST)


async def test_people_come_wait_and_go(district: District) -> None:
    _, meeting = await started(district)
    pupil = district.sim.join(meeting, "Ben Ochoa", PUPIL)
    meeting.change({"lobbyBypassSettings": {"scope": "organizer"}})
    district.sim.join(meeting, "Stranger", "x@example.org", tenant=OTHER_TENANT)
    district.sim.leave(meeting, pupil.id)
    events = (await district.heard(5))[2:]
    told = [(one.kind, one.participant and one.participant.name) for one in events]
    assert told == [
        (EventKind.JOINED, "Ben Ochoa"),
        (EventKind.LOBBY, "Stranger"),
        (EventKind.LEFT, "Ben Ochoa"),
    ]
    assert {one.session_id for one in events} == {district.webhook.events[0].session_id}


async def test_events_are_believed_though_the_settings_write_the_apps_ids_in_capitals(district: District) -> None:
    entra = district.sim.entra
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    await district.watched(district.platform(tenant_id=entra.tenant.upper(), client_id=f" {entra.client_id.upper()} "))
    district.sim.start_meeting(TEACHER, "Algebra 1", meeting=meeting)
    begun, _ = await district.heard(2)
    assert begun.kind is EventKind.STARTED


@pytest.mark.parametrize("named", ["district.onmicrosoft.example", "t"])
def test_a_tenant_that_is_named_otherwise_than_by_its_id_is_refused_at_the_start(named: str) -> None:
    with pytest.raises(ValidationError, match="id from Entra"):
        TeamsSettings(tenant_id=named)


async def test_a_participant_carries_the_directory_id_as_second_id(district: District) -> None:
    _, meeting = await started(district)
    district.sim.join(meeting, "Ben Ochoa", PUPIL)
    event = (await district.heard(3))[2]
    assert event.participant is not None
    assert event.participant.alias == district.sim.user(PUPIL).oid
    assert event.participant.presence is Presence.JOINED


async def test_an_end_is_heard_for_the_run_that_began(district: District) -> None:
    _, meeting = await started(district)
    district.clock.forward(timedelta(minutes=20))
    district.sim.end(meeting)
    events = await district.heard(3)
    assert (events[2].kind, events[2].session_id) == (EventKind.ENDED, events[0].session_id)


async def test_a_class_that_starts_again_is_another_run(district: District) -> None:
    _, meeting = await started(district)
    district.clock.forward(timedelta(minutes=5))
    district.sim.end(meeting)
    district.clock.forward(timedelta(minutes=1))
    district.sim.start_meeting(TEACHER, "Algebra 1", meeting=meeting)
    events = await district.heard(5)
    first, second = events[0].session_id, events[3].session_id
    assert first != second
    assert [one.session_id for one in events] == [first, first, first, second, second]


async def test_two_processes_call_a_run_by_the_same_name(district: District) -> None:
    platform, meeting = await started(district)
    other = district.platform()
    district.sim.join(meeting, "Ben Ochoa", PUPIL)
    events = await district.heard(3)
    (found,) = await other.live_sessions(TEACHER)
    assert {one.session_id for one in events} == {found.id}
    assert platform is not other


async def test_a_redelivered_notification_says_the_same_again(district: District) -> None:
    platform, _ = await started(district)
    body = composed(district)
    first = (await hear(platform, body)).events
    assert [event.kind for event in first] == [EventKind.STARTED]
    assert (await hear(platform, body)).events == first


async def test_the_handshake_gives_graphs_own_token_back(district: District) -> None:
    query = {"validationToken": "Validation: Testing client application & <b>"}
    heard = await district.platform().hear(Delivery({}, b"", query))
    assert heard.reply == query["validationToken"]


@pytest.mark.parametrize("token", ["", "x" * 2001, "line\nbreak", "\x00"])
async def test_what_cannot_be_a_handshake_is_refused(district: District, token: str) -> None:
    with pytest.raises(RequestRejected) as refused:
        await district.platform().hear(Delivery({}, b"", {"validationToken": token}))
    assert refused.value.status == 400


async def test_a_time_in_the_future_does_not_order_an_event_after_all_others(district: District) -> None:
    platform, _ = await started(district)
    (subscription,) = district.sim.notices.live
    event = district.sim.notices.event(subscription, "callStarted")
    event["eventDateTime"] = "2099-01-01T00:00:00.0000000Z"
    (heard,) = (await hear(platform, district.sim.notices.compose(subscription, event))).events
    assert heard.at == district.clock()


async def test_the_older_form_of_a_roster_event_is_read(district: District) -> None:
    platform, _ = await started(district)
    (subscription,) = district.sim.notices.live
    event = {
        "eventType": "Microsoft.Communication.CallRosterUpdate",
        "eventDateTime": "2026-11-24T15:14:00.0000000Z",
        "activeParticipants@joined": [
            {"Id": "p-1", "Identity": {"User": {"Id": "u-1", "DisplayName": "Student A", "TenantId": "t-1"}}}
        ],
        "activeParticipants@exited": [
            {"Id": "p-2", "Identity": {"AzureCommunicationServicesUser": {"Id": "8:acs:x", "DisplayName": "Guest"}}}
        ],
        "id": "1",
    }
    joined, left = (await hear(platform, district.sim.notices.compose(subscription, event))).events
    assert joined.participant is not None
    assert left.participant is not None
    assert (joined.kind, joined.participant.id, joined.participant.alias) == (EventKind.JOINED, "p-1", "u-1")
    assert (left.kind, left.participant.name) == (EventKind.LEFT, "Guest")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"value": 3}', b'{"value": {}}', b"{}"])
async def test_what_is_no_notification_is_refused(district: District, body: bytes) -> None:
    with pytest.raises(RequestRejected) as refused:
        await hear(district.platform(), body)
    assert refused.value.status == 400


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
items = st.dictionaries(
    st.sampled_from(["clientState", "tenantId", "encryptedContent", "lifecycleEvent", "subscriptionId", "resource"]),
    json_values,
    max_size=6,
)


@given(listed=st.lists(items | json_values, max_size=4), extra=st.dictionaries(st.text(max_size=15), json_values))
async def test_whatever_is_sent_is_refused_or_doubted_and_never_believed(listed: Any, extra: dict[str, Any]) -> None:
    lent = Lent(Http(), public_url="https://modbot.example.org")
    platform = build(TeamsSettings(tenant_id=OTHER_TENANT, client_id=OTHER_TENANT), lent.means)
    heard = await hear(platform, {**extra, "value": listed, "validationTokens": ["x"], "@odata.type": "x"})
    assert not heard.events
