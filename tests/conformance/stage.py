"""What every platform must offer to be put through the conformance suite: a class with people, its truth, its troubles.

One file a platform: `zoom.py`, `webex.py` and so on beside this one. A stage asks its simulator, or its real server,
never modbot. People are named by what they call themselves, which is all that every platform has in common.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto
from typing import Any, ClassVar

from modbot.confirmation import Patience
from modbot.model import Operation, PlatformName
from modbot.platforms import Means, Platform

TEACHER = "ada.reyes@example.org"
TITLE = "Period 3 Biology"
PUPILS = ("Ben Okafor", "Cam Silva")
STRANGER = "Mallory Guest"

# A simulator has done what it answered. The window is over with the last look, however slow the machine.
QUICK = Patience(
    window=timedelta(seconds=30),
    event_every=timedelta(milliseconds=5),
    reread_after=(timedelta(0), timedelta(milliseconds=40), timedelta(milliseconds=120)),
)

Settings = Mapping[str, Any]  # flat: what a platform nests is named "outer.inner"


def email_of(name: str) -> str:
    """A pupil's school address."""
    return f"{name.lower().replace(' ', '.')}@example.org"


class Where(StrEnum):
    """What came of somebody's coming to the door."""

    IN = auto()
    WAITS = auto()
    REFUSED = auto()


class Trouble(StrEnum):
    """What may go wrong between modbot and a platform while an act is carried out."""

    EVENTS_LOST = auto()
    EVENTS_TWICE = auto()
    EVENTS_LATE = auto()  # each is overtaken by the next
    SLOW_DOWN = auto()  # 429 that asks for no wait worth naming, once
    COME_BACK_LATER = auto()  # 429 that asks for a minute, once
    FAULT = auto()  # 503, once
    CUT = auto()  # the connection is cut before the platform acts
    ANSWER_LOST = auto()  # it acts, and the connection is cut before its answer, once
    TOKEN_EXPIRED = auto()
    UNREADABLE = auto()  # 200 with half an answer
    LIE = auto()  # success, and nothing is changed


@dataclass(frozen=True, slots=True)
class Picture:
    """A class at one moment, as it really is."""

    settings: Settings
    inside: frozenset[str]
    waiting: frozenset[str]
    muted: frozenset[str]
    running: bool
    granted: frozenset[str] = frozenset()  # who may come in although the door is shut, where a platform lists that


class Stage(ABC):
    """One platform with one district's account on it and one class."""

    name: ClassVar[PlatformName]
    host: ClassVar[str]  # what the teacher is called in the class
    asked: ClassVar[Mapping[Operation, Settings]]  # what a lock and a hardening have to bring about, and nothing else
    without: ClassVar[Mapping[Trouble, str]] = {}  # what cannot happen on this platform, and why
    hardens_live: ClassVar[bool] = True  # whether a running class can be hardened
    lists_lobby: ClassVar[bool] = False  # whether there is one, and modbot can read who waits in it
    in_steps: ClassVar[frozenset[Operation]] = frozenset()  # what takes further requests after the one that carries it
    tries_again: ClassVar[bool] = True  # whether the platform's faults ask for another try
    patience: ClassVar[Patience] = QUICK

    @classmethod
    def missing(cls) -> str:
        """What this machine lacks to run it, "" for nothing."""
        return ""

    @classmethod
    def close_all(cls) -> None:
        """End what all stages of this platform share."""
        return

    @abstractmethod
    async def start(self, means: Means) -> Platform:
        """Start the platform, and modbot's adapter with every credential it may be given."""

    @abstractmethod
    async def stop(self) -> None:
        """End what was started."""

    # What people do.

    async def schedule(self) -> None:
        """The class is arranged, where a platform lets modbot know of it before it begins."""
        return

    @abstractmethod
    async def open_class(self) -> None:
        """The teacher's class begins, as open as a careless teacher leaves it."""

    @abstractmethod
    async def join(self, name: str, email: str = "", *, invited: bool = False) -> Where:
        """Somebody comes to the door."""

    @abstractmethod
    async def leave(self, name: str) -> None:
        """Somebody inside goes."""

    async def begin_again(self) -> None:
        """The class ends, and the next one begins in the same room. Needed where modbot can end a class."""
        raise NotImplementedError

    @abstractmethod
    async def knock(self, name: str) -> None:
        """Somebody now waits in the lobby, on a platform where that can be arranged without locking."""

    @abstractmethod
    async def put(self, settings: Settings) -> None:
        """The teacher changes these settings by hand; the rest stays."""

    async def newcomer(self, name: str) -> Where:
        """A stranger comes when the platform says that changed settings hold: at once, or at the next start."""
        return await self.join(name)

    async def before_hardening(self) -> None:
        """Bring the class to where this platform lets its settings be hardened."""
        return

    # The truth.

    @abstractmethod
    async def picture(self) -> Picture:
        """The class as it is."""

    @abstractmethod
    def sent(self) -> int:
        """How many requests the platform has received, whatever they were."""

    @abstractmethod
    def changes(self) -> Sequence[str]:
        """Those of the requests that were to change the class."""

    @abstractmethod
    async def settle(self) -> None:
        """Every event of what happened so far has been sent and answered, those held back too."""

    # Troubles.

    @abstractmethod
    async def begin(self, trouble: Trouble, operation: Operation) -> None:
        """From now on this goes wrong, where `operation` needs the platform."""

    @abstractmethod
    async def end_trouble(self) -> None:
        """All is well again, and what was held back is on its way."""
