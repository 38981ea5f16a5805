"""A OneRoster service as a source of the roster."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Protocol, TypeVar

import orjson

from modbot.errors import VendorError
from modbot.rosters import Gap, Probe, Rows, What
from modbot.rosters.fitting import Misfit
from modbot.rosters.oneroster_rest.api import OneRosterApi
from modbot.rosters.oneroster_rest.records import person_of, school_of, seat_of, section_of, term_of
from modbot.rosters.oneroster_rest.shapes import Class, Enrollment, Org, Session, Shape, User
from modbot.rosters.patience import Pauses
from modbot.settings.oneroster import OneRosterSettings

# Services differ in how well they mark what was deleted. Reading everything now and then bounds how long a missed
# change can last.
EVERYTHING_EVERY = timedelta(days=7)
BRIEFLY = Pauses(tries=2)  # an admin waits for a probe
OVERLAP = timedelta(minutes=15)  # a change may become visible a little after the moment it is marked with

_ONLY_V12 = frozenset({"preferredGivenName", "preferredFamilyName", "roles"})
_ONLY_V11 = frozenset({"role", "orgs"})


class Identified(Protocol):
    """A record with an id."""

    @property
    def sourcedId(self) -> str | None:  # noqa: N802 - OneRoster's name
        """OneRoster's id."""


R = TypeVar("R", bound=Identified)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Mark:
    service: str  # which one, with which credentials
    since: datetime
    everything: datetime

    def packed(self) -> str:
        return orjson.dumps([self.service, self.since, self.everything]).decode()

    @classmethod
    def unpacked(cls, mark: str) -> "_Mark":
        try:
            service, since, everything = orjson.loads(mark)
            return cls(str(service), datetime.fromisoformat(since), datetime.fromisoformat(everything))
        except (ValueError, TypeError):
            raise Gap("The mark of the last reading cannot be read, so everything is read anew.") from None


class OneRosterSource:
    """One service. Each reading asks for a token of its own."""

    name = "oneroster"

    def __init__(
        self, settings: OneRosterSettings, api: Callable[[Pauses], OneRosterApi], now: Callable[[], datetime]
    ) -> None:
        told = f"{settings.api_url} {settings.client_id}".encode()
        self._service = blake2b(told, digest_size=8).hexdigest()
        self._api = api
        self._now = now
        self._users = Shape("users", User, without=_ONLY_V11 if settings.version == "v1p2" else _ONLY_V12)

    async def read(self, rows: Rows, *, since: str = "") -> str:
        """See `modbot.rosters.Source`."""
        began = self._now()
        former = self._usable(_Mark.unpacked(since), began) if since else None
        api = self._api(Pauses())
        where = f"dateLastModified>'{_moment(former.since)}'" if former else ""
        await self._places(api, rows)
        await self._each(api, self._users, "people", rows, person_of, rows.people, where)
        await self._each(api, CLASSES, "sections", rows, section_of, rows.sections, where)
        await self._each(api, ENROLLMENTS, "seats", rows, seat_of, rows.seats, where)
        started = min(api.server_time or began, began) - OVERLAP
        return _Mark(self._service, started, former.everything if former else began).packed()

    async def probe(self) -> Sequence[Probe]:
        """See `modbot.rosters.Source`."""
        api = self._api(BRIEFLY)
        try:
            await api.find_token()
        except VendorError as error:
            return [Probe("token", ok=False, said=error.staff_text)]
        return [
            Probe("token", ok=True, said="The OneRoster service gave a token."),
            await _tried(api, ORGS),
            await _tried(api, SESSIONS),
            await _tried(api, self._users),
            await _tried(api, CLASSES),
            await _tried(api, ENROLLMENTS),
        ]

    def _usable(self, former: _Mark, now: datetime) -> _Mark:
        if former.service != self._service:
            raise Gap("The last reading was of another service or client, so everything is read anew.")
        if not timedelta(0) <= now - former.everything <= EVERYTHING_EVERY:
            raise Gap("Everything is read anew once a week.")
        return former

    async def _places(self, api: OneRosterApi, rows: Rows) -> None:
        schools = [org async for page in api.pages(ORGS) for org in page]
        terms = [session async for page in api.pages(SESSIONS) for session in page]
        await rows.places(_fitting("schools", rows, schools, school_of), _fitting("terms", rows, terms, term_of))

    async def _each(
        self,
        api: OneRosterApi,
        shape: Shape[R],
        what: What,
        rows: Rows,
        made: Callable[[R], T],
        take: Callable[[Sequence[T]], Awaitable[None]],
        where: str,
    ) -> None:
        async for page in api.pages(shape, where=where):
            await take(_fitting(what, rows, page, made))


ORGS = Shape("orgs", Org)
SESSIONS = Shape("academicSessions", Session)
CLASSES = Shape("classes", Class)
ENROLLMENTS = Shape("enrollments", Enrollment)


def _fitting(what: What, rows: Rows, page: Sequence[R | None], made: Callable[[R], T]) -> list[T]:
    found: list[T] = []
    for record in page:
        if record is None:
            rows.left_out(what, "", "it is not a record")
            continue
        try:
            found.append(made(record))
        except Misfit as misfit:
            rows.left_out(what, record.sourcedId or "", str(misfit))
    return found


async def _tried(api: OneRosterApi, shape: Shape[R]) -> Probe:
    try:
        found = await api.first(shape)
    except VendorError as error:
        return Probe(shape.name, ok=False, said=error.staff_text)
    if found:
        return Probe(shape.name, ok=True, said=f"modbot may read {shape.name}.")
    return Probe(
        shape.name, ok=False, said=f"The service answers, and has no {shape.name}. Is this the right district?"
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
