"""The simulated Webex, driven by a client that others wrote: wxc-sdk, over its own HTTP.

Where that client itself departs from Webex's description, the simulator must answer as Webex would.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from wxc_sdk import WebexSimpleApi
from wxc_sdk.meetings.participants import Participant, ParticipantState
from wxc_sdk.rest import RestError
from wxc_sdk.webhook import WebhookEvent, WebhookEventType, WebhookResource, WebhookStatus

from modbot.simulators.webex import ADMIN_SCOPES, USER_SCOPES, Meeting, WebexSimulator
from tests.platforms.lent import Clock
from tests.platforms.webex.fakes import TEACHER
from tests.platforms.zoom.world import Receiver


@pytest.fixture
async def sim() -> AsyncIterator[WebexSimulator]:
    async with WebexSimulator(Clock()) as running:
        yield running


@pytest.fixture
def meeting(sim: WebexSimulator) -> Meeting:
    return sim.start_meeting(TEACHER, "Algebra 1")


@pytest.fixture
async def webex(sim: WebexSimulator) -> AsyncIterator[WebexSimpleApi]:
    """The client, signed in as the teacher."""
    api = client(sim, sim.accounts.issue(TEACHER, USER_SCOPES | ADMIN_SCOPES))
    yield api
    api.close()


def client(sim: WebexSimulator, token: str) -> WebexSimpleApi:
    api = WebexSimpleApi(tokens=token, retry_429=False)
    api.session.trust_env = False  # no proxy stands before the loopback
    vars(api.session)["BASE"] = sim.api_url
    return api


async def people_in(webex: WebexSimpleApi, meeting: Meeting, page: int = 100) -> list[Participant]:
    listing = webex.meetings.participants.list_participants
    return await asyncio.to_thread(lambda: list(listing(meeting.id, max=page)))


async def test_running_meetings_are_listed(webex: WebexSimpleApi, meeting: Meeting) -> None:
    found = await asyncio.to_thread(lambda: list(webex.meetings.list(meeting_type="meeting", state="inProgress")))
    assert [(one.id, one.title, one.host_email) for one in found] == [(meeting.id, "Algebra 1", TEACHER)]


async def test_a_meetings_settings_are_read(webex: WebexSimpleApi, meeting: Meeting) -> None:
    found = await asyncio.to_thread(webex.meetings.get, meeting.series.id)
    assert (found.id, found.enabled_join_before_host, found.public_meeting) == (meeting.series.id, False, False)


async def test_a_planned_meetings_settings_are_changed_and_nothing_else(
    sim: WebexSimulator, webex: WebexSimpleApi
) -> None:
    planned = sim.schedule(TEACHER, "Algebra 2")
    before = dict(planned.settings)
    answer = await asyncio.to_thread(webex.meetings.patch, planned.id, enable_automatic_lock=True)
    assert (answer.id, answer.enable_automatic_lock) == (planned.id, True)
    assert planned.settings == {**before, "enableAutomaticLock": True}


async def test_a_running_meetings_settings_are_not_changed(webex: WebexSimpleApi, meeting: Meeting) -> None:
    with pytest.raises(RestError) as refused:
        await asyncio.to_thread(webex.meetings.patch, meeting.series.id, public_meeting=True)
    assert refused.value.response.status_code == 409
    assert meeting.series.settings["publicMeeting"] is False


async def test_people_are_listed_over_several_pages(
    sim: WebexSimulator, webex: WebexSimpleApi, meeting: Meeting
) -> None:
    joined = [sim.join(meeting, f"Guest {number}").id for number in range(5)]
    found = await people_in(webex, meeting, page=2)
    assert [one.id for one in found][1:] == joined
    assert len([seen for seen in sim.seen if seen.path.startswith("/v1/meetingParticipants")]) == 3


async def test_one_person_is_read(sim: WebexSimulator, webex: WebexSimpleApi, meeting: Meeting) -> None:
    guest = sim.join(meeting, "Guest", "guest@example.org")
    found = await asyncio.to_thread(webex.meetings.participants.participant_details, guest.id)
    assert (found.display_name, found.email, found.state, found.muted) == (
        "Guest",
        "guest@example.org",
        ParticipantState.joined,
        False,
    )


async def test_a_muted_person_is_muted(sim: WebexSimulator, webex: WebexSimpleApi, meeting: Meeting) -> None:
    guest = sim.join(meeting, "Guest")
    answer = await asyncio.to_thread(webex.meetings.participants.update_participant, guest.id, muted=True)
    assert answer.muted is True
    assert sim.state(meeting).muted == ("Guest",)


async def test_an_expelled_person_is_out(sim: WebexSimulator, webex: WebexSimpleApi, meeting: Meeting) -> None:
    guest = sim.join(meeting, "Guest")
    answer = await asyncio.to_thread(webex.meetings.participants.update_participant, guest.id, expel=True)
    assert answer.state == "end"
    assert sim.state(meeting).joined == ("Host",)


async def test_a_person_in_the_lobby_is_admitted(sim: WebexSimulator, webex: WebexSimpleApi, meeting: Meeting) -> None:
    meeting.locked = True
    waiting = sim.join(meeting, "Ben Ochoa")
    await asyncio.to_thread(webex.meetings.participants.update_participant, waiting.id, admit=True)
    assert "Ben Ochoa" in sim.state(meeting).joined


async def test_people_to_admit_must_be_objects_as_webex_describes_and_not_bare_ids(
    sim: WebexSimulator, webex: WebexSimpleApi, meeting: Meeting
) -> None:
    meeting.locked = True
    waiting = sim.join(meeting, "Ben Ochoa")
    with pytest.raises(RestError) as refused:  # the client sends bare ids
        await asyncio.to_thread(webex.meetings.participants.admit_participants, [waiting.id])
    assert refused.value.response.status_code == 400
    assert sim.state(meeting).lobby == ("Ben Ochoa",)


async def test_the_caller_is_named(webex: WebexSimpleApi) -> None:
    me = await asyncio.to_thread(webex.people.me)
    assert me.emails == [TEACHER]


async def test_webhooks_are_made_listed_read_and_deleted(sim: WebexSimulator, webex: WebexSimpleApi) -> None:
    made = await asyncio.to_thread(
        webex.webhook.create,
        "modbot meetings",
        "https://modbot.example.org/webhooks/webex",
        WebhookResource("meetings"),
        WebhookEventType("started"),
        secret="s",
        owned_by="org",
    )
    listed = await asyncio.to_thread(lambda: list(webex.webhook.list(owned_by="org")))
    read = await asyncio.to_thread(webex.webhook.details, made.webhook_id or "")
    assert ([one.webhook_id for one in listed], read.resource, read.status) == (
        [made.webhook_id],
        WebhookResource.meetings,
        WebhookStatus.active,
    )
    await asyncio.to_thread(webex.webhook.webhook_delete, made.webhook_id or "")
    assert sim.hooks.hooks == {}


@pytest.fixture
async def receiver(sim: WebexSimulator) -> AsyncIterator[Receiver]:
    """Where the simulator's webhooks arrive."""
    listening = Receiver()
    await listening.start()
    sim.webhook_url = listening.url
    yield listening
    await listening.stop()


