"""What is asked and done about all rooms of one school at once, and what commands need for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LiveHere:
    """What runs in a school, as far as modbot has heard.

    `unclear`: how many classes more have a host of this school, of which modbot does not know which school they are of.
    """

    sessions: tuple[str, ...]  # keys
    unclear: int


@dataclass(frozen=True, slots=True)
class Locked:
    """One room that was locked: its session, and the act that did it."""

    session_key: str
    act_id: str


@dataclass(frozen=True, slots=True)
class SchoolLock:
    """One question whether to lock all live rooms of a school.

    `by` is the request that said yes first, "" before that; `held` are the sessions that somebody had locked by then;
    `locked` is what an undo takes back.
    """

    id: str
    school: str
    raid: str
    sessions: tuple[str, ...]  # keys of those that were shown
    by: str = ""
    by_name: str = ""
    held: tuple[str, ...] = ()  # keys
    locked: tuple[Locked, ...] = ()


class SchoolRooms(Protocol):
    """A school's rooms (`modbot.schools`)."""

    def name(self, school: str) -> str:
        """As staff know it."""

    async def live(self, school: str) -> LiveHere:
        """Every session that runs in the school now. Raises StoreUnavailable."""


class Questions(Protocol):
    """Questions that were put, and what came of a yes (`modbot.store.school_locks`). Raises StoreUnavailable."""

    async def ask(self, lock: SchoolLock) -> None:
        """Remember what was shown."""

    async def get(self, question_id: str) -> SchoolLock | None:
        """What was shown, and what came of it; None when it is too old."""

    async def claim(self, question_id: str, request_id: str, name: str, held: Sequence[str]) -> SchoolLock | None:
        """Say yes to it: whoever did so first is in `by`, with what was held then. None when it is too old."""

    async def done(self, question_id: str, locked: Sequence[Locked]) -> None:
        """These are what an undo takes back."""


class Warnings(Protocol):
    """Warnings of raids (`modbot.radar`)."""

    async def noted(self, raid_id: str, said: str, *, once: str) -> None:
        """Show on the warning what a member of staff did. Raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class WholeSchools:
    """What commands may use for a school as a whole."""

    rooms: SchoolRooms
    questions: Questions
    warnings: Warnings
