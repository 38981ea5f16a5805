"""The door: every act on a room goes through `Door.perform`, whoever asks (P2).

Authorise, take the room, record the intent, ask the platform, confirm, record the outcome. Called again with the same
act id, by a retry or another process, it has the effect of one: a finished act gives its recorded result, an unfinished
one is carried out again from the platform call on, which is safe to repeat. What is written of it: `modbot.recording`.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from modbot.audit import Audit
from modbot.confirmation import Confirmation, Confirmed
from modbot.errors import (
    Forbidden,
    MalformedAnswer,
    NotOffered,
    PartlyDone,
    RoomBusy,
    StoreUnavailable,
    Unreachable,
    VendorError,
    VendorFault,
)
from modbot.log import get_logger
from modbot.metrics import ACT_SECONDS
from modbot.model import Actor, Operation, Outcome, PlatformName, Result, Session
from modbot.platforms import Capability, How, Platform, Receipt, Remember, Target, forget
from modbot.recording import Act, Recording
from modbot.store.acts import Acts, Begun, Held, Overruled

WAIT_FOR_ROOM = timedelta(seconds=12)
LOOK_AGAIN = timedelta(milliseconds=60)  # doubled at each look: a queue at one door must not cost the others time
LOOK_AT_LEAST = timedelta(milliseconds=500)
OVERRULED = "A newer order about the door stands, so nothing was done."

log = get_logger("door")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether somebody may do something, and the sentence that says why."""

    allowed: bool
    why: str


class Authority(Protocol):
    """Decides who may do what where (`modbot.authority`)."""

    async def decide(self, actor: Actor, operation: Operation, session: Session) -> Decision:
        """Deny by default."""


class Door:
    """The only way to act on a room."""

    def __init__(
        self,
        *,
        platforms: Mapping[PlatformName, Platform],
        acts: Acts,
        audit: Audit,
        authority: Authority,
        confirmation: Confirmation,
    ) -> None:
        self._platforms = platforms
        self._acts = acts
        self._record = Recording(acts, audit)
        self._authority = authority
        self._confirmation = confirmation

    def platform(self, session: Session) -> Platform:
        """The platform a session runs on. Raises KeyError for one this district has not set up."""
        return self._platforms[session.room.platform]

    def capability(self, session: Session, operation: Operation) -> Capability:
        """How an operation is done in this session."""
        return self.platform(session).capabilities[operation]

    async def perform(self, act: Act) -> Result:
        """Carry out one act and say what came of it. Raises only for modbot's own faults, never for a vendor's."""
        decision = await self._authority.decide(act.by, act.operation, act.session)
        if not decision.allowed:
            return await self._refuse(act, decision.why)
        capability = self.capability(act.session, act.operation)
        if capability.how is How.BY_HAND:
            return await self._closed(act, _by_hand(act, capability))
        begun = await self._begin(act)
        if isinstance(begun, Overruled):
            return await self._refuse(act, OVERRULED)
        if isinstance(begun, Result):
            return begun
        result = await self._carry_out(act, capability, begun)
        return await self._closed(act, result, recorded=begun is not None)

    async def _refuse(self, act: Act, why: str) -> Result:
        return await self._closed(act, _result(act, Outcome.REFUSED, why))

    async def _begin(self, act: Act) -> Begun | Overruled | Result | None:
        """Take the room, waiting a little for whoever holds it; None when the store is gone (P12: act all the same)."""
        deadline = asyncio.get_running_loop().time() + WAIT_FOR_ROOM.total_seconds()
        pause = LOOK_AGAIN
        try:
            while isinstance(taken := await self._record.begin(act), Held):
                if asyncio.get_running_loop().time() > deadline:
                    raise RoomBusy(taken.by)
                await asyncio.sleep(pause.total_seconds())
                pause = min(pause * 2, LOOK_AT_LEAST)
        except StoreUnavailable as error:
            log.warning("unrecorded_act", act=act.id, operation=act.operation, detail=error.log_detail)
            return None
        return taken

    async def _carry_out(self, act: Act, capability: Capability, begun: Begun | None) -> Result:
        platform = self.platform(act.session)
        target = Target(act.session, act.people, act.former, self._remember(act))
        before = await self._confirmation.heard(act.operation, target)
        try:
            receipt = await platform.perform(act.operation, target)
        except VendorError as error:
            return await self._after_failure(act, capability, target, error)
        confirmed = await self._confirmation.of(act.operation, platform, target)
        receipt = replace(receipt, already=receipt.already or before)
        return _judge(act, capability, receipt, confirmed, repeated=begun is not None and begun.again)

    def _remember(self, act: Act) -> Remember:
        if not act.remember_as:
            return forget

        async def keep(former: Mapping[str, Any]) -> None:
            try:
                await self._acts.remember(act.remember_as, former)
            except StoreUnavailable as error:
                log.warning("former_settings_not_kept", act=act.id, detail=error.log_detail)

        return keep

    async def _after_failure(self, act: Act, capability: Capability, target: Target, error: VendorError) -> Result:
        """The platform did not say yes. Where it may have acted all the same, look before saying so."""
        log.warning("vendor_error", act=act.id, operation=act.operation, detail=error.log_detail)
        perhaps = _may_have_acted(error)
        confirmed = Confirmed()
        if perhaps or act.people:
            confirmed = await self._confirmation.of(act.operation, self.platform(act.session), target)
        if confirmed.in_effect or Outcome.DONE in confirmed.people.values():
            return _judge(act, capability, Receipt(), confirmed, repeated=True)
        if isinstance(error, PartlyDone):
            return _result(act, Outcome.PARTIAL, error.staff_text, capability, people=confirmed.people)
        if confirmed.unseen and (perhaps or len(act.people) > 1):
            said = f"{error.staff_text} It may or may not have happened: look at the class."
            return _result(act, Outcome.UNKNOWN, said, capability, people=confirmed.people)
        seen = " Reading it back shows no change." if perhaps else ""
        return _result(act, _outcome_of(error), error.staff_text + seen, capability)

    async def _closed(self, act: Act, result: Result, *, recorded: bool = True) -> Result:
        """Record the outcome. When that fails the act stands, and the result says that it is unrecorded."""
        elapsed = datetime.now(UTC) - act.asked_at
        result = replace(result, elapsed_ms=max(0, int(elapsed.total_seconds() * 1000)), recorded=recorded)
        ACT_SECONDS.labels(act.operation, act.session.room.platform, result.outcome).observe(elapsed.total_seconds())
        log.info(
            "act", act=act.id, operation=act.operation, room=act.session.room.key, outcome=result.outcome,
            actor=act.by.id, elapsed_ms=result.elapsed_ms, recorded=recorded,
        )  # fmt: skip
        if recorded:
            return await self._record.close(act, result)
        self._record.owe(act, result)
        return result

    async def settle(self) -> None:
        """Write to the record what a store that was gone could not take. Cheap when there is nothing."""
        await self._record.settle()


