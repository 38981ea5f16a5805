"""Putting people out: who is asked for, who is gone, and what Zoom's refusals become."""

import asyncio

import orjson
import pytest

from modbot.errors import Conflict, Forbidden, NotFound, VendorFault
from modbot.model import Operation, Participant
from modbot.platforms import Seen, Target
from modbot.platforms.zoom import ZoomPlatform
from modbot.simulators.zoom import JoinRefused, Meeting
from tests.platforms.zoom.world import World, session_of, target_of

NO_PERMISSION: tuple[int, dict[str, str], bytes] = (
    400,
    {},
    b'{"code": 300, "message": "No permission for ada.teacher@example.org"}',
)


async def test_an_ejected_person_is_out_and_cannot_come_back(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    stranger = world.sim.join(meeting, "Stranger", "stranger@example.org")
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    assert not stranger.present
    assert await zoom.check(Operation.EJECT, target_of(meeting, stranger)) is Seen.IN_EFFECT
    with pytest.raises(JoinRefused):
        world.sim.join(meeting, "Another name", "stranger@example.org")


async def test_a_removed_person_may_come_back_where_the_account_allows_it(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.sim.allow_rejoin = True
    stranger = world.sim.join(meeting, "Stranger", "stranger@example.org")
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    assert world.sim.join(meeting, "Stranger", "stranger@example.org").present


async def test_the_others_stay(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    pupil = world.sim.join(meeting, "Pupil")
    await zoom.perform(Operation.EJECT, target_of(meeting, world.sim.join(meeting, "Stranger")))
    assert pupil.present


async def test_the_removal_names_the_person_by_participant_uuid(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    stranger = world.sim.join(meeting, "Stranger")
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    sent = next(seen for seen in world.sim.seen if "live_meetings" in seen.path)
    assert (sent.method, sent.path) == ("PATCH", f"/v2/live_meetings/{meeting.id}/events")
    assert orjson.loads(sent.body) == {
        "method": "participant.remove",
        "params": {"participant_uuid": stranger.participant_uuid},
    }


async def test_ejecting_twice_has_the_effect_of_once(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    stranger = world.sim.join(meeting, "Stranger")
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    assert await zoom.check(Operation.EJECT, target_of(meeting, stranger)) is Seen.IN_EFFECT


async def test_an_accepted_removal_that_did_not_happen_is_seen(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.sim.faults.lie = True
    stranger = world.sim.join(meeting, "Stranger")
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    assert await zoom.check(Operation.EJECT, target_of(meeting, stranger)) is Seen.NOT_IN_EFFECT


async def test_one_of_several_still_in_means_not_in_effect(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    gone, stays = world.sim.join(meeting, "Gone"), world.sim.join(meeting, "Stays")
    await zoom.perform(Operation.EJECT, target_of(meeting, gone))
    assert await zoom.check(Operation.EJECT, target_of(meeting, gone, stays)) is Seen.NOT_IN_EFFECT


async def test_without_the_dashboard_modbot_cannot_tell_whether_someone_is_out(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.sim.has_dashboard = False
    stranger = world.sim.join(meeting, "Stranger")
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    assert await zoom.check(Operation.EJECT, target_of(meeting, stranger)) is Seen.CANNOT_TELL


async def test_someone_known_only_by_user_id_is_looked_up_and_put_out(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    stranger = world.sim.join(meeting, "Stranger")
    sharer = Target(session_of(meeting), people=(Participant(id=f"uid:{stranger.user_id}"),))
    await zoom.perform(Operation.EJECT, sharer)
    assert not stranger.present
    assert await zoom.check(Operation.EJECT, sharer) is Seen.IN_EFFECT


async def test_someone_zoom_does_not_list_is_told_after_the_others_were_tried(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    stranger = world.sim.join(meeting, "Stranger")
    people = (Participant(id="uid:1"), Participant(id=stranger.participant_uuid))
    with pytest.raises(Conflict):
        await zoom.perform(Operation.EJECT, Target(session_of(meeting), people=people))
    assert not stranger.present


async def test_everyone_is_tried_when_one_removal_fails(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    raiders = [world.sim.join(meeting, f"Raider {number}") for number in range(8)]
    world.sim.faults.only = "live_meetings"
    world.sim.faults.fail_next.append((500, {}, b""))
    with pytest.raises(VendorFault):
        await zoom.perform(Operation.EJECT, target_of(meeting, *raiders))
    assert sum(not raider.present for raider in raiders) == 7


async def test_no_permission_for_one_stops_the_rest(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.host_rule = True
    raiders = [world.sim.join(meeting, f"Raider {number}") for number in range(12)]
    with pytest.raises(Forbidden):
        await zoom.perform(Operation.EJECT, target_of(meeting, *raiders))
    assert len(world.calls("live_meetings")) < 12


async def test_the_host_rule_is_explained_and_names_stay_out_of_the_log(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    world.sim.faults.only = "live_meetings"
    world.sim.faults.fail_next.append(NO_PERMISSION)
    with pytest.raises(Forbidden) as caught:
        await zoom.perform(Operation.EJECT, target_of(meeting, world.sim.join(meeting, "Stranger")))
    assert "host or an alternative host" in caught.value.staff_text
    assert "No permission for [address]" in caught.value.log_detail
    assert caught.value.code == "300"


async def test_an_alternative_host_may_put_people_out(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.host_rule = True
    meeting.settings["alternative_hosts"] = world.sim.owner_email
    stranger = world.sim.join(meeting, "Stranger")
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    assert not stranger.present


async def test_nobody_can_be_put_out_of_a_class_that_is_over(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    stranger = world.sim.join(meeting, "Stranger")
    world.sim.end(meeting)
    with pytest.raises(NotFound):
        await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    assert await zoom.check(Operation.EJECT, target_of(meeting, stranger)) is Seen.CANNOT_TELL


async def test_a_raid_is_put_out_with_few_calls_in_flight(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    raiders = [world.sim.join(meeting, f"Raider {number}") for number in range(20)]
    world.sim.faults.lag_seconds = 0.05
    await asyncio.wait_for(zoom.perform(Operation.EJECT, target_of(meeting, *raiders)), timeout=60)
    assert not any(raider.present for raider in raiders)
    times = sorted(seen.at_monotonic_seconds for seen in world.sim.seen if "live_meetings" in seen.path)
    assert all(later - earlier >= 0.04 for earlier, later in zip(times, times[5:], strict=False))


async def test_ending_a_class_ends_it_and_saying_it_twice_is_already(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    assert await zoom.check(Operation.END, target_of(meeting)) is Seen.NOT_IN_EFFECT
    assert not (await zoom.perform(Operation.END, target_of(meeting))).already
    assert not meeting.live
    assert await zoom.check(Operation.END, target_of(meeting)) is Seen.IN_EFFECT
    assert (await zoom.perform(Operation.END, target_of(meeting))).already


async def test_an_end_that_did_not_happen_is_seen(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.faults.lie = True
    await zoom.perform(Operation.END, target_of(meeting))
    assert await zoom.check(Operation.END, target_of(meeting)) is Seen.NOT_IN_EFFECT


async def test_a_meeting_that_is_gone_altogether_is_over(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    del world.sim.account.meetings[meeting.id]
    assert await zoom.check(Operation.END, target_of(meeting)) is Seen.IN_EFFECT


async def test_a_status_zoom_does_not_document_is_not_read_as_over(
    world: World, zoom: ZoomPlatform, meeting: Meeting
) -> None:
    await zoom.check(Operation.END, target_of(meeting))
    world.sim.faults.fail_next.append((200, {}, b'{"status": "sleeping"}'))
    assert await zoom.check(Operation.END, target_of(meeting)) is Seen.CANNOT_TELL
