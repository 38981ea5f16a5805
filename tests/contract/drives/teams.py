"""Every request of the Teams adapter: a class with the calling bot in it, and the whole life of its subscription."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from modbot.http import Http
from modbot.model import Operation, Session
from modbot.platforms import Target
from modbot.simulators.teams import Meeting
from tests.contract.watched import Drive, Watched
from tests.platforms.lent import MemoryVault
from tests.platforms.teams.fakes import PUPIL, TEACHER, District, aim, guest, open_district
from tests.platforms.teams.sim_house import new_identity

COLLEAGUE = "dee.novak@example.org"
MORE_THAN_A_PAGE = 101
NOT_USED_FOR_A_WHILE = timedelta(minutes=16)
KEPT_ALIVE_AFTER = timedelta(minutes=11)


@asynccontextmanager
async def teams(http: Http) -> AsyncIterator[Drive]:
    """The Teams adapter beside the simulated Teams, with its webhook listening."""
    async with open_district() as district:
        district.http = http
        watched = Watched(district.with_bot())
        yield Drive(district.sim.seen, watched, partial(_everything, district, watched))


async def _everything(district: District, watched: Watched) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1", attendees={PUPIL: "presenter"})
    await watched.platform.tend()
    await watched.platform.probe()
    session = await _lesson(district, watched, meeting)
    await _later(district)
    await _a_colleagues_day(district, watched)
    await _with_nothing_kept(district, session)
    await _by_certificate(district, session)


async def _lesson(district: District, watched: Watched, meeting: Meeting) -> Session:
    names = ("Cleo Park", "Guest")
    cleo, stranger = (guest(district.sim.join(meeting, name), name) for name in names)
    session = await district.session(district.with_bot(), cleo, stranger)
    target = Target(session, (stranger,))
    await watched.read(session)
    await watched.posture(session)
    locked = await watched.act(Operation.LOCK, target)
    await watched.act(Operation.MUTE, target)
    await watched.act(Operation.EJECT, target)
    await watched.act(Operation.UNLOCK, aim(session, former=locked.former))
    hardened = await watched.act(Operation.HARDEN, target)
    await watched.act(Operation.RESTORE, aim(session, former=hardened.former))
    await watched.act(Operation.RESTORE, aim(session, former={"allowedPresenters": "roleIsPresenter"}))
    return session


async def _later(district: District) -> None:
    """Graph wants the subscription authorised again; the bot is kept in the class, and leaves it when not used."""
    platform = district.with_bot()
    await platform.tend()
    district.sim.ask_reauthorization(district.sim.notices.live[0])
    await district.sim.flush()
    await platform.tend()
    district.clock.forward(KEPT_ALIVE_AFTER)
    await platform.tend()
    district.clock.forward(NOT_USED_FOR_A_WHILE)
    await platform.tend()
    district.clock.forward(timedelta(days=1))
    await platform.tend()


async def _a_colleagues_day(district: District, watched: Watched) -> None:
    """A calendar of several pages; and a class without a number, which the bot finds by its organiser and chat."""
    unnumbered = district.sim.start_meeting(COLLEAGUE, "Reading")
    unnumbered.join_meeting_id = ""
    for number in range(MORE_THAN_A_PAGE):
        district.sim.schedule(COLLEAGUE, f"Period {number}")
    found = await watched.platform.live_sessions(COLLEAGUE)
    (session,) = (one for one in found if one.title == "Reading")
    await watched.read(session)


async def _with_nothing_kept(district: District, session: Session) -> None:
    """After a lost store: the class is found by its number, and the old subscription makes way for a new one."""
    meeting = district.sim.start_meeting(TEACHER, "Algebra 2")
    await district.with_bot().tend()
    district.vault = MemoryVault()
    platform = district.with_bot()
    await platform.tend()
    await platform.posture(session)
    district.sim.end(meeting)


async def _by_certificate(district: District, session: Session) -> None:
    identity = new_identity()
    district.sim.entra.certificates.append(identity.certificate)
    key = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "modbot.pem"
        path.write_bytes(key + identity.certificate.public_bytes(Encoding.PEM))
        await district.platform(certificate_file=path, client_secret=None).posture(session)
