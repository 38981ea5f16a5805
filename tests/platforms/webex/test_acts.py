"""Each operation against the simulated Webex: what is sent, what changes, and what a re-read shows."""

from typing import Any

import pytest

from modbot.errors import Conflict, Forbidden, NotFound, VendorFault
from modbot.model import Operation, ParticipantRole, Presence
from modbot.platforms import How, Receipt, Seen, Target
from modbot.platforms.webex.api import CALLS_PER_SECOND
from tests.platforms.webex.fakes import TEACHER, District, aim, session_of


async def test_lock_shuts_the_class_and_says_how_it_stood_before(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    assert await platform.check(Operation.LOCK, aim(meeting)) is Seen.NOT_IN_EFFECT
    assert await platform.perform(Operation.LOCK, aim(meeting)) == Receipt(former={"locked": False})
    assert district.sim.state(meeting).locked
    assert await platform.check(Operation.LOCK, aim(meeting)) is Seen.IN_EFFECT
    assert await platform.check(Operation.UNLOCK, aim(meeting)) is Seen.NOT_IN_EFFECT


async def test_lock_sends_locked_alone_so_that_recording_is_not_touched(district: District) -> None:
    meeting = district.class_in_session()
    await district.platform().perform(Operation.LOCK, aim(meeting))
    assert [one.body for one in district.sim.seen if one.method == "PUT"] == [b'{"locked":true}']


async def test_locking_a_locked_class_is_already_so_and_changes_nothing(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    await platform.perform(Operation.LOCK, aim(meeting))
    again = await platform.perform(Operation.LOCK, aim(meeting))
    assert again == Receipt(former={"locked": True}, already=True)
    assert len(district.calls("PUT", "/meetings/controls")) == 1


async def test_the_former_lock_is_remembered_before_the_lock_is_sent(district: District) -> None:
    meeting = district.class_in_session()
    remembered: list[tuple[Any, bool]] = []

    async def remember(former: Any) -> None:
        remembered.append((former, district.sim.state(meeting).locked))

    await district.platform().perform(Operation.LOCK, Target(session_of(meeting), remember=remember))
    assert remembered == [({"locked": False}, False)]


async def test_a_class_whose_lock_cannot_be_read_is_locked_all_the_same(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "GET /v1/meetings/controls"
    district.sim.faults.fail_next.append((500, {}, b"{}"))
    assert await platform.perform(Operation.LOCK, aim(meeting)) == Receipt(former={})
    assert district.sim.state(meeting).locked


async def test_unlock_opens_the_class(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    meeting.locked = True
    assert await platform.perform(Operation.UNLOCK, aim(meeting)) == Receipt(former={"locked": True})
    assert not district.sim.state(meeting).locked
    assert await platform.check(Operation.UNLOCK, aim(meeting)) is Seen.IN_EFFECT


async def test_restore_puts_back_exactly_the_former_lock(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    receipt = await platform.perform(Operation.LOCK, aim(meeting))
    undo = aim(meeting, former=receipt.former)
    assert await platform.check(Operation.RESTORE, undo) is Seen.NOT_IN_EFFECT
    assert not (await platform.perform(Operation.RESTORE, undo)).already
    assert not district.sim.state(meeting).locked
    assert await platform.check(Operation.RESTORE, undo) is Seen.IN_EFFECT


async def test_restore_leaves_a_class_locked_that_was_locked_before(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    meeting.locked = True
    receipt = await platform.perform(Operation.LOCK, aim(meeting))
    assert (await platform.perform(Operation.RESTORE, aim(meeting, former=receipt.former))).already
    assert district.sim.state(meeting).locked


async def test_restore_without_former_settings_asks_webex_for_nothing(district: District) -> None:
    meeting = district.class_in_session()
    await district.platform().perform(Operation.RESTORE, aim(meeting))
    assert district.sim.seen == []


async def test_eject_puts_out_each_person_and_a_reread_shows_it(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    strangers = [district.sim.join(meeting, f"Guest {n}").id for n in range(12)]
    target = aim(meeting, *strangers)
    assert await platform.check(Operation.EJECT, target) is Seen.NOT_IN_EFFECT
    await platform.perform(Operation.EJECT, target)
    assert district.sim.state(meeting).joined == ("Host",)
    assert await platform.check(Operation.EJECT, target) is Seen.IN_EFFECT


async def test_somebody_waiting_in_the_lobby_counts_as_out_of_the_class(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    meeting.locked = True
    waiting = district.sim.join(meeting, "Guest")
    assert waiting.state == "lobby"
    assert await platform.check(Operation.EJECT, aim(meeting, waiting.id)) is Seen.IN_EFFECT


async def test_eject_tries_everybody_before_it_tells_of_the_first_failure(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    people = [district.sim.join(meeting, f"Guest {n}").id for n in range(4)]
    await platform.check(Operation.LOCK, aim(meeting))
    district.sim.faults.only = f"PUT /v1/meetingParticipants/{people[0]}"
    district.sim.faults.fail_next.append((500, {}, b""))
    with pytest.raises(VendorFault):
        await platform.perform(Operation.EJECT, aim(meeting, *people))
    assert district.sim.state(meeting).joined == ("Host", "Guest 0")


async def test_ejecting_somebody_who_is_gone_is_already_so(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    stranger = district.sim.join(meeting, "Guest")
    target = aim(meeting, stranger.id)
    assert not (await platform.perform(Operation.EJECT, target)).already
    assert (await platform.perform(Operation.EJECT, target)).already
    assert await platform.check(Operation.EJECT, target) is Seen.IN_EFFECT


@pytest.mark.parametrize(("operation", "path"), [(Operation.LOCK, "controls"), (Operation.EJECT, "meetingPart")])
async def test_success_without_effect_is_seen_by_the_reread(
    district: District, operation: Operation, path: str
) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    target = aim(meeting, district.sim.join(meeting, "Guest").id)
    district.sim.faults.lie, district.sim.faults.only = True, path
    assert not (await platform.perform(operation, target)).already
    assert await platform.check(operation, target) is Seen.NOT_IN_EFFECT


async def test_a_lie_about_mute_admit_and_end_is_seen_too(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.join(meeting, "Guest")
    meeting.locked = True
    waiting = district.sim.join(meeting, "Ben Ochoa")
    district.sim.faults.lie = True
    for operation in (Operation.MUTE, Operation.ADMIT, Operation.END):
        await platform.perform(operation, aim(meeting, waiting.id))
        assert await platform.check(operation, aim(meeting, waiting.id)) is Seen.NOT_IN_EFFECT


async def test_admit_lets_in_more_people_than_one_call_takes(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    meeting.locked = True
    waiting = [district.sim.join(meeting, f"Student {n}").id for n in range(130)]
    target = aim(meeting, *waiting)
    assert await platform.check(Operation.ADMIT, target) is Seen.NOT_IN_EFFECT
    await platform.perform(Operation.ADMIT, target)
    assert len(district.calls("POST", "/meetingParticipants/admit")) == 2
    assert await platform.check(Operation.ADMIT, target) is Seen.IN_EFFECT
    assert len(district.sim.state(meeting).joined) == 131


async def test_mute_silences_everyone_but_hosts_and_those_in_the_lobby(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    meeting.cohosts.add("cohost@example.org")
    district.sim.join(meeting, "Cohost", "cohost@example.org")
    district.sim.join(meeting, "Ben Ochoa")
    assert await platform.check(Operation.MUTE, aim(meeting)) is Seen.NOT_IN_EFFECT
    assert not (await platform.perform(Operation.MUTE, aim(meeting))).already
    assert district.sim.state(meeting).muted == ("Ben Ochoa",)
    assert await platform.check(Operation.MUTE, aim(meeting)) is Seen.IN_EFFECT
    assert (await platform.perform(Operation.MUTE, aim(meeting))).already


async def test_end_closes_the_class_and_may_be_asked_twice(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    assert await platform.check(Operation.END, aim(meeting)) is Seen.NOT_IN_EFFECT
    assert not (await platform.perform(Operation.END, aim(meeting))).already
    assert not district.sim.state(meeting).live
    assert await platform.check(Operation.END, aim(meeting)) is Seen.IN_EFFECT
    assert (await platform.perform(Operation.END, aim(meeting))).already


async def test_a_run_that_webex_does_not_show_yet_is_not_taken_for_ended(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = f"GET /v1/meetings/{meeting.id}"
    district.sim.faults.fail_next.append((404, {}, b"{}"))
    assert await platform.check(Operation.END, aim(meeting)) is Seen.NOT_IN_EFFECT


async def test_an_account_that_is_not_cohost_is_refused(district: District) -> None:
    platform, meeting = district.platform(), district.sim.start_meeting(TEACHER, "Algebra 1")
    with pytest.raises(Forbidden) as refused:
        await platform.perform(Operation.LOCK, aim(meeting))
    assert "co-host" in refused.value.staff_text


async def test_acting_on_an_ended_class_says_so(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.end(meeting)
    with pytest.raises(Conflict):
        await platform.perform(Operation.LOCK, aim(meeting))


async def test_an_unknown_class_is_not_found(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    del district.sim.meetings[meeting.id]
    with pytest.raises(NotFound):
        await platform.read(session_of(meeting))


async def test_reading_is_not_something_to_perform(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    with pytest.raises(ValueError, match="read, not performed"):
        await platform.perform(Operation.POSTURE, aim(meeting))
    assert await platform.check(Operation.POSTURE, aim(meeting)) is Seen.CANNOT_TELL


async def test_read_follows_every_page_and_leaves_out_those_who_left(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    gone = district.sim.join(meeting, "Left early")
    district.sim.leave(meeting, gone.id)
    for number in range(60):
        district.sim.join(meeting, f"Student {number}")
    meeting.locked = True
    district.sim.join(meeting, "Waiting")
    district.sim.page_limit = 25
    people = await platform.read(session_of(meeting))
    assert len(people) == 62
    assert people[0].role is ParticipantRole.HOST
    assert people[-1].presence is Presence.LOBBY
    assert len(district.calls("GET", "/meetingParticipants")) == 3


async def test_live_sessions_are_those_the_teacher_hosts(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    other = district.sim.start_meeting("ben.ochoa@example.org", "Staff meeting")
    district.sim.join(other, "Ada Reyes", TEACHER, invited=True)
    ended = district.sim.start_meeting(TEACHER, "Algebra 2")
    district.sim.end(ended)
    (found,) = await platform.live_sessions(TEACHER)
    assert (found.id, found.room, found.host_email) == (meeting.id, session_of(meeting).room, TEACHER)
    assert found.started_at == meeting.started_at


async def test_locks_come_first_and_removals_second_in_the_budget(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    stranger = district.sim.join(meeting, "Guest")
    await platform.perform(Operation.LOCK, aim(meeting))
    await platform.perform(Operation.EJECT, aim(meeting, stranger.id))
    await platform.read(session_of(meeting))
    assert district.budget.taken == [("webex", CALLS_PER_SECOND, urgency) for urgency in (0, 0, 1, 2)]


def test_without_any_account_every_operation_is_by_hand_with_its_clicks(district: District) -> None:
    platform = district.platform(refresh_token=None)
    assert set(platform.capabilities) == set(Operation)
    assert {row.how for row in platform.capabilities.values()} == {How.BY_HAND}
    assert all(row.steps and row.needs for row in platform.capabilities.values())


def test_eject_says_that_the_person_may_come_back_and_asks_for_a_lock(district: District) -> None:
    row = district.platform().capabilities[Operation.EJECT]
    assert row.how is How.NATIVE
    assert row.needs_lock
    assert "may come back" in row.effect
