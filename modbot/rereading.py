"""Reads a class again soon after its platform told that somebody came or went, without saying who.

Some platforms' events carry ids and no names. Many of them come at once; one read answers them all. A class that stays
busy is read less and less often, by one process of the district at a time: a teacher's command looks for itself. What a
process that dies leaves unread is read at the next event, or when a command looks at the class.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from modbot.errors import ModbotError, NotFound, StoreUnavailable
from modbot.log import get_logger
from modbot.model import PlatformName, Session
from modbot.platforms import Platform
from modbot.store.sessions import Sessions
from modbot.store.turns import Turns

SOON = timedelta(seconds=1)  # one read for all who come together, not one a pupil
LATEST = timedelta(seconds=8)  # New York's 40,000 classes fill up within the same five minutes
AT_ONCE = 8
MAX_WAITING = 5_000

log = get_logger("rereading")


@dataclass(slots=True)
class _Pace:
    """How often a busy class is read, and when it may be read next, in the event loop's seconds."""

    pause: timedelta
    next_at: float

    def quiet(self, now: float) -> bool:
        """Whether nobody has asked for another pause."""
        return self.next_at + self.pause.total_seconds() < now


class Rereading:
    """The classes that are to be read again. One per process.

    The first read comes `soon` after an event; each further one of a class that stays busy waits twice as long, until
    they are `latest` apart.
    """

    def __init__(
        self,
        platforms: Mapping[PlatformName, Platform],
        sessions: Sessions,
        turns: Turns,
        now: Callable[[], datetime],
        *,
        soon: timedelta = SOON,
        latest: timedelta = LATEST,
    ) -> None:
        self._platforms = platforms
        self._sessions = sessions
        self._turns = turns
        self._now = now
        self._soon = soon
        self._latest = latest
        self._paces: OrderedDict[str, _Pace] = OrderedDict()
        self._waiting: dict[str, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)

    def soon(self, sessions: Iterable[Session]) -> None:
        """Read these again in a moment; at most once for all who ask in between."""
        for session in sessions:
            if session.key in self._waiting:
                continue
            if len(self._waiting) >= MAX_WAITING:
                log.warning("too_many_to_read_again", session=session.key)
                return
            self._waiting[session.key] = session
            task = asyncio.get_running_loop().create_task(self._later(session))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _later(self, session: Session) -> None:
        pace = self._pace(session.key)
        await asyncio.sleep(max(pace.next_at - self._seconds(), 0))
        # Another process reads it; but it may have looked before this event.
        while not await self._is_ours(session.key, pace.pause):  # noqa: ASYNC110 - what is waited for is elsewhere
            await asyncio.sleep(pace.pause.total_seconds())
        async with self._gate:
            del self._waiting[session.key]
            pace.next_at = self._seconds() + pace.pause.total_seconds()
            await self._read(session)

    def _pace(self, key: str) -> _Pace:
        """How long to wait this time: longer than the last, unless the class has been quiet since."""
        now, soon = self._seconds(), self._soon
        self._forget_quiet(now)
        pace = self._paces.pop(key, None)
        if pace is None or pace.quiet(now):
            pace = _Pace(soon, now + soon.total_seconds())
        else:
            pace.pause = min(pace.pause * 2, self._latest)
            pace.next_at = max(pace.next_at, now + soon.total_seconds())
        self._paces[key] = pace
        return pace

    def _forget_quiet(self, now: float) -> None:
        """From the one that was asked for longest ago on: what is behind the first busy one is looked at later."""
        while self._paces and next(iter(self._paces.values())).quiet(now):
            self._paces.popitem(last=False)

    def _seconds(self) -> float:
        return asyncio.get_running_loop().time()

    async def _is_ours(self, key: str, pause: timedelta) -> bool:
        """Whether no other process has read the class within the pause. Without a store each reads for itself."""
        try:
            return await self._turns.take(f"reread:{key}", pause)
        except StoreUnavailable:
            return True

    async def _read(self, session: Session) -> None:
        asked_at = self._now()
        try:
            known = await self._sessions.get(session.key) or session
            people = await self._platforms[session.room.platform].read(known)
            await self._sessions.repair(known, people, asked_at)
        except NotFound:
            log.info("not_there_to_read", session=session.key)
        except ModbotError as error:
            log.warning("not_read_again", session=session.key, detail=error.log_detail)

    async def stop(self) -> None:
        """Give up what still waits."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
