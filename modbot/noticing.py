"""Looks at live classes in which something happened, and has their teachers told of what is found. Once a cause, ever.

Whatever writes a session's state marks it (`modbot.store.looks`). Here a process takes some of those that have been due
longest, one process a class, and looks at each. A message that Slack took is noted after it was taken: what a process
that dies in between has told is told once more, rather than never.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from modbot.audit import Audit, AuditEntry
from modbot.authority import Places
from modbot.authorize import Place
from modbot.belonging import Attendance, Belonging
from modbot.errors import CommandError, ModbotError, StoreUnavailable
from modbot.finding_words import ABOUT, Seen
from modbot.findings import Finding, FindingKind, Thresholds, Unmatched, find, found_later, fresh, unmatched_in
from modbot.identity import NameMemory, Verdict
from modbot.lately import Lately
from modbot.log import get_logger
from modbot.metrics import FINDINGS, LOOKS, LOOKS_BEHIND
from modbot.model import Actor, Session
from modbot.rooms import with_host
from modbot.settings.findings import FindingSettings
from modbot.standing import Group
from modbot.store.looks import Due, Looks
from modbot.store.sessions import Sessions
from modbot.store.told import Told, ToldStore
from modbot.telling import Telling

AT_ONCE = 8
EVERY = timedelta(milliseconds=250)  # one small question to the store
LONGEST = timedelta(seconds=40)  # of one look: it must be over before its lease is
REST = 4  # times as long as looks took: what comes in and what staff ask for goes first
DRAIN = timedelta(seconds=5)
AFTER_FAILURE = timedelta(seconds=20)
PAUSE = timedelta(seconds=30)  # between two messages of one kind: what comes meanwhile is told together
PLACE_KEEP = timedelta(seconds=60)
UNKNOWN_KEEP = timedelta(seconds=5)  # which class it is may show when more have come
SHOWN_KEEP = timedelta(seconds=60)  # the radar swallows its own trouble: it is shown the same again now and then
MOST_HELD = 10_000  # sessions

log = get_logger("noticing")


class Watching(Protocol):
    """Who looks across classes (`modbot.radar`)."""

    @property
    def memory(self) -> NameMemory:
        """How what people show is digested, alike in every class."""

    async def saw(self, session: Session, place: Place, sightings: Sequence[Unmatched]) -> None:
        """These were not recognised. Raises no ModbotError."""


class Noticing:
    """Looks, and tells. One per process."""

    def __init__(
        self,
        *,
        looks: Looks,
        sessions: Sessions,
        told: ToldStore,
        places: Places,
        belonging: Belonging,
        telling: Telling,
        radar: Watching,
        audit: Audit,
        settings: FindingSettings,
        now: Callable[[], datetime],
        pause: timedelta = PAUSE,
        after_failure: timedelta = AFTER_FAILURE,
    ) -> None:
        self._looks = looks
        self._sessions = sessions
        self._told = told
        self._places = places
        self._belonging = belonging
        self._telling = telling
        self._radar = radar
        self._audit = audit
        self._thresholds = Thresholds.of(settings)
        self._off = frozenset(settings.off)
        self._now = now
        self._pause = pause
        self._after_failure = after_failure
        self._held = Lately[Place](MOST_HELD)
        self._unknown = Lately[bool](MOST_HELD)
        self._shown = Lately[tuple[Unmatched, ...]](MOST_HELD)
        self._owed: dict[str, timedelta | None] = {}  # looks that are over, which the store has not heard of
        self._unnoted: dict[str, set[str]] = {}  # causes that were told, which the store has not heard of

    async def run(self) -> None:
        """Until cancelled; looks that were begun are finished. They take a fifth of a process's time at the most."""
        while True:
            began = time.monotonic()
            busy = await self._finished(asyncio.ensure_future(self._some_or_none()))
            spent = time.monotonic() - began
            await asyncio.sleep(max(REST * spent, 0.0 if busy else EVERY.total_seconds()))

    async def _finished(self, work: "asyncio.Future[bool]") -> bool:
        """What was told and not noted would be told again by the next process."""
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            _, late = await asyncio.wait([work], timeout=DRAIN.total_seconds())
            for one in late:
                one.cancel()
            raise

    async def _some_or_none(self) -> bool:
        try:
            return await self.some()
        except StoreUnavailable as error:
            log.info("not_looking", detail=error.log_detail)
        except Exception:  # one class's trouble must not keep the others unseen
            log.exception("looking_broke")
        return False

    async def some(self) -> bool:
        """Look at the classes that have been due longest; whether more may be due. Raises StoreUnavailable."""
        await self._pay_owed()
        due = await self._looks.take(AT_ONCE)
        LOOKS_BEHIND.set(max((one.behind.total_seconds() for one in due), default=0))
        await asyncio.gather(*map(self._look, due))
        return len(due) == AT_ONCE

    async def _pay_owed(self) -> None:
        for key, again in list(self._owed.items()):
            await self._looks.done(key, again=again)
            del self._owed[key]

    async def _look(self, due: Due) -> None:
        again: timedelta | None = self._after_failure
        try:
            async with asyncio.timeout(LONGEST.total_seconds()):
                again = await self._seen(due.session_key)
        except ModbotError as error:
            log.warning("not_looked_at", session=due.session_key, detail=error.log_detail)
        except TimeoutError:
            log.warning("looked_too_long", session=due.session_key)
        except Exception:  # and is looked at again: nobody else would say that something is wrong there
            log.exception("look_broke", session=due.session_key)
        finally:
            LOOKS.inc()
        try:
            await self._looks.done(due.session_key, again=again)
        except StoreUnavailable:
            self._owed[due.session_key] = again

    async def _seen(self, key: str) -> timedelta | None:
        """Look at one class; when to look again though nothing happens, if at all."""
        if self._unknown.get(key):
            return UNKNOWN_KEEP
        session, told = await asyncio.gather(self._sessions.get(key), self._told.of(key))
        if session is None or not session.live:
            return None
        session = with_host(session)
        place = await self._place(session)
        attendance = await self._belonging.attendance(session, place.section) if place.section else None
        if attendance is None:
            self._unknown.put(key, value=True, keep=UNKNOWN_KEEP)
            return None
        verdicts = _doubted(attendance)
        await self._show_radar(session, place, verdicts)
        held = await self._tell_new(session, place, attendance, told)
        later = found_later(session, verdicts, now=self._now(), thresholds=self._thresholds)
        waits = [*held, later - self._now()] if later is not None else held
        return min(waits, default=None)

    async def _show_radar(self, session: Session, place: Place, verdicts: dict[str, Verdict]) -> None:
        if FindingKind.RAID in self._off or not place.section or not place.school:
            return
        memory = self._radar.memory
        found = unmatched_in(session, verdicts, section=place.section, school=place.school, memory=memory)
        if found and self._shown.get(session.key) != found:
            await self._radar.saw(session, place, found)
            self._shown.put(session.key, found, SHOWN_KEEP)

    async def _tell_new(self, session: Session, place: Place, attendance: Attendance, told: Told) -> list[timedelta]:
        """Tell what was not told, one message a kind; how long to wait for those whose kind was told just now."""
        now, held = self._now(), []
        found = find(
            session, _doubted(attendance), class_size=attendance.class_size, now=now, thresholds=self._thresholds
        )
        wanted = [one for one in found if one.kind not in self._off and one.kind not in told.quiet]
        new = fresh(wanted, told.causes | self._unnoted.get(session.key, set()))
        for kind in dict.fromkeys(one.kind for one in new):
            wait = told.last[kind] + self._pause - now if kind in told.last else timedelta(0)
            if wait > timedelta(0):
                held.append(wait)
                continue
            mine = [one for one in new if one.kind is kind]
            seen = Seen(session, kind, mine, attendance.verdicts, attendance.standings)
            ear = await self._telling.tell(seen, place)
            FINDINGS.labels(kind, ear).inc(len(mine))
            log.info("finding_told", session=session.key, kind=kind, to=ear, count=len(mine))
            await self._note(session.key, kind, mine)
        return held

    async def _note(self, key: str, kind: FindingKind, findings: Iterable[Finding]) -> None:
        causes = {cause for finding in findings for cause in finding.causes} | self._unnoted.get(key, set())
        self._unnoted[key] = causes
        await self._told.note(key, kind, causes, self._now())
        del self._unnoted[key]

    async def _place(self, session: Session) -> Place:
        """Where the class is, remembered for a minute. Raises StoreUnavailable."""
        held = self._held.get(session.key)
        if held is not None:
            return held
        place = await self._places.of(session)
        if place.section is None:
            await self._places.section(session)  # raises where the store is why it is not known
        else:
            self._held.put(session.key, place, PLACE_KEEP)
        return place

    async def quieten(self, session: Session, kind: str, *, quiet: bool, by: Actor, request_id: str) -> str:
        """Whether this kind is not told in this session any more; recorded. What it is about, in a few words.

        Raises CommandError for a kind that there is not, StoreUnavailable.
        """
        if kind not in ABOUT:
            raise CommandError("modbot does not know what this button is about. Nothing was changed.")
        await self._told.quieten(session.key, kind, quiet=quiet)
        await self._audit.append(
            AuditEntry(
                at=self._now(), id=request_id, actor=by.id, action="findings.quiet" if quiet else "findings.tell",
                room=session.room.key, platform=session.room.platform, phase="outcome", outcome="done", reason=kind,
                elapsed_ms=None, extra={},
            )
        )  # fmt: skip
        return ABOUT[kind]


def _doubted(attendance: Attendance) -> dict[str, Verdict]:
    """The verdicts, but for those who gave an address of staff that nobody proved: neither strangers nor known."""
    says_staff = {one.person.id for one in attendance.standings if one.group is Group.SAYS_STAFF}
    return {who: verdict for who, verdict in attendance.verdicts.items() if who not in says_staff}
