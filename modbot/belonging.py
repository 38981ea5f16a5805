"""Who belongs: from a live session, by the class list of its section and what its teacher tolerated, to verdicts.

A class list is made once for each roster and kept while it is used. Names that stayed through a class are remembered
when it has ended.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from modbot.authority import Places
from modbot.errors import SealBroken, StoreUnavailable
from modbot.identity import ClassList, RememberedName, judge
from modbot.log import get_logger
from modbot.model import Participant, Section, Session, Staff
from modbot.people import People
from modbot.roster_sync.age import said_if_old
from modbot.rosters import Student
from modbot.settings import Settings
from modbot.standing import Group, Judged, in_order, persons, standings, stayed
from modbot.store.roster import RosterStore
from modbot.store.sessions import Sessions
from modbot.store.tolerated import Tolerated
from modbot.who import fold

MOST_LISTS = 128  # class lists in memory, about 100 kB each
MOST_STAFF = 10_000  # of a district whose staff is known by name too, about 10 MB; else a class's own teachers are
LEARN_AT_ONCE = 20  # ended classes that one process takes at a time: it must not keep commands waiting
OURS_FROM = 2  # addresses of a class and its staff from which on their domain is the district's own
_LEARNED = frozenset({Group.STRANGER, Group.UNSURE, Group.LIKELY, Group.REMEMBERED})

UNREAD = "modbot cannot read the roster just now, so it cannot tell who belongs."
NO_STUDENTS = "The roster has no students for this class, so modbot cannot tell who belongs."

log = get_logger("belonging")


@dataclass(frozen=True, slots=True)
class _Made:
    """A class list, and what it was made from."""

    generation: str
    staff: frozenset[str]
    remembered: frozenset[RememberedName]
    today: int
    list: ClassList


class Belonging:
    """Says of everybody in a class how they stand. One per process."""

    def __init__(
        self,
        *,
        roster: RosterStore,
        places: Places,
        people: People,
        sessions: Sessions,
        tolerated: Tolerated,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._roster = roster
        self._places = places
        self._people = people
        self._sessions = sessions
        self._tolerated = tolerated
        self._oldest = settings.rosters.oldest
        self._zone = ZoneInfo(settings.district.timezone)
        self._now = now
        self._lists: OrderedDict[str, _Made] = OrderedDict()
        self._staff: tuple[str, Mapping[str, Sequence[Staff]]] = ("", {})  # of which roster, by school

    async def judged(self, session: Session) -> Judged:
        """How everybody present stands. Never raises: where nobody can be judged, `unknown` says why."""
        try:
            return await self._judged(session, in_order(session.participants))
        except (StoreUnavailable, SealBroken) as error:
            log.warning("class_list_unread", session=session.key, detail=error.log_detail)
            return Judged(unknown=UNREAD)

    async def _judged(self, session: Session, people: Sequence[Participant]) -> Judged:
        guess = await self._places.section(session)
        section = await self._roster.section(guess.section) if guess.section else None
        if section is None:
            return Judged(unknown=guess.said if not guess.section else "This class is not on the roster.")
        staff = await self._staff_among(people)
        listed = await self._class_list(section, staff)
        caution = await self._caution()
        if not listed.students:
            return Judged(section=section.id, unknown=NO_STUDENTS, caution=caution)
        verdicts = judge(listed, persons(session, people))
        addresses = {one.email.casefold() for one in staff}
        return Judged(standings(session, people, verdicts, addresses), section.id, caution=caution)

    async def _staff_among(self, people: Iterable[Participant]) -> list[Staff]:
        """Whoever of the district's staff has the address of one of them."""
        emails = {one.email.casefold() for one in people if one.email}
        found = await asyncio.gather(*(self._people.staff_with(email) for email in emails))
        return [one for one in found if one is not None]

    async def _class_list(self, section: Section, staff: Sequence[Staff]) -> ClassList:
        today = self._now().astimezone(self._zone).date()
        remembered = frozenset(await self._tolerated.of(section.id))
        ids = frozenset(one.id for one in staff)
        made = self._lists.get(section.id)
        generation = await self._roster.generation()
        wanted = (generation, ids, remembered, today.toordinal())
        if made is None or (made.generation, made.staff, made.remembered, made.today) != wanted:
            students = await self._roster.members(section.id)
            teachers = [await self._roster.staff(one) for one in sorted(section.teachers)]
            known = [*staff, *filter(None, teachers), *await self._staff_at(section.school, generation)]
            everyone = list({one.id: one for one in known}.values())
            class_list = ClassList(
                students,
                everyone,
                domains=own_domains(students, everyone),
                memory=self._tolerated.memory(section.id),
                remembered=remembered,
                today=today,
            )
            made = self._lists[section.id] = _Made(*wanted, class_list)
            if len(self._lists) > MOST_LISTS:
                self._lists.popitem(last=False)
        self._lists.move_to_end(section.id)
        return made.list

    async def _staff_at(self, school: str, generation: str) -> Sequence[Staff]:
        """Everybody on the staff of a school; nobody where the district is too large to have them all in memory."""
        if self._staff[0] != generation:
            found: dict[str, list[Staff]] = {}
            counts = await self._roster.counts()
            if counts is not None and counts.staff <= MOST_STAFF:
                async for some in self._roster.everybody():
                    for one in some:
                        for place in one.schools:
                            found.setdefault(place, []).append(one)
            self._staff = (generation, found)
        return self._staff[1].get(school, ())

    async def _caution(self) -> str:
        """What is said with every list while the roster is older than its limit."""
        return said_if_old(await self._roster.imported_at(), self._now(), self._oldest)

    # What a teacher lets be

    async def put_out(self, session: Session, people: Iterable[Participant]) -> None:
        """These were put out: their names are not remembered as tolerated when the class ends."""
        try:
            await self._tolerated.acted_on(session.key, [one.id for one in people])
        except StoreUnavailable as error:
            log.warning("put_out_not_noted", session=session.key, detail=error.log_detail)

    async def let_back(self, session: Session, names: Iterable[str]) -> None:
        """The teacher let these back in: from now on the names count as tolerated in this class."""
        try:
            guess = await self._places.section(session)
            if guess.section:
                await self._tolerated.remember(guess.section, names, today=self._now().astimezone(self._zone).date())
        except StoreUnavailable as error:
            log.warning("let_back_not_noted", session=session.key, detail=error.log_detail)

    async def learn(self) -> None:
        """Remember the names that stayed through classes that have ended since. Call it on a timer.

        Raises StoreUnavailable.
        """
        for key in await self._sessions.ended_lately(LEARN_AT_ONCE):
            session = await self._sessions.get(key)
            try:
                if session is not None:
                    await self._learn_from(session)
            except SealBroken as error:
                log.warning("nothing_learned", session=key, detail=error.log_detail)
            await self._sessions.done_with(key)

    async def _learn_from(self, session: Session) -> None:
        people = stayed(session)
        judged = await self._judged(session, people) if people else Judged()
        acted_on = await self._tolerated.acted_on_in(session.key)
        out = {fold(one.name) for one in session.participants if one.id in acted_on}
        names = [one.person.name for one in judged.of(*_LEARNED) if fold(one.person.name) not in out]
        if names:
            today = self._now().astimezone(self._zone).date()
            await self._tolerated.remember(judged.section, names, today=today)
            log.info("names_tolerated", session=session.key, count=len(names))


def own_domains(students: Iterable[Student], staff: Iterable[Staff]) -> Collection[str]:
    """The district's e-mail domains as far as this class shows them: one parent's private address makes none."""
    emails = [one.email for one in students] + [one.email for one in staff]
    counted = Counter(email.rpartition("@")[2].casefold() for email in emails if email)
    return {domain for domain, many in counted.items() if many >= OURS_FROM}


__all__ = ["Belonging", "own_domains"]
