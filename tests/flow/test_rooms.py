"""Which class is meant when no event told of it: the platforms are asked, all at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from modbot.authority import Places
from modbot.errors import Unreachable
from modbot.granting import Granting
from modbot.model import Participant, PlatformName, Room, Session, Staff, StaffRole
from modbot.people import People
from modbot.platforms import Platform
from modbot.rooms import LiveRooms
from modbot.seal import Keyring
from modbot.settings import Settings
from modbot.store import Store, connect
from modbot.store.grants import Grants
from modbot.store.roster import RosterStore
from modbot.store.sessions import Sessions
from tests.stores import closed

ADA = Staff("t1", "ada.reyes@example.org", "Ada Reyes", frozenset({StaffRole.TEACHER}))
RING = Keyring([b"k" * 32])
SETTINGS = Settings()
WITHIN_SECONDS = 30  # whoever asked one after another would wait for ever


class Nobody:
    """A chat that knows nobody."""

    async def user_info(self, user_id: str) -> tuple[str, str] | None:
        return None


class Asked:
    """As much of a platform as is asked for running classes: it answers when all of them have been asked."""

    def __init__(self, name: PlatformName, gate: asyncio.Barrier, *, silent: bool = False) -> None:
        self.name = name
        self._gate = gate
        self._silent = silent

    async def live_sessions(self, host_email: str) -> Sequence[Session]:
        await self._gate.wait()
        if self._silent:
            raise Unreachable(self.name, maybe_applied=False)
        return [Session(Room(self.name, "1"), "run", title="Algebra 1", host_email=host_email)]


class Bare:
    """As much of a platform as is read: its list tells neither who shares nor since when somebody is there."""

    name = PlatformName.ZOOM

    async def read(self, session: Session) -> Sequence[Participant]:
        return [Participant(one.id, one.name) for one in session.participants]


@pytest.fixture
async def gone() -> AsyncIterator[Store]:
    store = connect("unix:///nowhere/store.sock")
    yield store
    await closed(store)


def rooms(gone: Store, *platforms: Asked | Bare) -> LiveRooms:
    """The live classes of a district whose store is gone."""

    def now() -> datetime:
        return datetime.now(UTC)

    roster = RosterStore(gone, RING)
    people = People(gone, roster, Nobody(), SETTINGS, RING, now)
    granting = Granting(grants=Grants(gone, RING), people=people, zone=ZoneInfo("UTC"), now=now)
    return LiveRooms(
        sessions=Sessions(gone, RING, keep=SETTINGS.session_keep),
        platforms={one.name: cast(Platform, one) for one in platforms},
        places=Places(roster=roster, people=people, granting=granting, settings=SETTINGS),
        people=people,
        granting=granting,
        now=now,
    )


async def test_all_platforms_are_asked_at_once(gone: Store) -> None:
    gate = asyncio.Barrier(2)
    both = rooms(gone, Asked(PlatformName.MEET, gate), Asked(PlatformName.TEAMS, gate))
    async with asyncio.timeout(WITHIN_SECONDS):
        found = await both.session_for(ADA, "")
    assert [one.room.platform for one in found] == [PlatformName.MEET, PlatformName.TEAMS]


async def test_a_platform_that_does_not_answer_hides_no_class_on_another(gone: Store) -> None:
    gate = asyncio.Barrier(2)
    both = rooms(gone, Asked(PlatformName.JITSI, gate, silent=True), Asked(PlatformName.MEET, gate))
    async with asyncio.timeout(WITHIN_SECONDS):
        found = await both.session_for(ADA, "")
    assert [one.room.platform for one in found] == [PlatformName.MEET]


async def test_who_shares_and_since_when_they_are_there_is_kept_where_a_read_does_not_tell(gone: Store) -> None:
    heard = Participant("p1", "Wanda Quill", sharing=True, joined_at=datetime(2026, 11, 24, 10, 14, tzinfo=UTC))
    session = Session(Room(PlatformName.ZOOM, "1"), "run", participants=(heard,))
    assert (await rooms(gone, Bare()).refreshed(session)).participants == (heard,)
