"""A class whose platform tells no names is read again soon, once for all who came."""

import asyncio
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
from modbot.store.turns import Turns
from tests.stores import until

CLASS = Session(Room(PlatformName.WEBEX, "room"), "run", title="Grade 3 Reading")
OTHER = Session(Room(PlatformName.WEBEX, "other"), "run-2")


class Listing:
    """As much of a platform as rereading knows."""

    name = PlatformName.WEBEX

    def __init__(self) -> None:
        self.read_sessions: list[str] = []
        self.read_at_seconds: list[float] = []  # by the event loop's clock
        self.trouble: dict[str, Exception] = {}

    async def read(self, session: Session) -> Sequence[Participant]:
        self.read_sessions.append(session.key)
        self.read_at_seconds.append(asyncio.get_running_loop().time())
        if session.key in self.trouble:
            raise self.trouble[session.key]
        return [Participant("p1", "Pupil One")]


@pytest.fixture
def listing() -> Listing:
    return Listing()


@pytest.fixture
def sessions(store: Store) -> Sessions:
    return Sessions(store, Keyring([bytes(32)]), keep=timedelta(hours=1))


def reading(listing: Listing, sessions: Sessions, store: Store) -> Rereading:
    """As one process has it."""
    platforms = {PlatformName.WEBEX: cast("Platform", listing)}
    soon, latest = timedelta(milliseconds=20), timedelta(milliseconds=160)
    return Rereading(platforms, sessions, Turns(store), lambda: datetime.now(UTC), soon=soon, latest=latest)


@pytest.fixture
async def rereading(listing: Listing, sessions: Sessions, store: Store) -> AsyncIterator[Rereading]:
    made = reading(listing, sessions, store)
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
    await until("both were read", lambda: {CLASS.key, OTHER.key} <= set(listing.read_sessions))
    rereading.soon([CLASS])
    await until("the first was tried again", lambda: listing.read_sessions.count(CLASS.key) == 2)


async def test_a_class_that_stays_busy_is_read_less_and_less_often(rereading: Rereading, listing: Listing) -> None:
    began = asyncio.get_running_loop().time()

    def busy() -> bool:
        rereading.soon([CLASS])
        return len(listing.read_at_seconds) >= 8

    await until("it was read eight times", busy)
    # With the first pause alone: 0.16 s. With pauses that grow: 0.8 s; and 0.4 s where the machine stands still now and
    # then, so that the class seems to have become quiet, and is read soon again.
    assert listing.read_at_seconds[7] - began > 0.35


async def test_two_processes_read_a_class_in_turns(
    rereading: Rereading, listing: Listing, sessions: Sessions, store: Store
) -> None:
    other_listing = Listing()
    other = reading(other_listing, sessions, store)
    try:
        began = asyncio.get_running_loop().time()
        await Turns(store).take(f"reread:{CLASS.key}", timedelta(milliseconds=300))  # a third one has just read it
        rereading.soon([CLASS])
        other.soon([CLASS])
        await until("both have read", lambda: listing.read_sessions != [] and other_listing.read_sessions != [])
    finally:
        await other.stop()
    assert asyncio.get_running_loop().time() - began > 0.25
