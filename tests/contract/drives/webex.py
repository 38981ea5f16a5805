"""Every request of the Webex adapter: as the moderator account, and as the teacher's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from pydantic import SecretStr

from modbot.http import Http
from modbot.model import Operation, PlatformName, Room, Session
from modbot.platforms import Target
from modbot.simulators.webex import WebexSimulator
from tests.contract.watched import Drive, Watched
from tests.platforms.lent import Clock
from tests.platforms.webex.fakes import TEACHER, District, aim, session_of

MORE_THAN_A_PAGE = 101


@asynccontextmanager
async def webex(http: Http) -> AsyncIterator[Drive]:
    """The Webex adapter beside the simulated Webex."""
    clock = Clock()
    async with WebexSimulator(clock) as sim:
        district = District(sim, http, clock)
        watched = Watched(district.platform())
        yield Drive(sim.seen, watched, partial(_everything, district, watched))


async def _everything(district: District, watched: Watched) -> None:
    await watched.platform.tend()
    await watched.platform.probe()
    await _lesson(district, watched)
    await _before_the_lesson(district, watched)
    own = {"teacher_refresh_tokens": {TEACHER: SecretStr(district.sim.accounts.connect(TEACHER))}}
    as_teacher = Watched(district.platform(**own))
    await as_teacher.platform.probe()
    await _lesson(district, as_teacher)


async def _lesson(district: District, watched: Watched) -> None:
    platform, meeting = watched.platform, district.class_in_session()
    strangers = [district.sim.join(meeting, f"Guest {number}").id for number in range(MORE_THAN_A_PAGE)]
    receipt = await watched.act(Operation.LOCK, aim(meeting))
    waiting = district.sim.join(meeting, "Ben Ochoa").id
    await watched.act(Operation.EJECT, aim(meeting, *strangers[3:]))
    await watched.act(Operation.ADMIT, aim(meeting, waiting))
    await watched.act(Operation.MUTE, aim(meeting))
    await watched.act(Operation.RESTORE, aim(meeting, former=receipt.former))
    await watched.act(Operation.LOCK, aim(meeting))
    await watched.act(Operation.UNLOCK, aim(meeting))
    await watched.read(session_of(meeting))
    await watched.posture(session_of(meeting))
    await platform.live_sessions(TEACHER)
    await watched.act(Operation.END, aim(meeting))


async def _before_the_lesson(district: District, watched: Watched) -> None:
    series = district.sim.schedule(TEACHER, "Algebra 2")
    planned = Session(Room(PlatformName.WEBEX, series.id), series.id, host_email=TEACHER)
    hardened = await watched.act(Operation.HARDEN, Target(planned))
    await watched.act(Operation.RESTORE, Target(planned, former=hardened.former))
