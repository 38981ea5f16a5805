"""A real server that is away, refuses, and a line to it that lies, delays and breaks."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from modbot.errors import AuthRejected, Forbidden, RateLimited, Unreachable, VendorFault
from modbot.model import EventKind, Operation
from modbot.platforms import Seen
from modbot.platforms.jitsi.stream import Patience
from tests.platforms.jitsi.classroom import TEACHER, Classroom, gone_room
from tests.platforms.jitsi.proxy import Proxy
from tests.stores import until

Relayed = tuple[Classroom, Proxy]

SHORT = Patience(sign_in=timedelta(seconds=30), answer=timedelta(seconds=2))
BRIEF = Patience(sign_in=timedelta(seconds=2))
SET = 'type="set"'
FORM = "http://jabber.org/protocol/muc#owner"


async def in_class(relayed: Relayed, patience: Patience | None = None) -> Any:
    """A class that runs, as modbot sees it through the relay before anything goes wrong."""
    classroom, proxy = relayed
    await classroom.begin()
    platform = classroom.platform(patience)
    session = await classroom.session(platform)
    return classroom, proxy.faults, platform, classroom.aim(session)


async def test_a_lock_that_was_only_said_to_be_done_is_not_believed(relayed: Relayed) -> None:
    _, faults, platform, target = await in_class(relayed)
    faults.lie = True
    await platform.perform(Operation.LOCK, target)
    assert await platform.check(Operation.LOCK, target) is Seen.NOT_IN_EFFECT


async def test_an_eject_that_was_only_said_to_be_done_is_not_believed(relayed: Relayed) -> None:
    classroom, faults, platform, target = await in_class(relayed)
    await classroom.pupil("Mallory")
    who = await classroom.who(platform, target.session, "Mallory")
    faults.lie = True
    await platform.perform(Operation.EJECT, classroom.aim(target.session, who))
    assert who in await platform.read(target.session)


async def test_a_line_that_breaks_before_the_server_heard_may_have_changed_something(relayed: Relayed) -> None:
    _, faults, platform, target = await in_class(relayed)
    faults.only, faults.cut_before = SET, 1
    with pytest.raises(Unreachable) as failure:
        await platform.perform(Operation.LOCK, target)
    assert failure.value.maybe_applied


async def test_a_question_whose_answer_is_lost_has_changed_nothing(relayed: Relayed) -> None:
    _, faults, platform, target = await in_class(relayed)
    faults.cut_after = 2
    with pytest.raises(Unreachable) as failure:
        await platform.check(Operation.LOCK, target)
    assert not failure.value.maybe_applied


async def test_a_question_whose_answer_is_lost_is_asked_once_more(relayed: Relayed) -> None:
    _, faults, platform, target = await in_class(relayed)
    faults.cut_after = 1
    assert await platform.check(Operation.LOCK, target) is Seen.NOT_IN_EFFECT


async def test_a_lock_whose_answer_is_lost_is_found_when_read_again(relayed: Relayed) -> None:
    _, faults, platform, target = await in_class(relayed)
    faults.only, faults.cut_after = "roomconfig", 1
    with pytest.raises(Unreachable):
        await platform.perform(Operation.LOCK, target)
    assert await platform.check(Operation.LOCK, target) is Seen.IN_EFFECT


async def test_after_a_broken_line_the_next_act_makes_a_new_connection(relayed: Relayed) -> None:
    classroom, proxy = relayed
    _, _, platform, target = await in_class(relayed)
    proxy.cut()
    await platform.perform(Operation.LOCK, target)
    assert await classroom.members_only()


async def test_silence_is_given_up_in_time(relayed: Relayed) -> None:
    _, faults, platform, target = await in_class(relayed, SHORT)
    faults.swallow = True
    with pytest.raises(Unreachable):
        await platform.check(Operation.LOCK, target)


async def test_a_dead_line_is_replaced_after_a_silence(relayed: Relayed) -> None:
    _, faults, platform, target = await in_class(relayed, SHORT)
    faults.swallow = True
    with pytest.raises(Unreachable):
        await platform.check(Operation.LOCK, target)
    faults.swallow = False
    assert await platform.check(Operation.LOCK, target) is Seen.NOT_IN_EFFECT


async def test_a_slow_server_is_waited_for(relayed: Relayed) -> None:
    classroom, faults, platform, target = await in_class(relayed)
    faults.delay_seconds = 0.2
    await platform.perform(Operation.LOCK, target)
    assert await classroom.members_only()


@pytest.mark.parametrize(
    ("condition", "error"),
    [("internal-server-error", VendorFault), ("resource-constraint", RateLimited), ("forbidden", Forbidden)],
)
async def test_a_refusal_is_told_by_its_kind(relayed: Relayed, condition: str, error: type[Exception]) -> None:
    _, faults, platform, target = await in_class(relayed)
    faults.refuse_next.append(condition)
    with pytest.raises(error):
        await platform.perform(Operation.LOCK, target)


async def test_arrivals_that_were_lost_are_seen_when_the_class_is_read(relayed: Relayed) -> None:
    """Nobody is told of by name then: names travel only with presence."""
    classroom, faults, platform, target = await in_class(relayed)
    await platform.tend()
    faults.mute_presence = True
    await classroom.pupil("Ben Okafor")
    assert len(await platform.read(target.session)) == 2


async def test_departures_that_were_lost_are_seen_when_the_class_is_read(relayed: Relayed) -> None:
    classroom, faults, platform, target = await in_class(relayed)
    pupil = await classroom.pupil("Ben Okafor")
    await platform.tend()
    faults.mute_presence = True
    await pupil.leave(classroom.jid)
    await pupil.put_out(classroom.jid)
    assert [one.name for one in await platform.read(target.session)] == ["Ada Reyes"]


async def test_an_arrival_that_is_heard_twice_is_told_once(relayed: Relayed) -> None:
    classroom, faults, platform, _ = await in_class(relayed)
    await platform.tend()
    faults.double_presence = True
    await classroom.pupil("Ben Okafor")
    await classroom.pupil("Cam Silva")
    await until("the later arrival is told", lambda: "Cam Silva" in classroom.names(EventKind.JOINED))
    assert classroom.names(EventKind.JOINED).count("Ben Okafor") == 1


async def test_who_came_while_the_line_was_broken_is_told_at_the_next_look(relayed: Relayed) -> None:
    classroom, proxy = relayed
    _, _, platform, _ = await in_class(relayed)
    await platform.tend()
    proxy.cut()
    await classroom.pupil("Ben Okafor")
    await until("modbot is back", lambda: tended(classroom, platform, "Ben Okafor"))
    assert classroom.names(EventKind.JOINED) == ["Ada Reyes", "Ben Okafor"]


async def tended(classroom: Classroom, platform: Any, name: str, kind: EventKind = EventKind.JOINED) -> bool:
    """Whether one look more has told of this arrival, or of what else happened to them."""
    await platform.tend()
    return name in classroom.names(kind)


async def test_who_left_while_the_line_was_broken_is_told_at_the_next_look(relayed: Relayed) -> None:
    classroom, proxy = relayed
    pupil = await in_class_with_ben(relayed)
    platform = classroom.platforms[0]
    await platform.tend()
    proxy.cut()
    await pupil.leave(classroom.jid)
    await pupil.put_out(classroom.jid)
    await until("modbot is back", lambda: tended(classroom, platform, "Ben Okafor", EventKind.LEFT))
    assert classroom.names(EventKind.LEFT) == ["Ben Okafor"]


async def in_class_with_ben(relayed: Relayed) -> Any:
    """The class with one pupil, who is returned."""
    classroom, _, _, _ = await in_class(relayed)
    return await classroom.pupil("Ben Okafor")


async def test_what_a_broken_server_says_does_not_reach_the_log(
    classroom: Classroom, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"<stream:stream xmlns:stream='http://etherx.jabber.org/streams'><presence>Ben Okafor</oops>")
        await writer.drain()
        while await reader.read(4096):
            pass
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable):
            await classroom.platform(BRIEF, port=port).live_sessions(TEACHER)
    assert "Okafor" not in caplog.text + capsys.readouterr().out


async def test_a_server_that_is_away_is_unreachable(own_classroom: Classroom) -> None:
    own_classroom.server.prosody.stop()
    with pytest.raises(Unreachable) as failure:
        await own_classroom.platform().live_sessions(TEACHER)
    assert not failure.value.maybe_applied


async def test_a_server_that_is_away_is_looked_for_ever_more_seldom(own_classroom: Classroom) -> None:
    own_classroom.server.prosody.stop()
    platform = own_classroom.platform()
    waits = [(await platform.tend()).total_seconds() for _ in range(7)]
    assert waits == [1, 2, 4, 8, 16, 30, 30]


async def test_a_server_that_went_away_ends_the_connection(own_classroom: Classroom) -> None:
    await own_classroom.begin()
    platform = own_classroom.platform()
    session = await own_classroom.session(platform)
    own_classroom.server.prosody.stop()
    with pytest.raises(Unreachable):
        await platform.read(session)


async def test_a_server_that_came_back_is_found_again(own_classroom: Classroom) -> None:
    await own_classroom.begin()
    platform = own_classroom.platform()
    await own_classroom.session(platform)
    own_classroom.server.prosody.stop()
    await asyncio.to_thread(own_classroom.server.prosody.start)
    await own_classroom.begin()
    await until("modbot is signed in again", lambda: reachable(platform))
    assert await platform.live_sessions(TEACHER)


async def reachable(platform: Any) -> bool:
    """Whether the platform answers."""
    try:
        await platform.live_sessions(TEACHER)
    except Unreachable:
        return False
    return True


async def test_a_class_of_before_the_restart_is_told_as_ended(own_classroom: Classroom) -> None:
    await own_classroom.begin()
    platform = own_classroom.platform()
    await platform.tend()
    own_classroom.server.prosody.stop()
    await asyncio.to_thread(own_classroom.server.prosody.start)
    await until("modbot is signed in again", lambda: reachable(platform))
    await platform.tend()
    assert len(own_classroom.told(EventKind.ENDED)) == 1


async def test_a_wrong_password_is_told_as_such(classroom: Classroom) -> None:
    platform = classroom.platform(password=SecretStr("wrong"))
    with pytest.raises(AuthRejected):
        await platform.live_sessions(TEACHER)


async def test_after_a_wrong_password_the_server_is_not_asked_again_at_once(relayed: Relayed) -> None:
    classroom, _ = relayed
    platform = classroom.platform(password=SecretStr("wrong"))
    failures: list[AuthRejected] = []

    async def told_the_same_again() -> bool:
        with pytest.raises(AuthRejected) as failure:
            await platform.live_sessions(TEACHER)
        failures.append(failure.value)
        return len(failures) > 1 and failures[-1] is failures[-2]

    await until("it is told the same without being asked", told_the_same_again)  # each pause is longer than the last


async def test_a_server_without_encryption_is_not_given_the_password(classroom: Classroom) -> None:
    with pytest.raises(AuthRejected):
        await classroom.platform(tls=True).live_sessions(TEACHER)


async def test_several_who_ask_at_once_share_one_sign_in(classroom: Classroom) -> None:
    await classroom.begin()
    platform = classroom.platform()
    found = await asyncio.gather(*(platform.live_sessions(TEACHER) for _ in range(5)))
    assert len({sessions[0].id for sessions in found}) == 1


async def test_a_class_that_is_over_is_not_taken_for_a_broken_line(classroom: Classroom) -> None:
    target = classroom.aim(gone_room(classroom.room_id))
    assert await classroom.platform().check(Operation.END, target) is Seen.IN_EFFECT
