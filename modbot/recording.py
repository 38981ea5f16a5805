"""The two records of an act, its own and the audit chain, kept whole though processes and the store die in between.

Each act gets one intent and one outcome in the chain (P11). The act's own record comes first and decides: of two
processes that carried out the same act, one gives the outcome. What a store that is gone could not take is owed, and
written when it is back.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from modbot.audit import Audit, AuditEntry
from modbot.errors import StoreUnavailable
from modbot.log import get_logger
from modbot.model import Actor, Operation, Outcome, Participant, Result, Session
from modbot.store.acts import Acts, Begun, Held, Overruled

AGAIN_AFTER = (timedelta(milliseconds=300), timedelta(milliseconds=700))  # an embedded store is back within these
MAX_OWED = 1000
WITHOUT_INTENT = frozenset({Outcome.REFUSED, Outcome.UNSUPPORTED})  # decided before anything is begun

log = get_logger("recording")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to be done to one session.

    `id` makes it safe to repeat. `asked_at` is the key press: elapsed times count from it. `remember_as` is the store
    key under which former settings are kept, "" for none. `while_stands` is the act that this one takes back: where a
    newer order about the door stands, nothing is done.
    """

    id: str
    operation: Operation
    session: Session
    by: Actor
    asked_at: datetime
    people: tuple[Participant, ...] = ()
    former: Mapping[str, Any] = field(default_factory=dict)
    remember_as: str = ""
    reason: str = ""
    while_stands: str = ""
    undo_at: datetime | None = None  # named in the intent, so that a crash cannot forget it


class Recording:
    """Begins and closes acts. One per process."""

    def __init__(self, acts: Acts, audit: Audit) -> None:
        self._acts = acts
        self._audit = audit
        self._owed: dict[str, tuple[Act, Result]] = {}  # by act id: done, but not yet in the record
        self._settling = asyncio.Lock()  # two at once would both find an outcome missing, and write it twice

    async def begin(self, act: Act) -> Begun | Held | Overruled | Result:
        """Take the room and write the intent; or who holds it, or the result this act already had.

        Raises StoreUnavailable: then the act may be carried out unrecorded, and closed with `owe`.
        """
        said = f"{act.operation} by {act.by.name}"
        taken = await self._acts.begin(
            act.id, act.session.room, said=said, intent=_intent(act), while_stands=act.while_stands
        )
        if isinstance(taken, Result):
            await self._complete_or_owe(act, taken)
        elif isinstance(taken, Begun) and not (taken.again and "intent" in await self._phases_recorded(act)):
            await self._audit.append(_entry(act, "intent"))
        return taken

    async def close(self, act: Act, result: Result) -> Result:
        """Write the outcome and let the room go. The result that stands; `recorded` is false while it is owed."""
        try:
            return await self._close(act, result)
        except StoreUnavailable as error:
            log.warning("unrecorded_outcome", act=act.id, detail=error.log_detail)
        self.owe(act, result)
        for pause in AGAIN_AFTER:
            await asyncio.sleep(pause.total_seconds())
            await self.settle()
            if act.id not in self._owed:
                return result
        return replace(result, recorded=False)

    async def _close(self, act: Act, result: Result) -> Result:
        stands = await self._acts.end(result)
        if stands is not None:
            await self._complete_or_owe(act, stands)
            return stands
        await self._audit.append(_entry(act, "outcome", result))
        return result

    def owe(self, act: Act, result: Result) -> None:
        """This was done and could not be recorded: `settle` will."""
        self._owed[act.id] = (act, result)
        if len(self._owed) > MAX_OWED:
            lost = next(iter(self._owed))
            del self._owed[lost]
            log.error("outcome_never_recorded", act=lost)

    async def settle(self) -> None:
        """Write what is owed, as far as the store takes it. Nothing to do most of the time."""
        async with self._settling:
            for act, result in list(self._owed.values()):
                try:
                    stands = await self._acts.end(result) or result
                    await self._complete(act, stands)
                except StoreUnavailable:
                    return
                if self._owed.pop(act.id, None) is not None:
                    log.info("act_recorded_late", act=act.id)

    async def _complete_or_owe(self, act: Act, result: Result) -> None:
        try:
            await self._complete(act, result)
        except StoreUnavailable as error:
            log.warning("unrecorded_outcome", act=act.id, detail=error.log_detail)
            self.owe(act, result)

    async def _complete(self, act: Act, result: Result) -> None:
        """Add what the chain lacks of a finished act: its process may have died before it wrote that."""
        there = await self._phases_recorded(act)
        if not there and result.outcome not in WITHOUT_INTENT:
            await self._audit.append(_entry(act, "intent"))
        if "outcome" not in there:
            await self._audit.append(_entry(act, "outcome", result))

    async def _phases_recorded(self, act: Act) -> set[str]:
        """What the chain has of an act. Reads it from the key press on, so only where something went wrong."""
        intent = await self._acts.intent(act.id)
        asked_at = datetime.fromisoformat(intent["asked_at"]) if intent else act.asked_at
        since = min(asked_at, act.asked_at)
        return {str(entry["phase"]) async for entry in self._audit.export(since) if entry["id"] == act.id}


def _intent(act: Act) -> dict[str, Any]:
    return {
        "operation": act.operation,
        "session": act.session.key,
        "room": act.session.room.key,
        "actor": act.by.id,
        "people": [person.id for person in act.people],
        "asked_at": act.asked_at.isoformat(),
        "undo_at": act.undo_at.isoformat() if act.undo_at else None,
    }


def _entry(act: Act, phase: str, result: Result | None = None) -> AuditEntry:
    """An entry's time is when it is written: a chain is searched by its times, and work may be taken up hours later."""
    extra: dict[str, Any] = {"session": act.session.id}
    if act.people:
        extra["people"] = [person.id for person in act.people]
    if act.undo_at and phase == "intent":
        extra["undo_at"] = act.undo_at.isoformat()
    return AuditEntry(
        at=datetime.now(UTC),
        id=act.id,
        actor=act.by.id,
        action=str(act.operation),
        room=act.session.room.key,
        platform=str(act.session.room.platform),
        phase=phase,
        outcome=str(result.outcome) if result else "",
        reason=act.reason,
        elapsed_ms=result.elapsed_ms if result else None,
        extra=extra,
    )
