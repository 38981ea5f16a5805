"""Which grants are in force: within their times, and for as long as whoever gave them may share that class themselves.

Looked up at each use, by the roster as it is then. Nothing is remembered here: a grant that ends in one process has
ended in all.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from modbot.authorize import Granted, Place, Verb, may
from modbot.model import Staff
from modbot.people import People
from modbot.store.grants import Grant, Grants


def covers(grant: Grant, place: Place) -> bool:
    """Whether a grant is of this place.

    A section's is of that section wherever it meets, and of the room it was given in while nobody can tell which class
    runs there. A room's is of whatever runs in that room.
    """
    here = bool(grant.room) and grant.room == place.room
    if not grant.section:
        return here
    return grant.section == place.section or (here and place.section is None)


def place_of(grant: Grant) -> Place:
    """Where it is, as far as was known when it was given."""
    return Place(grant.room, grant.host, grant.section or None, grant.school or None)


def in_force(grant: Grant, place: Place, granter: Staff | None, now: datetime) -> bool:
    """Whether it lets its person act there now. `granter` is whoever gave it, as the roster knows them now."""
    return grant.since <= now < grant.until and covers(grant, place) and may(granter, Verb.SHARE, place).allowed


class Granting:
    """Looks grants up. Raises StoreUnavailable."""

    def __init__(self, *, grants: Grants, people: People, zone: ZoneInfo, now: Callable[[], datetime]) -> None:
        self._grants = grants
        self._people = people
        self._zone = zone
        self._now = now

    async def to(self, staff: Staff, place: Place) -> tuple[Granted, ...]:
        """What this person is granted there now."""
        held = await self._grants.of(staff.email) if staff.email else []
        return tuple(Granted(one.to, self.said(one)) for one in await self._in_force(held, place))

    async def within_times(self, staff: Staff) -> list[Grant]:
        """This person's grants that are not over, whether or not whoever gave them still may share."""
        held = await self._grants.of(staff.email) if staff.email else []
        return [one for one in held if one.since <= self._now() < one.until]

    async def here(self, place: Place) -> list[Grant]:
        """Everybody's grants that are in force there now, of those who are still staff."""
        subjects = [f"room:{place.room}"] if place.room else []
        subjects += [f"section:{place.section}"] if place.section else []
        return await self._of_staff(await self._in_force(await self._grants.in_any(subjects, self._now()), place))

    async def in_force_of(self, grants: Iterable[Grant], *, most: int) -> list[Grant]:
        """Those that are in force where they were given, of those who are still staff; no more than `most`."""
        found: list[Grant] = []
        for one in grants:
            if len(found) == most:
                break
            found += await self._of_staff(await self._in_force([one], place_of(one)))
        return found

    async def _of_staff(self, grants: Iterable[Grant]) -> list[Grant]:
        """Whoever has left has nothing, and is told nothing."""
        return [one for one in grants if await self._people.staff_with(one.to) is not None]

    async def _in_force(self, grants: Iterable[Grant], place: Place) -> list[Grant]:
        here = [one for one in grants if covers(one, place)]
        granters = [await self._people.staff_with(one.by) for one in here]
        now = self._now()
        return [one for one, granter in zip(here, granters, strict=True) if in_force(one, place, granter, now)]

    def said(self, grant: Grant) -> str:
        """`Megan Chang shared this class with you until 14:30.`"""
        return f"{grant.by_name} shared this class with you until {self.local(grant.until)}."

    def local(self, moment: datetime) -> str:
        """A moment on the district's clocks: the day too, unless it is today."""
        there, today = moment.astimezone(self._zone), self._now().astimezone(self._zone).date()
        return there.strftime("%H:%M" if there.date() == today else "%a %d %b %H:%M")
