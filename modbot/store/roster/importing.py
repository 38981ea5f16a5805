"""Importing a district's files into the store, whole or not at all. `modbot roster import` and `check` call this."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from modbot.errors import StoreUnavailable
from modbot.rosters import Progress, Roster, RosterRefused, RosterReport, email_digest, oneroster_csv
from modbot.rosters.oneroster_csv import TOLERANCE
from modbot.rosters.scratch import Scratch, Secrets
from modbot.store.roster.kept import Kept
from modbot.store.roster.writing import RosterWriter

STAFF_AT_ONCE = 100  # about 100 kB in one write
SECTIONS_AT_ONCE = 50
EMAILS_AT_ONCE = 2000
CSV = "oneroster_csv"  # the source's name for what is kept

T = TypeVar("T")


class Begins(Protocol):
    """What an import needs of the store (`RosterStore`)."""

    async def in_force(self) -> str:
        """The generation in force, "" for none."""

    async def begin(self, *, salt: bytes, now: datetime, dead: Collection[str] = ()) -> RosterWriter:
        """A writer of the next generation. `dead`: imports that keep nobody waiting."""


def check(
    folder: Path,
    *,
    today: date | None = None,
    strict: bool = False,
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
) -> RosterReport:
    """What an import of this OneRoster folder would find; writes nothing. `today` is by default today in UTC."""
    day = today or datetime.now(UTC).date()
    return oneroster_csv.check(folder, today=day, strict=strict, tolerance=tolerance, progress=progress)


async def import_roster(
    folder: Path,
    store: Begins,
    *,
    now: datetime | None = None,
    strict: bool = False,
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
    scratch_folder: Path | None = None,
    kept: Kept | None = None,
    keep: bool = False,
) -> RosterReport:
    """Import a OneRoster folder and put it in force in one step. Returning means that it is in force.

    `progress` is called on the event loop with rows done and rows in all: None while the files are read, then the
    records to be written. `scratch_folder` needs about as much room as the files take; by default it is the system's
    temporary folder. With `keep`, what was read is put into `kept`, so that a later folder may hold changes only; a
    folder of changes needs what was kept, and keeps it up to date. Raises RosterRefused, with the report, when the
    files do not fit: nothing was changed then. Raises RosterError while another import is under way, and
    StoreUnavailable: then look at what is in force.
    """
    at = now or datetime.now(UTC)
    former = await asyncio.to_thread(kept.find, CSV, await store.in_force()) if kept is not None else None
    secrets = former.secrets if former is not None else Secrets()
    keeping = kept if keep or former is not None else None
    reading = oneroster_csv.read(
        folder,
        today=at.date(),
        digest=email_digest(secrets.salt),
        strict=strict,
        tolerance=tolerance,
        progress=on_loop(progress),
        scratch_folder=scratch_folder,
        secrets=secrets,
        former=former.index if former is not None else None,
        told=keeping.put_aside if keeping is not None else None,
    )
    with ExitStack() as stack:
        if keeping is not None:
            stack.callback(keeping.drop_aside)  # what came into force is no longer aside by then
        roster = await asyncio.to_thread(stack.enter_context, reading)
        if not roster.report.accepted:
            raise RosterRefused(roster.report)
        writer = await begun(roster.index, store, now=at)
        async with or_nothing(writer):
            await put_in_force(roster, writer, progress)
        if keeping is not None:
            await asyncio.to_thread(keeping.keep, CSV, writer.generation, CSV, secrets)
        elif kept is not None:
            await asyncio.to_thread(kept.forget)
    return roster.report


async def begun(index: Scratch, store: Begins, *, now: datetime) -> RosterWriter:
    """A writer of the next generation; an import of this machine that died keeps nobody waiting. Raises RosterError."""
    writer = await store.begin(salt=index.secrets.salt, now=now, dead=index.place.dead)
    await asyncio.to_thread(index.place.begun, [writer.generation])
    return writer


def on_loop(progress: Progress | None) -> Progress | None:
    """A progress that a thread may call."""
    if progress is None:
        return None
    loop = asyncio.get_running_loop()
    told = progress

    def tell(done: int, total: int | None) -> None:
        loop.call_soon_threadsafe(told, done, total)

    return tell


async def put_in_force(roster: Roster, writer: RosterWriter, progress: Progress | None) -> None:
    """Write a roster's records and switch to them; use `or_nothing` around it. Raises RosterError."""
    await _write(roster, writer, _Tally(roster.report, progress).add)
    await writer.commit(roster.report.counts)


@asynccontextmanager
async def or_nothing(writer: RosterWriter) -> AsyncIterator[None]:
    """Whatever ends the block with an exception, nothing of the new roster stays."""
    try:
        yield
    except BaseException:
        with suppress(StoreUnavailable):  # then the next import clears it away
            await writer.abort()
        raise


async def _write(roster: Roster, writer: RosterWriter, done: Callable[[int], None]) -> None:
    async for staff in _some(roster.staff(), STAFF_AT_ONCE):
        await writer.add_staff(staff)
        done(len(staff))
    async for sections in _some(roster.sections(), SECTIONS_AT_ONCE):
        await writer.add_sections(sections)
        done(len(sections))
    async for emails in _some(roster.emails(), EMAILS_AT_ONCE):
        await writer.add_emails(emails)


async def _some(records: Iterator[T], at_once: int) -> AsyncIterator[list[T]]:
    """A few records at a time, read in a thread so that the event loop goes on."""
    while some := await asyncio.to_thread(lambda: list(islice(records, at_once))):
        yield some


class _Tally:
    """Tells how many records have been written, after the rows that were read."""

    def __init__(self, report: RosterReport, progress: Progress | None) -> None:
        self._done = sum(report.rows.values())
        self._total = self._done + report.counts.staff + report.counts.sections
        self._progress = progress

    def add(self, records: int) -> None:
        """Some more were written."""
        self._done += records
        if self._progress is not None:
            self._progress(self._done, self._total)
