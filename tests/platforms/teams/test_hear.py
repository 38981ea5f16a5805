"""What comes to the webhook: encrypted events in, doubt for everything else."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import RequestRejected
from modbot.http import Http
from modbot.model import EventKind, ParticipantRole, Presence
from modbot.platforms import Delivery, Heard
from modbot.platforms.teams import TeamsPlatform, build
from modbot.settings.teams import TeamsSettings
from modbot.simulators.teams import Meeting
from modbot.simulators.teams.signing import Signer
from tests.platforms.lent import Lent
from tests.platforms.teams.fakes import OTHER_TENANT, PUPIL, TEACHER, District

Change = Callable[[dict[str, Any]], None]


async def started(district: District) -> tuple[TeamsPlatform, Meeting]:
    """A class that modbot subscribed to before it began, with its teacher in it."""
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await district.watched(platform)
    district.sim.start_meeting(TEACHER, "Algebra 1", meeting=meeting)
    await district.heard(2)
    return platform, meeting


def composed(district: District, kind: str = "callStarted") -> dict[str, Any]:
    """A notification as Graph would send it now."""
    (subscription,) = district.sim.notices.live
    return district.sim.notices.compose(subscription, district.sim.notices.event(subscription, kind))


async def hear(platform: TeamsPlatform, body: Any, **headers: str) -> Heard:
    """One delivery of this body."""
    return await platform.hear(Delivery(headers, body if isinstance(body, bytes) else orjson.dumps(body)))


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
    assert (await hear(platform, body)).events == (await hear(platform, body)).events


async def test_the_handshake_gives_graphs_own_token_back(district: District) -> None:
    query = {"validationToken": "Validation: Testing client application & <b>"}
    heard = await district.platform().hear(Delivery({}, b"", query))
    assert heard.reply == query["validationToken"]


@pytest.mark.parametrize("token", ["", "x" * 2001, "line\nbreak", "\x00"])
async def test_what_cannot_be_a_handshake_is_refused(district: District, token: str) -> None:
    with pytest.raises(RequestRejected) as refused:
        await district.platform().hear(Delivery({}, b"", {"validationToken": token}))
    assert refused.value.status == 400


def other_state(body: dict[str, Any]) -> None:
    body["value"][0]["clientState"] = "guessed"


def other_tenant(body: dict[str, Any]) -> None:
    body["value"][0]["tenantId"] = OTHER_TENANT


def no_tokens(body: dict[str, Any]) -> None:
    body["validationTokens"] = []


def no_data(body: dict[str, Any]) -> None:
    del body["value"][0]["encryptedContent"]


def other_key(body: dict[str, Any]) -> None:
    body["value"][0]["encryptedContent"]["encryptionCertificateId"] = "theirs"


def flipped(name: str, at: int) -> Change:
    def change(body: dict[str, Any]) -> None:
        content = body["value"][0]["encryptedContent"]
        raw = bytearray(base64.b64decode(content[name]))
        raw[at] ^= 1
        content[name] = base64.b64encode(bytes(raw)).decode()

    return change


def cut(name: str) -> Change:
    def change(body: dict[str, Any]) -> None:
        body["value"][0]["encryptedContent"][name] = "AAAA"

    return change


CHANGES: dict[str, Change] = {
    "another client state": other_state,
    "another tenant": other_tenant,
    "no validation tokens": no_tokens,
    "no data": no_data,
    "a key that is not ours": other_key,
    "data changed at its start": flipped("data", 0),
    "data changed at its end": flipped("data", -1),
    "signature changed": flipped("dataSignature", 0),
    "key changed": flipped("dataKey", 5),
    "data cut": cut("data"),
    "key cut": cut("dataKey"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_a_tampered_notification_is_doubted_and_tells_nothing(district: District, change: Change) -> None:
    platform, _ = await started(district)
    body = composed(district)
    change(body)
    heard = await hear(platform, body)
    assert heard.events == []
    assert heard.doubted


FORGED: dict[str, dict[str, Any]] = {
    "for another app": {"aud": "11111111-2222-3333-4444-555555555555"},
    "by another app": {"appid": "11111111-2222-3333-4444-555555555555"},
    "of another tenant": {"iss": f"https://sts.windows.net/{OTHER_TENANT}/"},
    "expired": {"exp": 1_700_000_000},
}


@pytest.mark.parametrize("claims", FORGED.values(), ids=FORGED.keys())
async def test_a_validation_token_that_is_not_for_us_is_doubted(district: District, claims: dict[str, Any]) -> None:
    platform, _ = await started(district)
    body = composed(district)
    body["validationTokens"] = [district.sim.entra.validation_token(**claims)]
    heard = await hear(platform, body)
    assert (list(heard.events), bool(heard.doubted)) == ([], True)


async def test_a_validation_token_signed_by_somebody_else_is_doubted(district: District) -> None:
    platform, _ = await started(district)
    body = composed(district)
    now = int(district.clock().timestamp())
    claims = {"aud": district.sim.entra.client_id, "iss": f"https://sts.windows.net/{district.sim.entra.tenant}/",
              "iat": now, "exp": now + 60, "appid": "0bf30f3b-4a52-48df-9a82-234910c4a086"}  # fmt: skip
    body["validationTokens"] = [Signer("somebody else").sign(claims)]
    heard = await hear(platform, body)
    assert (list(heard.events), bool(heard.doubted)) == ([], True)


async def test_one_bad_validation_token_spoils_the_good_one_beside_it(district: District) -> None:
    platform, _ = await started(district)
    body = composed(district)
    body["validationTokens"].append(district.sim.entra.validation_token(aud="another"))
    assert (await hear(platform, body)).events == []


async def test_the_newer_form_of_validation_tokens_is_taken(district: District) -> None:
    platform, _ = await started(district)
    district.sim.entra.validation_token_version = "2.0"
    assert len((await hear(platform, composed(district))).events) == 1


async def test_a_new_signing_key_of_microsofts_is_found(district: District) -> None:
    platform, _ = await started(district)
    district.sim.entra.signer.rotate(keep_old=False)
    district.clock.forward(timedelta(minutes=2))
    assert len((await hear(platform, composed(district))).events) == 1


async def test_without_microsofts_keys_graph_is_asked_to_tell_again(district: District) -> None:
    platform, _ = await started(district)
    fresh = district.platform()
    district.sim.faults.only = "discovery"
    district.sim.faults.fail_next.append((500, {}, b""))
    with pytest.raises(RequestRejected) as refused:
        await hear(fresh, composed(district))
    assert refused.value.status == 503
    assert platform is not fresh


async def test_a_doubted_item_does_not_take_the_others_with_it(district: District) -> None:
    platform, _ = await started(district)
    body = composed(district)
    body["value"].insert(0, {**body["value"][0], "clientState": "guessed"})
    heard = await hear(platform, body)
    assert len(heard.events) == 1
    assert heard.doubted == "the client state is not one of modbot's"


async def test_doubt_is_answered_as_if_it_were_believed(district: District) -> None:
    await started(district)
    body = composed(district)
    other_state(body)
    async with district.sim.client.post(f"{district.webhook.url}/webhooks/teams", data=json.dumps(body)) as answer:
        assert answer.status == 204
    assert district.webhook.doubts == ["the client state is not one of modbot's"]


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
    platform = build(TeamsSettings(tenant_id="t", client_id="c"), lent.means)
    heard = await hear(platform, {**extra, "value": listed, "validationTokens": ["x"], "@odata.type": "x"})
    assert not heard.events


async def test_a_callback_without_microsofts_token_is_refused(district: District) -> None:
    body = {"@odata.type": "#microsoft.graph.commsNotifications", "value": []}
    with pytest.raises(RequestRejected) as refused:
        await hear(district.with_bot(), body)
    assert refused.value.status == 401


@pytest.mark.parametrize("claims", [{"aud": "another"}, {"iss": "https://example.org"}, {"exp": 1_700_000_000}])
async def test_a_callback_with_a_token_for_somebody_else_is_refused(district: District, claims: dict[str, Any]) -> None:
    body = {"@odata.type": "#microsoft.graph.commsNotifications", "value": []}
    token = district.sim.legs.callback_token(**claims)
    with pytest.raises(RequestRejected) as refused:
        await hear(district.with_bot(), body, authorization=f"Bearer {token}")
    assert refused.value.status == 401
