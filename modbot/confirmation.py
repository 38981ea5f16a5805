"""Was it really so? An act is confirmed by a meeting event or by reading the platform back, never by a 2xx (P3)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from modbot.errors import NotFound, StoreUnavailable, VendorError
from modbot.log import get_logger
from modbot.model import Operation, Outcome, Participant, Presence, Session
from modbot.platforms import Platform, Seen, Target
from modbot.store.sessions import Sessions

ON_PEOPLE = frozenset({Operation.EJECT, Operation.ADMIT})
_OUT_OF_CLASS = (Presence.LEFT, Presence.LOBBY)
_OUT_OF_LOBBY = (Presence.LEFT,)

log = get_logger("confirmation")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What was seen. `people` is filled for acts on people. `unseen`: nothing could tell either way."""

    in_effect: bool = False
    unseen: bool = False
    people: Mapping[str, Outcome] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a confirmation. Events are looked for often, the platform is re-read seldom."""

    window: timedelta = timedelta(seconds=9)
    event_every: timedelta = timedelta(milliseconds=50)
    reread_after: tuple[timedelta, ...] = (
        timedelta(0),
        timedelta(milliseconds=400),
        timedelta(milliseconds=1500),
        timedelta(seconds=4),
        timedelta(seconds=8),
    )


class Confirmation:
    """Watches for the effect of an act."""

    def __init__(self, sessions: Sessions, patience: Patience | None = None) -> None:
        self._sessions = sessions
        self._patience = patience or Patience()

    async def of(self, operation: Operation, platform: Platform, target: Target) -> Confirmed:
        """What became of `operation`, within the window. Never raises for a vendor's or the store's failure."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        rereads = [began + pause.total_seconds() for pause in self._patience.reread_after]
        last = Confirmed(unseen=True)
        while True:
            last = _better(last, await self._by_event(operation, target))
            if not last.in_effect and rereads and loop.time() >= rereads[0]:
                rereads.pop(0)
                last = _better(last, await self._by_reread(operation, platform, target))
            if last.in_effect or loop.time() - began >= self._patience.window.total_seconds() or not rereads:
                return last
            await asyncio.sleep(self._patience.event_every.total_seconds())

    async def heard(self, operation: Operation, target: Target) -> bool:
        """Whether events told, up to now, that it is so: who is to be put out has left, the class has ended."""
        return (await self._by_event(operation, target)).in_effect

    async def _by_event(self, operation: Operation, target: Target) -> Confirmed:
        if operation not in ON_PEOPLE and operation is not Operation.END:
            return Confirmed(unseen=True)
        try:
            session = await self._sessions.get(target.session.key)
        except StoreUnavailable:
            return Confirmed(unseen=True)
        if session is None:
            return Confirmed(unseen=True)
        if operation is Operation.END:
            return Confirmed(in_effect=not session.live, unseen=session.live)
        heard = {person.id: person.presence for person in session.participants}
        return _people(target.people, operation, heard, otherwise=Outcome.UNKNOWN, session=session)

    async def _by_reread(self, operation: Operation, platform: Platform, target: Target) -> Confirmed:
        try:
            if operation in ON_PEOPLE:
                present = {person.id: person.presence for person in await platform.read(target.session)}
                return _people(target.people, operation, present, otherwise=Outcome.FAILED, session=None)
            seen = await platform.check(operation, target)
        except NotFound:
            gone = operation in (Operation.END, Operation.EJECT)
            people = {person.id: Outcome.DONE for person in target.people} if gone else {}
            return Confirmed(in_effect=gone, unseen=not gone, people=people)
        except VendorError as error:
            log.info("reread_failed", operation=operation, session=target.session.key, detail=error.log_detail)
            return Confirmed(unseen=True)
        return Confirmed(in_effect=seen is Seen.IN_EFFECT, unseen=seen is Seen.CANNOT_TELL)


def _people(
    people: Sequence[Participant],
    operation: Operation,
    presence: Mapping[str, Presence],
    *,
    otherwise: Outcome,
    session: Session | None,
) -> Confirmed:
    """Each person's outcome. An event can only confirm; a re-read that still shows them denies."""
    outcomes = {}
    for person in people:
        where = presence.get(person.id, Presence.LEFT if session is None else None)
        if operation is Operation.EJECT:
            done = where in (_OUT_OF_LOBBY if person.presence is Presence.LOBBY else _OUT_OF_CLASS)
        else:
            done = where is Presence.JOINED
        outcomes[person.id] = Outcome.DONE if done else otherwise
    done_all = all(outcome is Outcome.DONE for outcome in outcomes.values())
    return Confirmed(in_effect=done_all, unseen=otherwise is Outcome.UNKNOWN and not done_all, people=outcomes)


def _better(before: Confirmed, now: Confirmed) -> Confirmed:
    """A later look on top of an earlier one: silence takes nothing back, and what was confirmed stays confirmed."""
    if not now.people:
        return before if now.unseen else now
    people = {who: _later(before.people.get(who, Outcome.UNKNOWN), outcome) for who, outcome in now.people.items()}
    done_all = all(outcome is Outcome.DONE for outcome in people.values())
    return Confirmed(in_effect=done_all, unseen=Outcome.UNKNOWN in people.values(), people=people)


def _later(before: Outcome, now: Outcome) -> Outcome:
    return before if before is Outcome.DONE or now is Outcome.UNKNOWN else now
