"""Who belongs: from a live session, by the class list of its section and what its teacher tolerated, to verdicts.

When a class has ended, the names that stayed are remembered, and who was recognised and how.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from modbot.authority import Places
from modbot.class_lists import ClassLists, Listed
from modbot.errors import SealBroken, StoreUnavailable
from modbot.identity import Lesson, Verdict, Why, judge, lesson
from modbot.log import get_logger
from modbot.model import Participant, Section, Session
from modbot.roster_sync.age import said_if_old
from modbot.settings import Settings
from modbot.standing import Group, Judged, Standing, in_order, persons, standings, stayed
from modbot.store.roster import RosterStore
from modbot.store.sessions import Sessions
from modbot.store.tolerated import Tolerated
from modbot.who import fold

LEARN_AT_ONCE = 20  # ended classes that one process takes at a time: it must not keep commands waiting
_LEARNED = frozenset({Group.STRANGER, Group.UNSURE, Group.LIKELY, Group.REMEMBERED, Group.KNOWN})

UNREAD = "modbot cannot read the roster just now, so it cannot tell who belongs."
NO_STUDENTS = "The roster has no students for this class, so modbot cannot tell who belongs."

log = get_logger("belonging")


@dataclass(frozen=True, slots=True)
class Attendance:
    """Everybody present as matching sees them: verdicts by participant id, how they stand, and the class's students."""

    verdicts: Mapping[str, Verdict]
    standings: tuple[Standing, ...]
    class_size: int


class Belonging:
    """Says of everybody in a class how they stand. One per process."""

    def __init__(
        self,
        *,
        roster: RosterStore,
        places: Places,
        lists: ClassLists,
        sessions: Sessions,
        tolerated: Tolerated,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._roster = roster
        self._places = places
        self._lists = lists
        self._sessions = sessions
        self._tolerated = tolerated
        self._oldest = settings.rosters.oldest
        self._zone = ZoneInfo(settings.district.timezone)
        self._now = now

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
        listed = await self._lists.of(section, people)
        caution = await self.caution()
        if not listed.list.students:
            return Judged(section=section.id, unknown=NO_STUDENTS, caution=caution)
        return Judged(_attendance(session, people, listed).standings, section.id, caution=caution)

    async def attendance(self, session: Session, section_id: str) -> Attendance | None:
        """Everybody present in a class of this section, mostly without asking the store; None without a class list.

        Raises StoreUnavailable, SealBroken.
        """
        people = in_order(session.participants)
        listed = self._lists.lately(section_id, people)
        if listed is None:
            section = await self._roster.section(section_id)
            listed = await self._lists.of(section, people) if section is not None else None
        return _attendance(session, people, listed) if listed is not None and listed.list.students else None

    async def caution(self) -> str:
        """What is said with every list while the roster is older than its limit. Raises StoreUnavailable."""
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
            section = await self._section_of(session)
            if section is not None:
                await self._tolerated.remember(section.id, names, today=self._today(), term_ends=section.ends)
                self._lists.forget(section.id)
        except StoreUnavailable as error:
            log.warning("let_back_not_noted", session=session.key, detail=error.log_detail)

    async def learn(self) -> None:
        """Remember who stayed through classes that have ended since, and as whom. Call it on a timer.

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
        section = await self._section_of(session) if people else None
        listed = await self._lists.of(section, people) if section is not None else None
        if section is None or listed is None or not listed.list.students:
            return
        taught = self._lesson(_attendance(session, people, listed), await self._put_out_of(session))
        ids = [one.id for one in listed.list.students]
        await self._tolerated.learn(section.id, taught, ids, today=self._today(), term_ends=section.ends)
        self._lists.forget(section.id)
        log.info("class_learned", session=session.key, names=len(taught.names), recognised=len(taught.recognised))

    @staticmethod
    def _lesson(attendance: Attendance, out: Collection[str]) -> Lesson:
        """`out`: names of those put out, which teach nothing, but for the student who signed in with that name."""
        shown = [
            (one.person.name, attendance.verdicts[one.person.id])
            for one in attendance.standings
            if one.group in _LEARNED
        ]
        return lesson(one for one in shown if fold(one[0]) not in out or one[1].has(Why.OWN_ACCOUNT))

    async def _put_out_of(self, session: Session) -> frozenset[str]:
        acted_on = await self._tolerated.acted_on_in(session.key)
        return frozenset(fold(one.name) for one in session.participants if one.id in acted_on)

    async def _section_of(self, session: Session) -> Section | None:
        guess = await self._places.section(session)
        return await self._roster.section(guess.section) if guess.section else None

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()


def _attendance(session: Session, people: Sequence[Participant], listed: Listed) -> Attendance:
    verdicts = judge(listed.list, persons(session, people))
    addresses = {one.email.casefold() for one in listed.staff}
    stand = standings(session, people, verdicts, addresses)
    return Attendance({one.person_id: one for one in verdicts}, stand, len(listed.list.students))
