"""The classes of the invented district, by hand: who comes, waits, shares, goes, and how each is seen."""

from collections.abc import AsyncIterator, Callable

import pytest

from modbot.demo.roster import PUPILS, pupil_email
from modbot.demo.stand_ins import StandIn
from modbot.demo.stand_ins.jitsi import OnJitsi
from modbot.demo.stand_ins.meet import OnMeet
from modbot.demo.stand_ins.picture import ANYONE, How, Picture, Role, Where
from modbot.demo.stand_ins.teams import OnTeams
from modbot.demo.stand_ins.webex import OnWebex
from modbot.demo.stand_ins.zoom import OnZoom
from modbot.demo.wire import Watch, unwatched
from modbot.model import PlatformName
from modbot.simulators.prosody import HOW_TO_INSTALL, available
from tests.stores import until

needs_prosody = pytest.mark.skipif(not available(), reason=HOW_TO_INSTALL)
EVERY = [
    PlatformName.ZOOM,
    PlatformName.WEBEX,
    PlatformName.MEET,
    PlatformName.TEAMS,
    pytest.param(PlatformName.JITSI, marks=needs_prosody),
]
STRANGER = "zzz"


WATCHED: dict[PlatformName, Callable[[Watch], StandIn]] = {
    PlatformName.ZOOM: OnZoom,
    PlatformName.WEBEX: OnWebex,
    PlatformName.MEET: OnMeet,
    PlatformName.TEAMS: OnTeams,
}


def stand_in(name: PlatformName) -> StandIn:
    """The platform's, not started."""
    return OnJitsi() if name is PlatformName.JITSI else WATCHED[name](unwatched)


@pytest.fixture(params=EVERY)
async def there(request: pytest.FixtureRequest) -> AsyncIterator[StandIn]:
    """A class that is open, without a modbot."""
    one = stand_in(request.param)
    try:
        await one.start()
        await one.open_class()
        yield one
    finally:
        await one.stop()


def inside(picture: Picture) -> set[str]:
    """Who is in."""
    return {one.name for one in picture.people if one.where is Where.JOINED}


async def test_a_class_opens_with_its_pupils_and_their_teacher(there: StandIn) -> None:
    picture = there.picture()
    assert inside(picture) == {there.teacher.name, *PUPILS}
    assert [one.name for one in picture.people if one.role is Role.HOST] == [there.teacher.name]
    assert {one.name for one in picture.people if one.pupil} == set(PUPILS)
    assert (picture.live, picture.locked, picture.entry, picture.gone) == (True, False, ANYONE, ())


async def test_a_stranger_who_comes_is_in_and_no_pupil(there: StandIn) -> None:
    came = await there.arrive(STRANGER)
    assert came.where is Where.JOINED
    one = there.picture().person(came.id)
    assert one is not None
    assert (one.name, one.role, one.pupil) == (STRANGER, Role.ATTENDEE, False)
    assert [each.id for each in there.picture().outsiders] == [came.id]


async def test_whoever_leaves_is_gone_by_themselves(there: StandIn) -> None:
    came = await there.arrive(STRANGER)
    await there.leave(came.id)
    await until("they are gone", lambda: bool(there.picture().gone))
    assert [(one.name, one.how) for one in there.picture().gone] == [(STRANGER, How.LEFT)]
    assert there.picture().person(came.id) is None


async def test_whoever_is_put_out_is_seen_as_put_out(there: StandIn) -> None:
    came = await there.arrive(STRANGER)
    await there.put_out_by_hand(came.id)
    await until("they are gone", lambda: bool(there.picture().gone))
    assert [(one.name, one.how) for one in there.picture().gone] == [(STRANGER, How.REMOVED)]


async def test_nobody_gets_in_once_it_is_locked_by_hand(there: StandIn) -> None:
    await there.lock_by_hand()
    await there.look()
    assert there.picture().locked is True
    assert there.picture().entry != ANYONE
    assert inside(there.picture()) == {there.teacher.name, *PUPILS}
    came = await there.arrive(STRANGER)
    assert came.where is not Where.JOINED
    assert STRANGER not in inside(there.picture())


async def test_whoever_was_not_let_in_waits_or_is_told_as_refused(there: StandIn) -> None:
    await there.lock_by_hand()
    came = await there.arrive(STRANGER)
    waits = [one.id for one in there.picture().people if one.where is Where.LOBBY]
    refused = [one.name for one in there.picture().gone if one.how is How.REFUSED]
    assert (waits, refused) == (([came.id], []) if came.where is Where.LOBBY else ([], [STRANGER]))


async def test_opened_afresh_it_is_as_in_the_morning(there: StandIn) -> None:
    stranger = await there.arrive(STRANGER)
    await there.put_out_by_hand(stranger.id)
    pupil = there.picture().named(PUPILS[0])[0]
    await there.leave(pupil.id)
    await there.lock_by_hand()
    await there.arrive("qqq")
    await there.reopen()
    await there.look()
    await until("everybody is back", lambda: inside(there.picture()) == {there.teacher.name, *PUPILS})
    picture = there.picture()
    assert (picture.locked, picture.entry, picture.gone, picture.outsiders) == (False, ANYONE, (), ())
    assert not [one for one in picture.people if one.where is Where.LOBBY]


async def test_opened_afresh_a_stranger_who_was_put_out_may_come_again(there: StandIn) -> None:
    stranger = await there.arrive(STRANGER)
    await there.put_out_by_hand(stranger.id)
    await there.reopen()
    assert (await there.arrive(STRANGER)).where is Where.JOINED


async def test_what_is_done_to_somebody_who_is_not_there_does_nothing(there: StandIn) -> None:
    before = inside(there.picture())
    await there.leave("nobody")
    await there.put_out_by_hand("nobody")
    assert there.share("nobody") is False
    assert inside(there.picture()) == before


@pytest.mark.parametrize("name", [PlatformName.ZOOM, PlatformName.MEET, PlatformName.TEAMS])
async def test_a_shared_screen_is_seen_until_its_owner_goes(name: PlatformName) -> None:
    there = stand_in(name)
    await there.start()
    await there.open_class()
    came = await there.arrive(PUPILS[0], pupil_email(PUPILS[0]))
    assert there.share(came.id) is True
    assert [one.id for one in there.picture().people if one.sharing] == [came.id]
    await there.leave(came.id)
    assert not [one for one in there.picture().people if one.sharing]
    await there.stop()


@pytest.mark.parametrize("name", PlatformName)
def test_a_class_that_was_never_opened_is_empty(name: PlatformName) -> None:
    picture = stand_in(name).picture()
    assert (picture.live, picture.people) == (False, ())


@needs_prosody
async def test_what_jitsi_s_server_tells_people_is_told_on_once_it_can_be_seen() -> None:
    there = OnJitsi()
    seen: list[tuple[bool | None, int]] = []
    try:
        await there.start()
        came = await there.arrive(STRANGER)
        there.told.append(lambda _: seen.append((there.picture().locked, len(there.picture().removed))))
        await there.lock_by_hand()
        await until("the lock was told", lambda: (True, 0) in seen)
        await there.put_out_by_hand(came.id)
        await until("that somebody was put out was told", lambda: (True, 1) in seen)
    finally:
        await there.stop()
