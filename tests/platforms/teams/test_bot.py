"""The calling bot: joins when it is needed, reads who is in, is kept alive, and leaves."""

import asyncio
from datetime import timedelta

import pytest

from modbot.errors import Conflict, Forbidden, NotFound, NotOffered, StoreUnavailable
from modbot.model import Operation, ParticipantRole, Presence
from modbot.platforms import How, Seen
from modbot.platforms.teams import TeamsPlatform
from modbot.simulators.teams import Meeting
from tests.platforms.lent import MemoryVault
from tests.platforms.teams.fakes import PUPIL, TEACHER, District, aim, done, guest
from tests.stores import until


class VaultWithoutAStore(MemoryVault):
    """Like the real one while its store is gone: it knows what it was told, and can drop nothing."""

    async def drop(self, name: str) -> None:
        raise StoreUnavailable("connection refused")


def legs(district: District) -> int:
    """How many legs the bot has in calls."""
    return len(district.sim.legs.live())


async def in_class(district: District) -> tuple[TeamsPlatform, Meeting]:
    """A running class and a platform with a bot."""
    return district.with_bot(), district.sim.start_meeting(TEACHER, "Algebra 1")


async def test_reading_brings_the_whole_roster_without_the_bot_itself(district: District) -> None:
    platform, meeting = await in_class(district)
    district.sim.join(meeting, "Ben Ochoa", PUPIL)
    people = await platform.read(await district.session(platform))
    assert [(one.name, one.role) for one in people] == [
        ("ada.reyes", ParticipantRole.HOST),
        ("Ben Ochoa", ParticipantRole.ATTENDEE),
    ]
    assert people[0].email == TEACHER


