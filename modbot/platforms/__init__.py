"""What a meeting platform is to modbot: what it can do, how it is asked, and how its word is checked.

One vendor is one folder. It declares its capabilities for the credentials it was given, translates its API's answers
into `modbot.errors`, verifies and normalises its webhooks, and knows the host's own clicks for everything else.
It never decides whether an act is allowed, recorded or done: that is the door's work (`modbot.actions`).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from modbot.http import Http
from modbot.model import Delivery as Delivery
from modbot.model import Event, Operation, Participant, PlatformName, Session
from modbot.tokens import TokenVault


class How(StrEnum):
    """How an operation is carried out on a platform."""

    NATIVE = "native"
    SUBSTITUTE = "substitute"  # something weaker that helps, named in the reply
    BY_HAND = "by_hand"  # only the host's own clicks


@dataclass(frozen=True, slots=True)
class Capability:
    """One row of the capability table.

    `effect` is the plain sentence a teacher reads when the operation is confirmed; for a substitute it says what was
    done instead and what that leaves open, and `instead` names it in a few words for a list. `steps` are the host's own
    clicks, always given.
    """

    how: How
    via: str = ""  # "PUT /meetings/controls": the call, for IT
    needs: tuple[str, ...] = ()  # scopes, plans and preconditions, for IT
    steps: tuple[str, ...] = ()
    effect: str = ""
    instead: str = ""  # of a substitute: "the waiting room is turned on"
    proviso: str = ""  # what must be so of the class itself: "if modbot made its link"
    needs_lock: bool = False  # of eject: whoever is put out can walk back in unless the room is locked too
    back: str = ""  # of eject: how somebody who was put out by mistake gets in again, in a sentence for staff


Remember = Callable[[Mapping[str, Any]], Awaitable[None]]


async def forget(_: Mapping[str, Any]) -> None:
    """Remember nothing: for calls whose former settings nobody will want back."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an operation is asked of. `people` for eject, admit; `former` for restore and unlock.

    An operation that changes settings reads them first and awaits `remember` with what it is about to change, before
    it changes it: a process killed in between must still be able to put back exactly what was there.
    """

    session: Session
    people: tuple[Participant, ...] = ()
    former: Mapping[str, Any] = field(default_factory=dict)
    remember: Remember = forget


@dataclass(frozen=True, slots=True)
class Receipt:
    """The vendor took the request. That is not yet a confirmation (P3)."""

    former: Mapping[str, Any] = field(default_factory=dict)  # the settings it changed, as they were before
    already: bool = False  # the vendor said it was so before


class Seen(StrEnum):
    """What a re-read of the platform shows."""

    IN_EFFECT = "in_effect"
    NOT_IN_EFFECT = "not_in_effect"
    CANNOT_TELL = "cannot_tell"  # this platform has no read for it; wait for an event instead


@dataclass(frozen=True, slots=True)
class PostureCheck:
    """One setting of a room against what is safe. `wanted` and `found` are words for staff."""

    name: str
    found: str
    wanted: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What a verified webhook meant, and how it is to be answered."""

    events: Sequence[Event] = ()
    reply: Mapping[str, Any] | str | None = None  # a JSON body or plain text to answer with, for URL validation
    unread: Sequence[Session] = ()  # people came or went here, and the vendor told no more than ids: read them
    doubted: str = ""  # why (part of) it was not believed, where the vendor must be answered as if it were


class Budget(Protocol):
    """A vendor's rate limit, shared by every process of the district."""

    async def take(self, limit: str, *, per_second: float, urgency: int = 1, burst: int = 0) -> None:
        """Wait for one call of the limit called `limit`. `urgency` 0 is a lock, 1 a removal, 2 the rest.

        `burst` calls may come at once, where the vendor counts by the minute; 0: half a second's worth.

        Raises RateLimited when the wait would be longer than a teacher should be kept.
        """


Told = Callable[[Sequence[Event]], Awaitable[None]]
Hosts = Callable[[], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Means:
    """What modbot lends every platform."""

    http: Http
    vault: TokenVault
    budget: Budget
    now: Callable[[], datetime]
    told: Told  # takes events that come by another way than a webhook; durable when it returns. Raises StoreUnavailable
    hosts: Hosts  # e-mails of everyone who may host a class. Raises StoreUnavailable
    public_url: str = ""  # where vendors reach modbot, without a slash at the end; "" when the district has not said


class Platform(Protocol):
    """One meeting platform with one set of credentials."""

    name: PlatformName

    @property
    def capabilities(self) -> Mapping[Operation, Capability]:
        """Every operation, and how it is done with these credentials."""

    async def live_sessions(self, host_email: str) -> Sequence[Session]:
        """The sessions this person hosts now, read from the vendor. Used after a gap, never on a hot path."""

    async def read(self, session: Session) -> Sequence[Participant]:
        """Who is in the session or its lobby now, read from the vendor. Raises VendorError."""

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        """Ask the vendor for `operation` (for eject and admit: each of `target.people`). Raises VendorError.

        Called only for capabilities that are native or a substitute. Safe to call twice.
        """

    async def check(self, operation: Operation, target: Target) -> Seen:
        """Re-read whether `operation` is in effect. Raises VendorError."""

    async def posture(self, session: Session) -> Sequence[PostureCheck]:
        """The room's settings against the safe ones."""

    async def probe(self) -> Sequence[tuple[str, str]]:
        """For `modbot doctor`: (what was checked, "" or what to fix) for token, scopes and plan."""

    async def hear(self, delivery: Delivery) -> Heard:
        """Verify a webhook and say what happened. Raises RequestRejected (401, 400; 503 to be told again later).

        The vendor waits: no I/O but for what is needed to verify it, such as the vendor's public keys, and that cached.
        """

    async def tend(self) -> timedelta:
        """Keep up what events come by (subscriptions, connections); how long until the next look. Raises VendorError.

        Called for as long as modbot serves, by one of its processes at a time, and safe to call in two.
        """

    async def close(self) -> None:
        """Give up connections."""


NOTHING_TO_TEND = timedelta(hours=1)  # the answer of a platform whose webhooks an admin sets up once


@dataclass(frozen=True, slots=True)
class Vendor:
    """A platform as the registry knows it: the one name each folder under `modbot/platforms` must export."""

    declared: Mapping[Operation, Capability]  # given every credential and scope asked for
    build: Callable[[Any, Means], Platform]  # from the settings block of the platform's name. No I/O
