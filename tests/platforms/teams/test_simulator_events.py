"""The simulated Graph: subscriptions to a meeting's call events, and the notifications they get."""

import asyncio
from datetime import timedelta
from typing import Any

import jwt
import pytest

from modbot.simulators.teams import Meeting, Subscription
from tests.platforms.teams.sim_house import (
    OTHER_TENANT,
    PUPIL,
    TEACHER,
    House,
    Identity,
    new_identity,
    opened,
)

pytest_plugins = ["tests.platforms.teams.sim_fixtures"]


def rich(identity: Identity) -> dict[str, Any]:
    """What a subscription adds to get data."""
    return {
        "includeResourceData": True,
        "encryptionCertificate": identity.base64,
        "encryptionCertificateId": "key-1",
    }


async def subscribed(house: House, meeting: Meeting, **more: Any) -> Subscription:
    """The subscription was made."""
    got = await house.subscribe(meeting, **more)
    assert got.status == 201, got.body
    return next(one for one in house.sim.notices.live if one.id == got.body["id"])


async def events(house: House, identity: Identity) -> list[dict[str, Any]]:
    """The decrypted events that have been delivered, in order."""
    await house.sim.flush()
    items = [item for body in house.listener.at("/events") for item in body["value"]]
    return [opened(item["encryptedContent"], identity.key) for item in items]


async def test_both_addresses_prove_themselves_before_a_subscription_is_made(house: House) -> None:
    got = await house.subscribe(house.sim.schedule(TEACHER, "Algebra 1"))
    assert (got.status, house.listener.handshakes) == (201, ["/events", "/lifecycle"])


@pytest.mark.parametrize(
    ("proof", "kind", "status"),
    [("something else", "text/plain", 200), (None, "application/json", 200), (None, "text/plain", 202)],
)
async def test_an_address_that_cannot_prove_itself_gets_no_subscription(
    house: House, proof: str | None, kind: str, status: int
) -> None:
    listener = house.listener
    listener.proof, listener.proof_type, listener.proof_status = proof, kind, status
    got = await house.subscribe(house.sim.schedule(TEACHER, "Algebra 1"))
    assert (got.status, got.code, house.sim.notices.live) == (400, "ValidationError", [])


async def test_an_address_that_takes_too_long_gets_no_subscription(house: House) -> None:
    house.sim.handshake_seconds, house.listener.stalled = 0.05, asyncio.Event()
    got = await house.subscribe(house.sim.schedule(TEACHER, "Algebra 1"))
    house.listener.stalled.set()
    assert (got.status, got.body["error"]["message"]) == (400, "Subscription validation request timed out.")


async def test_an_address_where_nobody_answers_gets_no_subscription(house: House) -> None:
    got = await house.subscribe(house.sim.schedule(TEACHER, "Algebra 1"), notificationUrl="http://127.0.0.1:1/events")
    assert (got.status, got.code) == (400, "ValidationError")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"changeType": "created"}, 400),
        ({"clientState": None}, 400),
        ({"clientState": "x" * 129}, 400),
        ({"notificationUrl": "http://modbot.example.org/events"}, 400),
        ({"lifecycleNotificationUrl": None}, 400),
        ({"resource": "users"}, 400),
        ({"resource": "communications/onlineMeetings(joinWebUrl='elsewhere')/meetingCallEvents"}, 404),
        ({"expirationDateTime": "2026-11-24T15:00:00Z"}, 400),
        ({"expirationDateTime": "2026-11-28T15:14:00Z"}, 400),
        ({"expirationDateTime": "soon"}, 400),
        ({"includeResourceData": True}, 400),
        ({"includeResourceData": True, "encryptionCertificateId": "1", "encryptionCertificate": "nonsense"}, 400),
    ],
)
async def test_a_wrong_subscription_is_refused(house: House, change: dict[str, Any], status: int) -> None:
    got = await house.subscribe(house.sim.schedule(TEACHER, "Algebra 1"), **change)
    assert (got.status, house.listener.handshakes) == (status, [])


async def test_a_certificate_with_a_short_key_is_refused(house: House) -> None:
    got = await house.subscribe(house.sim.schedule(TEACHER, "Algebra 1"), **rich(new_identity(1024)))
    assert (got.status, got.code) == (400, "ValidationError")


