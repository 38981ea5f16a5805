"""The simulated Workspace Events and Pub/Sub: subscriptions, their life, and what is pushed with whose signature."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from modbot.simulators.meet import LIVE_EVENTS, READONLY, SETTINGS
from tests.platforms.meet.sim_google import COLLEAGUE, TEACHER, Google

pytest_plugins = ("tests.platforms.meet.sim_fixtures",)

STARTED, ENDED, JOINED, LEFT = (one.removeprefix("google.workspace.") for one in LIVE_EVENTS)


def wanted(google_sim: Google, **changed: Any) -> dict[str, Any]:
    """A body that subscribes to all of the teacher's spaces, but for what is changed; None leaves out."""
    body = {
        "targetResource": f"//cloudidentity.googleapis.com/users/{google_sim.sim.people.add(TEACHER).id}",
        "eventTypes": list(LIVE_EVENTS),
        "notificationEndpoint": {"pubsubTopic": google_sim.sim.topic},
        "ttl": "0s",
    }
    return {name: value for name, value in {**body, **changed}.items() if value is not None}


async def made(google_sim: Google, **changed: Any) -> dict[str, Any]:
    """A subscription as Google shows it when it was made."""
    status, operation = await google_sim.ask("POST", "/v1/subscriptions", wanted(google_sim, **changed))
    assert (status, operation["done"]) == (200, True), operation
    assert (await google_sim.ask("GET", f"/v1/{operation['name']}"))[1] == operation
    response = dict(operation["response"])
    assert response.pop("@type").endswith("v1.Subscription")
    return response


async def test_a_subscription_without_a_life_lives_seven_days(google_sim: Google) -> None:
    subscription = await made(google_sim)
    assert (subscription["state"], subscription["expireTime"]) == ("ACTIVE", "2026-12-01T15:14:00Z")
    assert (await google_sim.ask("GET", f"/v1/{subscription['name']}"))[1] == subscription


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"targetResource": None}, 400),
        ({"targetResource": "//chat.googleapis.com/spaces/A"}, 400),
        ({"targetResource": "//cloudidentity.googleapis.com/users/1"}, 403),
        ({"targetResource": "//meet.googleapis.com/spaces/unknown"}, 403),
        ({"eventTypes": []}, 400),
        ({"eventTypes": ["google.workspace.meet.participant.v2.knocked"]}, 400),
        ({"notificationEndpoint": None}, 400),
        ({"notificationEndpoint": {"pubsubTopic": "meet-events"}}, 400),
        ({"notificationEndpoint": {"pubsubTopic": "projects/other/topics/meet-events"}}, 400),
        ({"notificationEndpoint": {"pubsubTopic": "projects/district-classes/topics/unknown"}}, 403),
        ({"ttl": "604801s"}, 400),
        ({"ttl": "a week"}, 400),
        ({"ttl": None, "expireTime": "2026-11-24T15:00:00Z"}, 400),
        ({"expireTime": "2026-11-25T15:00:00Z"}, 400),
        ({"payloadOptions": {"includeResource": True}}, 400),
        ({"topic": "x"}, 400),
    ],
)
async def test_a_subscription_that_cannot_be_is_refused(
    google_sim: Google, changed: dict[str, Any], status: int
) -> None:
    assert (await google_sim.ask("POST", "/v1/subscriptions", wanted(google_sim, **changed)))[0] == status


async def test_a_user_subscribes_once_to_a_target(google_sim: Google) -> None:
    await made(google_sim)
    status, refusal = await google_sim.ask("POST", "/v1/subscriptions", wanted(google_sim))
    assert (status, refusal["error"]["status"]) == (409, "ALREADY_EXISTS")


async def test_settings_are_not_enough_to_subscribe(google_sim: Google) -> None:
    body = wanted(google_sim)
    assert (await google_sim.ask("POST", "/v1/subscriptions", body, scopes=(SETTINGS,)))[0] == 403
    assert (await google_sim.ask("POST", "/v1/subscriptions", body, scopes=(READONLY,)))[0] == 200


async def test_a_preview_makes_nothing(google_sim: Google) -> None:
    path = "/v1/subscriptions?validateOnly=true"
    assert (await google_sim.ask("POST", path, wanted(google_sim)))[0] == 200
    assert google_sim.sim.events.current() == {}


