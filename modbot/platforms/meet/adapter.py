"""The Google Meet platform: each operation as Google's calls, and the re-read that shows whether it took effect.

Google Meet's API changes the settings of a class link, lists who is inside, and ends calls of links it made itself:
https://developers.google.com/workspace/meet/api/guides/meeting-spaces-overview
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from modbot.errors import AuthRejected, Conflict, Forbidden, NotFound, NotOffered, PartlyDone, VendorError
from modbot.model import Operation, Participant, PlatformName, Session
from modbot.platforms import NOTHING_TO_TEND, Capability, Delivery, Heard, How, PostureCheck, Receipt, Seen, Target
from modbot.platforms.meet import config, doctor
from modbot.platforms.meet.answers import NO_SUCH_USER, VENDOR
from modbot.platforms.meet.api import LATER, NOW
from modbot.platforms.meet.calls import MeetCalls, Record, room_of, running
from modbot.platforms.meet.doctor import Grants
from modbot.platforms.meet.hearing import Ear
from modbot.platforms.meet.people import Directory, participants, user_ids
from modbot.platforms.meet.rooms import Progress, RoomMade, Rooms
from modbot.platforms.meet.tokens import Scope
from modbot.platforms.meet.upkeep import Upkeep

MOST_CLASSES = 10  # that one person hosts at the same time
NOBODYS = "Google lets only the owner of a class link look at it, and modbot does not know whose this one is."
NOT_REMEMBERED = (
    "modbot does not remember who could join this class before entry was restricted. Choose it by hand in Meet."
)
NOT_MADE_BY_MODBOT = (
    "Google lets modbot end only classes whose link modbot made. Entry to this class is restricted now: whoever is "
    "not invited must knock. End the call by hand."
)

STILL_RUNS = "Entry to the class is restricted now, but the call may go on."

Act = Callable[[Target], Awaitable[Receipt]]


class MeetPlatform:
    """One district's Google Meet, as `modbot.platforms.Platform`."""

    name = PlatformName.MEET

    def __init__(
        self,
        *,
        capabilities: Mapping[Operation, Capability],
        calls: MeetCalls,
        directory: Directory,
        ear: Ear,
        upkeep: Upkeep | None,
        rooms: Rooms,
        grants: Grants,
    ) -> None:
        self._capabilities = capabilities
        self._calls = calls
        self._directory = directory
        self._ear = ear
        self._upkeep = upkeep
        self._rooms = rooms
        self._grants = grants
        self._acts: Mapping[Operation, Act] = {
            Operation.LOCK: self._lock,
            Operation.UNLOCK: self._unlock,
            Operation.END: self._end,
            Operation.HARDEN: self._harden,
            Operation.RESTORE: self._restore,
        }

    @property
    def capabilities(self) -> Mapping[Operation, Capability]:
        """Every operation, and how it is done with these credentials."""
        return self._capabilities

    async def live_sessions(self, host_email: str) -> Sequence[Session]:
        """The classes this person owns and that run now; none for somebody Google does not know. Raises VendorError."""
        try:
            records = await self._calls.live_records(host_email)
        except AuthRejected as error:
            if error.code == NO_SUCH_USER:
                return []
            raise
        found = await asyncio.gather(*(self._owned(record, host_email) for record in records[:MOST_CLASSES]))
        return [session for session in found if session is not None]

    async def _owned(self, record: Record, host_email: str) -> Session | None:
        """Google lists calls a person merely takes part in, too; it shows a link's settings to the owner only."""
        try:
            config.of_space(await self._calls.space(record.space, host_email, scope=Scope.READ))
        except (Forbidden, NotFound):
            return None
        return Session(room_of(record.space), record.id, host_email=host_email, started_at=record.started_at)

    async def read(self, session: Session) -> Sequence[Participant]:
        """Who is in the class now. Nobody is told to wait: Google does not list who knocks. Raises VendorError."""
        rows = await self._calls.people(session.id, _owner(session))
        return participants(rows, session, await self._directory.addresses(user_ids(rows)))

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        """Ask Google for `operation`. Raises VendorError; safe to call twice."""
        act = self._acts.get(operation)
        if act is None or self._capabilities[operation].how is How.BY_HAND:
            raise NotOffered(VENDOR, "Google Meet gives modbot no way to do this.", log_detail=f"no call: {operation}")
        return await act(target)

    async def check(self, operation: Operation, target: Target) -> Seen:
        """Re-read whether `operation` is in effect. Raises VendorError.

        Of settings this is what is in force for whoever comes next: how a running call follows them cannot be read.
        """
        match operation:
            case Operation.LOCK:
                return config.seen(await self._settings(target, NOW), config.SHUT)
            case Operation.HARDEN:
                return config.seen(await self._settings(target, NOW), config.HARD)
            case Operation.UNLOCK:
                return await self._is_unlocked(target)
            case Operation.RESTORE:
                return config.seen(await self._settings(target), target.former) if target.former else Seen.IN_EFFECT
            case Operation.END:
                return await self._is_over(target)
            case _:
                return Seen.CANNOT_TELL

    async def posture(self, session: Session) -> Sequence[PostureCheck]:
        """The class link's settings against the safe ones. Raises VendorError."""
        return config.checks(config.of_space(await self._calls.space(session.room.id, _owner(session))))

    async def probe(self) -> Sequence[tuple[str, str]]:
        """For IT: the key, each delegated scope, the directory and the events, with "" or what to fix."""
        return await doctor.diagnose(self._grants)

    async def hear(self, delivery: Delivery) -> Heard:
        """Verify a push and say what happened. Raises RequestRejected (401, 400; 503 to be told again later)."""
        return await self._ear.hear(delivery)

    async def tend(self) -> timedelta:
        """Keep a subscription for each host. Raises VendorError, StoreUnavailable."""
        return NOTHING_TO_TEND if self._upkeep is None else await self._upkeep.look()

    async def create_room(
        self, host_email: str, cohosts: Sequence[str] = (), progress: Progress | None = None
    ) -> RoomMade:
        """A new class link that this person owns and modbot may end. Raises VendorError.

        `progress` is told (steps done, in all).
        """
        return await self._rooms.create(host_email, cohosts, progress)

    async def close(self) -> None:
        """Nothing of its own to give up: the connection pool belongs to the process."""

    async def _lock(self, target: Target) -> Receipt:
        try:
            current = await self._settings(target, NOW)
        except (NotFound, Conflict, AuthRejected, Forbidden):
            raise
        except VendorError:
            # Shutting the door matters more than knowing how it stood.
            await self._patch(target, {}, config.SHUT, NOW)
            return Receipt()
        return await self._set(target, current, config.SHUT, NOW)

    async def _harden(self, target: Target) -> Receipt:
        return await self._set(target, await self._settings(target, NOW), config.HARD, NOW)

    async def _unlock(self, target: Target) -> Receipt:
        current = await self._settings(target)
        if target.former:
            return await self._set(target, current, target.former, LATER)
        if config.seen(current, config.SHUT) is Seen.IN_EFFECT:
            raise Conflict(VENDOR, NOT_REMEMBERED, log_detail="unlock without former settings")
        return Receipt(already=True)

    async def _restore(self, target: Target) -> Receipt:
        if not target.former:
            return Receipt(already=True)
        return await self._set(target, await self._settings(target), target.former, LATER)

    async def _set(
        self, target: Target, current: config.Settings, wanted: Mapping[str, object], urgency: int
    ) -> Receipt:
        """Change only what differs, and remember how that was."""
        changes = config.differing(current, wanted)
        if not changes:
            return Receipt(already=True)
        former = {name: current[name] for name in changes}
        await target.remember(former)
        await self._patch(target, current, changes, urgency)
        return Receipt(former=former)

    async def _patch(self, target: Target, current: config.Settings, changes: config.Settings, urgency: int) -> None:
        session = target.session
        await self._calls.set(session.room.id, _owner(session), config.change(current, changes), urgency=urgency)

    async def _end(self, target: Target) -> Receipt:
        """Restrict entry first: else whoever is put out is back as soon as the teacher is."""
        owner, room_id = _owner(target.session), target.session.room.id
        space = await self._calls.space(room_id, owner, urgency=NOW)
        if running(space) != target.session.id:
            return Receipt(already=True)  # this run is over; another one is not what was asked about
        shut = await self._set(target, config.of_space(space), config.SHUT, NOW)
        try:
            await self._calls.end(room_id, owner)
        except Forbidden as error:
            raise NotOffered(
                VENDOR, NOT_MADE_BY_MODBOT, status=error.status, code=error.code, log_detail=error.log_detail
            ) from error
        except VendorError as error:
            if isinstance(error, NotFound | Conflict) and await self._is_over(target) is Seen.IN_EFFECT:
                return Receipt(former=shut.former)
            raise error if shut.already else PartlyDone(STILL_RUNS, error) from error
        return Receipt(former=shut.former)

    async def _settings(self, target: Target, urgency: int = LATER) -> config.Settings:
        session = target.session
        return config.of_space(await self._calls.space(session.room.id, _owner(session), urgency=urgency))

    async def _is_unlocked(self, target: Target) -> Seen:
        current = await self._settings(target)
        if target.former:
            return config.seen(current, target.former)
        return Seen.NOT_IN_EFFECT if config.seen(current, config.SHUT) is Seen.IN_EFFECT else Seen.IN_EFFECT

    async def _is_over(self, target: Target) -> Seen:
        record = await self._calls.record(target.session.id, _owner(target.session), urgency=NOW)
        return Seen.NOT_IN_EFFECT if record.ended_at is None else Seen.IN_EFFECT


def _owner(session: Session) -> str:
    """In whose name a class is looked at. Not NotFound without one: that would be taken for a class that is over."""
    if not session.host_email:
        raise Forbidden(VENDOR, NOBODYS, log_detail=f"no host known of {session.key}")
    return session.host_email