async def test_a_short_subscription_needs_no_lifecycle_address(house: House) -> None:
    until = (house.clock() + timedelta(minutes=59)).isoformat()
    meeting = house.sim.schedule(TEACHER, "Algebra 1")
    got = await house.subscribe(meeting, lifecycleNotificationUrl=None, expirationDateTime=until)
    assert got.status == 201


async def test_v1_does_not_know_call_events(house: House) -> None:
    body = house.subscription(house.sim.schedule(TEACHER, "Algebra 1"))
    assert (await house.ask("POST", "/v1.0/subscriptions", body)).status == 400


async def test_a_subscription_needs_consent_to_read_meetings(house: House) -> None:
    house.sim.roles.difference_update({"OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All"})
    assert (await house.subscribe(house.sim.schedule(TEACHER, "Algebra 1"))).status == 403


async def test_a_meeting_has_one_subscription_at_a_time(house: House) -> None:
    meeting = house.sim.schedule(TEACHER, "Algebra 1")
    first = await subscribed(house, meeting)
    assert (await house.subscribe(meeting)).status == 409
    assert (await house.ask("DELETE", f"/beta/subscriptions/{first.id}")).status == 204
    assert (await house.subscribe(meeting)).status == 201


async def test_a_subscription_expires_by_the_clock_unless_it_is_renewed(house: House) -> None:
    meeting = house.sim.schedule(TEACHER, "Algebra 1")
    path = f"/beta/subscriptions/{(await subscribed(house, meeting)).id}"
    until = (house.clock() + timedelta(days=3)).isoformat()
    assert (await house.ask("PATCH", path, {"expirationDateTime": until})).status == 200
    house.clock.forward(timedelta(days=3, seconds=-1))
    house.with_new_token()
    assert [one["id"] for one in (await house.ask("GET", "/beta/subscriptions")).body["value"]] == [path[20:]]
    house.clock.forward(timedelta(seconds=1))
    assert (await house.ask("GET", path)).status == 404


@pytest.mark.parametrize("body", [{}, {"expirationDateTime": "2026-11-28T15:14:00Z"}, {"clientState": "other"}])
async def test_a_wrong_renewal_is_refused(house: House, body: dict[str, str]) -> None:
    subscription = await subscribed(house, house.sim.schedule(TEACHER, "Algebra 1"))
    assert (await house.ask("PATCH", f"/beta/subscriptions/{subscription.id}", body)).status == 400


async def test_a_class_is_told_from_start_to_end_in_order(house: House, identity: Identity) -> None:
    meeting = house.sim.schedule(TEACHER, "Algebra 1")
    await subscribed(house, meeting, **rich(identity))
    house.sim.start_meeting(TEACHER, "", meeting=meeting)
    house.sim.join(meeting, "Ben Ochoa", PUPIL)
    house.sim.end(meeting)
    kinds = [event["eventType"] for event in await events(house, identity)]
    assert kinds == ["callStarted", "rosterUpdated", "rosterUpdated", "callEnded"]


async def test_the_roster_says_who_came_from_where_and_who_waits(house: House, identity: Identity) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await house.ask("PATCH", house.meeting_path(meeting), {"lobbyBypassSettings": {"scope": "organization"}})
    await subscribed(house, meeting, **rich(identity))
    pupil = house.sim.join(meeting, "Ben Ochoa", PUPIL)
    other = house.sim.join(meeting, "Di Eng", "di.eng@school.example.net", tenant=OTHER_TENANT)
    guest = house.sim.join(meeting, "Guest")
    rows = [row for event in await events(house, identity) for row in event["participants@delta"]]
    assert [(row["id"], row["isInLobby"]) for row in rows] == [(pupil.id, False), (other.id, True), (guest.id, True)]
    first, second, third = (row["info"]["identity"] for row in rows)
    assert first["user"]["tenantId"] == house.sim.entra.tenant
    assert second["user"]["tenantId"] == OTHER_TENANT
    assert third == {"guest": {"id": None, "displayName": "Guest"}}


async def test_admitting_and_leaving_are_told_of_the_same_participant(house: House, identity: Identity) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await house.ask("PATCH", house.meeting_path(meeting), {"lobbyBypassSettings": {"scope": "organizer"}})
    guest = house.sim.join(meeting, "Guest").id
    await subscribed(house, meeting, **rich(identity))
    house.sim.admit(meeting, guest)
    house.sim.remove(meeting, guest)
    admitted, removed = [event["participants@delta"] for event in await events(house, identity)]
    assert [(row["id"], row["isInLobby"], "removedState" in row) for row in admitted] == [(guest, False, False)]
    assert [(row["id"], row["isInLobby"], "removedState" in row) for row in removed] == [(guest, False, True)]


