"""What is read from Google: classes that run, who is in them, and how they are set."""

from datetime import UTC, datetime, timedelta

import pytest

from modbot.errors import AuthRejected, Forbidden, MalformedAnswer
from modbot.model import ParticipantRole, PlatformName, Presence, Room, Session
from modbot.simulators.meet import DIRECTORY
from tests.platforms.meet.world import COLLEAGUE, PUPIL, STRANGER, TEACHER, World, session_of


async def test_a_running_class_is_found_by_its_owner(world: World) -> None:
    meeting = world.class_in_session()
    assert await world.platform().live_sessions(TEACHER) == [
        Session(
            Room(PlatformName.MEET, meeting.space.id),
            meeting.id,
            host_email=TEACHER,
            started_at=datetime(2026, 11, 24, 15, 14, tzinfo=UTC),
        )
    ]


async def test_a_class_that_is_over_is_not_found(world: World) -> None:
    world.sim.end(world.class_in_session())
    assert await world.platform().live_sessions(TEACHER) == []


async def test_a_class_of_somebody_else_that_the_person_sits_in_is_not_theirs(world: World) -> None:
    world.sim.join(world.sim.start_meeting(COLLEAGUE), "Ada", TEACHER)
    assert await world.platform().live_sessions(TEACHER) == []


async def test_somebody_without_a_google_account_hosts_nothing(world: World) -> None:
    assert await world.platform().live_sessions("nobody@example.org") == []


async def test_a_missing_delegation_is_not_taken_for_a_teacher_without_classes(world: World) -> None:
    world.sim.delegated.clear()
    with pytest.raises(AuthRejected):
        await world.platform().live_sessions(TEACHER)


async def test_people_inside_come_with_name_role_and_the_directorys_address(world: World) -> None:
    meeting = world.class_in_session()
    world.sim.join(meeting, "Cleo Park", PUPIL)
    people = {one.name: one for one in await world.platform().read(session_of(meeting))}
    assert people["Ada Reyes"].role is ParticipantRole.HOST
    assert (people["Cleo Park"].email, people["Cleo Park"].role) == (PUPIL, ParticipantRole.ATTENDEE)
    assert all(one.presence is Presence.JOINED and one.joined_at == world.clock.at for one in people.values())


async def test_guests_phones_and_accounts_of_elsewhere_have_no_address(world: World) -> None:
    world.sim.default_access = "OPEN"
    meeting = world.class_in_session()
    world.sim.join(meeting, "iPhone")
    world.sim.join(meeting, "+1 555-***-**42", phone=True)
    world.sim.join(meeting, "kid", STRANGER)
    people = {one.name: one.email for one in await world.platform().read(session_of(meeting))}
    assert people == {"Ada Reyes": TEACHER, "iPhone": "", "+1 555-***-**42": "", "kid": ""}


async def test_a_participant_is_named_as_its_events_name_it(world: World) -> None:
    meeting = world.class_in_session()
    pupil = world.sim.join(meeting, "Cleo Park", PUPIL)
    assert pupil.id in {one.id for one in await world.platform().read(session_of(meeting))}


async def test_whoever_left_is_not_listed(world: World) -> None:
    meeting = world.class_in_session()
    pupil = world.sim.join(meeting, "Cleo Park", PUPIL)
    world.sim.leave(meeting, pupil.id)
    assert [one.name for one in await world.platform().read(session_of(meeting))] == ["Ada Reyes"]


async def test_a_large_class_is_read_over_all_its_pages(world: World) -> None:
    world.sim.default_access = "OPEN"
    meeting = world.class_in_session()
    for number in range(300):
        world.sim.join(meeting, f"Guest {number}")
    assert len(await world.platform().read(session_of(meeting))) == 301
    assert len(world.calls("GET", f"/v2/conferenceRecords/{meeting.id}/participants")) == 2


async def test_an_address_is_looked_up_once_and_then_known_to_every_process(world: World) -> None:
    meeting = world.class_in_session()
    await world.platform().read(session_of(meeting))
    again = await world.platform().read(session_of(meeting))
    assert [one.email for one in again] == [TEACHER]
    assert len(world.calls("GET", "/admin/directory")) == 1


async def test_without_the_directory_people_are_listed_by_name(world: World) -> None:
    world.sim.delegated.discard(DIRECTORY)
    people = await world.platform().read(session_of(world.class_in_session()))
    assert [(one.name, one.email) for one in people] == [("Ada Reyes", "")]


async def test_a_directory_that_fails_is_left_in_peace_for_a_minute(world: World) -> None:
    world.sim.delegated.discard(DIRECTORY)
    meeting, platform = world.class_in_session(), world.platform()
    for number in range(40):
        world.sim.join(meeting, f"Pupil {number}", f"pupil{number}@example.org")
    await platform.read(session_of(meeting))
    asked = len(world.calls("POST", "/token"))
    assert asked < 15
    await platform.read(session_of(meeting))
    assert len(world.calls("POST", "/token")) == asked
    world.sim.delegated.add(DIRECTORY)
    world.clock.forward(timedelta(minutes=2))
    assert all(one.email for one in await platform.read(session_of(meeting)))


async def test_without_a_directory_admin_nobody_is_looked_up(world: World) -> None:
    people = await world.platform(directory_admin="").read(session_of(world.class_in_session()))
    assert [one.email for one in people] == [""]
    assert world.calls("GET", "/admin/directory") == []


async def test_a_class_nobody_is_known_to_own_cannot_be_read(world: World) -> None:
    meeting = world.class_in_session()
    with pytest.raises(Forbidden):
        await world.platform().read(Session(session_of(meeting).room, meeting.id))


async def test_a_list_whose_pages_never_end_is_given_up(world: World) -> None:
    meeting = world.class_in_session()
    world.sim.faults.only = "/participants"
    world.sim.faults.fail_next.extend([(200, {}, b'{"participants": [], "nextPageToken": "same"}')] * 3)
    with pytest.raises(MalformedAnswer):
        await world.platform().read(session_of(meeting))


async def test_posture_tells_each_setting_against_the_safe_one(world: World) -> None:
    checks = {one.name: one for one in await world.platform().posture(session_of(world.class_in_session()))}
    entry = checks["Who comes in without knocking"]
    assert (entry.found, entry.ok) == ("everyone of the district, and invited people", False)
    assert entry.wanted == "invited people only"


async def test_posture_of_a_hardened_class_is_in_order(world: World) -> None:
    meeting = world.class_in_session()
    hard = "HOSTS_ONLY"
    meeting.space.config = {
        **meeting.space.config,
        "accessType": "RESTRICTED",
        "moderation": "ON",
        "moderationRestrictions": {"presentRestriction": hard, "chatRestriction": hard, "reactionRestriction": hard},
    }
    assert all(one.ok for one in await world.platform().posture(session_of(meeting)))
