"""Every request of the Zoom adapter: a class from its start to its end, and a class started at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from modbot.http import Http
from modbot.model import Operation, Participant
from modbot.platforms import Target
from modbot.simulators.zoom import INSTANT, ZoomSimulator
from tests.contract.watched import Drive, Watched
from tests.platforms.lent import Clock, FreeBudget, MemoryVault
from tests.platforms.zoom.world import TEACHER, Receiver, World, session_of, target_of

SUBSTITUTE = "bea.teacher@example.org"
MORE_THAN_A_PAGE = 301


@asynccontextmanager
async def zoom(http: Http) -> AsyncIterator[Drive]:
    """The Zoom adapter beside the simulated Zoom."""
    clock = Clock()
    sim = ZoomSimulator(clock)
    async with sim:
        world = World(sim, http, MemoryVault(), FreeBudget(), clock, Receiver())
        watched = Watched(world.platform())
        yield Drive(sim.seen, watched, partial(_everything, world, watched))


async def _everything(world: World, watched: Watched) -> None:
    platform = watched.platform
    meeting = world.sim.start_meeting(TEACHER, "Period 3 Biology")
    world.sim.start_meeting(SUBSTITUTE, "At once", type_=INSTANT)
    people = [world.sim.join(meeting, f"Guest {number}") for number in range(MORE_THAN_A_PAGE)]
    target, session = target_of(meeting), session_of(meeting)
    await platform.tend()
    await platform.probe()
    await platform.live_sessions(TEACHER)
    await platform.live_sessions(SUBSTITUTE)
    await watched.read(session)
    await watched.posture(session)
    locked = await watched.act(Operation.LOCK, target)
    await watched.act(Operation.UNLOCK, target_of(meeting, former=dict(locked.former)))
    hardened = await watched.act(Operation.HARDEN, target)
    await watched.act(Operation.RESTORE, target_of(meeting, former=dict(hardened.former)))
    by_alias = Participant(id=f"uid:{people[1].user_id}")
    await watched.act(Operation.EJECT, Target(session, (*target_of(meeting, people[0]).people, by_alias)))
    await watched.act(Operation.END, target)
