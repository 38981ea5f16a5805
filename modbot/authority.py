"""Where a session is (section, school) and who may act there: the facts that `authorize.may` decides on."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from modbot.actions import Decision
from modbot.authorize import Allow, Deny, Place, SectionGuess, may, section_of
from modbot.errors import StoreUnavailable
from modbot.granting import Granting
from modbot.lately import Lately
from modbot.log import get_logger
from modbot.model import Actor, Operation, Participant, Room, Session, Staff
from modbot.people import People
from modbot.settings import Settings
from modbot.store.roster import RosterStore

REMEMBER = timedelta(seconds=15)
MOST_REMEMBERED = 10_000
GRANTS_UNREAD = "modbot cannot read just now which classes are shared with you."

log = get_logger("authority")


class Places:
    """Finds a session's section and school, and decides who may do what there."""

    def __init__(self, *, roster: RosterStore, people: People, granting: Granting, settings: Settings) -> None:
        self._roster = roster
        self._people = people
        self._granting = granting
        self._links: Mapping[str, str] = settings.rooms
        self._remembered = Lately[Place](MOST_REMEMBERED)

    def rooms_linked_to(self, sections: Iterable[str]) -> list[Room]:
        """The rooms that IT has linked to any of these sections."""
        wanted = set(sections)
        return [Room.from_key(room) for room, section in self._links.items() if section in wanted]

    async def may(self, staff: Staff | None, verb: str, session: Session) -> Allow | Deny:
        """Whether a person may do this in a session, by their own right or by a grant."""
        return await self.may_at(staff, verb, await self.of(session))

    async def may_at(self, staff: Staff | None, verb: str, where: Place) -> Allow | Deny:
        """The same for a place. Grants are looked up only where somebody has no right of their own."""
        decided = may(staff, verb, where)
        if decided.allowed or staff is None:
            return decided
        try:
            granted = await self._granting.to(staff, where)
        except StoreUnavailable as error:
            log.warning("grants_unread", room=where.room, detail=error.log_detail)
            return Deny(f"{decided.why} {GRANTS_UNREAD}")
        return may(staff, verb, replace(where, granted=granted)) if granted else decided

    async def granted_at(self, place: Place) -> list[str]:
        """The addresses of those whom a place is shared with now. Raises StoreUnavailable."""
        return [one.to for one in await self._granting.here(place)]

    async def of(self, session: Session) -> Place:
        """Where a session is, as far as roster, links and participants tell; without the store, only whose it is.

        Remembered for a few seconds and until the roster changes: five look-ups stood between a key press and the lock.
        """
        asked = (session.key, session.host_email, self._roster.seen_generation)
        known = self._remembered.get(asked)
        if known is not None:
            return known
        place, lasting = await self._find(session)
        if lasting:
            self._remembered.put(asked, place, REMEMBER)
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

    async def teachers_of(self, section_id: str) -> list[str]:
        """The addresses of a section's teachers. Raises StoreUnavailable."""
        section = await self._roster.section(section_id) if section_id else None
        teachers = [await self._roster.staff(one) for one in sorted(section.teachers)] if section else []
        return [one.email for one in teachers if one is not None]

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
        decided = await self._places.may(actor.staff, str(operation), session)
        return Decision(allowed=decided.allowed, why=decided.why)
