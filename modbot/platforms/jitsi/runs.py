"""Which run of a room this is, the same in every process, kept where all of them can look.

The mark of a room (`Visit.mark`) changes when the room is destroyed and made anew, which is how Jitsi's rooms end. A
room that lasts keeps its mark; so the count of its ended runs is kept beside it.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from modbot.errors import NotFound, StoreUnavailable
from modbot.log import get_logger
from modbot.platforms.jitsi.refusals import VENDOR
from modbot.tokens import TokenVault

KEEP = timedelta(days=30)

log = get_logger("jitsi")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a room: its id across processes and when modbot first saw it."""

    room_jid: str
    mark: str
    count: int
    began: datetime
    over: bool = False

    @property
    def id(self) -> str:
        """The session's id."""
        return hashlib.sha256(f"{self.room_jid}\n{self.mark}\n{self.count}".encode()).hexdigest()[:32]


class Runs:
    """The runs of rooms, in the vault. Without a store a run is known by its mark alone (P12)."""

    def __init__(self, vault: TokenVault, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._now = now

    async def current(self, room_jid: str, mark: str) -> Run:
        """The run that goes on in a room with this mark."""
        last = await self.last(room_jid)
        if last is None or last.mark != mark:
            return Run(room_jid, mark, 0, self._now())
        return Run(room_jid, mark, last.count + 1, self._now()) if last.over else last

    async def expect(self, session_id: str, room_jid: str, mark: str) -> None:
        """Raises NotFound when another run than `session_id` goes on in a room with this mark."""
        if (await self.current(room_jid, mark)).id != session_id:
            raise NotFound(VENDOR, "This class on Jitsi is over.", log_detail="another run of the room goes on")

    async def last(self, room_jid: str) -> Run | None:
        """The last run that was kept, over or not."""
        try:
            kept = await self._vault.get(_name(room_jid))
        except StoreUnavailable as error:
            log.warning("run_unread", detail=error.log_detail)
            return None
        return _from_json(room_jid, kept) if kept else None

    async def keep(self, run: Run) -> None:
        """Remember a run, so that other processes and later ones call it the same."""
        kept = json.dumps([run.mark, run.count, run.began.isoformat(), run.over])
        try:
            await self._vault.put(_name(run.room_jid), kept, lifetime_seconds=int(KEEP.total_seconds()))
        except StoreUnavailable as error:
            log.warning("run_not_kept", detail=error.log_detail)


def _name(room_jid: str) -> str:
    return f"jitsi:run:{room_jid}"


def _from_json(room_jid: str, kept: str) -> Run:
    mark, count, began, over = json.loads(kept)
    return Run(room_jid, mark, count, datetime.fromisoformat(began), over)
