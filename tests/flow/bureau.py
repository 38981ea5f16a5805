"""Incidents on a real store with real timers, and a board for a chat: it can be held up, and can refuse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from modbot.authority import Places
from modbot.chat import Posted
from modbot.errors import NotFound, Unreachable
from modbot.granting import Granting
from modbot.incidents import CARD_JOB, IncidentDesk
from modbot.jobs import Counts, Jobs
from modbot.model import Actor, PlatformName, Room, Session
from modbot.people import People
from modbot.reply import Reply
from modbot.seal import Keyring
from modbot.settings import DistrictSettings, Settings
from modbot.store import Store
from modbot.store.grants import Grants
from modbot.store.incidents import Incident, Incidents
from modbot.store.roster import RosterStore

CHANNEL = "C0INCIDENTS"
TEACHER = Actor("slack:U0CHANG", "Megan Chang")
SETTINGS = Settings(district=DistrictSettings(incident_channel=CHANNEL))


class NobodyKnown:
    """A chat directory without anybody."""

    async def user_info(self, user_id: str) -> tuple[str, str] | None:
        return None


@dataclass(slots=True)
class Board:
    """What hangs in the incident channel."""

    cards: dict[str, Reply] = field(default_factory=dict)  # by ts, as they are now
    threads: dict[str, list[str]] = field(default_factory=dict)  # by the card's ts, without their times
    waiting: int = 0  # messages on their way
    most_waiting: int = 0
    refusals: int = 0  # so many messages are refused, and then no more
    torn_down: bool = False  # somebody has taken the cards away
    _open: bool = True
    _passes: int = 0  # so many messages pass though it is not open
    _door: asyncio.Condition = field(default_factory=asyncio.Condition)

    def hold_up(self) -> None:
        """No message passes until `let_pass`."""
        self._open = False

    async def let_pass(self, passes: int = 0) -> None:
        """Messages pass again: so many, or without a number all."""
        async with self._door:
            self._open, self._passes = not passes, self._passes + passes
            self._door.notify_all()

    @property
    def lines(self) -> int:
        """How many lines the threads have."""
        return sum(map(len, self.threads.values()))

    async def post(self, channel: str, reply: Reply) -> Posted:
        await self._pass()
        posted = Posted(channel, str(len(self.cards) + 1))
        self.cards[posted.ts] = reply
        return posted

    def change(self, where: Posted, reply: Reply) -> asyncio.Future[bool]:
        changing = asyncio.ensure_future(self._changed(where, reply))
        changing.add_done_callback(lambda done: done.cancelled() or done.exception())  # it may be left alone
        return changing

    async def _changed(self, where: Posted, reply: Reply) -> bool:
        await self._pass()
        self.cards[where.ts] = reply
        return True

    async def thread(self, where: Posted, line: str) -> None:
        await self._pass()
        self.threads.setdefault(where.ts, []).append(line.split("  ", 1)[1])

    async def direct(self, user: str, reply: Reply) -> Posted:
        raise NotImplementedError

    async def answer(self, user: str, response_url: str, reply: Reply) -> None:
        raise NotImplementedError

    async def user_of(self, email: str) -> str | None:
        raise NotImplementedError

    async def _pass(self) -> None:
        self.waiting += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        try:
            async with self._door:
                await self._door.wait_for(lambda: self._open or self._passes > 0)
                self._passes -= 0 if self._open else 1
        finally:
            self.waiting -= 1
        if self.refusals:
            self.refusals -= 1
            raise Unreachable("slack", maybe_applied=False, log_detail="the board refuses")
        if self.torn_down:
            raise NotFound("slack", "That message is no longer there.", log_detail="the card is gone")


@dataclass(slots=True)
class Bureau:
    """A desk of incidents at its board, as one process has it."""

    desk: IncidentDesk
    board: Board
    jobs: Jobs

    @property
    def counts(self) -> Counts:
        """What became of the jobs here."""
        return self.jobs.counts

    async def opened(self, room: str = "1") -> Incident:
        """An incident, of which there may be no card yet."""
        session = Session(Room(PlatformName.ZOOM, room), f"run {room}", title=f"Class {room}")
        return await self.desk.open_or_join(session, TEACHER, "shut the class")


def headline(board: Board, room: str = "1") -> str:
    """What the one card of a class says first; "" without a card."""
    found = [card.headline for card in board.cards.values() if card.headline.endswith(f"Class {room}")]
    assert len(found) <= 1, "a class has one card"
    return found[0] if found else ""


@asynccontextmanager
async def open_bureau(store: Store, store_url: str, board: Board) -> AsyncIterator[Bureau]:
    """A process with a desk. Several may share a store and a board."""
    ring = Keyring([bytes(32)])
    roster = RosterStore(store, ring)
    people = People(store, roster, NobodyKnown(), SETTINGS, ring, now)
    granting = Granting(grants=Grants(store, ring), people=people, zone=ZoneInfo("UTC"), now=now)

    async def show(incident_id: str) -> None:
        await desk.show(incident_id)

    async def given_up(_: str, incident_id: str) -> None:
        await desk.show_later(incident_id)

    jobs = Jobs(store_url, {CARD_JOB: show}, dead=given_up, first_retry=timedelta(milliseconds=50))
    desk = IncidentDesk(
        incidents=Incidents(store, ring),
        store=store,
        jobs=jobs,
        chat=board,
        places=Places(roster=roster, people=people, granting=granting, settings=SETTINGS),
        settings=SETTINGS,
        now=now,
    )
    await jobs.start()
    try:
        yield Bureau(desk, board, jobs)
    finally:
        await board.let_pass()
        await jobs.drain(timedelta(seconds=20))


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)
