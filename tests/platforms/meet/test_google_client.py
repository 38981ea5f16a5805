"""Google's own clients against the simulated Google: what real clients send is understood, and answered so.

The clients are synchronous, so they run in a thread. Tokens are minted by google-auth from the simulator's key file.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from google.api_core import exceptions
from google.apps import meet_v2
from google.apps.meet_v2.services.conference_records_service.transports.rest import (
    ConferenceRecordsServiceRestTransport,
)
from google.apps.meet_v2.services.spaces_service.transports.rest import SpacesServiceRestTransport
from google.auth.exceptions import RefreshError
from google.oauth2.service_account import Credentials
from google.protobuf.field_mask_pb2 import FieldMask  # type: ignore[import-untyped]

from modbot.simulators.meet import CREATED, READONLY, SETTINGS
from tests.platforms.meet.sim_google import COLLEAGUE, STRANGER, TEACHER, Google

pytest_plugins = ("tests.platforms.meet.sim_fixtures",)

Access = meet_v2.SpaceConfig.AccessType
Restriction = meet_v2.SpaceConfig.ModerationRestrictions.RestrictionType
Answer = TypeVar("Answer")


def credentials(google: Google, scopes: Iterable[str], subject: str) -> Credentials:
    """The service account as google-auth reads it. google-auth goes by the real time, so the simulator must too."""
    google.clock.at = datetime.now(UTC)
    made: Credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
        google.sim.service_account, scopes=list(scopes), subject=subject
    )
    return made


async def with_spaces(
    google: Google,
    use: Callable[[meet_v2.SpacesServiceClient], Answer],
    scopes: Iterable[str] = (CREATED, SETTINGS),
    subject: str = TEACHER,
) -> Answer:
    """What Google's client for spaces gets."""
    transport = SpacesServiceRestTransport(host=google.sim.api_url, credentials=credentials(google, scopes, subject))
    with meet_v2.SpacesServiceClient(transport=transport) as client:
        return await asyncio.to_thread(use, client)


async def with_records(google: Google, use: Callable[[meet_v2.ConferenceRecordsServiceClient], Answer]) -> Answer:
    """What Google's client for conference records gets."""
    transport = ConferenceRecordsServiceRestTransport(
        host=google.sim.api_url, credentials=credentials(google, (READONLY,), TEACHER)
    )
    with meet_v2.ConferenceRecordsServiceClient(transport=transport) as client:
        return await asyncio.to_thread(use, client)


async def test_googles_client_makes_a_space_with_its_settings(google_sim: Google) -> None:
    wanted = meet_v2.Space(config=meet_v2.SpaceConfig(access_type=Access.RESTRICTED))
    made = await with_spaces(
        google_sim, lambda client: client.create_space(request=meet_v2.CreateSpaceRequest(space=wanted))
    )
    space = google_sim.sim.spaces[made.name.removeprefix("spaces/")]
    assert (made.config.access_type, made.meeting_code) == (Access.RESTRICTED, space.code)
    assert space.config["accessType"] == "RESTRICTED"


async def test_googles_client_hardens_a_space_by_an_update_mask(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER)
    hard = meet_v2.Space(
        name=space.name,
        config=meet_v2.SpaceConfig(
            moderation=meet_v2.SpaceConfig.Moderation.ON,
            moderation_restrictions=meet_v2.SpaceConfig.ModerationRestrictions(
                chat_restriction=Restriction.HOSTS_ONLY, present_restriction=Restriction.HOSTS_ONLY
            ),
        ),
    )
    mask = FieldMask(paths=["config.moderation", "config.moderation_restrictions"])
    await with_spaces(google_sim, lambda client: client.update_space(space=hard, update_mask=mask))
    assert space.config["moderation"] == "ON"
    assert space.config["moderationRestrictions"] == {
        "chatRestriction": "HOSTS_ONLY",
        "reactionRestriction": "NO_RESTRICTION",
        "presentRestriction": "HOSTS_ONLY",
        "defaultJoinAsViewerType": "OFF",
    }


