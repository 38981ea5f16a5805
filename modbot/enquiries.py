"""Who is NAME: whether somebody of that whole name is on the roster, for staff entitled to know it.

Never a list, never a name in the answer, never a part of a name as a question, and not often: a roster is no directory
to be fished in.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from modbot.audit import Audit, AuditEntry
from modbot.authorize import Place, Verb, may
from modbot.errors import CommandError, Denied
from modbot.model import Actor, Staff, StaffRole
from modbot.reply import Reply
from modbot.rosters import Student
from modbot.store import Store, keys
from modbot.store.roster import RosterStore
from modbot.who import fold

MOST_AN_HOUR = 10
PATIENCE_SECONDS = 20.0  # the rosters of the largest districts take longer than anybody waits
MOST_LETTERS = 200

HOW = "Type the whole name: /room who is, then the first and the family name."
TOO_OFTEN = f"You have asked {MOST_AN_HOUR} times within an hour. Ask IT, or try again later."
NOT_FOUND_SO_FAR = "The roster is too large to be searched to its end here. So far nobody of that name was found."
NO_ROSTER = "There is no roster, so modbot knows no students."


class EnquiryDesk:
    """Answers for the caller alone. One per process."""

    def __init__(self, *, roster: RosterStore, audit: Audit, store: Store, now: Callable[[], datetime]) -> None:
        self._roster = roster
        self._audit = audit
        self._store = store
        self._now = now

    async def who_is(self, request_id: str, actor: Actor, name: str) -> Reply:
        """Whether a student of this whole name is at a school of the caller's, and in which of their own classes.

        Recorded without the name. Raises Denied, CommandError for half a name, StoreUnavailable.
        """
        schools = _schools(actor.staff)
        if len(name.split()) < 2:
            raise CommandError(HOW)
        await self._count(actor)
        await self._record(request_id, actor, schools)
        if await self._roster.counts() is None:
            return Reply(NO_ROSTER)
        return Reply(await self._answer(actor, schools, name[:MOST_LETTERS]))

    async def _count(self, actor: Actor) -> None:
        key = keys.asked_who(actor.id)
        _, asked = await self._store.batch([("SET", key, 0, "EX", 3600, "NX"), ("INCR", key)])
        if int(asked) > MOST_AN_HOUR:
            raise Denied(TOO_OFTEN)

    async def _record(self, request_id: str, actor: Actor, schools: frozenset[str] | None) -> None:
        entry = AuditEntry(
            at=self._now(), id=request_id, actor=actor.id, action="who_is", room="", platform="", phase="outcome",
            outcome="done", reason="", elapsed_ms=None,
            extra={"schools": sorted(schools) if schools is not None else "all"},
        )  # fmt: skip
        await self._audit.append(entry)

    async def _answer(self, actor: Actor, schools: frozenset[str] | None, name: str) -> str:
        own = await self._roster.sections_of(actor.staff.id) if actor.staff is not None else ()
        wanted = fold(name.replace(",", " "))
        titles = [one.title for one in own if _is_in(await self._roster.members(one.id), wanted)]
        where = "this district" if schools is None else "this school" if len(schools) == 1 else "your schools"
        if titles:
            return f"Yes: a student of {where}, in your class {' and '.join(titles)}."
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await self._is_anywhere(schools, wanted)
        except TimeoutError:
            return NOT_FOUND_SO_FAR
        if found:
            return f"Yes: a student of {where}, in none of your own classes."
        return f"No student of {where} has that name on the roster."

    async def _is_anywhere(self, schools: frozenset[str] | None, wanted: str) -> bool:
        async for sections in self._roster.sections_at(schools):
            for section in sections:
                if _is_in(await self._roster.members(section.id), wanted):
                    return True
        return False


def _schools(staff: Staff | None) -> frozenset[str] | None:
    """Whose students somebody may ask about; None: the whole district's. Raises Denied."""
    if staff is not None and StaffRole.IT in staff.roles:
        return None
    schools = staff.schools if staff is not None else frozenset()
    allowed = frozenset(one for one in schools if may(staff, Verb.WHO, Place("", school=one)).allowed)
    if not allowed:
        raise Denied(may(staff, Verb.WHO, None).why)
    return allowed


def _is_in(students: Iterable[Student], wanted: str) -> bool:
    """Whether one of them has this whole name, official or preferred, in either order. `wanted` is folded."""
    return any(wanted in _whole_names(one) for one in students)


def _whole_names(student: Student) -> set[str]:
    givens = {student.given, student.preferred_given or student.given}
    families = {student.family, student.preferred_family or student.family}
    pairs = [(given, family) for given in givens for family in families if given and family]
    return {fold(" ".join(both)) for given, family in pairs for both in ((given, family), (family, given))}
