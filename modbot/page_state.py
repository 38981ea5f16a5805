"""A page's life as one pure state machine: triggered → acknowledged → resolved.

Every change yields a new state and what follows from it. The one live timer carries the token of the state it was set
in, so a late or doubled one changes nothing (P8). Whoever has taken a page is asked now and then whether they still
have it; when they do not say so, it rings again from the first call. No I/O, no clock.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from modbot.pagers import Fate

MAX_CALLS = 400  # remembered of one page
MAX_JOINED = 400  # incidents that one page stands for


@dataclass(frozen=True, slots=True)
class Step:
    """Whom to call, and how long to wait for an answer. `people` are e-mails, `schedule:NAME` and `group:NAME`."""

    people: tuple[str, ...]
    wait_seconds: int
    round: int = 1  # of its policy; for those who are called


@dataclass(frozen=True, slots=True)
class Called:
    """One call to one person: by which channel, its fate, and the channel's own word for where it stands."""

    email: str
    channel: str
    step: int
    run: int
    at: str
    fate: Fate
    ref: str = ""


@dataclass(frozen=True, slots=True)
class StillOnIt:
    """How long somebody may have a page before they are asked, and how long they have to answer. 0: never asked."""

    after_seconds: int = 0
    answer_seconds: int = 600


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
    still: StillOnIt = StillOnIt()
    title: str = ""
    incidents: tuple[str, ...] = ()  # whose page it is: one, or more that came within the same minute
    state: str = "triggered"
    step: int = 0
    run: int = 1  # counts how often it has rung from the first call on
    token: str = ""
    due_at: str = ""
    acknowledged_by: str = ""
    acknowledged_email: str = ""  # of whoever has it, where it is known: they are asked whether they still do
    acknowledged_at: str = ""
    asked_at: str = ""  # when whoever has it was asked whether they still do; "" while they need not answer
    exhausted: bool = False
    calling: bool = False  # the current step's people have yet to be called; a crash must not skip them
    calls: tuple[Called, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it may still ring."""
        return self.state == "triggered"

    @property
    def current(self) -> Step | None:
        """The step in force, or None when nobody is left to call."""
        return self.policy[self.step] if self.open and not self.exhausted and self.policy else None

    @property
    def incident(self) -> str:
        """The incident it was opened for; "" for none."""
        return self.incidents[0] if self.incidents else ""

    @property
    def called_now(self) -> frozenset[str]:
        """The addresses of those called by the step in force: work that is done again must not call them twice."""
        return frozenset(call.email for call in self.calls if (call.run, call.step) == (self.run, self.step))

    @property
    def reached(self) -> tuple[str, ...]:
        """The addresses of those some channel took a call for, each once."""
        return tuple(dict.fromkeys(call.email for call in self.calls if call.fate is not Fate.FAILED))


@dataclass(frozen=True, slots=True)
class Change:
    """A new state, and what follows: `call` the current step's people, `ask` whoever has it, or it rings `again`."""

    state: PageState
    call: bool = False
    ask: bool = False
    again: bool = False


def trigger(page: PageState, now: datetime) -> Change:
    """The first step rings at once."""
    if not page.policy:
        return Change(replace(page, exhausted=True, token="", due_at=""))
    return Change(_ringing(page, now), call=True)


def timer(page: PageState, token: str, now: datetime) -> Change | None:
    """Its time is up: the next step, the question, or ringing again. None for a timer that is not the live one."""
    if not page.token or token != page.token:
        return None
    if page.open:
        return _next(page, now)
    if not page.asked_at:
        asked = replace(page, asked_at=now.isoformat())
        return Change(_armed(asked, now, page.still.answer_seconds), ask=True)
    back = replace(
        page, state="triggered", acknowledged_by="", acknowledged_email="", acknowledged_at="", asked_at="", step=0
    )
    return Change(_ringing(replace(back, run=page.run + 1), now), call=True, again=True)


def escalate(page: PageState, now: datetime) -> Change | None:
    """The next step now, by hand; None when it is answered or nobody is left to call."""
    return _next(page, now) if page.open and not page.exhausted else None


def _next(page: PageState, now: datetime) -> Change:
    if page.step + 1 < len(page.policy):
        return Change(_ringing(replace(page, step=page.step + 1), now), call=True)
    return Change(replace(page, exhausted=True, token="", due_at=""))


def _ringing(page: PageState, now: datetime) -> PageState:
    return replace(_armed(page, now, page.policy[page.step].wait_seconds), calling=True)


def _armed(page: PageState, now: datetime, seconds: int) -> PageState:
    return replace(page, token=secrets.token_hex(8), due_at=(now + timedelta(seconds=seconds)).isoformat())


def acknowledge(page: PageState, by: str, now: datetime, *, email: str = "") -> Change | None:
    """Somebody has it. None when it was acknowledged or resolved before: a late answer changes nothing."""
    if not page.open:
        return None
    return Change(
        _asked_later(
            replace(
                page,
                state="acknowledged",
                acknowledged_by=by,
                acknowledged_email=email,
                acknowledged_at=now.isoformat(),
                calling=False,
            ),
            now,
        )
    )


def confirm(page: PageState, now: datetime) -> Change | None:
    """Whoever has it says that they still do. None when nobody has it."""
    if page.state != "acknowledged":
        return None
    return Change(_asked_later(replace(page, asked_at=""), now))


def _asked_later(page: PageState, now: datetime) -> PageState:
    if not page.still.after_seconds or not page.policy:
        return replace(page, token="", due_at="")
    return _armed(page, now, page.still.after_seconds)


def resolve(page: PageState, incident: str = "") -> Change | None:
    """It is over, or one of its incidents is. None when it was resolved before."""
    if page.state == "resolved":
        return None
    others = tuple(one for one in page.incidents if one != incident)
    if incident and others:
        return Change(replace(page, incidents=others)) if others != page.incidents else None
    return Change(replace(page, state="resolved", token="", due_at="", calling=False))


def join(page: PageState, incident: str) -> Change | None:
    """It is the page of one more incident. None when it is already, or is over."""
    if incident in page.incidents or page.state == "resolved" or len(page.incidents) >= MAX_JOINED:
        return None
    return Change(replace(page, incidents=(*page.incidents, incident)))


def called(page: PageState, calls: Sequence[Called], *, last: bool) -> Change:
    """Remember who was called; `last`: nobody of this step is left to call."""
    return Change(replace(page, calls=(*page.calls, *calls)[-MAX_CALLS:], calling=page.calling and not last))


def fated(page: PageState, ref: str, fate: Fate) -> Change | None:
    """A channel tells later what became of a call. None for one that is not known, or is known so."""
    if not any(call.ref == ref and call.fate is not fate for call in page.calls):
        return None
    calls = tuple(replace(call, fate=fate) if call.ref == ref else call for call in page.calls)
    return Change(replace(page, calls=calls))


def to_bytes(page: PageState) -> bytes:
    """As kept in the store."""
    return orjson.dumps(asdict(page))


def from_bytes(kept: bytes) -> PageState:
    """The inverse of `to_bytes`."""
    data: dict[str, Any] = orjson.loads(kept)
    data["policy"] = tuple(Step(**{**step, "people": tuple(step["people"])}) for step in data["policy"])
    data["calls"] = tuple(Called(**{**call, "fate": Fate(call["fate"])}) for call in data["calls"])
    data["still"] = StillOnIt(**data["still"])
    data["incidents"] = tuple(data["incidents"])
    return PageState(**data)