async def test_googles_client_ends_a_call_it_may_end(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER, created_by_app=True)
    request = meet_v2.EndActiveConferenceRequest(name=meeting.space.name)
    await with_spaces(google_sim, lambda client: client.end_active_conference(request=request))
    assert not meeting.live


async def test_googles_client_reads_a_refusal_as_its_own_error(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    request = meet_v2.EndActiveConferenceRequest(name=meeting.space.name)
    with pytest.raises(exceptions.Forbidden) as refusal:
        await with_spaces(google_sim, lambda client: client.end_active_conference(request=request))
    assert refusal.value.code == 403


async def test_googles_client_reads_the_reason_of_a_missing_scope(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER)
    mask = FieldMask(paths=["config.access_type"])
    with pytest.raises(exceptions.Forbidden) as refusal:
        await with_spaces(
            google_sim,
            lambda client: client.update_space(space=meet_v2.Space(name=space.name), update_mask=mask),
            scopes=(READONLY,),
        )
    assert refusal.value.reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


async def test_googles_client_reads_a_used_up_quota_as_its_own_error(google_sim: Google) -> None:
    google_sim.sim.gate.limits.read = 0
    space = google_sim.sim.schedule(TEACHER)
    with pytest.raises(exceptions.TooManyRequests):
        await with_spaces(google_sim, lambda client: client.get_space(name=space.name, retry=None))


async def test_googles_client_makes_lists_changes_and_removes_members(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER, created_by_app=True)
    cohost = meet_v2.Member.Role.COHOST

    def use(client: meet_v2.SpacesServiceClient) -> tuple[list[str], meet_v2.Member]:
        made = client.create_member(parent=space.name, member=meet_v2.Member(email=COLLEAGUE, role=cohost))
        emails = [one.email for one in client.list_members(parent=space.name)]
        plain = meet_v2.Member(name=made.name)
        changed = client.update_member(member=plain, update_mask=FieldMask(paths=["role"]))
        client.delete_member(name=made.name)
        return emails, changed

    emails, changed = await with_spaces(google_sim, use)
    assert emails == [COLLEAGUE]
    assert changed.role == meet_v2.Member.Role.ROLE_UNSPECIFIED
    assert space.members == {}


async def test_googles_client_pages_through_who_is_in_the_call(google_sim: Google) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER)
    meeting.space.config["accessType"] = "OPEN"
    for number in range(4):
        sim.join(meeting, f"Guest {number}")
    gone = sim.join(meeting, "Kid", STRANGER)
    sim.leave(meeting, gone.id)
    request = meet_v2.ListParticipantsRequest(parent=meeting.record, filter="latest_end_time IS NULL", page_size=2)
    found = await with_records(google_sim, lambda client: list(client.list_participants(request=request)))
    assert {one.anonymous_user.display_name or one.signedin_user.display_name for one in found} == {
        "Ada Reyes",
        "Guest 0",
        "Guest 1",
        "Guest 2",
        "Guest 3",
    }


async def test_googles_client_finds_the_live_record_of_a_space(google_sim: Google) -> None:
    over, live = (google_sim.sim.start_meeting(TEACHER) for _ in range(2))
    google_sim.sim.end(over)
    request = meet_v2.ListConferenceRecordsRequest(filter="end_time IS NULL")
    found = await with_records(google_sim, lambda client: list(client.list_conference_records(request=request)))
    assert [(one.name, one.space) for one in found] == [(live.record, live.space.name)]


async def test_googles_own_token_code_is_told_of_a_scope_that_is_not_delegated(google_sim: Google) -> None:
    google_sim.sim.delegated.clear()
    with pytest.raises(RefreshError, match="unauthorized_client"):
        await with_spaces(google_sim, lambda client: client.get_space(name="spaces/a"))