async def test_subscriptions_are_listed_by_event_type_and_target(google_sim: Google) -> None:
    subscription = await made(google_sim)
    typed = f'event_types:"{LIVE_EVENTS[0]}"'
    target = f'({typed} OR event_types:"x.y") AND target_resource="{subscription["targetResource"]}"'
    for text in (typed, target):
        _, found = await google_sim.ask("GET", f"/v1/subscriptions?filter={quote(text)}")
        assert found == {"subscriptions": [subscription]}
    other = f'{typed} AND target_resource="//meet.googleapis.com/spaces/other"'
    assert await google_sim.ask("GET", f"/v1/subscriptions?filter={quote(other)}") == (200, {})
    assert await google_sim.ask("GET", f"/v1/subscriptions?filter={quote(typed)}", user=COLLEAGUE) == (200, {})


@pytest.mark.parametrize("text", ["", 'target_resource="//meet.googleapis.com/spaces/a"', "event_types=x"])
async def test_subscriptions_are_not_listed_without_an_event_type(google_sim: Google, text: str) -> None:
    assert (await google_sim.ask("GET", f"/v1/subscriptions?filter={quote(text)}"))[0] == 400


async def test_a_renewed_subscription_outlives_its_first_expiry(google_sim: Google) -> None:
    subscription = await made(google_sim)
    google_sim.clock.forward(timedelta(days=6))
    status, operation = await google_sim.ask("PATCH", f"/v1/{subscription['name']}?updateMask=ttl", {"ttl": "0s"})
    assert (status, operation["response"]["expireTime"]) == (200, "2026-12-07T15:14:00Z")
    google_sim.clock.forward(timedelta(days=6))
    assert (await google_sim.ask("GET", f"/v1/{subscription['name']}"))[0] == 200


async def test_only_life_and_event_types_can_be_changed(google_sim: Google) -> None:
    subscription = await made(google_sim)
    path = f"/v1/{subscription['name']}?updateMask=target_resource"
    assert (await google_sim.ask("PATCH", path, {"targetResource": "x"}))[0] == 400


async def test_an_expired_subscription_is_gone_and_google_says_so(google_sim: Google) -> None:
    subscription = await made(google_sim)
    google_sim.clock.forward(timedelta(days=7))
    assert (await google_sim.ask("GET", f"/v1/{subscription['name']}"))[0] == 404
    assert await google_sim.told_types() == ["events.subscription.v1.expired"]
    await made(google_sim)


async def test_a_suspended_subscription_hears_nothing_until_reactivated(google_sim: Google) -> None:
    sim = google_sim.sim
    subscription = sim.subscribe(TEACHER)
    sim.suspend(subscription, "USER_SCOPE_REVOKED")
    sim.start_meeting(TEACHER)
    path = f"/v1/{subscription.name}"
    assert (await google_sim.ask("GET", path))[1]["suspensionReason"] == "USER_SCOPE_REVOKED"
    assert (await google_sim.ask("POST", f"{path}:reactivate", {}))[0] == 200
    assert (await google_sim.ask("POST", f"{path}:reactivate", {}))[0] == 400
    sim.start_meeting(TEACHER)
    assert sorted(await google_sim.told_types()) == ["events.subscription.v1.suspended", STARTED, JOINED]


async def test_the_lifecycle_names_the_subscription_and_what_is_the_matter(google_sim: Google) -> None:
    sim = google_sim.sim
    subscription = sim.subscribe(TEACHER)
    sim.suspend(subscription)
    sim.remind(subscription)
    sim.expire(subscription)
    await sim.flush()
    expiry = {"name": subscription.name, "expire_time": "2026-12-01T15:14:00Z"}
    told = {one.type.rpartition(".")[2]: one.data["subscription"] for one in google_sim.told}
    assert told == {
        "suspended": {"name": subscription.name, "suspension_reason": "ENDPOINT_PERMISSION_DENIED"},
        "expirationReminder": expiry,
        "expired": expiry,
    }


async def test_a_deleted_subscription_hears_nothing(google_sim: Google) -> None:
    subscription = await made(google_sim)
    path = f"/v1/{subscription['name']}"
    assert (await google_sim.ask("DELETE", f"{path}?etag=other"))[0] == 409
    assert (await google_sim.ask("DELETE", path))[0] == 200
    assert (await google_sim.ask("DELETE", path))[0] == 404
    assert (await google_sim.ask("DELETE", f"{path}?allowMissing=true"))[0] == 200
    google_sim.sim.start_meeting(TEACHER)
    assert await google_sim.told_types() == []