def _outcome_of(error: VendorError) -> Outcome:
    if isinstance(error, NotOffered):
        return Outcome.UNSUPPORTED
    return Outcome.REFUSED if isinstance(error, Forbidden) else Outcome.FAILED


def _may_have_acted(error: VendorError) -> bool:
    """Whether the request may have been carried out although no readable yes came back."""
    if isinstance(error, PartlyDone):
        return _may_have_acted(error.rest)
    if isinstance(error, Unreachable):
        return error.maybe_applied
    return isinstance(error, VendorFault | MalformedAnswer)


def _judge(act: Act, capability: Capability, receipt: Receipt, confirmed: Confirmed, *, repeated: bool) -> Result:
    """What the confirmation allows to be said. Never `done` without one (P3)."""
    before = receipt.already and not repeated
    if confirmed.people:
        return _judge_people(act, capability, confirmed, before=before)
    if confirmed.in_effect:
        if capability.how is How.SUBSTITUTE:  # never more than in part, however often it is asked
            said = _already_in_part(act) if before else capability.effect
            return _result(act, Outcome.PARTIAL, said, capability, former=receipt.former)
        if before:
            return _result(act, Outcome.ALREADY, _already(act), former=receipt.former)
        return _result(act, Outcome.DONE, capability.effect, former=receipt.former)
    label = act.session.room.platform.label
    if confirmed.unseen:
        said = f"{label} took the request, but nothing has confirmed it yet. Look at the class before you rely on it."
        return _result(act, Outcome.UNKNOWN, said, capability, former=receipt.former)
    said = f"{label} said yes, but it did not happen: reading it back shows no change."
    return _result(act, Outcome.FAILED, said, capability, former=receipt.former)


def _judge_people(act: Act, capability: Capability, confirmed: Confirmed, *, before: bool) -> Result:
    outcomes = set(confirmed.people.values())
    if outcomes == {Outcome.DONE}:
        if before:
            return _result(act, Outcome.ALREADY, _already(act), people=confirmed.people)
        return _result(act, Outcome.DONE, capability.effect, people=confirmed.people)
    done = sum(1 for outcome in confirmed.people.values() if outcome is Outcome.DONE)
    label = act.session.room.platform.label
    total = len(confirmed.people)
    if done:
        said = f"{done} of {total} confirmed. {label} has not confirmed the rest."
        return _result(act, Outcome.PARTIAL, said, capability, people=confirmed.people)
    if Outcome.UNKNOWN in outcomes:
        said = f"{label} took the request, but nothing has confirmed it yet. Look at the class before you rely on it."
        return _result(act, Outcome.UNKNOWN, said, capability, people=confirmed.people)
    said = f"{label} said yes, but it did not happen: reading it back shows no change."
    return _result(act, Outcome.FAILED, said, capability, people=confirmed.people)


def _by_hand(act: Act, capability: Capability) -> Result:
    label = act.session.room.platform.label
    said = capability.effect or f"{label} gives no way to do this from outside the meeting."
    return _result(act, Outcome.UNSUPPORTED, said, capability)


def _already(act: Act) -> str:
    return {
        Operation.LOCK: "The class was already locked.",
        Operation.UNLOCK: "The class was already unlocked.",
        Operation.MUTE: "Everyone but the hosts was already muted.",
        Operation.END: "The class had already ended.",
        Operation.EJECT: (
            "They were out already: they had left, or somebody had put them out. "
            "Whoever left by themselves can come back unless the class is locked."
        ),
        Operation.RESTORE: "Nothing had to be changed.",
    }.get(act.operation, "It was already so.")


def _already_in_part(act: Act) -> str:
    return f"Nothing had to be changed: what {act.session.room.platform.label} lets modbot do was done before."


def _result(
    act: Act,
    outcome: Outcome,
    said: str,
    capability: Capability | None = None,
    *,
    former: Mapping[str, Any] | None = None,
    people: Mapping[str, Outcome] | None = None,
) -> Result:
    return Result(
        act_id=act.id,
        operation=act.operation,
        room=act.session.room,
        outcome=outcome,
        said=said,
        by_hand=capability.steps if capability else (),
        former=former or {},
        people=people or {},
    )


__all__ = ["Act", "Authority", "Decision", "Door"]
