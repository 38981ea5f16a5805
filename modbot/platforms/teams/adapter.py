"""The Teams platform: each operation as Graph's calls, and the re-read that shows whether it took effect."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from modbot.errors import AuthRejected, Conflict, Forbidden, NotFound, VendorError
from modbot.log import get_logger
from modbot.model import Operation, Participant, PlatformName, Session
from modbot.platforms import Capability, Delivery, Heard, PostureCheck, Receipt, Seen, Target
from modbot.platforms.teams import posture
from modbot.platforms.teams.agenda import Agenda
from modbot.platforms.teams.classes import Classes, OnlineClass
from modbot.platforms.teams.classroom import Classroom
from modbot.platforms.teams.doctor import Doctor
from modbot.platforms.teams.graph import Graph
from modbot.platforms.teams.hearing import Hearing
from modbot.platforms.teams.upkeep import Upkeep

Act = Callable[[Target], Awaitable[Receipt]]
Check = Callable[[Target], Awaitable[Seen]]

log = get_logger("teams")


class TeamsPlatform:
    """One district's Microsoft Teams, as `modbot.platforms.Platform`."""

    name = PlatformName.TEAMS

    def __init__(
        self,
        *,
        capabilities: Mapping[Operation, Capability],
        graph: Graph,
        classes: Classes,
        agenda: Agenda,
        classroom: Classroom,
        hearing: Hearing,
        upkeep: Upkeep,
        doctor: Doctor,
    ) -> None:
        self._capabilities = capabilities
        self._graph = graph
        self._classes = classes
        self._agenda = agenda
        self._classroom = classroom
        self._hearing = hearing
        self._upkeep = upkeep
        self._doctor = doctor
        self._acts: Mapping[Operation, Act] = {
            Operation.LOCK: self._lock,
            Operation.HARDEN: self._harden,
            Operation.UNLOCK: self._unlock,
            Operation.RESTORE: self._restore,
            Operation.EJECT: classroom.eject,
            Operation.MUTE: classroom.mute,
        }
        self._checks: Mapping[Operation, Check] = {
            Operation.LOCK: self._is_locked,
            Operation.HARDEN: self._is_hardened,
            Operation.UNLOCK: self._is_unlocked,
            Operation.RESTORE: self._is_restored,
            Operation.EJECT: classroom.are_out,
            Operation.MUTE: classroom.are_muted,
        }

    @property
    def capabilities(self) -> Mapping[Operation, Capability]:
        """Every operation, and how it is done with these credentials."""
        return self._capabilities

    async def live_sessions(self, host_email: str) -> Sequence[Session]:
        """The classes this person organises now. Raises VendorError.

        Graph lists no running meetings. A class counts as running while its time in the calendar is now, or a call was
        heard to begin, unless the call was heard to end: one that nobody has joined yet is listed too.
        """
        return await self._agenda.live_sessions(host_email)

    async def read(self, session: Session) -> Sequence[Participant]:
        """Who is in the class or its lobby now, by the calling bot, which joins for it. Raises VendorError.

        Raises NotOffered without a bot: then what events told is all that is known.
        """
        return await self._classroom.read(session)

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        """Ask Teams for `operation`. Raises VendorError; for several people, the first failure after all were tried."""
        act = self._acts.get(operation)
        if act is None:
            raise ValueError(f"{operation} is not performed on Teams")
        return await act(target)

    async def check(self, operation: Operation, target: Target) -> Seen:
        """Re-read whether `operation` is in effect. Raises VendorError."""
        look = self._checks.get(operation)
        return Seen.CANNOT_TELL if look is None else await look(target)

    async def posture(self, session: Session) -> Sequence[PostureCheck]:
        """The class's options against the safe ones. Raises VendorError."""
        return posture.checks(await self._meeting(await self._classes.of(session)))

    async def probe(self) -> Sequence[tuple[str, str]]:
        """For IT: each thing checked, with "" or what to fix."""
        return await self._doctor.findings()

    async def hear(self, delivery: Delivery) -> Heard:
        """Verify a notification or a callback and say what happened. Raises RequestRejected (401, 400, 503).

        Beside the keys to verify it with, the vault is read to know which run of a class an event belongs to.
        """
        return await self._hearing.hear(delivery)

    async def tend(self) -> timedelta:
        """Keep up the subscriptions to today's classes and the bot's calls; how long until the next look."""
        return await self._upkeep.tend()

    async def close(self) -> None:
        """Nothing to give up: the connections belong to the shared client."""

    async def _lock(self, target: Target) -> Receipt:
        return await self._shut(target, posture.LOCK)

    async def _harden(self, target: Target) -> Receipt:
        return await self._shut(target, posture.HARDENED)

    async def _shut(self, target: Target, wanted: Mapping[str, Any]) -> Receipt:
        of = await self._classes.of(target.session)
        before = await self._meeting_if_readable(of)
        change = dict(wanted) if before is None else posture.changes(before, wanted)
        if not change:
            return Receipt(already=True)
        former = {} if before is None else posture.former_of(before, change)
        if former:
            await target.remember(former)
        await self._classroom.come_in(target.session, of)  # once the lobby is shut the bot would wait in it too
        await self._graph.change_meeting(of.organizer_oid, of.meeting_id, change, urgency=0)
        return Receipt(former=former)

    async def _unlock(self, target: Target) -> Receipt:
        if target.former:
            return await self._restore(target)
        if await self._is_unlocked(target) is Seen.IN_EFFECT:
            return Receipt(already=True)
        raise Conflict(
            "teams",
            "modbot does not know who could come straight into this class before. Choose it under Meeting options.",
            log_detail="unlock without former settings",
        )

    async def _restore(self, target: Target) -> Receipt:
        of = await self._classes.of(target.session)
        change = posture.restoring(target.former, await self._meeting(of))
        if not change:
            return Receipt(already=True)
        await self._graph.change_meeting(of.organizer_oid, of.meeting_id, change)
        return Receipt()

    async def _is_locked(self, target: Target) -> Seen:
        return posture.seen(await self._read_options(target, urgency=0), posture.LOCK)

    async def _is_hardened(self, target: Target) -> Seen:
        return posture.seen(await self._read_options(target, urgency=0), posture.HARDENED)

    async def _is_unlocked(self, target: Target) -> Seen:
        if target.former:
            return await self._is_restored(target)
        meeting = await self._read_options(target)
        return _seen(not posture.same(meeting.get(posture.LOBBY), posture.SHUT_LOBBY))

    async def _is_restored(self, target: Target) -> Seen:
        return _seen(not posture.restoring(target.former, await self._read_options(target)))

    async def _read_options(self, target: Target, *, urgency: int = 2) -> dict[str, Any]:
        return await self._meeting(await self._classes.of(target.session), urgency=urgency)

    async def _meeting(self, of: OnlineClass, *, urgency: int = 2, hurried: bool = False) -> dict[str, Any]:
        return await self._graph.meeting(of.organizer_oid, of.meeting_id, urgency=urgency, hurried=hurried)

    async def _meeting_if_readable(self, of: OnlineClass) -> dict[str, Any] | None:
        try:
            return await self._meeting(of, urgency=0, hurried=True)
        except (NotFound, Conflict, AuthRejected, Forbidden):
            raise
        except VendorError as error:
            log.warning("former_settings_unread", room=of.room_id, detail=error.log_detail)
            return None  # shutting the door matters more than knowing how it stood


def _seen(in_effect: bool) -> Seen:  # noqa: FBT001 - a verdict, read as one
    return Seen.IN_EFFECT if in_effect else Seen.NOT_IN_EFFECT
