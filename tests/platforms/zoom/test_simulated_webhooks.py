"""The simulator's webhooks reach modbot and mean what happened in the class."""

import asyncio

import orjson
import pytest

from modbot.model import Event, EventKind, Operation
from modbot.platforms import Delivery
from modbot.platforms.zoom import ZoomPlatform
from modbot.simulators.zoom import JoinRefused, Meeting
from tests.platforms.zoom.world import World, target_of


async def told(world: World, zoom: ZoomPlatform) -> list[Event]:
    """What the delivered webhooks mean, in the order of the events."""
    await world.sim.flush()
    heard = [event for delivery in world.receiver.deliveries for event in (await zoom.hear(delivery)).events]
    return sorted(heard, key=lambda event: event.at)


async def test_a_day_in_class_is_told_in_order(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    pupil = world.sim.join(meeting, "Pupil")
    world.sim.share(meeting, pupil)
    world.sim.stop_sharing(meeting, pupil)
    world.sim.change_role(meeting, pupil, "co-host")
    world.sim.put_in_waiting_room(meeting, pupil)
    world.sim.admit(meeting, pupil)
    world.sim.leave(meeting, pupil)
    world.sim.expose_link(meeting)
    world.sim.end(meeting)
    kinds = [event.kind for event in await told(world, zoom)]
    assert kinds == [
        EventKind.STARTED,
        EventKind.JOINED,
        EventKind.JOINED,
        EventKind.SHARING,
        EventKind.NOT_SHARING,
        EventKind.ROLE,
        EventKind.LOBBY,
        EventKind.JOINED,  # admitted
        EventKind.JOINED,
        EventKind.LEFT,
        EventKind.LINK_EXPOSED,
        EventKind.LEFT,  # the host, with the end
        EventKind.ENDED,
    ]


async def test_a_removal_is_told_with_its_reason(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    stranger = world.sim.join(meeting, "Stranger")
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    left = (await told(world, zoom))[-1]
    assert (left.kind, left.reason) == (EventKind.LEFT, "Removed by host.")
    assert left.participant is not None
    assert left.participant.id == stranger.participant_uuid


async def test_a_removal_that_is_a_lie_tells_nothing(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    stranger = world.sim.join(meeting, "Stranger")
    world.sim.faults.lie = True
    await zoom.perform(Operation.EJECT, target_of(meeting, stranger))
    assert EventKind.LEFT not in {event.kind for event in await told(world, zoom)}


async def test_someone_in_the_waiting_room_is_told_of_there(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    meeting.obeyed["waiting_room"] = True
    world.sim.leave(meeting, world.sim.join(meeting, "Impatient"))
    assert [event.kind for event in await told(world, zoom)][-2:] == [EventKind.LOBBY, EventKind.LOBBY_LEFT]


async def test_a_class_locked_by_hand_lets_nobody_in(world: World, meeting: Meeting) -> None:
    world.sim.lock_by_hand(meeting)
    with pytest.raises(JoinRefused):
        world.sim.join(meeting, "Latecomer")
    world.sim.lock_by_hand(meeting, locked=False)
    assert world.sim.join(meeting, "Latecomer").present


async def test_each_run_of_a_meeting_has_its_own_session(world: World, zoom: ZoomPlatform, meeting: Meeting) -> None:
    world.sim.end(meeting)
    world.sim.start_again(meeting)
    started = [event for event in await told(world, zoom) if event.kind is EventKind.STARTED]
    assert len({event.session_id for event in started}) == 2
    assert len({event.room for event in started}) == 1


async def test_modbot_proves_its_address(world: World, zoom: ZoomPlatform) -> None:
    async def answer(delivery: Delivery) -> object:
        return (await zoom.hear(delivery)).reply

    world.receiver.reply = answer
    assert await world.sim.validate_url()


async def test_an_address_that_does_not_know_the_secret_fails_the_check(world: World) -> None:
    async def echo(delivery: Delivery) -> object:
        return {"plainToken": orjson.loads(delivery.body)["payload"]["plainToken"]}

    world.receiver.reply = echo
    assert not await world.sim.validate_url()


async def test_a_webhook_nobody_answers_is_noted(world: World, meeting: Meeting) -> None:
    await world.sim.flush()
    await world.receiver.stop()
    world.sim.join(meeting, "Pupil")
    await asyncio.wait_for(world.sim.flush(), timeout=60)
    assert world.sim.delivered[-1] == ("meeting.participant_joined", 0)
