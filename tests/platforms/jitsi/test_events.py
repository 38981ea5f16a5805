"""What modbot tells of a real room it sits in."""

from modbot.model import EventKind, Operation
from tests.platforms.jitsi.classroom import TEACHER, Classroom
from tests.stores import until


async def test_a_class_that_runs_is_told_with_its_teacher(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.platform().tend()
    (started,) = classroom.told(EventKind.STARTED)
    assert (started.room.id, started.host_email) == (classroom.room_id, TEACHER)


async def test_those_who_were_there_before_are_told(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.pupil("Ben Okafor")
    await classroom.platform().tend()
    assert sorted(classroom.names(EventKind.JOINED)) == ["Ada Reyes", "Ben Okafor"]


async def test_an_arrival_is_told_at_once(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.platform().tend()
    await classroom.pupil("Ben Okafor")
    await until("the arrival is told", lambda: "Ben Okafor" in classroom.names(EventKind.JOINED))


async def test_leaving_is_told(classroom: Classroom) -> None:
    await classroom.begin()
    pupil = await classroom.pupil("Ben Okafor")
    await classroom.platform().tend()
    await pupil.leave(classroom.jid)
    await until("the leaving is told", lambda: classroom.names(EventKind.LEFT) == ["Ben Okafor"])


async def test_a_broken_connection_is_told_as_leaving(classroom: Classroom) -> None:
    await classroom.begin()
    pupil = await classroom.pupil("Ben Okafor")
    await classroom.platform().tend()
    await pupil.close()
    await until("the leaving is told", lambda: classroom.names(EventKind.LEFT) == ["Ben Okafor"])


async def test_who_was_ejected_is_told_as_banned(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.pupil("Mallory")
    platform = classroom.platform()
    await platform.tend()
    session = await classroom.session(platform)
    person = await classroom.who(platform, session, "Mallory")
    await platform.perform(Operation.EJECT, classroom.aim(session, person))
    await until("the leaving is told", lambda: bool(classroom.told(EventKind.LEFT)))
    assert classroom.told(EventKind.LEFT)[0].reason == "banned"


async def test_who_was_kicked_by_hand_is_told_as_kicked(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    nick = (await classroom.pupil("Mallory")).nick(classroom.jid)
    await classroom.platform().tend()
    await teacher.give_role(classroom.jid, nick, "none")
    await until("the leaving is told", lambda: bool(classroom.told(EventKind.LEFT)))
    assert classroom.told(EventKind.LEFT)[0].reason == "kicked"


async def test_events_and_reads_call_people_the_same(classroom: Classroom) -> None:
    await classroom.begin()
    platform = classroom.platform()
    await platform.tend()
    (read,) = await platform.read(await classroom.session(platform))
    (joined,) = classroom.told(EventKind.JOINED)
    assert joined.participant is not None
    assert joined.participant.id == read.id


async def test_events_and_reads_call_a_class_the_same(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.platform().tend()
    session = await classroom.session(classroom.platform())
    assert {event.session_id for event in classroom.lent.told} == {session.id}


async def test_a_new_moderator_is_told(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    nick = (await classroom.pupil("Ben Okafor")).nick(classroom.jid)
    await classroom.platform().tend()
    await teacher.give_role(classroom.jid, nick, "moderator")
    await until("the role is told", lambda: classroom.names(EventKind.ROLE) == ["Ben Okafor"])


async def test_another_name_is_told_as_an_arrival_of_the_same_person(classroom: Classroom) -> None:
    await classroom.begin()
    pupil = await classroom.pupil("Ben Okafor")
    await classroom.platform().tend()
    await pupil.join(classroom.jid, pupil.nick(classroom.jid), display="Ada Reyes")
    await until("the name is told", lambda: classroom.names(EventKind.JOINED).count("Ada Reyes") == 2)
    ids = {event.participant.id for event in classroom.told(EventKind.JOINED) if event.participant is not None}
    assert len(ids) == 2


async def test_another_nick_is_no_leaving(classroom: Classroom) -> None:
    await classroom.begin()
    pupil = await classroom.pupil("Ben Okafor")
    await classroom.platform().tend()
    await pupil.join(classroom.jid, "another-nick", display="Ben Okafor")
    await classroom.pupil("Cam Silva")
    await until("a later arrival is told", lambda: "Cam Silva" in classroom.names(EventKind.JOINED))
    assert not classroom.told(EventKind.LEFT)


async def test_a_class_that_was_ended_is_told(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    platform = classroom.platform()
    await platform.tend()
    session = await classroom.session(platform)
    await platform.perform(Operation.END, classroom.aim(session))
    await teacher.put_out(classroom.jid)
    await until("the end is told", lambda: [one.session_id for one in classroom.told(EventKind.ENDED)] == [session.id])


async def test_a_class_ends_when_everybody_has_gone(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    await classroom.platform().tend()
    await teacher.leave(classroom.jid)
    await until("the end is told", lambda: len(classroom.told(EventKind.ENDED)) == 1)


async def test_modbot_keeps_no_empty_room_alive(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    await classroom.platform().tend()
    await teacher.leave(classroom.jid)
    await until("the end is told", lambda: bool(classroom.told(EventKind.ENDED)))
    assert not await (await classroom.admin()).exists(classroom.jid)


async def test_a_room_that_lasts_has_a_new_run_when_people_come_again(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    await teacher.set_up(classroom.jid, {"muc#roomconfig_persistentroom": "1"})
    platform = classroom.platform()
    await platform.tend()
    await teacher.leave(classroom.jid)
    await until("the end is told", lambda: bool(classroom.told(EventKind.ENDED)))
    await classroom.begin()
    await platform.tend()
    first, second = classroom.told(EventKind.STARTED)
    assert first.session_id != second.session_id


async def test_another_process_goes_on_with_the_same_run(classroom: Classroom) -> None:
    await classroom.begin()
    one = classroom.platform()
    await one.tend()
    await one.close()
    await classroom.platform().tend()
    first, second = classroom.told(EventKind.STARTED)
    assert (first.session_id, first.at) == (second.session_id, second.at)


async def test_an_end_that_nobody_heard_is_told_by_the_next_process(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    one = classroom.platform()
    await one.tend()
    await one.close()
    await teacher.leave(classroom.jid)
    await teacher.put_out(classroom.jid)
    await classroom.platform().tend()
    assert [event.session_id for event in classroom.told(EventKind.ENDED)] == [
        classroom.told(EventKind.STARTED)[0].session_id
    ]


async def test_what_the_store_did_not_take_is_told_later_and_in_order(classroom: Classroom) -> None:
    await classroom.begin()
    platform = classroom.platform()
    await platform.tend()
    classroom.store_gone = True
    pupil = await classroom.pupil("Ben Okafor")
    await until("an arrival was not taken", lambda: classroom.not_taken > 0)
    await pupil.leave(classroom.jid)
    await pupil.put_out(classroom.jid)
    classroom.store_gone = False
    await platform.tend()
    kinds = [
        event.kind for event in classroom.lent.told if event.participant and event.participant.name == "Ben Okafor"
    ]
    assert kinds == [EventKind.JOINED, EventKind.LEFT]


async def test_an_empty_district_is_looked_at_in_peace(classroom: Classroom) -> None:
    await classroom.platform().tend()
    assert not classroom.lent.told
