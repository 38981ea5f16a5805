"""What the simulated Zoom sends has the fields that Zoom's own table of events has."""

from collections.abc import AsyncIterator
from datetime import timedelta

import orjson
import pytest

from modbot.platforms.zoom.webhook import HEARD_EVENTS
from modbot.simulators.zoom import ZoomSimulator
from tests.contract.described import fits
from tests.contract.zoom_description import events, schema_of, whole
from tests.platforms.lent import Clock
from tests.platforms.zoom.world import TEACHER, Receiver


@pytest.fixture
async def told() -> AsyncIterator[Receiver]:
    """Everything the simulator sends of one class in which everything happens."""
    clock, receiver = Clock(), Receiver()
    sim = ZoomSimulator(clock)
    await receiver.start()
    await sim.start()
    sim.webhook_url = receiver.url
    meeting = sim.start_meeting(TEACHER, "Period 3 Biology")
    pupil = sim.join(meeting, "Pupil", "pupil@example.org")
    sim.share(meeting, pupil)
    sim.stop_sharing(meeting, pupil)
    sim.change_role(meeting, pupil, "co-host")
    sim.put_in_waiting_room(meeting, pupil)
    sim.admit(meeting, pupil)
    meeting.obeyed["waiting_room"] = True
    sim.leave(meeting, sim.join(meeting, "Waiting"))
    sim.expose_link(meeting)
    clock.forward(timedelta(minutes=40))
    sim.end(meeting)
    await sim.flush()
    yield receiver
    await sim.stop()
    await receiver.stop()


async def test_every_simulated_webhook_has_the_documented_shape(told: Receiver) -> None:
    tables = events()
    for delivery in told.deliveries:
        body = orjson.loads(delivery.body)
        payload = whole(
            {"account_id": {"type": "string"}, "object": schema_of(tables[body["event"]])}, ["account_id", "object"]
        )
        envelope = {"event": {"type": "string"}, "event_ts": {"type": "integer"}, "payload": payload}
        fits(body, whole(envelope, list(envelope)), body["event"])


async def test_everything_modbot_listens_for_is_simulated(told: Receiver) -> None:
    assert {orjson.loads(delivery.body)["event"] for delivery in told.deliveries} == set(HEARD_EVENTS)


def test_every_event_to_subscribe_to_is_one_zoom_sends() -> None:
    assert set(HEARD_EVENTS) <= set(events())