async def test_without_a_bot_the_roster_is_not_offered(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    with pytest.raises(NotOffered):
        await platform.read(await district.session(platform))
    assert legs(district) == 0


async def test_those_in_the_lobby_are_told_apart(district: District) -> None:
    platform, meeting = await in_class(district)
    session = await district.session(platform)
    await platform.read(session)
    meeting.change({"lobbyBypassSettings": {"scope": "organizer"}})
    district.sim.join(meeting, "Stranger")
    assert [one.presence for one in await platform.read(session)] == [Presence.JOINED, Presence.LOBBY]


async def test_one_leg_serves_every_act_and_every_process(district: District) -> None:
    platform, meeting = await in_class(district)
    stranger = guest(district.sim.join(meeting, "Stranger"), "Stranger")
    session = await district.session(platform, stranger)
    await platform.read(session)
    await done(district.with_bot(), Operation.EJECT, aim(session, stranger))
    assert len(district.sent("POST", "/communications/calls")) == 1
    assert legs(district) == 1


async def test_two_processes_that_join_at_once_end_with_one_leg(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    first, second = district.with_bot(), district.with_bot()
    session = await district.session(first)
    district.sim.faults.lag_seconds, district.sim.faults.only = 0.05, "POST /v1.0/communications/calls"
    await asyncio.gather(first.read(session), second.read(session))
    assert len(district.sent("POST", "/communications/calls")) == 2
    assert legs(district) == 1
    await first.read(session)
    assert len(district.sent("POST", "/communications/calls")) == 2


async def test_a_leg_that_ended_is_joined_anew_while_the_store_is_gone(district: District) -> None:
    district.vault = VaultWithoutAStore()
    platform, meeting = await in_class(district)
    session = await district.session(platform)
    await platform.read(session)
    (leg,) = district.sim.legs.live()
    assert leg.member is not None
    district.sim.remove(meeting, leg.member.id)
    assert len(await platform.read(session)) == 1


async def test_without_consent_to_join_the_permission_is_named(district: District) -> None:
    district.sim.roles.discard("Calls.JoinGroupCall.All")
    platform, _ = await in_class(district)
    with pytest.raises(Forbidden) as refused:
        await platform.read(await district.session(platform))
    assert "Calls.JoinGroupCall.All" in refused.value.staff_text


async def test_a_bot_in_the_lobby_asks_to_be_let_in(district: District) -> None:
    platform, meeting = await in_class(district)
    session = await district.session(platform)
    meeting.change({"lobbyBypassSettings": {"scope": "organizer"}})
    with pytest.raises(Conflict) as waiting:
        await platform.read(session)
    assert "lobby" in waiting.value.staff_text


async def test_a_bot_let_in_from_the_lobby_goes_on_with_the_same_leg(district: District) -> None:
    platform, meeting = await in_class(district)
    session = await district.session(platform)
    meeting.change({"lobbyBypassSettings": {"scope": "organizer"}})
    with pytest.raises(Conflict):
        await platform.read(session)
    (leg,) = district.sim.legs.live()
    assert leg.member is not None
    district.sim.admit(meeting, leg.member.id)
    assert len(await platform.read(session)) == 1
    assert len(district.sent("POST", "/communications/calls")) == 1


async def test_a_lock_brings_the_bot_in_before_it_shuts_the_lobby(district: District) -> None:
    platform, meeting = await in_class(district)
    stranger = guest(district.sim.join(meeting, "Stranger"), "Stranger")
    session = await district.session(platform, stranger)
    await platform.perform(Operation.LOCK, aim(session))
    _, seen = await done(platform, Operation.EJECT, aim(session, stranger))
    assert (meeting.lobby_scope, seen) == ("organizer", Seen.IN_EFFECT)


async def test_a_lock_does_not_fail_because_the_bot_cannot_join(district: District) -> None:
    district.sim.roles.discard("Calls.JoinGroupCall.All")
    platform, meeting = await in_class(district)
    stranger = guest(district.sim.join(meeting, "Stranger"), "Stranger")
    _, seen = await done(platform, Operation.LOCK, aim(await district.session(platform, stranger)))
    assert (meeting.lobby_scope, seen) == ("organizer", Seen.IN_EFFECT)


async def test_a_lock_of_a_class_that_nobody_has_joined_does_not_start_it(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.with_bot()
    await platform.perform(Operation.LOCK, aim(await district.session(platform)))
    assert not meeting.live


async def test_a_class_that_was_heard_to_end_is_not_begun_again_by_the_bot(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.with_bot()
    await platform.tend()
    district.sim.start_meeting(TEACHER, "Algebra 1", meeting=meeting)
    session = await district.session(platform)
    district.clock.forward(timedelta(minutes=5))
    district.sim.end(meeting)
    await district.heard(3)
    with pytest.raises(NotFound):
        await platform.read(session)
    assert not meeting.live


async def test_a_bot_that_finds_itself_alone_leaves_and_says_that_the_class_is_over(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.with_bot()
    with pytest.raises(NotFound):
        await platform.read(await district.session(platform))
    assert legs(district) == 0
    assert meeting.subject == "Algebra 1"


async def test_a_locked_class_lets_no_bot_in_and_that_is_said(district: District) -> None:
    platform, meeting = await in_class(district)
    district.sim.lock(meeting)
    with pytest.raises(Conflict) as refused:
        await platform.read(await district.session(platform))
    assert "did not let modbot's bot into this class" in refused.value.staff_text


async def test_a_bot_that_was_put_out_comes_back_when_it_is_needed(district: District) -> None:
    platform, meeting = await in_class(district)
    session = await district.session(platform)
    await platform.read(session)
    (leg,) = district.sim.legs.live()
    assert leg.member is not None
    district.sim.remove(meeting, leg.member.id)
    assert len(await platform.read(session)) == 1
    assert legs(district) == 1


async def test_the_leg_is_kept_alive_while_it_is_used(district: District) -> None:
    platform, _ = await in_class(district)
    session = await district.session(platform)
    await platform.read(session)
    for _ in range(6):
        district.clock.forward(timedelta(minutes=11))
        await platform.read(session)
        await platform.tend()
    assert legs(district) == 1
    assert len(district.sent("POST", "keepAlive")) == 6


async def test_the_bot_leaves_after_a_quarter_of_an_hour_without_use(district: District) -> None:
    platform, meeting = await in_class(district)
    await platform.read(await district.session(platform))
    district.clock.forward(timedelta(minutes=16))
    await platform.tend()
    assert legs(district) == 0
    assert meeting.live


async def test_another_process_looks_after_the_leg_too(district: District) -> None:
    platform, _ = await in_class(district)
    await platform.read(await district.session(platform))
    district.clock.forward(timedelta(minutes=16))
    await district.with_bot().tend()
    assert legs(district) == 0


async def test_a_leg_that_teams_has_ended_is_forgotten(district: District) -> None:
    platform, meeting = await in_class(district)
    await platform.read(await district.session(platform))
    district.sim.end(meeting)
    district.clock.forward(timedelta(minutes=11))
    await platform.tend()
    await platform.tend()
    assert len(district.sent("POST", "keepAlive")) == 1


async def test_why_a_leg_ended_is_heard_from_the_callback(district: District) -> None:
    platform, meeting = await in_class(district)
    await platform.read(await district.session(platform))
    (leg,) = district.sim.legs.live()
    assert leg.member is not None
    district.sim.remove(meeting, leg.member.id)
    await until("the end was heard", lambda: f"teams:end:{leg.id}" in district.vault.secrets)
    assert district.vault.secrets[f"teams:end:{leg.id}"] == "[200,5300]"


async def test_callbacks_come_with_microsofts_token_and_are_believed(district: District) -> None:
    platform, _ = await in_class(district)
    await platform.read(await district.session(platform))
    await district.sim.flush()
    assert district.webhook.refused == []
    assert {status for _, status in district.sim.posting.answers} == {204}


async def test_with_a_bot_ejecting_and_muting_are_modbots_own(district: District) -> None:
    rows = district.with_bot().capabilities
    assert {rows[one].how for one in (Operation.EJECT, Operation.MUTE, Operation.PARTICIPANTS)} == {How.NATIVE}
    assert rows[Operation.EJECT].needs_lock


async def test_a_bot_without_an_address_for_its_callbacks_counts_as_none(district: District) -> None:
    rows = district.with_bot(public_url="").capabilities
    assert rows[Operation.EJECT].how is How.BY_HAND
