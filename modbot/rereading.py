"""Reads a class again soon after its platform told that somebody came or went, without saying who.

Some platforms' events carry ids and no names. Many of them come at once; one read answers them all. What a process that
dies leaves unread is read at the next event, or when a command looks at the class.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from modbot.errors import ModbotError, NotFound
from modbot.log import get_logger
from modbot.model import PlatformName, Session
from modbot.platforms import Platform
from modbot.store.sessions import Sessions

SOON = timedelta(seconds=1)  # a class that fills up is read once a second, not once a pupil
AT_ONCE = 8
MAX_WAITING = 5_000

log = get_logger("rereading")


class Rereading:
    """The classes that are to be read again. One per process."""

    def __init__(
        self,
        platforms: Mapping[PlatformName, Platform],
        sessions: Sessions,
        now: Callable[[], datetime],
        *,
        soon: timedelta = SOON,
    ) -> None:
        self._platforms = platforms
        self._sessions = sessions
        self._now = now
        self._soon = soon
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
        await asyncio.sleep(self._soon.total_seconds())
        async with self._gate:
            del self._waiting[session.key]
            await self._read(session)

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
