"""Locking a real room: who is refused, who stays, and what is so again after unlocking."""

import asyncio
from typing import Any

import pytest

from modbot.errors import NotFound
from modbot.model import Operation
from modbot.platforms import Seen
from modbot.simulators.prosody import Person, Refused
from tests.platforms.jitsi.classroom import MEMBERS_ONLY, Classroom, gone_room
from tests.told import Tell


async def condition_of_joining(person: Person, room: str) -> str:
    """The server's word for why somebody may not come in; "" when they are in."""
    try:
        await person.join(room, "newcomer")
    except Refused as refused:
        return refused.condition
    return ""


async def locked(classroom: Classroom, former: dict[str, Any] | None = None) -> Any:
    """Lock the class with modbot; the platform and the session."""
    platform = classroom.platform()
    session = await classroom.session(platform)
    await platform.perform(Operation.LOCK, classroom.aim(session, former=former))
    return platform, session


async def test_a_locked_class_refuses_whoever_comes(classroom: Classroom) -> None:
    await classroom.begin()
    await locked(classroom)
    assert await condition_of_joining(await classroom.guest(), classroom.jid) == "registration-required"


async def test_those_in_class_stay_when_it_is_locked(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    pupils = [await classroom.pupil("Ben Okafor"), await classroom.pupil("Cam Silva")]
    await locked(classroom)
    assert [one.inside(classroom.jid) for one in (teacher, *pupils)] == [True, True, True]


async def test_a_moderator_without_a_lasting_right_stays_moderator_when_the_class_is_locked(
    classroom: Classroom,
) -> None:
    teacher = await classroom.begin()
    nick = (await classroom.pupil("Ben Okafor")).nick(classroom.jid)
    await teacher.give_role(classroom.jid, nick, "moderator")
    platform, session = await locked(classroom)
    assert (await classroom.who(platform, session, "Ben Okafor")).role == "cohost"


async def test_a_lock_is_seen_by_reading_the_room_again(classroom: Classroom) -> None:
    await classroom.begin()
    platform, session = await locked(classroom)
    assert await platform.check(Operation.LOCK, classroom.aim(session)) is Seen.IN_EFFECT


async def test_an_open_class_is_not_seen_as_locked(classroom: Classroom) -> None:
    await classroom.begin()
    platform = classroom.platform()
    target = classroom.aim(await classroom.session(platform))
    assert await platform.check(Operation.LOCK, target) is Seen.NOT_IN_EFFECT


async def test_locking_twice_says_that_it_was_so(classroom: Classroom) -> None:
    await classroom.begin()
    platform, session = await locked(classroom)
    assert (await platform.perform(Operation.LOCK, classroom.aim(session))).already


async def test_what_a_lock_will_change_is_remembered_before_it_is_changed(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.pupil("Ben Okafor")
    await locked(classroom)
    assert sorted(name.partition(":")[0] for name in classroom.remembered) == ["granted", "members_only"]


async def test_what_is_remembered_names_nobody(classroom: Classroom) -> None:
    await classroom.begin()
    pupil = await classroom.pupil("Ben Okafor")
    await locked(classroom)
    assert pupil.address not in str(classroom.remembered)


async def test_an_unlocked_class_lets_people_in_again(classroom: Classroom) -> None:
    await classroom.begin()
    platform, session = await locked(classroom)
    await platform.perform(Operation.UNLOCK, classroom.aim(session, former=classroom.remembered))
    assert await condition_of_joining(await classroom.guest(), classroom.jid) == ""


async def test_unlocking_leaves_everybody_in_class(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    pupil = await classroom.pupil("Ben Okafor")
    platform, session = await locked(classroom)
    await platform.perform(Operation.UNLOCK, classroom.aim(session, former=classroom.remembered))
    assert [teacher.inside(classroom.jid), pupil.inside(classroom.jid)] == [True, True]


async def test_unlocking_takes_back_the_memberships_that_the_lock_gave_and_no_other(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    colleague = await classroom.person("dee")
    await teacher.appoint(classroom.jid, colleague.address, "member")
    await colleague.join(classroom.jid, "dee")
    await classroom.pupil("Ben Okafor")
    platform, session = await locked(classroom)
    await platform.perform(Operation.UNLOCK, classroom.aim(session, former=classroom.remembered))
    assert await classroom.affiliated("member") == {colleague.address}


async def test_memberships_of_two_locks_in_a_row_are_all_taken_back(classroom: Classroom) -> None:
    """The first lock was cut short after it granted: what is remembered is then older than what the second grants."""
    teacher = await classroom.begin()
    await classroom.pupil("Ben Okafor")
    platform, session = await locked(classroom)
    await teacher.set_up(classroom.jid, {MEMBERS_ONLY: "0"})
    await classroom.pupil("Cam Silva")
    await platform.perform(Operation.LOCK, classroom.aim(session))
    await platform.perform(Operation.UNLOCK, classroom.aim(session, former=classroom.remembered))
    assert await classroom.affiliated("member") == frozenset()


async def test_an_unlock_is_seen_only_once_the_memberships_are_taken_back(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    await classroom.pupil("Ben Okafor")
    platform, session = await locked(classroom)
    await teacher.set_up(classroom.jid, {MEMBERS_ONLY: "0"})
    target = classroom.aim(session, former=classroom.remembered)
    assert await platform.check(Operation.UNLOCK, target) is Seen.NOT_IN_EFFECT


async def test_a_lock_changes_no_other_setting_of_the_room(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    await teacher.set_up(classroom.jid, {"muc#roomconfig_roomsecret": "invented", "muc#roomconfig_roomname": "Algebra"})
    before = await teacher.settings(classroom.jid)
    await locked(classroom)
    assert await teacher.settings(classroom.jid) == {**before, MEMBERS_ONLY: "1"}


async def test_restoring_a_class_that_was_members_only_leaves_it_so(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    await teacher.set_up(classroom.jid, {MEMBERS_ONLY: "1"})
    platform = classroom.platform()
    session = await classroom.session(platform)
    former = (await platform.perform(Operation.LOCK, classroom.aim(session))).former
    await platform.perform(Operation.RESTORE, classroom.aim(session, former=former))
    assert await classroom.members_only()


async def test_restoring_an_open_class_opens_it(classroom: Classroom) -> None:
    await classroom.begin()
    platform, session = await locked(classroom)
    await platform.perform(Operation.RESTORE, classroom.aim(session, former=classroom.remembered))
    assert not await classroom.members_only()


async def test_there_is_nothing_to_restore_where_nothing_was_changed(classroom: Classroom) -> None:
    await classroom.begin()
    platform = classroom.platform()
    target = classroom.aim(await classroom.session(platform))
    assert (await platform.perform(Operation.RESTORE, target)).already


async def test_a_class_that_is_over_cannot_be_locked(classroom: Classroom) -> None:
    with pytest.raises(NotFound):
        await classroom.platform().perform(Operation.LOCK, classroom.aim(gone_room(classroom.room_id)))


async def test_the_time_from_the_lock_to_the_first_refusal_is_told(classroom: Classroom, tell: Tell) -> None:
    await classroom.begin()
    pupils = [await classroom.pupil(f"Pupil {number}") for number in range(10)]
    platform = classroom.platform()
    session = await classroom.session(platform)
    stranger = await classroom.guest()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await platform.perform(Operation.LOCK, classroom.aim(session))
    condition = await condition_of_joining(stranger, classroom.jid)
    took_ms = (loop.time() - began) * 1000
    tell(f"Jitsi: lock call to a stranger's refusal, {len(pupils)} pupils in class: {took_ms:.1f} ms")
    assert condition == "registration-required"
