"""The door as commands see it, with the settings it remembers and the undo it arms."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from modbot.actions import OVERRULED, Act, Door
from modbot.chat import Chat
from modbot.command import Wanted, title_of
from modbot.errors import StoreUnavailable, VendorError
from modbot.jobs import Jobs
from modbot.log import get_logger
from modbot.model import Actor, Operation, Outcome, Result, Room, Session
from modbot.outcome_words import reply_to
from modbot.platforms import Capability
from modbot.reply import Button
from modbot.store import keys
from modbot.store.acts import IN_VAIN, ORDERS, Acts
from modbot.store.sessions import Sessions

UNDO_JOB = "act.undo"
UNDO = {Operation.LOCK: Operation.UNLOCK}
_KEY = {"former": keys.former, "panic": keys.panic}

log = get_logger("acting")


class Hands:
    """Carries out what commands want, and undoes it when its time is up."""

    def __init__(
        self, *, door: Door, acts: Acts, sessions: Sessions, jobs: Jobs, chat: Chat, now: Callable[[], datetime]
    ) -> None:
        self._door = door
        self._acts = acts
        self._sessions = sessions
        self._jobs = jobs
        self._chat = chat
        self._now = now

    async def act(self, wanted: Wanted) -> Result:
        """Through the door; then the undo, if one was asked for, whether this is the first try or a repeat.

        Raises StoreUnavailable when the undo could not be set: call again.
        """
        undo_at = wanted.asked_at + wanted.undo_after if wanted.undo_after else None
        act = Act(
            id=wanted.id,
            operation=wanted.operation,
            session=wanted.session,
            by=wanted.by,
            asked_at=wanted.asked_at,
            people=wanted.people,
            former=wanted.former,
            remember_as=_KEY[wanted.remember](wanted.session.room.key) if wanted.remember else "",
            reason=wanted.reason,
            while_stands=wanted.while_stands,
            undo_at=undo_at,
        )
        result = await self._door.perform(act)
        await self._set_timer(act, result)
        return result

    async def _set_timer(self, act: Act, result: Result) -> None:
        """Arm the undo. One timer a room: a lock without a time, an unlock or an all-clear calls the former one off."""
        key = f"undo:{act.session.room.key}"
        if result.outcome in IN_VAIN:
            return
        if not result.recorded:
            return  # without a store there are no timers to set or to call off
        if act.undo_at is not None and await self.will_undo(result):
            # Promised and never set, it would never ring: rather the request is tried again, which repeats no act.
            await self._jobs.at(UNDO_JOB, act.id, act.undo_at, key=key, replace=True)
        elif act.undo_at is None and act.operation in ORDERS:
            await self._call_off(key)

    async def _call_off(self, key: str) -> None:
        try:
            await self._jobs.cancel(key)
        except StoreUnavailable as error:
            log.warning("undo_timer_not_called_off", detail=error.log_detail)

    async def will_undo(self, result: Result) -> bool:
        """Whether a timer may take this act back. What was so before modbot came stays so."""
        if result.outcome in (Outcome.ALREADY, Outcome.PARTIAL):
            return bool(await self.remembered("former", result.room))
        return result.recorded and result.outcome in (Outcome.DONE, Outcome.UNKNOWN)

    async def undo(self, act_id: str) -> None:
        """A timer's job: take one act back, unless somebody did so before or the class is over."""
        intent = await self._acts.intent(act_id)
        if intent is None:
            log.warning("undo_of_unknown_act", act=act_id)
            return
        session = await self._sessions.get(intent["session"])
        reverse = UNDO.get(Operation(intent["operation"]))
        if session is None or not session.live or reverse is None:
            return
        key = keys.former(session.room.key)
        former = await self._acts.remembered(key)
        result = await self._door.perform(
            Act(
                id=f"{act_id}:undo",
                operation=reverse,
                session=session,
                by=Actor("timer:undo", "modbot's timer"),
                asked_at=self._now(),
                former=former,
                reason=f"the time asked for in {act_id} is up",
                while_stands=act_id,
            )
        )
        if result.said == OVERRULED:  # its timer was to be called off, and had begun to ring
            return
        if result.outcome in (Outcome.DONE, Outcome.ALREADY):
            await self._acts.forget(key)
        await self._tell(intent["actor"], result, session)

    async def _tell(self, actor_id: str, result: Result, session: Session) -> None:
        """A door that opens by itself, or fails to, is told to whoever set the time."""
        source, _, user = actor_id.partition(":")
        if source != "slack":
            return
        unlock = Button("Unlock", "unlock", {"session": session.key})
        lock = Button("Lock again", "lock", {"session": session.key})
        opened = result.outcome in (Outcome.DONE, Outcome.ALREADY, Outcome.PARTIAL)
        also = ("The time you set is up.",)
        reply = reply_to(result, session, title_of(session), buttons=(lock if opened else unlock,), also=also)
        try:
            await self._chat.direct(user, replace(reply, footnote=session.room.platform.label))
        except VendorError as error:
            log.warning("undo_not_told", act=result.act_id, detail=error.log_detail)

    def capability(self, session: Session, operation: Operation) -> Capability:
        """How the session's platform does it."""
        return self._door.capability(session, operation)

    def capabilities(self, session: Session) -> Mapping[Operation, Capability]:
        """Everything the session's platform does, and how."""
        return self._door.platform(session).capabilities

    async def remembered(self, what: str, room: Room) -> dict[str, Any]:
        """Former settings kept by a lock or a panic; empty when the store is gone."""
        try:
            return await self._acts.remembered(_KEY[what](room.key))
        except StoreUnavailable as error:
            log.warning("former_settings_unread", room=room.key, detail=error.log_detail)
            return {}

    async def forget(self, what: str, room: Room) -> None:
        """They have been put back."""
        try:
            await self._acts.forget(_KEY[what](room.key))
        except StoreUnavailable as error:
            log.warning("former_settings_kept", room=room.key, detail=error.log_detail)
