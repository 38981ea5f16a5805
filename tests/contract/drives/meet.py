"""Every request of the Google Meet adapter: subscriptions in each of their states, a class link made, and a class."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from modbot.http import Http
from modbot.model import Operation
from modbot.platforms import Target
from modbot.platforms.meet import MeetPlatform
from modbot.simulators.meet import LIVE_EVENTS, Meeting, MeetSimulator
from tests.contract.watched import Drive, Watched
from tests.platforms.lent import Clock, Lent, MemoryVault
from tests.platforms.meet.world import COLLEAGUE, PUPIL, TEACHER, Receiver, World

MORE_THAN_A_PAGE = 251
SOMEBODY_ELSES = "dee.novak@example.org"


@asynccontextmanager
async def meet(http: Http) -> AsyncIterator[Drive]:
    """The Google Meet adapter beside the simulated Google."""
    clock = Clock()
    async with MeetSimulator(clock) as sim:
        sim.push_audience = "https://modbot.example.org/webhooks/meet"
        for person in (TEACHER, COLLEAGUE, PUPIL, SOMEBODY_ELSES):
            sim.people.add(person)
        lent = Lent(http, clock, public_url="https://modbot.example.org")
        world = World(sim, clock, lent, Receiver())
        watched = Watched(world.platform())
        yield Drive(sim.seen, watched, partial(_everything, world, watched))


async def _everything(world: World, watched: Watched) -> None:
    await watched.platform.probe()
    await _subscriptions(world)
    platform = world.platform()
    room = await platform.create_room(TEACHER, [COLLEAGUE])
    space = world.sim.spaces[room.room.id]
    await _lesson(world, watched, world.sim.start_meeting(TEACHER, space=space))
    await _event_that_names_no_class(world, platform)


async def _subscriptions(world: World) -> None:
    """Made, found again after a restart without a store, suspended, and one that brings too little."""
    world.lent.hosts = [TEACHER]
    await world.platform().tend()
    world.lent.vault = MemoryVault()
    await world.platform().tend()
    world.sim.suspend(world.subscription_of(TEACHER))
    world.lent.vault = MemoryVault()
    await world.platform().tend()
    world.sim.subscribe(SOMEBODY_ELSES, LIVE_EVENTS[:1])
    world.lent.hosts = [SOMEBODY_ELSES]
    await world.platform().tend()


async def _lesson(world: World, watched: Watched, meeting: Meeting) -> None:
    meeting.space.config["accessType"] = "OPEN"
    world.sim.join(meeting, "Cleo Park", PUPIL)
    for number in range(MORE_THAN_A_PAGE):
        world.sim.join(meeting, f"Guest {number}")
    (session,) = await watched.platform.live_sessions(TEACHER)
    target = Target(session)
    await watched.read(session)
    await watched.posture(session)
    locked = await watched.act(Operation.LOCK, target)
    await watched.act(Operation.UNLOCK, Target(session, former=locked.former))
    hardened = await watched.act(Operation.HARDEN, target)
    await watched.act(Operation.RESTORE, Target(session, former=hardened.former))
    await watched.act(Operation.END, target)


async def _event_that_names_no_class(world: World, platform: MeetPlatform) -> None:
    """Google may name the user who was subscribed to instead of the space: then the record is asked for."""
    world.lent.hosts = [TEACHER]
    await platform.tend()
    subscription = world.subscription_of(TEACHER)
    meeting = world.class_in_session()
    record: dict[str, object] = {"conferenceRecord": {"name": meeting.record}}
    await platform.hear(world.push(LIVE_EVENTS[0], record, subject=subscription.target, source=subscription.resource))
