"""What a pager is to modbot: one way to call somebody, told what to say, and made quiet again.

A pager knows nothing of policies and other pagers. A 2xx from a vendor is `queued`: whether it rang is told later, if
the vendor tells it at all.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from modbot.model import Delivery
from modbot.settings.paging import OnCallPerson


class Fate(StrEnum):
    """What became of one call to one person."""

    QUEUED = "queued"  # the channel took it; whether it rang is not known yet
    DELIVERED = "delivered"
    FAILED = "failed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Turn:
    """Which ringing of a page is answered, or which question to whoever has it. An answer is to that one and no other:
    one that comes late, or is played back, takes no page that rings again since.
    """

    run: int = 0  # the first time it rings is 1; 0 is whichever it is now
    asked: int = 0  # the number of the question; 0 where a ringing is answered


UNANSWERABLE = "modbot's record store is down: it takes no answers, and calls nobody else by itself."
NOW = Turn()  # of somebody who says it this moment, in staff chat


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody who is called is told."""

    page: str
    headline: str  # may be read by strangers on a locked phone: no participant's name, nothing that was typed
    details: tuple[str, ...]  # what was typed, and by whom: only for channels that staff sign in to
    number: int  # this is the number-th call
    of: int
    run: int = 1  # how often it has rung from the first call on: one more when nobody said that they still have it
    answerable: bool = True  # False while no answer could be kept: then none is asked for

    @property
    def turn(self) -> Turn:
        """What an answer to this call answers."""
        return Turn(self.run)

    @property
    def place(self) -> str:
        """Which call it is, in words; whoever is called while nothing can be kept is not followed by anybody."""
        if not self.answerable:
            return UNANSWERABLE
        return f"Call {self.number} of {self.of}."


@dataclass(frozen=True, slots=True)
class Question:
    """Whether somebody still has a page."""

    page: str
    headline: str
    minutes: int  # to answer in, before it rings again
    turn: Turn = NOW


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call that left. `ref` is the channel's own word for where it stands, "" for calls that cannot be taken back."""

    fate: Fate
    ref: str = ""


class Pager(Protocol):
    """One way to call somebody. Every method raises VendorError. `label` is its name on a card."""

    label: str

    async def ring(self, person: OnCallPerson, notice: Notice) -> Ticket:
        """Call somebody."""

    async def ask(self, person: OnCallPerson, question: Question) -> Ticket:
        """Ask somebody whether they still have it."""

    async def hush(self, ref: str, said: str, *, over: bool) -> None:
        """Nobody need answer any more: stop what rings, and let what stands say why. `over`: it is resolved, too."""


class Word(StrEnum):
    """What a person or a vendor says of a page, outside of staff chat."""

    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    ESCALATE = "escalate"  # call the next person now
    FATE = "fate"  # what became of one call


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said of one page. `by` names who said it, for the card; `email` where it is known to be theirs.

    A text message names no page: `page` is "", and meant is the one that `email` was called for whose
    `modbot.pagers.codes.code_of` is `code`; without a code the only one they were called for. `ref` is then the
    message's own, so that one that comes twice means the same twice.
    """

    page: str
    word: Word
    by: str = ""
    email: str = ""
    ref: str = ""  # of the call, where one is meant
    fate: Fate = Fate.QUEUED
    code: str = ""
    turn: Turn = NOW
    step: int | None = None  # with ESCALATE: the step that is passed on; None is the one in force
    at: datetime | None = None  # when it was said, where the vendor tells (aware)


@dataclass(frozen=True, slots=True)
class HeardBack:
    """What a verified callback meant, and the body it is answered with once that is durable.

    `reply` is true whatever became of it. Where that is known in time, `changed` is said in its place when something
    that was said took effect, and `late` when nothing did.
    """

    said: tuple[Said, ...] = ()
    reply: str = ""
    changed: str = ""
    late: str = ""
    content_type: str = "text/plain"


class Listener(Protocol):
    """A pager whose answers come back by HTTP."""

    async def hear(self, delivery: Delivery) -> HeardBack:
        """Verify a callback and say what it means. No I/O. Raises RequestRejected (401, 400)."""
