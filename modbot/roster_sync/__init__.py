"""Brings the district's roster up to date from a source that is asked over the network.

A sync is visible whole or not at all. It is compared with the roster in force, and stops when too much would go.
"""

import asyncio
import sqlite3
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from modbot.errors import ModbotError, RosterError, SealBroken
from modbot.log import get_logger
from modbot.roster_sync.report import SyncReport, asks_it
from modbot.rosters import Gap, Progress, RosterRefused, Source
from modbot.rosters.comparison import Changes, Comparison
from modbot.rosters.gathering import TOLERANCE
from modbot.rosters.joined import JoinedRoster
from modbot.rosters.network import read
from modbot.rosters.scratch import Scratch, Secrets, scratch
from modbot.store.roster import Former, Kept, RosterStore, RosterWriter, begun, or_nothing, put_in_force

MOST_REMOVED = 0.1  # of staff, of students in classes, of classes

UNREADABLE = (
    "The roster in force cannot be opened with the keys there are, so nobody can tell what would be removed. "
    "Put its key back, or replace it: modbot roster sync --accept-removals"
)

log = get_logger("roster")


@dataclass(frozen=True, slots=True)
class Choices:
    """How a sync is to be done. Shares are from 0 to 1."""

    accept_removals: bool = False
    dry_run: bool = False  # say what would change, and change nothing
    everything: bool = False  # read everything, also where the source could tell changes
    most_removed: float = MOST_REMOVED
    left_out: float = TOLERANCE


async def sync(
    source: Source,
    store: RosterStore,
    *,
    now: datetime,
    kept: Kept | None = None,
    choices: Choices = Choices(),
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the roster up to date; `in_force` of the report says whether it is, `stopped` why it is not.

    Without `kept`, everything is read. `progress` is called on the event loop with rows done and rows in all: None
    while the source is read. Nothing is changed when this raises: RosterRefused, with the report, when what the source
    tells does not fit; RosterError while another import is under way; VendorError; StoreUnavailable, after which look
    at what is in force.
    """
    former: Former | None = None
    if kept is not None and not choices.everything:
        former = await asyncio.to_thread(kept.find, source.name, await store.in_force())
    one = _Sync(source, store, kept, now, choices, progress)
    if former is not None:
        try:
            return await one.run(former)
        except (Gap, SealBroken, FileNotFoundError, sqlite3.DatabaseError) as error:
            reason = error.log_detail if isinstance(error, ModbotError) else type(error).__name__
            log.info("roster_read_anew", reason=reason)
    return await one.run(None)


class _Sync:
    """One sync under way."""

    def __init__(
        self,
        source: Source,
        store: RosterStore,
        kept: Kept | None,
        now: datetime,
        choices: Choices,
        progress: Progress | None,
    ) -> None:
        self._source = source
        self._store = store
        self._kept = kept
        self._now = now
        self._choices = choices
        self._progress = progress
        self._mark = ""

    async def run(self, former: Former | None) -> SyncReport:
        """Read everything, or what changed since `former`."""
        try:
            return await self._run(former)
        except BaseException:
            if self._kept is not None:
                await asyncio.to_thread(self._kept.drop_aside)
            raise

    async def _run(self, former: Former | None) -> SyncReport:
        began = time.monotonic()
        with ExitStack() as stack:
            secrets = former.secrets if former else Secrets()
            opening = scratch(secrets=secrets, former=former.index if former else None)
            index = await asyncio.to_thread(stack.enter_context, opening)
            roster = await read(
                self._source,
                index,
                today=self._now.date(),
                since=former.mark if former else "",
                tolerance=self._choices.left_out,
                progress=self._progress,
                told=self._put_aside,
            )
            if not roster.report.accepted:
                raise RosterRefused(roster.report)
            done = await self._bring_in(index, roster)
            await asyncio.to_thread(self._keep, index, done)
        return replace(done, only_changes=former is not None, took=timedelta(seconds=time.monotonic() - began))

    def _put_aside(self, index: Scratch, mark: str) -> None:
        self._mark = mark
        if self._kept is not None and mark and not self._choices.dry_run:
            try:
                self._kept.put_aside(index)
            except OSError as error:  # such as a full disk: no reason to leave the district without its roster
                log.warning("roster_not_kept", reason=type(error).__name__)
                self._mark = ""

    async def _bring_in(self, index: Scratch, roster: JoinedRoster) -> SyncReport:
        writer = await begun(index, self._store, now=self._now)
        async with or_nothing(writer):
            changes = await self._compared(index, roster, writer)
            gone = "" if self._choices.accept_removals else changes.too_many_removed(self._choices.most_removed)
            report = SyncReport(roster.report, changes, timedelta(0), stopped=asks_it(gone) if gone else "")
            if gone or self._choices.dry_run:
                await writer.abort()
                return report
            await put_in_force(roster, writer, self._progress)
        return replace(report, generation=writer.generation)

    def _keep(self, index: Scratch, done: SyncReport) -> None:
        if self._kept is None or self._choices.dry_run:
            return
        if not done.generation:
            self._kept.drop_aside()
        elif not self._mark:
            self._kept.forget()
        else:
            self._keep_what_was_read(self._kept, index, done.generation)

    def _keep_what_was_read(self, kept: Kept, index: Scratch, generation: str) -> None:
        try:
            kept.keep(self._source.name, generation, self._mark, index.secrets)
        except OSError as error:  # the roster is in force: the next sync reads everything
            log.warning("roster_not_kept", reason=type(error).__name__)
            kept.forget()

    async def _compared(self, index: Scratch, roster: JoinedRoster, writer: RosterWriter) -> Changes:
        """What would change. A roster that no key opens any more is replaced only when removals are accepted."""
        comparison = await asyncio.to_thread(Comparison, index, roster)
        try:
            await self._tell_former(comparison, writer)
        except SealBroken as error:
            if not self._choices.accept_removals:
                raise RosterError(UNREADABLE) from error
            comparison = await asyncio.to_thread(Comparison, index, roster)
        return await asyncio.to_thread(comparison.changes)

    async def _tell_former(self, comparison: Comparison, writer: RosterWriter) -> None:
        async for people in self._store.everybody():
            await asyncio.to_thread(comparison.former_staff, people)
            await writer.hold()
        async for sections in self._store.all_sections():
            await asyncio.to_thread(comparison.former_sections, sections)
            await writer.hold()


__all__ = ["Choices", "Kept", "SyncReport", "sync"]
