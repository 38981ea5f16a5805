"""Lock, unlock, harden and restore: one change of live options, read back, and put back exactly."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modbot.errors import Conflict, Forbidden, NotFound, RateLimited, VendorFault
from modbot.model import Operation, PlatformName, Room, Session
from modbot.platforms import How, Receipt, Seen, Target
from modbot.platforms.teams import posture
from tests.platforms.teams.fakes import PUPIL, TEACHER, District, aim, done

LOBBY = {"scope": "everyone", "isDialInBypassEnabled": True}


async def test_lock_makes_strangers_wait_in_the_lobby(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    receipt, seen = await done(platform, Operation.LOCK, aim(await district.session(platform)))
    assert district.sim.join(meeting, "Stranger").state == "lobby"
    assert receipt.former["lobbyBypassSettings"] == LOBBY
    assert seen is Seen.IN_EFFECT


async def test_lock_lets_no_pupil_admit_from_the_lobby_though_pupils_are_presenters(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.perform(Operation.LOCK, aim(await district.session(platform)))
    assert meeting.in_force["allowedLobbyAdmitters"] == "organizerAndCoOrganizers"


async def test_lock_is_one_change_and_a_second_one_changes_nothing(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    target = aim(await district.session(platform))
    await platform.perform(Operation.LOCK, target)
    assert await platform.perform(Operation.LOCK, target) == Receipt(already=True)
    assert len(district.sent("PATCH")) == 1


async def test_what_is_to_be_changed_is_remembered_before_it_is_changed(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    seen: list[tuple[Mapping[str, Any], str]] = []

    async def remember(former: Mapping[str, Any]) -> None:
        seen.append((former, meeting.lobby_scope))

    await platform.perform(Operation.LOCK, Target(await district.session(platform), remember=remember))
    assert seen == [
        ({"lobbyBypassSettings": LOBBY, "allowedLobbyAdmitters": "organizerAndCoOrganizersAndPresenters"}, "everyone")
    ]


async def test_harden_silences_pupils_and_leaves_presenting_to_the_teacher(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    pupil = district.sim.join(meeting, "Ben Ochoa", PUPIL)
    platform = district.platform()
    _, seen = await done(platform, Operation.HARDEN, aim(await district.session(platform)))
    state = district.sim.state(meeting)
    assert (state.lobby_scope, state.chat, state.presenters) == ("organizer", "disabled", ("ada.reyes",))
    assert not district.sim.unmute(meeting, pupil.id)
    assert seen is Seen.IN_EFFECT


async def test_harden_leaves_roles_alone_that_the_teacher_chose(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1", attendees={PUPIL: "presenter"})
    meeting.change({"allowedPresenters": "roleIsPresenter"})
    platform = district.platform()
    receipt, seen = await done(platform, Operation.HARDEN, aim(await district.session(platform)))
    assert meeting.in_force["allowedPresenters"] == "roleIsPresenter"
    assert "allowedPresenters" not in receipt.former
    assert seen is Seen.IN_EFFECT


@given(
    scope=st.sampled_from(
        ["organizer", "organization", "organizationAndFederated", "everyone", "invited", "organizationExcludingGuests"]
    ),
    dial_in=st.booleans(),
    presenters=st.sampled_from(["everyone", "organization", "organizer", "roleIsPresenter"]),
    chat=st.sampled_from(["enabled", "disabled", "limited"]),
    mic=st.booleans(),
    first=st.sampled_from([Operation.LOCK, Operation.HARDEN]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_restore_puts_back_exactly_what_was_there(
    district: District, scope: str, dial_in: bool, presenters: str, chat: str, mic: bool, first: Operation
) -> None:
    district.sim.meetings.clear()
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1", attendees={PUPIL: "presenter"})
    meeting.change(
        {
            "lobbyBypassSettings": {"scope": scope, "isDialInBypassEnabled": dial_in},
            "allowedPresenters": presenters,
            "allowMeetingChat": chat,
            "allowAttendeeToEnableMic": mic,
        }
    )
    before = dict(meeting.settings)
    platform = district.platform()
    session = await district.session(platform)
    receipt = await platform.perform(first, aim(session))
    _, seen = await done(platform, Operation.RESTORE, aim(session, former=receipt.former))
    assert meeting.settings == before
    assert meeting.in_force == {**before}
    assert seen is Seen.IN_EFFECT


async def test_unlock_puts_back_who_could_come_straight_in(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    meeting.change({"lobbyBypassSettings": {"scope": "invited"}})
    platform = district.platform()
    session = await district.session(platform)
    receipt = await platform.perform(Operation.LOCK, aim(session))
    undo = aim(session, former=receipt.former)
    assert await platform.check(Operation.UNLOCK, undo) is Seen.NOT_IN_EFFECT
    await platform.perform(Operation.UNLOCK, undo)
    assert meeting.lobby_scope == "invited"
    assert await platform.check(Operation.UNLOCK, undo) is Seen.IN_EFFECT


async def test_unlock_opens_nothing_that_modbot_did_not_shut(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    meeting.change({"lobbyBypassSettings": {"scope": "organizer", "isDialInBypassEnabled": False}})
    platform = district.platform()
    target = aim(await district.session(platform))
    with pytest.raises(Conflict, match="without former"):
        await platform.perform(Operation.UNLOCK, target)
    assert meeting.lobby_scope == "organizer"


async def test_unlock_of_an_open_class_finds_it_open_already(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    receipt, seen = await done(platform, Operation.UNLOCK, aim(await district.session(platform)))
    assert (receipt.already, seen) == (True, Seen.IN_EFFECT)


async def test_restore_changes_no_option_it_was_not_given(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    former = {"allowRecording": False, "subject": "hijacked"}
    receipt = await platform.perform(Operation.RESTORE, aim(await district.session(platform), former=former))
    assert receipt.already
    assert (meeting.settings["allowRecording"], meeting.subject) == (True, "Algebra 1")


async def test_presenters_by_role_are_put_back_with_the_roles_as_they_are(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1", attendees={PUPIL: "presenter"})
    platform = district.platform()
    undo = aim(await district.session(platform), former={"allowedPresenters": "roleIsPresenter"})
    _, seen = await done(platform, Operation.RESTORE, undo)
    assert (meeting.in_force["allowedPresenters"], meeting.attendees) == ("roleIsPresenter", {PUPIL: "presenter"})
    assert seen is Seen.IN_EFFECT


@pytest.mark.parametrize("operation", [Operation.LOCK, Operation.HARDEN])
async def test_success_without_effect_is_seen_by_the_reread(district: District, operation: Operation) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    target = aim(await district.session(platform))
    district.sim.faults.lie, district.sim.faults.only = True, "PATCH"
    receipt, seen = await done(platform, operation, target)
    assert (receipt.already, seen) == (False, Seen.NOT_IN_EFFECT)


async def test_the_door_is_shut_even_when_nobody_can_say_how_it_stood(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    session = await district.session(platform)
    district.sim.faults.only = f"GET /v1.0/users/{meeting.organizer.oid}/onlineMeetings/"
    district.sim.faults.fail_next.append((500, {}, b""))
    receipt = await platform.perform(Operation.LOCK, aim(session))
    assert receipt.former == {}
    assert meeting.lobby_scope == "organizer"


async def test_a_teacher_without_the_policy_is_told_apart_from_a_missing_permission(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    session = await district.session(platform)
    district.sim.policy_for_all = False
    with pytest.raises(Forbidden) as refused:
        await platform.perform(Operation.LOCK, aim(session))
    assert "Grant-CsApplicationAccessPolicy" in refused.value.staff_text


async def test_the_older_wording_of_a_missing_policy_is_understood_too(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    session = await district.session(platform)
    district.sim.policy_for_all, district.sim.old_policy_error = False, True
    with pytest.raises(Forbidden) as refused:
        await platform.perform(Operation.LOCK, aim(session))
    assert "Grant-CsApplicationAccessPolicy" in refused.value.staff_text


async def test_a_missing_permission_is_named(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    district.sim.roles.discard("OnlineMeetings.ReadWrite.All")
    platform = district.platform()
    with pytest.raises(Forbidden) as refused:
        await platform.perform(Operation.LOCK, aim(await district.session(platform)))
    assert "OnlineMeetings.ReadWrite.All" in refused.value.staff_text


async def test_a_429_that_asks_for_a_short_wait_is_waited_out(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    session = await district.session(platform)
    district.sim.faults.only = "PATCH"
    district.sim.faults.fail_next.append((429, {"Retry-After": "0"}, b"{}"))
    await platform.perform(Operation.LOCK, aim(session))
    assert meeting.lobby_scope == "organizer"


async def test_a_429_that_asks_for_a_long_wait_is_told_at_once(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    session = await district.session(platform)
    district.sim.throttled, district.sim.retry_after_seconds = 9, 120
    with pytest.raises(RateLimited) as limited:
        await platform.perform(Operation.RESTORE, aim(session, former={"allowMeetingChat": "enabled"}))
    assert limited.value.retry_after is not None
    assert limited.value.retry_after.total_seconds() == 120


async def test_a_failing_graph_is_not_taken_for_a_no(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    session = await district.session(platform)
    district.sim.faults.only = "PATCH"
    district.sim.faults.fail_next.extend([(500, {}, b"")] * 3)
    with pytest.raises(VendorFault):
        await platform.perform(Operation.LOCK, aim(session))


async def test_a_deleted_class_is_not_found(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    session = await district.session(platform)
    district.sim.meetings.clear()
    with pytest.raises(NotFound):
        await platform.perform(Operation.LOCK, aim(session))
    assert district.sent("PATCH") == []


async def test_a_lost_store_loses_no_class_that_has_a_meeting_id(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    room = Room(PlatformName.TEAMS, meeting.join_meeting_id)
    session = Session(room, f"{room.id}-0", host_email=TEACHER)
    await district.platform().perform(Operation.LOCK, aim(session))
    assert meeting.lobby_scope == "organizer"


async def test_a_room_id_of_another_teacher_reaches_no_class(district: District) -> None:
    meeting = district.sim.start_meeting("zoe.park@example.org", "Staff meeting", attendees={TEACHER: "attendee"})
    room = Room(PlatformName.TEAMS, meeting.join_meeting_id)
    district.sim.user(TEACHER)
    with pytest.raises(NotFound):
        await district.platform().perform(Operation.LOCK, aim(Session(room, f"{room.id}-0", host_email=TEACHER)))
    assert meeting.lobby_scope == "everyone"


async def test_posture_names_what_is_open(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    checks = {one.name: one for one in await platform.posture(await district.session(platform))}
    assert checks["Who comes in without waiting in the lobby"].found == "everyone"
    assert not checks["Who may present"].ok
    assert checks["Passcode to join by meeting id"].ok


def test_what_graph_does_not_state_is_not_called_safe() -> None:
    assert not any(check.ok for check in posture.checks({}))


def test_an_option_whose_value_cannot_be_read_is_not_changed_but_the_lobby_is() -> None:
    read: dict[str, Any] = {**posture.HARDENED, "allowMeetingChat": "unknownFutureValue", "lobbyBypassSettings": None}
    assert set(posture.changes(read, posture.HARDENED)) == {"lobbyBypassSettings"}
    assert posture.former_of(read, posture.HARDENED).keys() == posture.HARDENED.keys() - {
        "allowMeetingChat",
        "lobbyBypassSettings",
    }


@pytest.mark.parametrize("wanted", [posture.LOCK, posture.HARDENED])
def test_what_graph_does_not_state_is_not_said_to_be_so(wanted: Mapping[str, Any]) -> None:
    assert posture.seen(wanted, wanted) is Seen.IN_EFFECT
    assert posture.seen({**wanted, "allowedLobbyAdmitters": None}, wanted) is Seen.CANNOT_TELL
    assert posture.seen({**wanted, "lobbyBypassSettings": None}, wanted) is Seen.NOT_IN_EFFECT


async def test_a_class_of_nobody_known_is_not_taken_for_one_that_is_over(district: District) -> None:
    nobodys = Session(Room(PlatformName.TEAMS, "123456789"), "123456789-0")
    with pytest.raises(Forbidden):
        await district.platform().perform(Operation.LOCK, Target(nobodys))


async def test_ending_and_admitting_are_left_to_the_teacher(district: District) -> None:
    rows = district.platform().capabilities
    assert {rows[one].how for one in (Operation.END, Operation.ADMIT)} == {How.BY_HAND}
    assert all(row.steps for row in rows.values())


async def test_without_a_bot_nobody_is_put_out_or_muted_by_modbot(district: District) -> None:
    rows = district.platform().capabilities
    assert {rows[one].how for one in (Operation.EJECT, Operation.MUTE)} == {How.BY_HAND}
    assert rows[Operation.PARTICIPANTS].how is How.SUBSTITUTE


async def test_reading_is_not_something_to_perform(district: District) -> None:
    district.sim.start_meeting(TEACHER, "Algebra 1")
    platform = district.platform()
    with pytest.raises(ValueError, match="not performed"):
        await platform.perform(Operation.END, aim(await district.session(platform)))
