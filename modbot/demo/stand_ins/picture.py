"""What a class looks like at one moment, the same for every platform: who is in, who waits, who had to go."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from modbot.demo.roster import PUPILS, pupil_email

ANYONE = "Anyone with the link"
LOCKED = "Locked: nobody new gets in"

_PUPILS = frozenset(pupil_email(name) for name in PUPILS)


class Where(StrEnum):
    """What came of somebody's attempt to join."""

    JOINED = "joined"
    LOBBY = "lobby"
    REFUSED = "refused"


class How(StrEnum):
    """How somebody came to be outside."""

    LEFT = "left"
    REMOVED = "removed"
    REFUSED = "refused"


class Role(StrEnum):
    """What somebody is in the class."""

    HOST = "host"
    COHOST = "cohost"
    ATTENDEE = "attendee"


@dataclass(frozen=True, slots=True)
class Arrival:
    """An attempt to join. `id` is the platform's, "" for whoever was refused."""

    id: str
    where: Where


@dataclass(frozen=True, slots=True)
class Someone:
    """A person in the class or its lobby. `pupil`: one of the class's own, by the account they signed in with."""

    id: str
    name: str
    role: Role
    where: Where
    sharing: bool
    pupil: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """A person who is no longer there, or was never let in."""

    name: str
    how: How
    at: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """A class now. `locked` is None where the platform does not show whether strangers are kept out."""

    live: bool
    locked: bool | None
    entry: str  # who can come in, in one plain phrase
    people: tuple[Someone, ...]
    gone: tuple[Gone, ...]  # newest first

    def named(self, name: str, where: Where = Where.JOINED) -> tuple[Someone, ...]:
        """Everybody who goes by this name there."""
        return tuple(one for one in self.people if one.name == name and one.where is where)

    def person(self, person_id: str) -> Someone | None:
        """Whoever has this id and is in the class or its lobby."""
        return next((one for one in self.people if one.id == person_id), None)

    @property
    def outsiders(self) -> tuple[Someone, ...]:
        """Those in the class who are neither pupils of it nor run it."""
        joined = (one for one in self.people if one.where is Where.JOINED)
        return tuple(one for one in joined if not one.pupil and one.role is Role.ATTENDEE)

    @property
    def removed(self) -> frozenset[tuple[str, datetime]]:
        """Everybody who was put out."""
        return frozenset((one.name, one.at) for one in self.gone if one.how is How.REMOVED)


NOT_OPEN = Picture(live=False, locked=None, entry="", people=(), gone=())


def is_pupil(email: str) -> bool:
    """Whether this is the account of one of the invented pupils."""
    return email.casefold() in _PUPILS


@dataclass(slots=True)
class Door:
    """Who was refused, which platforms forget, and since when who has gone is told of."""

    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    _refused: list[Gone] = field(default_factory=list)

    def refuse(self, name: str) -> Arrival:
        """Note that this person was not let in."""
        self._refused.append(Gone(name, How.REFUSED, datetime.now(UTC)))
        return Arrival("", Where.REFUSED)

    def forget(self) -> None:
        """A clean slate."""
        self.since, self._refused = datetime.now(UTC), []

    def gone(self, left: list[Gone]) -> tuple[Gone, ...]:
        """Those who left and those who were refused since the last clean slate, newest first."""
        told = (one for one in (*left, *self._refused) if one.at >= self.since)
        return tuple(sorted(told, key=lambda one: one.at, reverse=True))
