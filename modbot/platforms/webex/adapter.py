"""The Webex platform: each operation as Webex's calls, and the re-read that shows whether it took effect.

Webex is known to answer success to expel and mute and change nothing, so no answer to a change is believed:
https://developer.webex.com/docs/api/v1/meeting-participants/update-a-participant
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import SecretStr

from modbot.errors import AuthRejected, Conflict, NotFound, PartlyDone, VendorError
from modbot.model import Operation, Participant, ParticipantRole, PlatformName, Presence, Session
from modbot.platforms import NOTHING_TO_TEND, Capability, Delivery, Heard, PostureCheck, Receipt, Seen, Target
from modbot.platforms.webex import capabilities, posture, webhook
from modbot.platforms.webex.answers import INSTANCE_MARK
from modbot.platforms.webex.api import WebexApi
from modbot.platforms.webex.calls import ADMIT_AT_ONCE, LIVE, WebexCalls
from modbot.platforms.webex.doctor import diagnose
from modbot.platforms.webex.tokens import WebexTokens
from modbot.side_by_side import failures_of, raise_first

AT_ONCE = 8  # people expelled or muted side by side
URGENCY = {Operation.LOCK: 0, Operation.EJECT: 1}

T = TypeVar("T")
Act = Callable[[Target], Awaitable[Receipt]]
Check = Callable[[Target], Awaitable[Seen]]


class WebexPlatform:
    """One district's Webex, as `modbot.platforms.Platform`."""

    name = PlatformName.WEBEX

    def __init__(
        self, api: WebexApi, tokens: WebexTokens, webhook_secret: SecretStr | None, now: Callable[[], datetime]
    ) -> None:
        self._api = api
        self._tokens = tokens
        self._calls = WebexCalls(api)
        self._secret = webhook_secret.get_secret_value().encode() if webhook_secret else b""
        self._now = now
        self._capabilities = capabilities.table(connected=bool(tokens.shared or tokens.teachers))
        self._acts: Mapping[Operation, Act] = {
            Operation.LOCK: self._lock,
            Operation.UNLOCK: self._unlock,
            Operation.EJECT: self._eject,
            Operation.ADMIT: self._admit,
            Operation.MUTE: self._mute,
            Operation.END: self._end,
            Operation.HARDEN: self._harden,
            Operation.RESTORE: self._restore,
        }
        self._checks: Mapping[Operation, Check] = {
            Operation.LOCK: self._is_locked,
            Operation.UNLOCK: self._is_unlocked,
            Operation.EJECT: self._are_out,
            Operation.ADMIT: self._are_in,
            Operation.MUTE: self._are_muted,
            Operation.END: self._is_over,
            Operation.HARDEN: self._is_hardened,
            Operation.RESTORE: self._is_restored,
        }

    @property
    def capabilities(self) -> Mapping[Operation, Capability]:
        """Every operation, and how it is done with these credentials."""
        return self._capabilities

    async def live_sessions(self, host_email: str) -> Sequence[Session]:
        """The classes this person hosts now. Raises VendorError.

        Webex may list a class only about 15 minutes after it started: webhooks come first.
        """
        return await self._calls.live_sessions(host_email)

    async def read(self, session: Session) -> Sequence[Participant]:
        """Who is in the class or its lobby now. Raises VendorError."""
        return [found.participant for found in await self._calls.attendees(session)]

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        """Ask Webex for `operation`. Raises VendorError; for several people, the first failure after all were tried."""
        act = self._acts.get(operation)
        if act is None:
            raise ValueError(f"{operation} is read, not performed")
        return await act(target)

    async def check(self, operation: Operation, target: Target) -> Seen:
        """Re-read whether `operation` is in effect. Raises VendorError."""
        look = self._checks.get(operation)
        return Seen.CANNOT_TELL if look is None else await look(target)

    async def posture(self, session: Session) -> Sequence[PostureCheck]:
        """The class's settings against the safe ones. Raises VendorError."""
        return posture.checks(await self._calls.meeting(session, session.room.id))

    async def probe(self) -> Sequence[tuple[str, str]]:
        """For IT: each thing checked, with "" or what to fix."""
        return await diagnose(self._api, self._tokens, webhook_secret_set=bool(self._secret))

    async def hear(self, delivery: Delivery) -> Heard:
        """Verify a webhook and say what happened. Raises RequestRejected (401, 400)."""
        webhook.verify(delivery, self._secret)
        return webhook.read(delivery.body, self._now)

    async def tend(self) -> timedelta:
        """Nothing: the webhooks are set up once, by an admin."""
        return NOTHING_TO_TEND

    async def close(self) -> None:
        """Nothing to give up: the connections belong to the shared client."""

    async def _lock(self, target: Target) -> Receipt:
        before = await self._lock_state_if_readable(target.session)
        return await self._set_lock(target, before=before, locked=True)

    async def _unlock(self, target: Target) -> Receipt:
        before = await self._calls.locked(target.session)
        return await self._set_lock(target, before=before, locked=False)

    async def _lock_state_if_readable(self, session: Session) -> bool | None:
        try:
            return await self._calls.locked(session, urgency=0, hurried=True)
        except (NotFound, Conflict, AuthRejected):
            raise
        except VendorError:
            return None  # shutting the door matters more than knowing how it stood

    async def _set_lock(self, target: Target, *, before: bool | None, locked: bool) -> Receipt:
        former = {} if before is None else {"locked": before}
        if before is locked:
            return Receipt(former=former, already=True)
        if former:
            await target.remember(former)
        await self._calls.set_lock(target.session, locked=locked, urgency=0 if locked else 2)
        return Receipt(former=former)

    async def _eject(self, target: Target) -> Receipt:
        failures = await failures_of(
            target.people, lambda one: self._calls.expel(target.session, one.id), at_most=AT_ONCE
        )
        # 404 is somebody who has left by themselves; the re-read tells.
        raise_first([error for error in failures if not isinstance(error, NotFound)])
        return Receipt(already=bool(target.people) and len(failures) == len(target.people))

    async def _admit(self, target: Target) -> Receipt:
        batches = _batches([person.id for person in target.people])
        raise_first(await failures_of(batches, lambda ids: self._calls.admit(target.session, ids), at_most=AT_ONCE))
        return Receipt()

    async def _mute(self, target: Target) -> Receipt:
        attendees = await self._calls.attendees(target.session)
        loud = [found.participant.id for found in attendees if _mutable(found.participant) and found.muted is not True]
        failures = await failures_of(loud, lambda one: self._calls.mute(target.session, one), at_most=AT_ONCE)
        refused = [error for error in failures if not isinstance(error, NotFound)]
        if refused and len(failures) < len(loud):
            raise PartlyDone("Some are muted, others may not be.", refused[0])
        raise_first(refused)
        return Receipt(already=not loud)

    async def _end(self, target: Target) -> Receipt:
        try:
            await self._calls.end(target.session)
        except (NotFound, Conflict):
            if await self._is_over(target) is not Seen.IN_EFFECT:
                raise
            return Receipt(already=True)
        return Receipt()

    async def _harden(self, target: Target) -> Receipt:
        await self._refuse_while_live(target.session)
        meeting = await self._calls.meeting(target.session, target.session.room.id)
        changes = posture.hardening(meeting)
        if not changes:
            return Receipt(already=True)
        former = {"meeting": {name: meeting[name] for name in changes}}
        await target.remember(former)
        await self._calls.change_meeting(target.session, changes)
        return Receipt(former=former)

    async def _refuse_while_live(self, session: Session) -> None:
        if INSTANCE_MARK not in session.id:
            return
        try:
            run = await self._calls.meeting(session, session.id)
        except NotFound:
            return
        if run.get("state") == LIVE:
            raise Conflict(
                "webex",
                "Webex cannot change the settings of a class that is running. Lock it now; change the settings after "
                "it has ended.",
                log_detail="harden asked of a live class",
            )

    async def _restore(self, target: Target) -> Receipt:
        settings, locked = target.former.get("meeting"), target.former.get("locked")
        done = []
        if isinstance(locked, bool):
            before = await self._calls.locked(target.session)
            done.append((await self._set_lock(target, before=before, locked=locked)).already)
        if isinstance(settings, Mapping) and settings:
            done.append(await self._put_back(target.session, settings))
        return Receipt(already=all(done))

    async def _put_back(self, session: Session, settings: Mapping[str, Any]) -> bool:
        if posture.holds(await self._calls.meeting(session, session.room.id), settings):
            return True
        await self._calls.change_meeting(session, settings)
        return False

    async def _is_locked(self, target: Target) -> Seen:
        return _seen(await self._calls.locked(target.session, urgency=0))

    async def _is_unlocked(self, target: Target) -> Seen:
        return _seen(not await self._calls.locked(target.session))

    async def _are_out(self, target: Target) -> Seen:
        """By participant id alone: whoever comes back is a new participant, and an e-mail is only what they typed."""
        inside = await self._presences(target.session, urgency=URGENCY[Operation.EJECT])
        return _seen(all(inside.get(person.id) is not Presence.JOINED for person in target.people))

    async def _are_in(self, target: Target) -> Seen:
        inside = await self._presences(target.session)
        return _seen(all(inside.get(person.id) is Presence.JOINED for person in target.people))

    async def _presences(self, session: Session, urgency: int = 2) -> Mapping[str, Presence]:
        attendees = await self._calls.attendees(session, urgency=urgency)
        return {found.participant.id: found.participant.presence for found in attendees}

    async def _are_muted(self, target: Target) -> Seen:
        attendees = await self._calls.attendees(target.session)
        states = [found.muted for found in attendees if _mutable(found.participant)]
        if False in states:
            return Seen.NOT_IN_EFFECT
        return Seen.CANNOT_TELL if None in states else Seen.IN_EFFECT

    async def _is_over(self, target: Target) -> Seen:
        """Both the controls and the meeting must say so: Webex may not show a run until 15 minutes after its start."""
        try:
            await self._calls.locked(target.session)
        except (NotFound, Conflict):
            return await self._is_not_in_progress(target.session)
        return Seen.NOT_IN_EFFECT

    async def _is_not_in_progress(self, session: Session) -> Seen:
        try:
            meeting = await self._calls.meeting(session, session.id)
        except NotFound:
            return Seen.IN_EFFECT
        return _seen(meeting.get("state") != LIVE)

    async def _is_hardened(self, target: Target) -> Seen:
        return _seen(not posture.hardening(await self._calls.meeting(target.session, target.session.room.id)))

    async def _is_restored(self, target: Target) -> Seen:
        settings, locked = target.former.get("meeting"), target.former.get("locked")
        if isinstance(locked, bool) and await self._calls.locked(target.session) is not locked:
            return Seen.NOT_IN_EFFECT
        if not isinstance(settings, Mapping):
            return Seen.IN_EFFECT
        return _seen(posture.holds(await self._calls.meeting(target.session, target.session.room.id), settings))


def _seen(in_effect: bool) -> Seen:  # noqa: FBT001 - a verdict, read as one
    return Seen.IN_EFFECT if in_effect else Seen.NOT_IN_EFFECT


def _mutable(person: Participant) -> bool:
    return person.role is ParticipantRole.ATTENDEE and person.presence is Presence.JOINED


def _batches(ids: Sequence[str]) -> list[list[str]]:
    by_run: dict[str, list[str]] = {}
    for one in ids:
        by_run.setdefault(one.rpartition("_")[0], []).append(one)
    return [run[at : at + ADMIT_AT_ONCE] for run in by_run.values() for at in range(0, len(run), ADMIT_AT_ONCE)]
