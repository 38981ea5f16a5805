"""Where a session is (section, school) and who may act there: the facts that `authorize.may` decides on."""

import time
from collections.abc import Iterable, Mapping

from modbot.actions import Decision
from modbot.authorize import Place, SectionGuess, may, section_of
from modbot.errors import StoreUnavailable
from modbot.model import Actor, Operation, Participant, Room, Session, Staff
from modbot.people import People
from modbot.settings import Settings
from modbot.store.roster import RosterStore

REMEMBERED_SECONDS = 15.0
MAX_REMEMBERED = 10_000


class Places:
    """Finds a session's section and school."""

    def __init__(self, *, roster: RosterStore, people: People, settings: Settings) -> None:
        self._roster = roster
        self._people = people
        self._links: Mapping[str, str] = settings.rooms
        self._remembered: dict[tuple[str, str, str], tuple[Place, float]] = {}

    def rooms_linked_to(self, sections: Iterable[str]) -> list[Room]:
        """The rooms that IT has linked to any of these sections."""
        wanted = set(sections)
        return [Room.from_key(room) for room, section in self._links.items() if section in wanted]

    async def of(self, session: Session) -> Place:
        """Where a session is, as far as roster, links and participants tell; without the store, only whose it is.

        Remembered for a few seconds and until the roster changes: five look-ups stood between a key press and the lock.
        """
        asked = (session.key, session.host_email, self._roster.seen_generation)
        known = self._remembered.get(asked)
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        place, lasting = await self._find(session)
        if lasting:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[asked] = (place, time.monotonic() + REMEMBERED_SECONDS)
        return place

    async def _find(self, session: Session) -> tuple[Place, bool]:
        """The place, and whether it holds for a while: not when it rests on who is in at the moment."""
        plain = Place(session.room.key, session.host_email)
        try:
            guess = await self.section(session)
            section = await self._roster.section(guess.section) if guess.section else None
            host = await self._people.staff_with(session.host_email) if session.host_email and not section else None
        except StoreUnavailable:
            return plain, False
        lasting = guess.how in ("linked", "host_only_section") and bool(session.host_email)
        if section is not None:
            return Place(session.room.key, session.host_email, section.id, section.school), lasting
        school = next(iter(host.schools)) if host and len(host.schools) == 1 else None
        return Place(session.room.key, session.host_email, None, school), False

    async def named_section(self, session: Session) -> tuple[SectionGuess, str]:
        """Which class a session is, and its title in the roster. Raises StoreUnavailable."""
        guess = await self.section(session)
        section = await self._roster.section(guess.section) if guess.section else None
        return guess, section.title if section else guess.section or ""

    async def section(self, session: Session) -> SectionGuess:
        """Which class a session is, and how that was found. Raises StoreUnavailable."""
        linked = self._links.get(session.room.key)
        host = await self._people.staff_with(session.host_email) if session.host_email and not linked else None
        several = host is not None and len(host.sections) > 1
        overlaps = await self._overlaps(host, session.participants) if host and several else {}
        return section_of(session, linked, host, overlaps)

    async def _overlaps(self, host: Staff, participants: Iterable[Participant]) -> dict[str, int]:
        """For each section of the host, how many participants with a known address are its members."""
        emails = {person.email.casefold() for person in participants if person.email}
        counts: dict[str, int] = {}
        for section in host.sections:
            members = {member.email for member in await self._roster.members(section) if member.email}
            counts[section] = len(emails & members)
        return counts


class DistrictAuthority:
    """Decides for the door."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def decide(self, actor: Actor, operation: Operation, session: Session) -> Decision:
        """A staff member by the rules; a timer carries out what a staff member was allowed to order."""
        if actor.id.startswith("timer:"):
            return Decision(allowed=True, why="modbot's own timer, set by an allowed act.")
        place = await self._places.of(session)
        decided = may(actor.staff, str(operation), place)
        return Decision(allowed=decided.allowed, why=decided.why)
