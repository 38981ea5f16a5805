"""Putting somebody out of a real room."""

import asyncio
from typing import Any

from modbot.model import Operation, Participant
from modbot.platforms import Seen
from tests.platforms.jitsi.classroom import Classroom
from tests.platforms.jitsi.test_lock import condition_of_joining
from tests.told import Tell

BANNED = 301


async def put_out(classroom: Classroom, name: str) -> Any:
    """Eject by display name; the platform, the session and the person as modbot saw them."""
    platform = classroom.platform()
    session = await classroom.session(platform)
    person = await classroom.who(platform, session, name)
    await platform.perform(Operation.EJECT, classroom.aim(session, person))
    return platform, session, person


async def test_an_ejected_guest_is_out(classroom: Classroom) -> None:
    await classroom.begin()
    intruder = await classroom.pupil("Mallory")
    await put_out(classroom, "Mallory")
    assert BANNED in (await intruder.put_out(classroom.jid)).codes


async def test_an_ejected_guest_is_refused_on_return(classroom: Classroom) -> None:
    await classroom.begin()
    intruder = await classroom.pupil("Mallory")
    await put_out(classroom, "Mallory")
    assert await condition_of_joining(intruder, classroom.jid) == "forbidden"


async def test_an_ejected_account_is_refused_from_another_device(classroom: Classroom) -> None:
    await classroom.begin()
    intruder = await classroom.person("mallory")
    await intruder.join(classroom.jid, "m1", display="Mallory")
    await put_out(classroom, "Mallory")
    again = await classroom.another_device(intruder)
    assert await condition_of_joining(again, classroom.jid) == "forbidden"


async def test_a_guest_who_reconnects_walks_back_into_an_open_class(classroom: Classroom) -> None:
    """What the capability's sentence says, and why an eject needs a lock."""
    await classroom.begin()
    await classroom.pupil("Mallory")
    await put_out(classroom, "Mallory")
    assert await condition_of_joining(await classroom.guest(), classroom.jid) == ""


async def test_an_ejected_guest_cannot_come_back_to_a_locked_class_by_reconnecting(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.pupil("Mallory")
    platform, session, _ = await put_out(classroom, "Mallory")
    await platform.perform(Operation.LOCK, classroom.aim(session))
    assert await condition_of_joining(await classroom.guest(), classroom.jid) == "registration-required"


async def test_a_ban_outlives_the_lock(classroom: Classroom) -> None:
    await classroom.begin()
    intruder = await classroom.pupil("Mallory")
    platform = classroom.platform()
    session = await classroom.session(platform)
    await platform.perform(Operation.LOCK, classroom.aim(session))
    person = await classroom.who(platform, session, "Mallory")
    await platform.perform(Operation.EJECT, classroom.aim(session, person))
    await platform.perform(Operation.UNLOCK, classroom.aim(session, former=classroom.remembered))
    assert await condition_of_joining(intruder, classroom.jid) == "forbidden"


async def test_nobody_else_is_put_out(classroom: Classroom) -> None:
    teacher = await classroom.begin()
    pupil = await classroom.pupil("Ben Okafor")
    intruder = await classroom.pupil("Mallory")
    await put_out(classroom, "Mallory")
    await intruder.put_out(classroom.jid)
    assert [teacher.inside(classroom.jid), pupil.inside(classroom.jid)] == [True, True]


async def test_an_owner_of_the_room_can_be_put_out(classroom: Classroom) -> None:
    """On Jitsi every moderator owns the room, and an intruder may have come first."""
    intruder = await classroom.begin()
    await put_out(classroom, "Ada Reyes")
    assert BANNED in (await intruder.put_out(classroom.jid)).codes


async def test_an_eject_is_seen_by_reading_the_room_again(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.pupil("Mallory")
    platform, session, person = await put_out(classroom, "Mallory")
    assert await platform.check(Operation.EJECT, classroom.aim(session, person)) is Seen.IN_EFFECT


async def test_somebody_who_is_still_there_is_not_seen_as_out(classroom: Classroom) -> None:
    await classroom.begin()
    await classroom.pupil("Mallory")
    platform = classroom.platform()
    session = await classroom.session(platform)
    person = await classroom.who(platform, session, "Mallory")
    assert await platform.check(Operation.EJECT, classroom.aim(session, person)) is Seen.NOT_IN_EFFECT


async def test_ejecting_somebody_who_has_left_says_so(classroom: Classroom) -> None:
    await classroom.begin()
    platform = classroom.platform()
    session = await classroom.session(platform)
    target = classroom.aim(session, Participant("0" * 32))
    assert (await platform.perform(Operation.EJECT, target)).already


async def test_several_are_put_out_at_once(classroom: Classroom) -> None:
    await classroom.begin()
    raiders = [await classroom.pupil("Mallory"), await classroom.pupil("Trudy")]
    platform = classroom.platform()
    session = await classroom.session(platform)
    people = [await classroom.who(platform, session, name) for name in ("Mallory", "Trudy")]
    await platform.perform(Operation.EJECT, classroom.aim(session, *people))
    codes = [(await raider.put_out(classroom.jid)).codes for raider in raiders]
    assert all(BANNED in one for one in codes)


async def test_somebody_who_copies_a_nick_is_told_apart(classroom: Classroom) -> None:
    """Who is put out is who was pointed at, though another took the same nick since."""
    await classroom.begin()
    intruder = await classroom.guest()
    await intruder.join(classroom.jid, "same", display="Mallory")
    platform = classroom.platform()
    session = await classroom.session(platform)
    person = await classroom.who(platform, session, "Mallory")
    await intruder.leave(classroom.jid)
    await intruder.put_out(classroom.jid)
    pupil = await classroom.guest()
    await pupil.join(classroom.jid, "same", display="Ben Okafor")
    await platform.perform(Operation.EJECT, classroom.aim(session, person))
    assert pupil.inside(classroom.jid)


async def test_the_time_from_the_eject_to_the_victims_being_out_is_told(classroom: Classroom, tell: Tell) -> None:
    await classroom.begin()
    intruder = await classroom.pupil("Mallory")
    pupils = [await classroom.pupil(f"Pupil {number}") for number in range(10)]
    platform = classroom.platform()
    session = await classroom.session(platform)
    person = await classroom.who(platform, session, "Mallory")
    began = asyncio.get_running_loop().time()
    await platform.perform(Operation.EJECT, classroom.aim(session, person))
    gone = await intruder.put_out(classroom.jid)
    took_ms = (gone.at_seconds - began) * 1000
    tell(f"Jitsi: eject call to the victim's leaving the room, {len(pupils)} pupils in class: {took_ms:.1f} ms")
    assert BANNED in gone.codes