async def test_a_lesson_is_told_by_names_of_resources(google_sim: Google) -> None:
    sim = google_sim.sim
    sim.subscribe(TEACHER)
    meeting = sim.start_meeting(TEACHER)
    pupil = sim.join(meeting, "Cy Diaz", "cy.diaz@example.org")
    sim.leave(meeting, pupil.id)
    sim.end(meeting)
    assert sorted(await google_sim.told_types()) == sorted([STARTED, JOINED, JOINED, LEFT, LEFT, ENDED])
    started = next(one for one in google_sim.told if one.type.endswith("started"))
    assert started.data == {"conferenceRecord": {"name": meeting.record}}
    sessions = [one.data["participantSession"]["name"] for one in google_sim.told if ".participant." in one.type]
    assert len({name for name in sessions if name.startswith(f"{pupil.resource}/participantSessions/")}) == 1


async def test_nothing_is_told_of_who_knocks_or_of_settings(google_sim: Google) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER)
    sim.subscribe(TEACHER)
    guest = sim.join(meeting, "Guest")
    sim.deny(meeting, guest.id)
    await google_sim.ask(
        "PATCH", f"/v2/{meeting.space.name}?updateMask=config.accessType", {"config": {"accessType": "OPEN"}}
    )
    assert await google_sim.told_types() == []


async def test_nothing_is_told_of_spaces_others_own_or_types_not_asked_for(google_sim: Google) -> None:
    google_sim.sim.subscribe(TEACHER, (LIVE_EVENTS[1],))
    google_sim.sim.start_meeting(COLLEAGUE)
    google_sim.sim.start_meeting(TEACHER)
    assert await google_sim.told_types() == []


async def test_a_push_is_signed_for_its_address_in_the_name_of_the_push_account(google_sim: Google) -> None:
    sim = google_sim.sim
    sim.subscribe(TEACHER)
    sim.start_meeting(TEACHER)
    await sim.flush()
    claims = await google_sim.certified(google_sim.told[0].token)
    assert claims["iss"] == "https://accounts.google.com"
    assert (claims["email"], claims["email_verified"]) == (sim.push_email, True)
    assert claims["aud"] == sim.webhook_url
    assert claims["exp"] - claims["iat"] == 3600


async def test_a_push_is_signed_by_the_new_key_once_keys_are_rotated(google_sim: Google) -> None:
    sim = google_sim.sim
    sim.push_audience = "modbot"
    before = sim.push.token()
    sim.rotate_keys()
    after = sim.push.token()
    assert (await google_sim.certified(before))["aud"] == "modbot"
    assert (await google_sim.certified(after))["aud"] == "modbot"
    sim.rotate_keys()
    with pytest.raises(KeyError):
        await google_sim.certified(before)


async def test_a_push_is_repeated_until_it_is_taken(google_sim: Google) -> None:
    google_sim.answers = [500, 429]
    google_sim.sim.remind(google_sim.sim.subscribe(TEACHER))
    await google_sim.sim.flush()
    assert google_sim.sim.push.answers == [500, 429, 204]
    assert len({one.body["message"]["messageId"] for one in google_sim.told}) == 1


async def test_a_push_nobody_takes_is_given_up_in_the_end(google_sim: Google) -> None:
    google_sim.answers = [503] * 9
    google_sim.sim.remind(google_sim.sim.subscribe(TEACHER))
    await google_sim.sim.flush()
    assert google_sim.sim.push.answers == [503] * 5


async def test_events_are_lost_doubled_and_overtaken_when_asked_for(google_sim: Google) -> None:
    sim = google_sim.sim
    subscription = sim.subscribe(TEACHER)
    sim.faults.mute_webhooks = True
    sim.start_meeting(TEACHER)
    sim.faults.mute_webhooks, sim.faults.duplicate_webhooks = False, True
    sim.remind(subscription)
    await sim.flush()
    assert [one.body["message"]["messageId"] for one in google_sim.told] == ["3", "3"]
    sim.faults.duplicate_webhooks, sim.faults.reorder_webhooks = False, True
    sim.start_meeting(TEACHER)
    await sim.flush()
    assert [one.body["message"]["messageId"] for one in google_sim.told[2:]] == ["5", "4"]


async def test_google_has_no_other_reasons_to_suspend(google_sim: Google) -> None:
    subscription = google_sim.sim.subscribe(TEACHER)
    with pytest.raises(ValueError, match="no such suspension reason"):
        google_sim.sim.suspend(subscription, "BORED")
