"""Who waits at a locked room of a server with lobbies, and how they are let in."""

from typing import Any

from modbot.model import EventKind, Operation, Presence
from modbot.platforms import Seen
from modbot.simulators.prosody import Person
from tests.platforms.jitsi.classroom import Classroom
from tests.platforms.jitsi.proxy import Proxy
from tests.platforms.jitsi.test_lock import condition_of_joining
from tests.stores import until

WithLobby = tuple[Classroom, Proxy]


async def locked(classroom: Classroom) -> Any:
    """A class that modbot has locked; the platform and the session."""
    await classroom.begin()
    platform = classroom.platform()
    session = await classroom.session(platform)
    await platform.perform(Operation.LOCK, classroom.aim(session))
    return platform, session


async def knocks(classroom: Classroom, name: str) -> Person:
    """Somebody is refused at the door and waits in the lobby, as Jitsi's client does."""
    late = await classroom.guest()
    assert await condition_of_joining(late, classroom.jid) == "registration-required"
    await late.join(classroom.lobby, "waits-" + name.split(maxsplit=1)[0].lower(), display=name)
    return late


async def test_who_knocks_is_seen_in_the_lobby(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, session = await locked(classroom)
    await knocks(classroom, "Cam Silva")
    assert (await classroom.who(platform, session, "Cam Silva")).presence is Presence.LOBBY


async def test_who_is_admitted_is_invited_and_gets_in(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, session = await locked(classroom)
    late = await knocks(classroom, "Cam Silva")
    who = await classroom.who(platform, session, "Cam Silva")
    await platform.perform(Operation.ADMIT, classroom.aim(session, who))
    await until("the invitation came", lambda: late.invited_to == [classroom.jid])
    assert await condition_of_joining(late, classroom.jid) == ""


async def test_who_was_admitted_is_seen_in_class_under_the_same_id(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, session = await locked(classroom)
    late = await knocks(classroom, "Cam Silva")
    who = await classroom.who(platform, session, "Cam Silva")
    await platform.perform(Operation.ADMIT, classroom.aim(session, who))
    await late.join(classroom.jid, "cam", display="Cam Silva")
    assert await platform.check(Operation.ADMIT, classroom.aim(session, who)) is Seen.IN_EFFECT


async def test_who_still_waits_is_not_seen_as_admitted(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, session = await locked(classroom)
    await knocks(classroom, "Cam Silva")
    who = await classroom.who(platform, session, "Cam Silva")
    assert await platform.check(Operation.ADMIT, classroom.aim(session, who)) is Seen.NOT_IN_EFFECT


async def test_only_who_was_meant_is_admitted(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, session = await locked(classroom)
    stranger = await knocks(classroom, "Mallory")
    await knocks(classroom, "Cam Silva")
    who = await classroom.who(platform, session, "Cam Silva")
    await platform.perform(Operation.ADMIT, classroom.aim(session, who))
    assert await condition_of_joining(stranger, classroom.jid) == "registration-required"


async def test_an_open_class_has_nobody_waiting(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    await classroom.begin()
    platform = classroom.platform()
    people = await platform.read(await classroom.session(platform))
    assert [one.presence for one in people] == [Presence.JOINED]


async def test_knocking_is_told(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, _ = await locked(classroom)
    await platform.tend()
    await knocks(classroom, "Cam Silva")
    await until("the knock is told", lambda: classroom.names(EventKind.LOBBY) == ["Cam Silva"])


async def test_who_knocked_before_modbot_looked_is_told(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, _ = await locked(classroom)
    await knocks(classroom, "Cam Silva")
    await platform.tend()
    assert classroom.names(EventKind.LOBBY) == ["Cam Silva"]


async def test_a_lobby_that_opens_while_modbot_sits_in_class_is_found(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    await classroom.begin()
    platform = classroom.platform()
    await platform.tend()
    session = await classroom.session(platform)
    await platform.perform(Operation.LOCK, classroom.aim(session))
    await knocks(classroom, "Cam Silva")
    await platform.tend()
    assert classroom.names(EventKind.LOBBY) == ["Cam Silva"]


async def test_who_gives_up_waiting_is_told(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, _ = await locked(classroom)
    late = await knocks(classroom, "Cam Silva")
    await platform.tend()
    await late.leave(classroom.lobby)
    await until("the leaving is told", lambda: classroom.names(EventKind.LOBBY_LEFT) == ["Cam Silva"])


async def test_a_lobby_that_closes_leaves_nobody_waiting(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, session = await locked(classroom)
    await knocks(classroom, "Cam Silva")
    await platform.tend()
    await platform.perform(Operation.UNLOCK, classroom.aim(session, former=classroom.remembered))
    await until("the end of the wait is told", lambda: classroom.names(EventKind.LOBBY_LEFT) == ["Cam Silva"])


async def test_nothing_is_asked_of_the_lobby_itself(with_lobby: WithLobby) -> None:
    """Jitsi's module drops the answers: whoever asked would wait in vain."""
    classroom, proxy = with_lobby
    platform, session = await locked(classroom)
    await knocks(classroom, "Cam Silva")
    await platform.tend()
    who = await classroom.who(platform, session, "Cam Silva")
    await platform.perform(Operation.ADMIT, classroom.aim(session, who))
    assert not [one for one in proxy.asked if classroom.lobby in one]


async def test_whoever_waits_under_modbots_nick_is_seen_waiting(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, session = await locked(classroom)
    impostor = await classroom.guest()
    await impostor.join(classroom.lobby, "modbot", display="Mallory")
    assert (await classroom.who(platform, session, "Mallory")).presence is Presence.LOBBY


async def test_modbot_is_in_no_lobby_list(with_lobby: WithLobby) -> None:
    classroom, _ = with_lobby
    platform, session = await locked(classroom)
    await platform.tend()
    await knocks(classroom, "Cam Silva")
    other = classroom.platform()
    assert {one.name for one in await other.read(session)} == {"Ada Reyes", "Cam Silva"}
