"""A school as a whole: what it is called, who leads it, and which of its rooms are live."""

import asyncio
from collections.abc import Sequence

from modbot.authority import Places
from modbot.model import Session, StaffRole
from modbot.people import People
from modbot.rooms import with_host
from modbot.settings import Settings
from modbot.store.roster import RosterStore
from modbot.store.sessions import Sessions
from modbot.whole_school import LiveHere

AT_ONCE = 500  # look-ups that go to the store together


class Schools:
    """Answers about one school at a time. Raises StoreUnavailable."""

    def __init__(
        self, *, roster: RosterStore, places: Places, people: People, sessions: Sessions, settings: Settings
    ) -> None:
        self._roster = roster
        self._places = places
        self._people = people
        self._sessions = sessions
        self._settings = settings
        self._principals: tuple[str, dict[str, list[str]]] = ("", {})  # of which roster, by school
        self._schools_of: tuple[str, dict[str, frozenset[str]]] = ("", {})  # of which roster, by a host's address

    def name(self, school: str) -> str:
        """As the settings call it, else by its roster id."""
        named = self._settings.schools.get(school)
        return (named.name if named else "") or school

    async def principals(self, school: str) -> tuple[str, ...]:
        """The addresses of those who lead it, by the settings and the roster.

        Reads the whole staff the first time, and again when the roster has changed.
        """
        generation = await self._roster.generation()
        if self._principals[0] != generation:
            self._principals = (generation, await self._all_principals())
        named = self._settings.schools.get(school)
        found = (*(named.principals if named else ()), *self._principals[1].get(school, ()))
        return tuple(dict.fromkeys(email.casefold() for email in found))

    async def _all_principals(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        async for some in self._roster.everybody():
            for one in some:
                if StaffRole.PRINCIPAL in one.roles and one.email:
                    for school in one.schools:
                        found.setdefault(school, []).append(one.email)
        return found

    async def live(self, school: str) -> LiveHere:
        """Every session that runs in the school now."""
        rows = await self._sessions.live_everywhere()
        teach_at = await self._of_hosts([host for *_, host in rows if host])
        near = [
            key
            for key, room, _, host in rows
            if room.key in self._settings.rooms or not host or school in teach_at[host]
        ]
        return await self._placed(school, await self._running(near))

    async def _of_hosts(self, emails: Sequence[str]) -> dict[str, frozenset[str]]:
        """At which schools each is; remembered until the roster changes."""
        generation = await self._roster.generation()
        if self._schools_of[0] != generation:
            self._schools_of = (generation, {})
        known = self._schools_of[1]
        unknown = sorted(set(emails) - known.keys())
        for first in range(0, len(unknown), AT_ONCE):
            some = unknown[first : first + AT_ONCE]
            staff = await asyncio.gather(*(self._people.staff_with(email) for email in some))
            known |= {email: one.schools if one else frozenset() for email, one in zip(some, staff, strict=True)}
        return known

    async def _running(self, session_keys: Sequence[str]) -> list[Session]:
        found: list[Session] = []
        for first in range(0, len(session_keys), AT_ONCE):
            found += await self._sessions.get_many(session_keys[first : first + AT_ONCE])
        return [with_host(session) for session in found if session.live]

    async def _placed(self, school: str, sessions: Sequence[Session]) -> LiveHere:
        places = await asyncio.gather(*(self._places.of(session) for session in sessions))
        here = [one.key for one, place in zip(sessions, places, strict=True) if place.school == school]
        lost = [one.host_email for one, place in zip(sessions, places, strict=True) if place.school is None]
        hosts = await self._of_hosts([host for host in lost if host])
        return LiveHere(tuple(here), sum(1 for host in lost if host and school in hosts[host]))
