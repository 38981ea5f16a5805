"""What needs the bot in the class: the roster, putting people out, muting them."""

import asyncio
from datetime import timedelta

from modbot.errors import Conflict, NotFound, NotOffered, PartlyDone, VendorError
from modbot.log import get_logger
from modbot.model import Participant, ParticipantRole, Presence, Session
from modbot.platforms import Receipt, Seen, Target
from modbot.platforms.teams.calls import BotCalls
from modbot.platforms.teams.classes import Classes, OnlineClass
from modbot.platforms.teams.legs import Legs
from modbot.platforms.teams.people import Row, known_rows, row_of, to_remove
from modbot.platforms.teams.runs import Runs, run_id
from modbot.side_by_side import failures_of, raise_first

AT_ONCE = 8  # people put out or muted side by side
BEFORE_THE_LOBBY = timedelta(seconds=3)  # how long a lock waits for the bot to come in first
LOOK_AGAIN = timedelta(seconds=1)  # before an empty class is believed

log = get_logger("teams_classroom")


class Classroom:
    """Acts inside a class. Without a bot (`legs` is None) each raises NotOffered."""

    def __init__(self, *, classes: Classes, runs: Runs, calls: BotCalls, legs: Legs | None, bot_id: str) -> None:
        self._classes = classes
        self._runs = runs
        self._calls = calls
        self._legs = legs
        self._bot_id = bot_id

    async def come_in(self, session: Session, of: OnlineClass) -> None:
        """Bring the bot in, if there is one, while the door is open. Shutting the door does not fail for it."""
        somebody_in = any(who.presence is Presence.JOINED for who in session.participants)
        if self._legs is None or not (somebody_in or session.started_at):
            return  # calling into a class that nobody has joined would start it
        try:
            await self._legs.in_class(of, urgency=0, within=BEFORE_THE_LOBBY)
        except VendorError as error:
            log.warning("bot_not_in_before_the_lobby", room=of.room_id, detail=error.log_detail)

    async def read(self, session: Session) -> list[Participant]:
        """Everybody in the class or its lobby now. Raises NotFound when the class is over; VendorError."""
        _, _, rows = await self._roster(session)
        return [row.participant for row in known_rows(rows, session.participants)]

    async def eject(self, target: Target) -> Receipt:
        """Put people out: every device of somebody with an account. Raises the first failure after all were tried."""
        heard = _heard(target)
        _, leg_id, rows = await self._roster(target.session)
        ids, unclear = to_remove(rows, target.people, heard)
        failures = await failures_of(ids, lambda one: self._calls.remove(leg_id, one), at_most=AT_ONCE)
        # 404 is somebody who has left by themselves; the re-read tells.
        raise_first([error for error in failures if not isinstance(error, NotFound)])
        if unclear:
            raise Conflict(
                "teams",
                "Several people in the class share this name, and Microsoft Teams does not let modbot tell them apart. "
                "Put the right one out under People.",
                log_detail=f"{len(unclear)} people share a name",
            )
        return Receipt(already=len(failures) == len(ids))

    async def are_out(self, target: Target) -> Seen:
        """Whether none of the people is in the class any more. Raises VendorError."""
        try:
            _, _, rows = await self._roster(target.session)
        except NotFound:
            return Seen.IN_EFFECT
        inside = {row.participant.id: row.participant.presence for row in known_rows(rows, _heard(target))}
        return _seen(all(inside.get(who.id) is not Presence.JOINED for who in target.people))

    async def mute(self, target: Target) -> Receipt:
        """Mute everybody but the organiser. Raises the first failure after all were tried."""
        _, leg_id, rows = await self._roster(target.session)
        loud = [row.participant.id for row in rows if _mutable(row) and not row.muted]
        failures = await failures_of(loud, lambda one: self._calls.mute(leg_id, one), at_most=AT_ONCE)
        refused = [error for error in failures if not isinstance(error, NotFound)]
        if refused and len(failures) < len(loud):
            raise PartlyDone("Some are muted, others may not be.", refused[0])
        raise_first(refused)
        return Receipt(already=not loud)

    async def are_muted(self, target: Target) -> Seen:
        """Whether everybody but the organiser is muted. Raises VendorError."""
        _, _, rows = await self._roster(target.session)
        return _seen(all(row.muted for row in rows if _mutable(row)))

    async def _roster(self, session: Session) -> tuple[OnlineClass, str, list[Row]]:
        if self._legs is None:
            said = "Microsoft Teams gives modbot no way into the class: its calling bot is not set up."
            raise NotOffered("teams", said, log_detail="no calling bot")
        of = await self._classes.of(session)
        await self._refuse_if_over(session, of)
        leg_id = await self._legs.in_class(of)
        rows = await self._rows(of, leg_id)
        if not rows:
            await asyncio.sleep(LOOK_AGAIN.total_seconds())
            rows = await self._rows(of, leg_id)
        if not rows:
            await self._legs.leave(of.room_id)
            raise NotFound("teams", "Nobody is in this class any more.", log_detail="the bot was alone")
        return of, leg_id, rows

    async def _rows(self, of: OnlineClass, leg_id: str) -> list[Row]:
        listed = await self._calls.participants(leg_id, urgency=1)
        rows = [row_of(one, of, self._bot_id) for one in listed]
        return [row for row in rows if row is not None and row.participant.presence is not Presence.LEFT]

    async def _refuse_if_over(self, session: Session, of: OnlineClass) -> None:
        """A class that ended must not be begun again by the bot's calling in."""
        marks = await self._runs.of(of.room_id)
        over = [run_id(of.room_id, of.openings, marks, end, arriving=True) for end in marks.ended]
        if session.id in over:
            raise NotFound("teams", "This class has ended.", log_detail="callEnded was heard")


def _heard(target: Target) -> tuple[Participant, ...]:
    """Everybody known of, those meant included whatever is known of them."""
    meant = {who.id for who in target.people}
    return (*target.people, *(who for who in target.session.participants if who.id not in meant))


def _mutable(row: Row) -> bool:
    return row.participant.role is ParticipantRole.ATTENDEE and row.participant.presence is Presence.JOINED


def _seen(in_effect: bool) -> Seen:  # noqa: FBT001 - a verdict, read as one
    return Seen.IN_EFFECT if in_effect else Seen.NOT_IN_EFFECT
