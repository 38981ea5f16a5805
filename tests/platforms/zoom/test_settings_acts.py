"""Locking, hardening and undoing: settings changed, read back, and put back exactly."""

from datetime import timedelta

import pytest

from modbot.errors import RateLimited, VendorError
from modbot.model import Operation
from modbot.platforms import How, Seen
from modbot.platforms.zoom import ZoomPlatform
from modbot.simulators.zoom import Meeting
from tests.platforms.zoom.world import World, session_of, target_of


async def test_a_lock_turns_the_waiting_room_on_and_tells_what_it_changed(zoom: ZoomPlatform, meeting: Meeting) -> None:
    receipt = await zoom.perform(Operation.LOCK, target_of(meeting))
    assert (meeting.settings["waiting_room"], meeting.settings["join_before_host"]) == (True, False)
    assert receipt.former == {"waiting_room": False, "join_before_host": True}
    assert await zoom.check(Operation.LOCK, target_of(meeting)) is Seen.IN_EFFECT


async def test_a_lock_reports_only_the_settings_it_changed(zoom: ZoomPlatform, meeting: Meeting) -> None:
    meeting.settings["join_before_host"] = False
    receipt = await zoom.perform(Operation.LOCK, target_of(meeting))
    assert receipt.former == {"waiting_room": False}


