"""Putting people out and muting them, by the bot in the class."""

import pytest

from modbot.errors import Conflict, Forbidden, PartlyDone
from modbot.model import Operation, Participant, Presence
from modbot.platforms import Seen
from modbot.platforms.teams import TeamsPlatform
from modbot.simulators.teams import Meeting
from tests.platforms.teams.fakes import OTHER_TENANT, PUPIL, TEACHER, District, aim, done, guest


async def in_class(district: District) -> tuple[TeamsPlatform, Meeting]:
    """A running class and a platform with a bot."""
    return district.with_bot(), district.sim.start_meeting(TEACHER, "Algebra 1")


async def test_a_stranger_is_put_out_and_a_reread_shows_it(district: District) -> None:
    platform, meeting = await in_class(district)
    stranger = guest(district.sim.join(meeting, "Stranger"), "Stranger")
    session = await district.session(platform, stranger)
    receipt, seen = await done(platform, Operation.EJECT, aim(session, stranger))
    assert district.sim.state(meeting).joined == ("ada.reyes",)
    assert (receipt.already, seen) == (False, Seen.IN_EFFECT)


async def test_somebody_with_two_devices_is_put_out_with_both(district: District) -> None:
    platform, meeting = await in_class(district)
    first = district.sim.join(meeting, "X", "x@example.org", tenant=OTHER_TENANT)
    district.sim.join(meeting, "X", "x@example.org", tenant=OTHER_TENANT)
    oid = district.sim.user("x@example.org", tenant=OTHER_TENANT).oid
    known = guest(first, "X", alias=oid)
    await platform.perform(Operation.EJECT, aim(await district.session(platform, known), known))
    assert district.sim.state(meeting).joined == ("ada.reyes",)


async def test_where_events_use_other_ids_an_account_is_found_by_its_directory_id(district: District) -> None:
    platform, meeting = await in_class(district)
    district.sim.join(meeting, "Ben Ochoa", PUPIL)
    known = Participant("id-of-an-event", "Ben Ochoa", alias=district.sim.user(PUPIL).oid)
    session = await district.session(platform, known)
    assert await platform.check(Operation.EJECT, aim(session, known)) is Seen.NOT_IN_EFFECT
    _, seen = await done(platform, Operation.EJECT, aim(session, known))
    assert (seen, district.sim.state(meeting).joined) == (Seen.IN_EFFECT, ("ada.reyes",))


async def test_where_events_use_other_ids_a_guest_is_found_by_a_name_that_leaves_no_choice(district: District) -> None:
    platform, meeting = await in_class(district)
    district.sim.join(meeting, "Stranger")
    known = Participant("id-of-an-event", "Stranger")
    _, seen = await done(platform, Operation.EJECT, aim(await district.session(platform, known), known))
    assert (seen, district.sim.state(meeting).joined) == (Seen.IN_EFFECT, ("ada.reyes",))


async def test_where_two_guests_share_a_name_nobody_is_put_out_by_chance(district: District) -> None:
    platform, meeting = await in_class(district)
    district.sim.join(meeting, "Zoe")
    district.sim.join(meeting, "Zoe")
    known, other = Participant("event-1", "Zoe"), Participant("event-2", "Zoe")
    session = await district.session(platform, known, other)
    with pytest.raises(Conflict, match="share a name"):
        await platform.perform(Operation.EJECT, aim(session, known))
    assert district.sim.state(meeting).joined == ("ada.reyes", "Zoe", "Zoe")
    assert await platform.check(Operation.EJECT, aim(session, known)) is Seen.NOT_IN_EFFECT


async def test_all_who_share_a_name_are_put_out_together(district: District) -> None:
    platform, meeting = await in_class(district)
    district.sim.join(meeting, "Zoe")
    district.sim.join(meeting, "Zoe")
    both = (Participant("event-1", "Zoe"), Participant("event-2", "Zoe"))
    _, seen = await done(platform, Operation.EJECT, aim(await district.session(platform, *both), *both))
    assert (seen, district.sim.state(meeting).joined) == (Seen.IN_EFFECT, ("ada.reyes",))


async def test_a_removal_that_changes_nothing_is_seen_by_the_reread(district: District) -> None:
    platform, meeting = await in_class(district)
    stranger = guest(district.sim.join(meeting, "Stranger"), "Stranger")
    target = aim(await district.session(platform, stranger), stranger)
    district.sim.faults.lie, district.sim.faults.only = True, "DELETE"
    _, seen = await done(platform, Operation.EJECT, target)
    assert seen is Seen.NOT_IN_EFFECT


async def test_somebody_put_out_who_waits_in_the_lobby_is_out(district: District) -> None:
    platform, meeting = await in_class(district)
    stranger = guest(district.sim.join(meeting, "Stranger"), "Stranger")
    session = await district.session(platform, stranger)
    await platform.perform(Operation.LOCK, aim(session))
    await platform.perform(Operation.EJECT, aim(session, stranger))
    assert district.sim.join(meeting, "Stranger").state == "lobby"
    _, back = await platform.read(session)
    assert (back.id, back.presence) == (stranger.id, Presence.LOBBY)


async def test_without_the_allowance_to_remove_the_cmdlet_is_named(district: District) -> None:
    platform, meeting = await in_class(district)
    stranger = guest(district.sim.join(meeting, "Stranger"), "Stranger")
    district.sim.remove_allowed.clear()
    with pytest.raises(Forbidden) as refused:
        await platform.perform(Operation.EJECT, aim(await district.session(platform, stranger), stranger))
    assert "Set-CsApplicationMeetingConfiguration" in refused.value.staff_text


async def test_everybody_but_the_teacher_is_muted(district: District) -> None:
    platform, meeting = await in_class(district)
    district.sim.join(meeting, "Ben Ochoa", PUPIL)
    district.sim.join(meeting, "Stranger")
    receipt, seen = await done(platform, Operation.MUTE, aim(await district.session(platform)))
    assert set(district.sim.state(meeting).muted) == {"Ben Ochoa", "Stranger"}
    assert (receipt.already, seen) == (False, Seen.IN_EFFECT)


async def test_a_mute_that_changes_nothing_is_seen_by_the_reread(district: District) -> None:
    platform, meeting = await in_class(district)
    district.sim.join(meeting, "Ben Ochoa", PUPIL)
    target = aim(await district.session(platform))
    district.sim.faults.lie, district.sim.faults.only = True, "mute"
    _, seen = await done(platform, Operation.MUTE, target)
    assert seen is Seen.NOT_IN_EFFECT


async def test_a_mute_that_reaches_only_some_is_told_as_such(district: District) -> None:
    platform, meeting = await in_class(district)
    first = district.sim.join(meeting, "Ben Ochoa", PUPIL)
    district.sim.join(meeting, "Stranger")
    target = aim(await district.session(platform))
    district.sim.faults.only = f"{first.id}/mute"
    district.sim.faults.fail_next.append((500, {}, b""))
    with pytest.raises(PartlyDone):
        await platform.perform(Operation.MUTE, target)
    assert district.sim.state(meeting).muted == ("Stranger",)


async def test_putting_out_somebody_who_has_gone_is_already_so(district: District) -> None:
    platform, meeting = await in_class(district)
    stranger = guest(district.sim.join(meeting, "Stranger"), "Stranger")
    session = await district.session(platform, stranger)
    district.sim.leave(meeting, stranger.id)
    receipt, seen = await done(platform, Operation.EJECT, aim(session, stranger))
    assert (receipt.already, seen) == (True, Seen.IN_EFFECT)
