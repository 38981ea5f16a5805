"""One reading of a district: everything, or what Clever's events say has changed."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from typing import Protocol, TypeVar

from modbot import rosters
from modbot.rosters import Gap, ListedSection, Person, Rows, What
from modbot.rosters.clever import shapes
from modbot.rosters.clever.api import CleverApi
from modbot.rosters.clever.records import (
    Principals,
    person_of,
    principals_of,
    school_of,
    seats_of,
    section_of,
    term_of,
)
from modbot.rosters.clever.shapes import Event, Section, User

ROLES = ("district_admin", "staff", "teacher", "student")  # never `contact`: parents and their telephones

_CHANGES = frozenset({"created", "updated", "deleted"})
_READ_WHOLE = frozenset({"schools", "terms"})  # they are few, and read anew each time
_OF_NO_USE = frozenset({"courses", "districts", "resources"})


class Identified(Protocol):
    """A record with an id."""

    @property
    def id(self) -> str | None:
        """Clever's id."""


R = TypeVar("R", bound=Identified)


class Reading:
    """Asks for records and hands them on as rows."""

    def __init__(self, api: CleverApi, rows: Rows) -> None:
        self._api = api
        self._rows = rows

    async def everything(self) -> None:
        """The whole district. Raises VendorError."""
        principals = await self._places()
        for role in ROLES:
            await self._people(role, principals)
        await self._sections()

    async def changes(self, since: str) -> str:
        """What changed after an event; the id of the last event. Raises Gap for what modbot cannot follow."""
        principals = await self._places()
        async with aclosing(self._api.pages("events", shapes.EVENTS, after=since)) as pages:
            async for page in pages:
                since = await self._follow(page, principals) or since
        return since

    async def _places(self) -> Principals:
        schools = self._with_ids("schools", await self._api.all("schools", shapes.SCHOOLS))
        terms = self._with_ids("terms", await self._api.all("terms", shapes.TERMS))
        await self._rows.places([school_of(school) for school in schools], [self._term(term) for term in terms])
        return principals_of(schools)

    def _term(self, term: shapes.Term) -> rosters.Term:
        try:
            return term_of(term)
        except ValueError:
            self._rows.left_out("terms", term.id or "", "its end_date is not a date; it is taken as not ended")
            return rosters.Term(term.id or "")

    async def _people(self, role: str, principals: Principals) -> None:
        """People of a role, each under the first of their roles only: Clever lists them under every one."""
        earlier = ROLES[: ROLES.index(role)]
        async with aclosing(self._api.pages("users", shapes.USERS, role=role)) as pages:
            async for page in pages:
                users = [user for user in self._with_ids("people", page) if self._tells_role(user, role)]
                await self._rows.people([person_of(user, principals) for user in users if not _has(user, earlier)])

    def _tells_role(self, user: User, role: str) -> bool:
        """Whether a record says what it is listed for: somebody without it would vanish without a word."""
        if _has(user, (role,)):
            return True
        self._rows.left_out("people", user.id or "", f"Clever lists them as {role} and does not say where")
        return False

    async def _sections(self) -> None:
        async with aclosing(self._api.pages("sections", shapes.SECTIONS)) as pages:
            async for page in pages:
                sections = self._with_ids("sections", page)
                await self._rows.sections([section_of(section) for section in sections])
                await self._rows.seats([seat for section in sections for seat in seats_of(section)])

    async def _follow(self, page: Sequence[Event | None], principals: Principals) -> str:
        """Do what a page of events says, each record's last event only; the id of the page's last event."""
        people: dict[str, Person] = {}
        sections: dict[str, Section | None] = {}
        for event in page:
            if event is None or not event.id:
                raise Gap("Clever told of a change that modbot cannot read, so everything is read anew.")
            kind, what = _known(event)
            if kind == "users":
                user = _told(event, lambda data: data.user)
                people[user.id or ""] = _gone(user) if what == "deleted" else person_of(user, principals)
            elif kind == "sections":
                section = _told(event, lambda data: data.section)
                sections[section.id or ""] = None if what == "deleted" else section
        await self._tell(people, sections)
        last = page[-1] if page else None
        return last.id or "" if last is not None else ""

    async def _tell(self, people: dict[str, Person], sections: dict[str, Section | None]) -> None:
        listed = [
            ListedSection(name, gone=True) if section is None else section_of(section)
            for name, section in sections.items()
        ]
        seats = [seat for section in sections.values() if section is not None for seat in seats_of(section)]
        await self._rows.people(list(people.values()))
        await self._rows.sections(listed)
        await self._rows.clear_seats(list(sections))
        await self._rows.seats(seats)

    def _with_ids(self, what: What, records: Iterable[R | None]) -> list[R]:
        """The records that can be read; the others are told of."""
        readable = []
        for record in records:
            if record is None or not record.id:
                self._rows.left_out(what, "", "the record has no id")
            else:
                readable.append(record)
        return readable


def _has(user: User, roles: Iterable[str]) -> bool:
    return user.roles is not None and any(getattr(user.roles, role) is not None for role in roles)


def _gone(user: User) -> Person:
    return Person(user.id or "", gone=True)


def _known(event: Event) -> tuple[str, str]:
    """The kind of record and what became of it. Raises Gap for a type modbot has not heard of."""
    kind, _, what = (event.type or "").partition(".")
    if what not in _CHANGES or kind not in {"users", "sections"} | _READ_WHOLE | _OF_NO_USE:
        raise Gap("Clever told of a change of a kind modbot does not know, so everything is read anew.")
    return kind, what


def _told(event: Event, which: Callable[[shapes.Changed], R | None]) -> R:
    record = which(event.data) if event.data is not None else None
    if record is None or not record.id:
        raise Gap("Clever told of a change without saying to what, so everything is read anew.")
    return record