async def test_what_the_simulator_announces_is_an_event_to_the_client(sim: WebexSimulator, receiver: Receiver) -> None:
    sim.start_meeting(TEACHER, "Algebra 1")
    await sim.flush()
    events = [WebhookEvent.model_validate_json(delivery.body) for delivery in receiver.deliveries]
    assert {(one.resource, one.event) for one in events} == {
        (WebhookResource.meetings, WebhookEventType.started),
        (WebhookResource.meeting_participants, WebhookEventType.joined),
    }


@pytest.mark.parametrize(
    ("scopes", "status"), [(USER_SCOPES, 404), (frozenset({"meeting:controls_read"}), 403)], ids=["unknown", "no scope"]
)
async def test_a_refusal_is_one_the_client_can_read(sim: WebexSimulator, scopes: frozenset[str], status: int) -> None:
    api = client(sim, sim.accounts.issue(TEACHER, scopes))
    with pytest.raises(RestError) as refused:
        await asyncio.to_thread(api.meetings.get, "nowhere")
    api.close()
    assert refused.value.response.status_code == status
    assert refused.value.detail.tracking_id == refused.value.response.headers["trackingid"]


async def test_an_expired_token_is_refused(sim: WebexSimulator, webex: WebexSimpleApi) -> None:
    assert isinstance(sim.now, Clock)
    sim.now.forward(timedelta(hours=13))
    with pytest.raises(RestError) as refused:
        await asyncio.to_thread(webex.people.me)
    assert refused.value.response.status_code == 401
