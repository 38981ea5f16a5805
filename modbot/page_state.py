"""A page's life as one pure state machine: triggered → acknowledged → resolved.

Every change yields a new state and what follows from it. A timer carries the token of the state it was set in, so a
late or doubled one changes nothing (P8). No I/O, no clock.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Step:
    """Whom to call, and how long to wait for an answer. `people` are e-mails, `schedule:NAME` and `group:NAME`."""

    people: tuple[str, ...]
    wait_seconds: int
    round: int = 1  # of its policy; for those who are called


@dataclass(frozen=True, slots=True)
class Told:
    """One notification: to whom, where it stands, and its fate."""

    email: str
    at: str
    fate: str  # delivered, failed
    channel: str = ""
    ts: str = ""


@dataclass(frozen=True, slots=True)
class PageState:
    """A page with a snapshot of its policy, every call from the first to the last resort.

    `due_at` is when its one live timer rings; "" when it has none.
    """

    id: str
    what: str
    by: str
    opened_at: str
    policy: tuple[Step, ...]
    incident: str = ""
    title: str = ""
    state: str = "triggered"
    step: int = 0
    token: str = ""
    due_at: str = ""
    acknowledged_by: str = ""
    acknowledged_at: str = ""
    exhausted: bool = False
    calling: bool = False  # the current step's people have yet to be told; a crash must not skip them
    told: tuple[Told, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it may still ring."""
        return self.state == "triggered"

    @property
    def current(self) -> Step | None:
        """The step in force, or None when nobody is left to call."""
        return self.policy[self.step] if self.open and not self.exhausted and self.policy else None


@dataclass(frozen=True, slots=True)
class Change:
    """A new state; `call` says that the current step's people are to be notified now."""

    state: PageState
    call: bool = False


def trigger(page: PageState, now: datetime) -> Change:
    """The first step rings at once."""
    if not page.policy:
        return Change(replace(page, exhausted=True, token="", due_at=""))
    return Change(_armed(page, now), call=True)


def timer(page: PageState, token: str, now: datetime) -> Change | None:
    """Nobody answered in time: the next step, or None for a timer that is no longer the live one."""
    if not page.open or page.exhausted or token != page.token:
        return None
    return _next(page, now)


def escalate(page: PageState, now: datetime) -> Change | None:
    """The next step now, by hand."""
    return _next(page, now) if page.open and not page.exhausted else None


def _next(page: PageState, now: datetime) -> Change:
    if page.step + 1 < len(page.policy):
        return Change(_armed(replace(page, step=page.step + 1), now), call=True)
    return Change(replace(page, exhausted=True, token="", due_at=""))


def _armed(page: PageState, now: datetime) -> PageState:
    due = now + timedelta(seconds=page.policy[page.step].wait_seconds)
    return replace(page, token=secrets.token_hex(8), due_at=due.isoformat(), calling=True)


def acknowledge(page: PageState, by: str, now: datetime) -> Change | None:
    """Somebody has it. None when it was acknowledged or resolved before: a late answer changes nothing."""
    if not page.open:
        return None
    quiet = replace(
        page, state="acknowledged", acknowledged_by=by, acknowledged_at=now.isoformat(), token="", due_at=""
    )
    return Change(quiet)


def resolve(page: PageState) -> Change | None:
    """It is over. None when it was resolved before."""
    if page.state == "resolved":
        return None
    return Change(replace(page, state="resolved", token="", due_at=""))


def told(page: PageState, notices: Sequence[Told]) -> Change:
    """Remember who was told, and what became of it."""
    return Change(replace(page, told=(*page.told, *notices)[-200:], calling=False))


def to_bytes(page: PageState) -> bytes:
    """As kept in the store."""
    return orjson.dumps(asdict(page))


def from_bytes(kept: bytes) -> PageState:
    """The inverse of `to_bytes`."""
    data: dict[str, Any] = orjson.loads(kept)
    data["policy"] = tuple(Step(**{**step, "people": tuple(step["people"])}) for step in data["policy"])
    data["told"] = tuple(Told(**notice) for notice in data["told"])
    return PageState(**data)
