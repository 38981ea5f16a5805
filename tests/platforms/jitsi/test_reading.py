"""What modbot sees of a real room."""

import pytest

from modbot.errors import Forbidden, NotFound, RequestRejected
from modbot.model import Operation, Presence
from modbot.platforms import Delivery
from tests.platforms.jitsi.classroom import MEMBERS_ONLY, TEACHER, Classroom, gone_room
from tests.stores import until


async def test_the_people_in_class_are_listed_by_the_names_they_show(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.pupil("Ben Okafor")
    platform = classroom.platform()
    people = await platform.read(await classroom.session(platform))
    assert {one.name for one in people} == {"Ada Reyes", "Ben Okafor"}


async def test_modbot_is_never_listed(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.platform().tend()  # another process sits in the room
    platform = classroom.platform()
    people = await platform.read(await classroom.session(platform))
    assert [one.name for one in people] == ["Ada Reyes"]


async def test_the_servers_own_accounts_are_not_listed(classroom: Classroom) -> None:
    await classroom.begin()
    focus = await classroom.person("focus")
    await focus.join(classroom.jid, "focus")
    platform = classroom.platform(machines=(focus.address,))
    people = await platform.read(await classroom.session(platform))
    assert [one.name for one in people] == ["Ada Reyes"]


async def test_whoever_takes_the_name_of_a_machine_is_listed(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.pupil("focus")
    platform = classroom.platform()
    people = await platform.read(await classroom.session(platform))
    assert {one.name for one in people} == {"Ada Reyes", "focus"}


async def test_whoever_takes_modbots_nick_does_not_keep_modbot_out(classroom: Classroom) -> None:
    await classroom.begin()
    impostor = await classroom.guest()
    await impostor.join(classroom.jid, "modbot")
    platform = classroom.platform()
    people = await platform.read(await classroom.session(platform))
    assert {one.name for one in people} == {"Ada Reyes", "modbot"}


async def test_the_teacher_is_host_and_a_pupil_is_not(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.pupil("Ben Okafor")
    platform = classroom.platform()
    people = await platform.read(await classroom.session(platform))
    assert {one.name: str(one.role) for one in people} == {"Ada Reyes": "host", "Ben Okafor": "attendee"}


async def test_an_email_that_somebody_gives_is_read(classroom: Classroom) -> None:
    await classroom.begin()
    platform = classroom.platform()
    (teacher,) = await platform.read(await classroom.session(platform))
    assert teacher.email == TEACHER


async def test_whoever_shows_no_name_is_listed_by_nick(classroom: Classroom) -> None:
    await classroom.begin()
    await (await classroom.guest()).join(classroom.jid, "a1b2c3d4")
    platform = classroom.platform()
    people = await platform.read(await classroom.session(platform))
    assert "a1b2c3d4" in {one.name for one in people}


async def test_ids_say_nothing_of_the_person(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    platform = classroom.platform()
    (seen,) = await platform.read(await classroom.session(platform))
    assert teacher.address.partition("@")[0] not in seen.id


async def test_two_processes_call_a_class_and_its_people_the_same(classroom: Classroom) -> None:
    await classroom.begin()
    one, other = classroom.platform(), classroom.platform()
    mine, theirs = await classroom.session(one), await classroom.session(other)
    assert (mine.id, await one.read(mine)) == (theirs.id, await other.read(theirs))


async def test_a_class_is_found_by_its_teacher(classroom: Classroom) -> None:
    await classroom.begin()
    found = await classroom.session(classroom.platform())
    assert (found.room.id, found.host_email) == (classroom.room_id, TEACHER)


async def test_a_teacher_is_found_whatever_the_case_of_the_address(classroom: Classroom) -> None:
    await classroom.begin()
    assert await classroom.platform().live_sessions("Ada.Reyes@Example.org")


async def test_another_teacher_has_no_class(classroom: Classroom) -> None:
    await classroom.begin()
    assert not await classroom.platform().live_sessions("kim.lund@example.org")


async def test_there_is_no_class_before_somebody_comes(classroom: Classroom) -> None:
    assert not await classroom.platform().live_sessions(TEACHER)


async def test_looking_for_a_class_makes_no_room(classroom: Classroom) -> None:
    await classroom.platform().live_sessions(TEACHER)
    assert not await (await classroom.admin()).exists(classroom.jid)


async def test_reading_a_class_that_is_over_says_so(classroom: Classroom) -> None:
    with pytest.raises(NotFound):
        await classroom.platform().read(gone_room(classroom.room_id))


async def test_a_room_made_anew_is_another_run(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    platform = classroom.platform()
    first = await classroom.session(platform)
    await teacher.leave(classroom.jid)
    await teacher.put_out(classroom.jid)
    await classroom.begin()
    with pytest.raises(NotFound):
        await platform.read(first)


async def test_modbot_leaves_after_reading(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    platform = classroom.platform()
    await platform.read(await classroom.session(platform))
    await until("modbot is out of the room", lambda: not teacher.others(classroom.jid))


async def test_a_room_with_a_password_is_read_all_the_same(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    await teacher.set_up(classroom.jid, {"muc#roomconfig_roomsecret": "invented"})
    platform = classroom.platform()
    people = await platform.read(await classroom.session(platform))
    assert [one.name for one in people] == ["Ada Reyes"]


async def test_an_open_room_fails_its_posture(classroom: Classroom) -> None:
    await classroom.begin()
    platform = classroom.platform()
    checks = await platform.posture(await classroom.session(platform))
    assert {one.name: one.ok for one in checks} == {"Who may come in": False, "Class password": False}


@pytest.mark.parametrize("setting", [{MEMBERS_ONLY: "1"}, {"muc#roomconfig_roomsecret": "invented"}])
async def test_a_guarded_room_passes_its_posture(classroom: Classroom, setting: dict[str, str]) -> None:
    teacher = await classroom.begin()
    await teacher.set_up(classroom.jid, setting)
    platform = classroom.platform()
    assert all(one.ok for one in await platform.posture(await classroom.session(platform)))


async def test_a_posture_never_shows_the_password(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    await teacher.set_up(classroom.jid, {"muc#roomconfig_roomsecret": "hunter-two"})
    platform = classroom.platform()
    assert "hunter-two" not in str(await platform.posture(await classroom.session(platform)))


async def test_ending_a_class_puts_everybody_out(classroom: Classroom) -> None:
    await classroom.begin()
    pupil = await classroom.pupil("Ben Okafor")
    platform = classroom.platform()
    await platform.perform(Operation.END, classroom.aim(await classroom.session(platform)))
    assert (await pupil.put_out(classroom.jid)).destroyed


async def test_ending_a_class_that_has_ended_says_so(classroom: Classroom) -> None:
    target = classroom.aim(gone_room(classroom.room_id))
    assert (await classroom.platform().perform(Operation.END, target)).already


async def test_ending_an_earlier_run_leaves_the_class_that_runs_now(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    await classroom.platform().perform(Operation.END, classroom.aim(gone_room(classroom.room_id)))
    assert teacher.inside(classroom.jid)


async def test_everybody_read_is_in_the_class(classroom: Classroom) -> None:
    await classroom.begin()
    platform = classroom.platform()
    (seen,) = await platform.read(await classroom.session(platform))
    assert seen.presence is Presence.JOINED


async def test_an_account_without_rights_is_told_what_it_cannot(classroom: Classroom) -> None:
    await classroom.begin()
    stranger = await classroom.person("no-admin")
    platform = classroom.platform(jid=stranger.address, password="invented")
    with pytest.raises(Forbidden) as refused:
        await platform.perform(Operation.LOCK, classroom.aim(gone_room(classroom.room_id)))
    assert "admin" in refused.value.staff_text


async def test_jitsi_sends_no_webhooks(classroom: Classroom) -> None:
    with pytest.raises(RequestRejected) as rejected:
        await classroom.platform().hear(Delivery({}, b"{}"))
    assert rejected.value.status == 404