async def test_a_second_lock_changes_nothing_and_costs_no_update(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    await zoom.perform(Operation.LOCK, target_of(meeting))
    again = await zoom.perform(Operation.LOCK, target_of(meeting))
    assert again.already
    assert again.former == {}
    assert len(world.calls("PATCH")) == 1


async def test_an_unlock_restores_exactly_the_former_values(zoom: ZoomPlatform, meeting: Meeting) -> None:
    before = dict(meeting.settings)
    receipt = await zoom.perform(Operation.LOCK, target_of(meeting))
    undo = target_of(meeting, former=dict(receipt.former))
    await zoom.perform(Operation.UNLOCK, undo)
    assert meeting.settings == before
    assert await zoom.check(Operation.UNLOCK, undo) is Seen.IN_EFFECT


async def test_an_unlock_touches_no_setting_that_the_lock_did_not(zoom: ZoomPlatform, meeting: Meeting) -> None:
    receipt = await zoom.perform(Operation.LOCK, target_of(meeting))
    meeting.settings["mute_upon_entry"] = True  # the teacher's own change in between
    await zoom.perform(Operation.UNLOCK, target_of(meeting, former=dict(receipt.former)))
    assert meeting.settings["mute_upon_entry"] is True


@pytest.mark.parametrize("operation", [Operation.UNLOCK, Operation.RESTORE])
async def test_undoing_with_nothing_to_undo_asks_zoom_nothing(
    world: World, zoom: ZoomPlatform, meeting: Meeting, operation: Operation
) -> None:
    assert (await zoom.perform(operation, target_of(meeting))).already
    assert world.calls() == []


async def test_a_hardened_room_is_restored_exactly(zoom: ZoomPlatform, meeting: Meeting) -> None:
    before = dict(meeting.settings)
    receipt = await zoom.perform(Operation.HARDEN, target_of(meeting))
    assert await zoom.check(Operation.HARDEN, target_of(meeting)) is Seen.IN_EFFECT
    assert meeting.settings["mute_upon_entry"] is True
    undo = target_of(meeting, former=dict(receipt.former))
    await zoom.perform(Operation.RESTORE, undo)
    assert meeting.settings == before
    assert await zoom.check(Operation.RESTORE, undo) is Seen.IN_EFFECT


async def test_a_lie_of_zoom_is_seen_by_the_check(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.faults.lie = True
    receipt = await zoom.perform(Operation.LOCK, target_of(meeting))
    assert not receipt.already
    assert await zoom.check(Operation.LOCK, target_of(meeting)) is Seen.NOT_IN_EFFECT


async def test_a_setting_that_the_district_locked_is_seen_as_overruled(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.sim.admin_locked = {"participant_video": True}
    await zoom.perform(Operation.HARDEN, target_of(meeting))
    assert await zoom.check(Operation.HARDEN, target_of(meeting)) is Seen.NOT_IN_EFFECT


async def test_a_waiting_room_that_zoom_forces_back_on_is_not_called_unlocked(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    receipt = await zoom.perform(Operation.LOCK, target_of(meeting))
    meeting.password = ""
    world.sim.secure_with_one_option = True
    undo = target_of(meeting, former=dict(receipt.former))
    await zoom.perform(Operation.UNLOCK, undo)
    assert await zoom.check(Operation.UNLOCK, undo) is Seen.NOT_IN_EFFECT


async def test_the_hundredth_and_first_update_of_a_day_is_refused_with_the_time_to_come_back(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.clock.forward(timedelta(days=1))
    meeting.updates[world.clock().date().isoformat()] = 100
    with pytest.raises(RateLimited) as caught:
        await zoom.perform(Operation.LOCK, target_of(meeting))
    assert caught.value.retry_after is not None
    assert len(world.calls("PATCH")) == 1


@pytest.mark.parametrize(("obeys", "waits"), [(True, True), (False, False)])
async def test_whether_a_running_class_obeys_its_new_waiting_room_is_zooms_to_decide(
    world: World, zoom: ZoomPlatform, meeting: Meeting, obeys: bool, waits: bool
) -> None:
    world.sim.live_waiting_room = obeys
    await zoom.perform(Operation.LOCK, target_of(meeting))
    assert world.sim.join(meeting, "Newcomer").waiting is waits
    world.sim.end(meeting)
    world.sim.start_again(meeting)
    assert world.sim.join(meeting, "Newcomer").waiting


async def test_the_lock_sentence_says_what_zoom_cannot_do_and_what_to_tap(zoom: ZoomPlatform) -> None:
    row = zoom.capabilities[Operation.LOCK]
    assert row.how is How.SUBSTITUTE
    assert "does not let modbot lock" in row.effect
    assert "before its next start" in row.effect
    assert "Host tools → Lock meeting" in row.effect


async def test_every_operation_has_clicks_and_every_one_that_acts_has_an_effect(zoom: ZoomPlatform) -> None:
    assert set(zoom.capabilities) == set(Operation)
    assert all(row.steps for row in zoom.capabilities.values())
    assert all(row.effect and row.via for row in zoom.capabilities.values() if row.how is not How.BY_HAND)


async def test_without_credentials_only_the_clicks_are_left(world: World, meeting: Meeting) -> None:
    bare = world.platform(client_id="")
    assert {row.how for row in bare.capabilities.values()} == {How.BY_HAND}
    with pytest.raises(VendorError):
        await bare.perform(Operation.LOCK, target_of(meeting))
    assert world.calls() == []


@pytest.mark.parametrize("operation", [Operation.ADMIT, Operation.MUTE])
async def test_what_zoom_has_no_call_for_is_refused_and_cannot_be_checked(
    world: World, zoom: ZoomPlatform, meeting: Meeting, operation: Operation
) -> None:
    assert zoom.capabilities[operation].how is How.BY_HAND
    with pytest.raises(VendorError):
        await zoom.perform(operation, target_of(meeting))
    assert await zoom.check(operation, target_of(meeting)) is Seen.CANNOT_TELL
    assert world.calls() == []


async def test_the_posture_names_each_open_door_and_never_the_passcode(zoom: ZoomPlatform, meeting: Meeting) -> None:
    found = {check.name: check for check in await zoom.posture(session_of(meeting))}
    assert found["Passcode"].ok
    assert meeting.password not in repr(found)
    assert (found["Waiting room"].found, found["Waiting room"].ok) == ("off", False)
    assert (found["Entry before the host"].found, found["Entry before the host"].ok) == ("allowed", False)
    await zoom.perform(Operation.HARDEN, target_of(meeting))
    later = {check.name: check for check in await zoom.posture(session_of(meeting))}
    assert later["Waiting room"].ok
    assert later["Who waits in the waiting room"].found == "everyone"
    assert later["Entry before the host"].ok


async def test_a_setting_zoom_does_not_show_is_not_called_safe(zoom: ZoomPlatform, meeting: Meeting) -> None:
    del meeting.settings["meeting_authentication"]
    found = {check.name: check for check in await zoom.posture(session_of(meeting))}
    assert (found["Sign-in to Zoom"].found, found["Sign-in to Zoom"].ok) == ("Zoom does not say", False)


async def test_a_lock_goes_before_everything_else_in_the_districts_budget(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    await zoom.perform(Operation.LOCK, target_of(meeting))
    assert world.budget.taken == [("zoom:light", 80, 0), ("zoom:light", 80, 0)]


async def test_a_lag_of_zoom_is_waited_for(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.faults.lag_seconds = 0.05
    await zoom.perform(Operation.LOCK, target_of(meeting))
    assert meeting.settings["waiting_room"]


async def test_a_token_that_has_run_out_is_replaced_and_the_lock_goes_through(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    await zoom.perform(Operation.LOCK, target_of(meeting))
    world.clock.forward(timedelta(hours=2))
    assert await zoom.check(Operation.LOCK, target_of(meeting)) is Seen.IN_EFFECT
    assert world.tokens_asked() == 2
