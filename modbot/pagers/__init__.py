"""What a pager is to modbot: one way to call somebody, told what to say, and made quiet again.

A pager knows nothing of policies and other pagers. A 2xx from a vendor is `queued`: whether it rang is told later, if
the vendor tells it at all.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from modbot.settings.paging import OnCallPerson


class Fate(StrEnum):
    """What became of one call to one person."""

    QUEUED = "queued"  # the channel took it; whether it rang is not known yet
    DELIVERED = "delivered"
    FAILED = "failed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody who is called is told."""

    page: str
    headline: str  # may be read by strangers on a locked phone: no participant's name, nothing that was typed
    details: tuple[str, ...]  # what was typed, and by whom: only for channels that staff sign in to
    number: int  # this is the number-th call
    of: int


@dataclass(frozen=True, slots=True)
class Question:
    """Whether somebody still has a page."""

    page: str
    headline: str
    minutes: int  # to answer in, before it rings again


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

    async def hush(self, ref: str, said: str) -> None:
        """Nobody need answer any more: stop what rings, and let what stands say why."""