async def test_bots_are_not_in_the_events(house: House, identity: Identity) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await subscribed(house, meeting, **rich(identity))
    await house.bot_in(meeting)
    house.sim.remove(meeting, meeting.present()[1].id)
    assert await events(house, identity) == []


async def test_ids_of_events_may_be_other_ids_than_the_rosters(house: House, identity: Identity) -> None:
    house.sim.events_use_other_ids = True
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await subscribed(house, meeting, **rich(identity))
    guest = house.sim.join(meeting, "Guest").id
    house.sim.leave(meeting, guest)
    ids = {row["id"] for event in await events(house, identity) for row in event["participants@delta"]}
    assert len(ids) == 1
    assert guest not in ids


async def test_a_subscription_without_a_certificate_is_told_nothing_of_people(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await subscribed(house, meeting)
    house.sim.join(meeting, "Ben Ochoa", PUPIL)
    await house.sim.flush()
    (body,) = house.listener.at("/events")
    assert "validationTokens" not in body
    assert "Ben Ochoa" not in str(body)


@pytest.mark.parametrize(("version", "publisher"), [("1.0", "appid"), ("2.0", "azp")])
async def test_a_notification_proves_that_it_is_from_graph(
    house: House, identity: Identity, version: str, publisher: str
) -> None:
    entra = house.sim.entra
    entra.validation_token_version = version
    await subscribed(house, house.sim.start_meeting(TEACHER, "Algebra 1"), **rich(identity))
    house.sim.end(house.sim.meetings[0])
    await house.sim.flush()
    (body,) = house.listener.at("/events")
    (token,) = body["validationTokens"]
    keys = f"{house.sim.login_url}/{entra.tenant}/discovery/v2.0/keys"
    claims = await house.verified(token, keys, audience=entra.client_id)
    assert claims[publisher] == "0bf30f3b-4a52-48df-9a82-234910c4a086"
    assert entra.tenant in claims["iss"]
    with pytest.raises(jwt.InvalidAudienceError):
        await house.verified(token, keys, audience="another-app")
    (item,) = body["value"]
    assert (item["clientState"], item["encryptedContent"]["encryptionCertificateId"]) == ("only-we-know", "key-1")


async def test_a_notification_is_sent_again_until_it_is_taken(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await subscribed(house, meeting)
    house.listener.refuse = 2
    house.sim.end(meeting)
    await house.sim.flush()
    assert house.sim.posting.answers == [("callEnded", 503), ("callEnded", 503), ("callEnded", 202)]


async def test_a_notification_that_nobody_takes_is_given_up(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await subscribed(house, meeting)
    house.listener.refuse = 100
    house.sim.end(meeting)
    await house.sim.flush()
    assert len(house.sim.posting.answers) == 1 + house.sim.posting.redeliveries


@pytest.mark.parametrize("answer", ["reauthorize", "renew"])
async def test_reauthorisation_is_asked_and_notifications_wait_for_it(house: House, answer: str) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    subscription = await subscribed(house, meeting)
    house.sim.ask_reauthorization(subscription, pause=True)
    house.sim.join(meeting, "Guest")
    await house.sim.flush()
    (asked,) = house.listener.at("/lifecycle")
    assert asked["value"][0]["lifecycleEvent"] == "reauthorizationRequired"
    assert house.listener.at("/events") == []
    path, until = f"/beta/subscriptions/{subscription.id}", (house.clock() + timedelta(days=1)).isoformat()
    if answer == "reauthorize":
        assert (await house.ask("POST", f"{path}/reauthorize")).status == 204
    else:
        assert (await house.ask("PATCH", path, {"expirationDateTime": until})).status == 200
    house.sim.join(meeting, "Guest 2")
    await house.sim.flush()
    assert len(house.listener.at("/events")) == 1


async def test_events_may_come_twice_late_or_never(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await subscribed(house, meeting)
    for fault, expected in (("duplicate_webhooks", 2), ("mute_webhooks", 2)):
        setattr(house.sim.faults, fault, True)
        house.sim.join(meeting, "Guest")
        await house.sim.flush()
        assert len(house.listener.at("/events")) == expected
