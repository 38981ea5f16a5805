"""The class list of each section: made once for each roster, with what its teacher tolerated; kept while it is used."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from modbot.authorize import Place
from modbot.granting import Granting
from modbot.identity import ClassList, Past, own_domains
from modbot.model import Participant, Section, Staff
from modbot.people import People
from modbot.store.roster import RosterStore
from modbot.store.tolerated import Tolerated

MOST_LISTS = 128  # class lists in memory, about 100 kB each
MOST_STAFF = 10_000  # of a district whose staff is known by name too, about 10 MB; else a class's own teachers are
MOST_ADDRESSES = 20_000  # of which it is known in memory whether they are of staff
LATELY = timedelta(seconds=15)  # how long a list may be used without asking the store what has changed


@dataclass(frozen=True, slots=True)
class Listed:
    """A class list, and whoever of those present has the address of a member of staff."""

    list: ClassList
    staff: tuple[Staff, ...]


@dataclass(slots=True)
class _Made:
    """A class list, what it was made from, and when that was last so, in seconds."""

    generation: str
    staff: frozenset[str]
    granted: frozenset[str]
    past: Past
    today: int
    list: ClassList
    asked_at: float


class ClassLists:
    """Class lists by section. One per process. Raises StoreUnavailable, SealBroken."""

    def __init__(
        self,
        roster: RosterStore,
        people: People,
        granting: Granting,
        tolerated: Tolerated,
        *,
        zone: ZoneInfo,
        now: Callable[[], datetime],
    ) -> None:
        self._roster = roster
        self._people = people
        self._granting = granting
        self._tolerated = tolerated
        self._zone = zone
        self._now = now
        self._lists: OrderedDict[str, _Made] = OrderedDict()
        self._staff: tuple[str, Mapping[str, Sequence[Staff]]] = ("", {})  # of which roster, by school
        self._whose: tuple[str, dict[str, Staff | None]] = ("", {})  # of which roster, by address

    async def of(self, section: Section, people: Iterable[Participant]) -> Listed:
        """The list as it is now."""
        generation = await self._roster.generation()
        staff = await self._staff_among(people, generation)
        return Listed(await self._class_list(section, staff, generation), staff)

    def lately(self, section_id: str, people: Iterable[Participant]) -> Listed | None:
        """The list as it was a few seconds ago, without asking the store; None where that is not known."""
        made = self._lists.get(section_id)
        if made is None or made.generation != self._roster.seen_generation:
            return None
        known = self._addresses_of(made.generation)
        emails = _emails(people)
        staff = tuple(one for email in emails if (one := known.get(email)) is not None)
        same = _ids(staff) == made.staff and all(email in known for email in emails)
        recent = time.monotonic() - made.asked_at < LATELY.total_seconds()
        return Listed(made.list, staff) if same and recent else None

    def forget(self, section_id: str) -> None:
        """What its teacher tolerates has changed."""
        self._lists.pop(section_id, None)

    def _addresses_of(self, generation: str) -> dict[str, Staff | None]:
        if self._whose[0] != generation or len(self._whose[1]) > MOST_ADDRESSES:
            self._whose = (generation, {})
        return self._whose[1]

    async def _staff_among(self, people: Iterable[Participant], generation: str) -> tuple[Staff, ...]:
        """Whoever of the district's staff has the address of one of them."""
        known = self._addresses_of(generation)
        emails = _emails(people)
        asked = [email for email in emails if email not in known]
        found = await asyncio.gather(*(self._people.staff_with(email) for email in asked))
        known.update(zip(asked, found, strict=True))
        return tuple(one for email in emails if (one := known[email]) is not None)

    async def _class_list(self, section: Section, staff: Sequence[Staff], generation: str) -> ClassList:
        today = self._now().astimezone(self._zone).date()
        past, granted = await asyncio.gather(self._tolerated.of(section.id), self._granted(section))
        made = self._lists.get(section.id)
        wanted = (generation, _ids(staff), _ids(granted), past, today.toordinal())
        if made is None or (made.generation, made.staff, made.granted, made.past, made.today) != wanted:
            students = await self._roster.members(section.id)
            teachers = [await self._roster.staff(one) for one in sorted(section.teachers)]
            known = [*staff, *granted, *filter(None, teachers), *await self._staff_at(section.school, generation)]
            everyone = list({one.id: one for one in known}.values())
            class_list = ClassList(
                students,
                everyone,
                domains=own_domains(students, everyone),
                memory=self._tolerated.memory(section.id),
                past=past,
                today=today,
            )
            made = self._lists[section.id] = _Made(*wanted, class_list, 0.0)
            if len(self._lists) > MOST_LISTS:
                self._lists.popitem(last=False)
        made.asked_at = time.monotonic()
        self._lists.move_to_end(section.id)
        return made.list

    async def _granted(self, section: Section) -> Sequence[Staff]:
        """Whoever this class is shared with now: they may be of another school, and no stranger here."""
        place = Place("", section=section.id, school=section.school)
        found = [await self._people.staff_with(one.to) for one in await self._granting.here(place)]
        return [one for one in found if one is not None]

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


def _ids(staff: Iterable[Staff]) -> frozenset[str]:
    return frozenset(one.id for one in staff)


def _emails(people: Iterable[Participant]) -> list[str]:
    """Their addresses, each once, in a fixed order."""
    return sorted({one.email.casefold() for one in people if one.email})
