"""Who is in a class, and which classes a teacher has running."""

import pytest

from modbot.errors import Forbidden, MalformedAnswer
from modbot.model import ParticipantRole, PlatformName, Presence, Room
from modbot.platforms.zoom import ZoomPlatform
from modbot.simulators.zoom import INSTANT, Meeting
from tests.platforms.zoom.world import TEACHER, World, session_of


async def test_people_in_the_class_and_its_waiting_room_are_listed_and_leavers_are_not(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    leaver = world.sim.join(meeting, "Leaver")
    pupil = world.sim.join(meeting, "Pupil", "pupil@example.org")
    world.sim.leave(meeting, leaver)
    meeting.obeyed["waiting_room"] = True
    world.sim.join(meeting, "Waiting")
    found = {person.name: person for person in await zoom.read(session_of(meeting))}
    assert set(found) == {"Class Host", "Pupil", "Waiting"}
    assert found["Class Host"].role is ParticipantRole.HOST
    assert found["Waiting"].presence is Presence.LOBBY
    assert found["Pupil"].presence is Presence.JOINED
    assert found["Pupil"].id == pupil.participant_uuid
    assert found["Pupil"].alias == f"uid:{pupil.user_id}"
    assert found["Pupil"].email == "pupil@example.org"
    assert found["Pupil"].joined_at is not None


async def test_a_class_of_more_than_a_page_is_read_whole(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.faults.mute_webhooks = True
    for number in range(700):
        world.sim.join(meeting, f"Pupil {number}")
    assert len(await zoom.read(session_of(meeting))) == 701
    assert len(world.calls("participants")) == 3


@pytest.mark.parametrize("uuid", ["/ajXp112QmuoKj4854875==", "ab//cdXp112QmuoKj48548==", "ab/cd+fghi12QmuoKj4854=="])
async def test_a_run_whose_uuid_has_slashes_is_found(
    world: World, zoom: ZoomPlatform, meeting: Meeting, uuid: str
) -> None:
    meeting.uuid = uuid
    assert [person.name for person in await zoom.read(session_of(meeting))] == ["Class Host"]
    twice = uuid.startswith("/") or "//" in uuid
    assert ("%252F" in world.calls("participants")[0]) is twice


async def test_without_the_dashboard_the_list_is_refused_not_empty(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.sim.has_dashboard = False
    with pytest.raises(Forbidden):
        await zoom.read(session_of(meeting))


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"participants": {}}',
        b'{"participants": [1]}',
        b'{"participants": [{"user_name": "No Id"}]}',
    ],
)
async def test_a_list_of_another_shape_is_not_read_as_an_empty_class(
    world: World, zoom: ZoomPlatform, meeting: Meeting, body: bytes
) -> None:
    world.sim.faults.only = "/participants"
    world.sim.faults.fail_next.append((200, {}, body))
    with pytest.raises(MalformedAnswer):
        await zoom.read(session_of(meeting))


async def test_pages_that_go_round_in_a_circle_are_given_up(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.faults.only = "/participants"
    world.sim.faults.fail_next.extend([(200, {}, b'{"participants": [], "next_page_token": "again"}')] * 3)
    with pytest.raises(MalformedAnswer):
        await zoom.read(session_of(meeting))


async def test_a_teachers_running_class_is_found_without_the_dashboard(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.sim.start_meeting("bea.teacher@example.org", "Another class")
    (session,) = await zoom.live_sessions(TEACHER)
    assert session.room == Room(PlatformName.ZOOM, str(meeting.id))
    assert (session.id, session.title, session.host_email) == (meeting.uuid, "Period 3 Biology", TEACHER)
    assert session.host_id == meeting.host_id
    assert session.started_at is None
    assert world.calls("/metrics/") == []


async def test_an_instant_meeting_is_found_on_the_dashboard(world: World, zoom: ZoomPlatform) -> None:
    meeting = world.sim.start_meeting(TEACHER, "At once", type_=INSTANT)
    world.sim.start_meeting("bea.teacher@example.org", "Another class", type_=INSTANT)
    (session,) = await zoom.live_sessions(TEACHER.upper())
    assert session.id == meeting.uuid
    assert session.started_at is not None


async def test_nothing_is_found_for_a_teacher_who_is_not_in_class(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.sim.end(meeting)
    assert await zoom.live_sessions(TEACHER) == []
    assert await zoom.live_sessions("nobody@example.org") == []


async def test_without_the_dashboard_an_instant_meeting_is_not_found(world: World, zoom: ZoomPlatform) -> None:
    world.sim.has_dashboard = False
    world.sim.start_meeting(TEACHER, "At once", type_=INSTANT)
    assert await zoom.live_sessions(TEACHER) == []
