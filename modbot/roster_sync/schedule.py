"""The sync by the clock, in one process of the district; IT is told when it stops or fails."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from modbot.audit import AuditEntry
from modbot.chat import Posted
from modbot.errors import ModbotError, StoreUnavailable, VendorError
from modbot.log import get_logger
from modbot.reply import Reply
from modbot.roster_sync.record import entry
from modbot.roster_sync.report import SyncReport
from modbot.rosters import RosterRefused
from modbot.store.turns import Turns

WORK = "roster-sync"
LOOK_EVERY = timedelta(seconds=30)
AGAIN_AFTER = timedelta(minutes=15)
TURN = timedelta(seconds=90)  # how long a turn may outlive the process that had it
SHOWN = 5  # problems in a message; `modbot roster check` tells more

log = get_logger("roster")


class Syncs(Protocol):
    """One sync, now. Raises what `modbot.roster_sync.sync` raises."""

    async def __call__(self) -> SyncReport: ...


class Imported(Protocol):
    """The roster in force (`RosterStore`)."""

    async def imported_at(self) -> datetime | None:
        """When it was imported. Raises StoreUnavailable."""


class Record(Protocol):
    """The record of acts (`Audit`)."""

    async def append(self, entry: AuditEntry) -> object:
        """Add an entry. Raises StoreUnavailable."""


class Tells(Protocol):
    """A Slack channel of IT's (`Chat`)."""

    async def post(self, channel: str, reply: Reply) -> Posted:
        """A new message. Raises VendorError."""


class Schedule:
    """Syncs at each of the times of day, and at once where there is no roster or the last time was missed."""

    def __init__(
        self,
        sync: Syncs,
        *,
        times: Sequence[time],
        zone: ZoneInfo,
        imported: Imported,
        turns: Turns,
        record: Record,
        chat: Tells,
        channel: str,
        now: Callable[[], datetime],
        look_every: timedelta = LOOK_EVERY,
    ) -> None:
        """`times` are on the clocks of `zone`; none means never. `channel` "" means that only the log is told."""
        self._sync = sync
        self._times = times
        self._zone = zone
        self._imported = imported
        self._turns = turns
        self._record = record
        self._chat = chat
        self._channel = channel
        self._now = now
        self._look_every = look_every
        self._settled: datetime | None = None  # the time whose sync stopped: not again before the next
        self._failed: datetime | None = None  # when a sync failed: again a little later
        self._told: datetime | None = None  # the time whose failure IT was told of

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(self._look_every.total_seconds())
        finally:
            with suppress(StoreUnavailable):  # then it runs out by itself
                await self._turns.give_back(WORK)

    async def _look(self) -> None:
        try:
            due = self._due_since()
            if due is not None and not await self._done(due) and await self._turns.take(WORK, TURN):
                async with self._turns.holding(WORK, TURN):
                    await self._do(due)
        except ModbotError as error:  # the store is gone, or no key opens the roster in force: look again
            log.warning("roster_not_synced", detail=error.log_detail)

    def _due_since(self) -> datetime | None:
        """The last of the times that has come; None when there is none, or nothing to be done about it yet."""
        now = self._now()
        due = last_time(self._times, now, self._zone)
        if due is None or due == self._settled:
            return None
        waits = self._failed is not None and timedelta(0) <= now - self._failed < AGAIN_AFTER
        return None if waits else due

    async def _done(self, due: datetime) -> bool:
        at = await self._imported.imported_at()
        return at is not None and at >= due

    async def _do(self, due: datetime) -> None:
        try:
            await self._settle(due, await self._sync())
        except RosterRefused as refused:
            self._settled = due
            await self._tell_it("The roster sync changed nothing.", refused.staff_text, *refused.problems[:SHOWN])
        except StoreUnavailable:
            self._failed = self._now()
            raise
        except ModbotError as error:
            await self._fail(due, error.staff_text, error.log_detail)
        except Exception as error:  # nobody else would sync tomorrow
            log.exception("roster_sync_broke")
            await self._fail(due, "modbot itself failed; its log says how.", type(error).__name__)

    async def _settle(self, due: datetime, report: SyncReport) -> None:
        await self._record.append(entry(report, actor="timer:roster-sync", at=self._now()))
        self._failed = None
        if not report.stopped:
            log.info(
                "roster_synced", count=report.changes.staff.after, elapsed_ms=int(report.took.total_seconds() * 1000)
            )
            return
        self._settled = due
        await self._tell_it("The roster sync stopped and asks you.", report.stopped, *report.sentences)

    async def _fail(self, due: datetime, said: str, detail: str) -> None:
        log.warning("roster_not_synced", detail=detail)
        self._failed = self._now()
        if self._told != due:
            self._told = due
            again = f"modbot tries again every {AGAIN_AFTER.total_seconds() / 60:.0f} minutes; the former roster stays."
            await self._tell_it("The roster sync failed.", said, again)

    async def _tell_it(self, headline: str, *lines: str) -> None:
        if not self._channel:
            log.warning("roster_sync_told_nobody", reason="district.incident_channel is not set")
            return
        try:
            await self._chat.post(self._channel, Reply(headline, lines=tuple(line for line in lines if line)))
        except VendorError as error:
            log.warning("roster_sync_told_nobody", detail=error.log_detail)


def last_time(times: Sequence[time], now: datetime, zone: ZoneInfo) -> datetime | None:
    """The last of the times of day that has come by `now`, on the clocks of `zone`; None without times."""
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=1), today)
    moments = [datetime.combine(day, at, tzinfo=zone).astimezone(now.tzinfo) for day in days for at in times]
    return max((moment for moment in moments if moment <= now), default=None)
