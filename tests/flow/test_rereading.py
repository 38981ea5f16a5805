"""A class whose platform tells no names is read again soon, once for all who came."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from modbot.errors import NotFound, VendorFault
from modbot.model import Participant, PlatformName, Room, Session
from modbot.platforms import Platform
from modbot.rereading import Rereading
from modbot.seal import Keyring
from modbot.store import Store
from modbot.store.sessions import Sessions
from tests.stores import until

CLASS = Session(Room(PlatformName.WEBEX, "room"), "run", title="Grade 3 Reading")
OTHER = Session(Room(PlatformName.WEBEX, "other"), "run-2")


class Listing:
    """As much of a platform as rereading knows."""

    name = PlatformName.WEBEX

    def __init__(self) -> None:
        self.read_sessions: list[str] = []
        self.trouble: dict[str, Exception] = {}

    async def read(self, session: Session) -> Sequence[Participant]:
        self.read_sessions.append(session.key)
        if session.key in self.trouble:
            raise self.trouble[session.key]
        return [Participant("p1", "Pupil One")]


@pytest.fixture
def listing() -> Listing:
    return Listing()


@pytest.fixture
def sessions(store: Store) -> Sessions:
    return Sessions(store, Keyring([bytes(32)]), keep=timedelta(hours=1))


@pytest.fixture
async def rereading(listing: Listing, sessions: Sessions) -> AsyncIterator[Rereading]:
    platforms = {PlatformName.WEBEX: cast("Platform", listing)}
    made = Rereading(platforms, sessions, lambda: datetime.now(UTC), soon=timedelta(milliseconds=20))
    yield made
    await made.stop()


async def test_the_names_are_kept(rereading: Rereading, sessions: Sessions) -> None:
    rereading.soon([CLASS])

    async def known() -> bool:
        session = await sessions.get(CLASS.key)
        return session is not None and [p.name for p in session.participants] == ["Pupil One"]

    await until("the pupil is known by name", known)


async def test_twenty_who_come_at_once_cost_one_read(rereading: Rereading, listing: Listing) -> None:
    rereading.soon([CLASS] * 10)
    rereading.soon([CLASS] * 10)
    rereading.soon([OTHER])
    await until("both were read", lambda: OTHER.key in listing.read_sessions and CLASS.key in listing.read_sessions)
    assert listing.read_sessions.count(CLASS.key) == 1


@pytest.mark.parametrize("trouble", [VendorFault("webex", "It failed.", status=500), NotFound("webex", "No class.")])
async def test_a_read_that_fails_does_not_keep_others_waiting(
    rereading: Rereading, listing: Listing, trouble: Exception
) -> None:
    listing.trouble[CLASS.key] = trouble
    rereading.soon([CLASS, OTHER])
    await until("the other was read", lambda: OTHER.key in listing.read_sessions)
    rereading.soon([CLASS])
    await until("the first was tried again", lambda: listing.read_sessions.count(CLASS.key) == 2)
