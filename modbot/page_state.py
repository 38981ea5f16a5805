"""A page's life as one pure state machine: triggered → acknowledged → resolved.

Every change yields a new state and what follows from it. The one live timer carries the token of the state it was set
in, so a late or doubled one changes nothing (P8). Whoever has taken a page is asked now and then whether they still
have it; when they do not say so, it rings again from the first call. No I/O, no clock.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson

from modbot import card_patience
from modbot.pagers import NOW, Fate, Turn

MAX_CALLS = 400  # remembered of one page
MAX_JOINED = 400  # incidents that one page stands for
LATE = timedelta(seconds=30)  # a timer this overdue, or due this much later than it can be, is taken for lost
GRACE = timedelta(seconds=10)  # for whoever calls a step's people, before they are taken for dead
HUSH_TRIES = 30  # calls that stand are made quiet; a channel that is gone for a day keeps its message


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
    by_email: str = ""  # of whoever called for help, where it is known: they may say that it is over
    incidents: tuple[str, ...] = ()  # whose page it is: one, or more that came within the same minute
    state: str = "triggered"
    step: int = 0
    step_since: str = ""  # when the step in force began
    run: int = 1  # counts how often it has rung from the first call on
    asked: int = 0  # counts how often whoever had it was asked whether they still do
    token: str = ""
    due_at: str = ""
    acknowledged_by: str = ""
    acknowledged_email: str = ""  # of whoever has it, where it is known: they are asked whether they still do
    acknowledged_at: str = ""
    asked_at: str = ""  # when whoever has it was asked whether they still do; "" while they need not answer
    exhausted: bool = False
    calling: bool = False  # the current step's people have yet to be called; a crash must not skip them
    missed: int = 0  # timers that rang while they had yet to be called
    hush_tries: int = 0  # tries left to make the calls quiet that still stand; 0 when there are none
    hush_at: str = ""  # when the next of these tries is due; "" for at once
    calls: tuple[Called, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it may still ring."""
        return self.state == "triggered"

    @property
    def turn(self) -> Turn:
        """What an answer that is given now answers: its ringing, or the question to whoever has it."""
        return Turn(self.run, self.asked if self.asked_at else 0)

    @property
    def current(self) -> Step | None:
        """The step in force, or None when nobody is left to call."""
        return self.policy[self.step] if self.open and not self.exhausted and self.policy else None

    @property
    def wait(self) -> timedelta:
        """How long its live timer runs from when it is set."""
        if self.open:
            return timedelta(seconds=self.current.wait_seconds if self.current else 0)
        return timedelta(seconds=self.still.answer_seconds if self.asked_at else self.still.after_seconds)

    @property
    def under_watch(self) -> bool:
        """Whether something is still to happen to it, or somebody may yet answer."""
        return self.open or bool(self.due_at or self.hush_tries)

    @property
    def standing(self) -> dict[str, str]:
        """Where calls stand that some channel took: its own word → the channel."""
        return {call.ref: call.channel for call in self.calls if call.ref and call.fate is not Fate.FAILED}

    @property
    def incident(self) -> str:
        """The incident it was opened for; "" for none."""
        return self.incidents[0] if self.incidents else ""

    @property
    def called_now(self) -> frozenset[str]:
        """The addresses of those some channel took a call for in the step in force: work that is done again must not
        call them twice.
        """
        step = (self.run, self.step)
        return frozenset(c.email for c in self.calls if (c.run, c.step) == step and c.fate is not Fate.FAILED)

    @property
    def reached(self) -> tuple[str, ...]:
        """The addresses of those some channel took a call for, each once."""
        return tuple(dict.fromkeys(call.email for call in self.calls if call.fate is not Fate.FAILED))

    @property
    def delivered(self) -> bool:
        """Whether some call is known to have arrived."""
        return any(call.fate in (Fate.DELIVERED, Fate.ANSWERED) for call in self.calls)


@dataclass(frozen=True, slots=True)
class Change:
    """A new state, and what follows: `call` the current step's people, `ask` whoever has it, or it rings `again`.

    `former` is the token of the timer that was live before.
    """

    state: PageState
    call: bool = False
    ask: bool = False
    again: bool = False
    former: str = ""
    before: PageState | None = None  # as it was; known once the change is in the store


class Trouble(StrEnum):
    """What a watchdog finds: a page whose next step is not to come, or not when it should."""

    NO_TIMER = "no_timer"
    OVERDUE = "overdue"
    FAR_AHEAD = "far_ahead"  # later than its wait allows: a clock was set back, or two clocks disagree


def trigger(page: PageState, now: datetime) -> Change:
    """The first step rings at once."""
    if not page.policy:
        return Change(replace(page, exhausted=True, token="", due_at=""))
    return Change(_begun(page, now), call=True)


def timer(page: PageState, token: str, now: datetime) -> Change | None:
    """Its time is up: the next step, the question, or ringing again. None for a timer that is not the live one."""
    if not page.token or token != page.token:
        return None
    if page.open:
        return _waited_for(page, now) if page.calling and page.missed < 2 else _next(page, now)
    if not page.asked_at:
        asked = replace(page, asked_at=now.isoformat(), asked=page.asked + 1)
        return Change(_armed(asked, now, page.still.answer_seconds), ask=True)
    back = replace(
        page, state="triggered", acknowledged_by="", acknowledged_email="", acknowledged_at="", asked_at="", step=0
    )
    return Change(_begun(replace(back, run=page.run + 1), now), call=True, again=True)


def escalate(page: PageState, now: datetime, *, turn: Turn = NOW, step: int | None = None) -> Change | None:
    """The next step now, by hand. None when it is answered or nobody is left to call, or when the ringing and `step`
    that are meant have been passed on already: a press that comes twice has the effect of one.
    """
    if not page.open or page.exhausted or not _is_of(page, turn) or step not in (None, page.step):
        return None
    return _next(page, now)


def _is_of(page: PageState, turn: Turn) -> bool:
    return turn.run in (0, page.run)


def _next(page: PageState, now: datetime) -> Change:
    if page.step + 1 < len(page.policy):
        return Change(_begun(replace(page, step=page.step + 1), now), call=True)
    return Change(replace(page, exhausted=True, token="", due_at=""))


def _waited_for(page: PageState, now: datetime) -> Change:
    """Whoever is to call the step's people has not said that all were called. They must neither be skipped nor, while
    another may be calling them, be called twice: they are waited for once, and then called again.
    """
    if not page.missed:
        return Change(replace(_armed(page, now, int(GRACE.total_seconds())), missed=1))
    return Change(replace(_ringing(page, now), missed=2), call=True)


def _begun(page: PageState, now: datetime) -> PageState:
    return replace(_ringing(page, now), step_since=now.isoformat())


def _ringing(page: PageState, now: datetime) -> PageState:
    return replace(_armed(page, now, page.policy[page.step].wait_seconds), calling=True, missed=0)


def _armed(page: PageState, now: datetime, seconds: int) -> PageState:
    return replace(page, token=secrets.token_hex(8), due_at=(now + timedelta(seconds=seconds)).isoformat())


def acknowledge(page: PageState, by: str, now: datetime, *, email: str = "", turn: Turn = NOW) -> Change | None:
    """Somebody has it. None when it was acknowledged or resolved before, or when what they answer is an earlier
    ringing or a question: a late answer changes nothing.
    """
    if not page.open or turn.asked or not _is_of(page, turn):
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
                hush_tries=HUSH_TRIES,
                hush_at="",
            ),
            now,
        )
    )


def confirm(page: PageState, now: datetime, *, turn: Turn = NOW) -> Change | None:
    """Whoever has it says that they still do. None when nobody has it, or that question was answered before."""
    if page.state != "acknowledged" or not _is_of(page, turn):
        return None
    if turn.asked and (turn.asked != page.asked or not page.asked_at):
        return None
    return Change(_asked_later(replace(page, asked_at=""), now))


def _asked_later(page: PageState, now: datetime) -> PageState:
    if not page.still.after_seconds or not page.policy:
        return replace(page, token="", due_at="")
    return _armed(page, now, page.still.after_seconds)


def resolve(page: PageState, incident: str = "", *, turn: Turn = NOW) -> Change | None:
    """It is over, or one of its incidents is. None when it was resolved before, or an earlier ringing is meant."""
    if page.state == "resolved" or not _is_of(page, turn):
        return None
    others = tuple(one for one in page.incidents if one != incident)
    if incident and others:
        return Change(replace(page, incidents=others)) if others != page.incidents else None
    return Change(
        replace(page, state="resolved", token="", due_at="", calling=False, hush_tries=HUSH_TRIES, hush_at="")
    )


def join(page: PageState, incident: str) -> Change | None:
    """It is the page of one more incident. None when it is already, or is over."""
    if incident in page.incidents or page.state == "resolved" or len(page.incidents) >= MAX_JOINED:
        return None
    return Change(replace(page, incidents=(*page.incidents, incident)))


def called(page: PageState, calls: Sequence[Called], *, last: bool, of: PageState | None = None) -> Change:
    """Remember who was called; `last`: nobody is left to call of the step in force, or of the one `of` was in."""
    done = last and (of is None or same_step(page, of))
    return Change(replace(page, calls=(*page.calls, *calls)[-MAX_CALLS:], calling=page.calling and not done))


def same_step(page: PageState, other: PageState) -> bool:
    """Whether both are at the same call of the same run through the policy."""
    return (page.run, page.step) == (other.run, other.step)


def hushed(page: PageState, now: datetime, *, quiet: bool) -> Change | None:
    """Every call was made `quiet`, or one try less is left, and due after a longer wait than the one before. None when
    there was nothing to make quiet.
    """
    if not page.hush_tries:
        return None
    left = 0 if quiet else page.hush_tries - 1
    due = now + card_patience.wait_before(HUSH_TRIES - left)
    return Change(replace(page, hush_tries=left, hush_at=due.isoformat() if left else ""))


def to_be_hushed(page: PageState, now: datetime) -> bool:
    """Whether calls stand that are to be made quiet now."""
    if page.open or not page.hush_tries:
        return False
    return not page.hush_at or now >= datetime.fromisoformat(page.hush_at)


def trouble(page: PageState, now: datetime) -> Trouble | None:
    """Whether its next step is missing; None when it is to come, or nothing is to come, as the page itself says."""
    if not page.due_at:
        return Trouble.NO_TIMER if page.open and not page.exhausted else None
    left = datetime.fromisoformat(page.due_at) - now
    if left < -LATE:
        return Trouble.OVERDUE
    return Trouble.FAR_AHEAD if left > page.wait + LATE else None


def due_now(page: PageState, now: datetime) -> Change | None:
    """Its next step comes at once. None when there is no trouble with it (any more)."""
    found = trouble(page, now)
    if found is None:
        return None
    return Change(page if found is Trouble.OVERDUE else _armed(page, now, 0))


def fated(page: PageState, ref: str, fate: Fate) -> Change | None:
    """A channel tells later what became of a call. None for one that is not known, or is over: words may come late."""
    if not any(_may_become(call, ref, fate) for call in page.calls):
        return None
    calls = tuple(replace(call, fate=fate) if _may_become(call, ref, fate) else call for call in page.calls)
    return Change(replace(page, calls=calls))


def _may_become(call: Called, ref: str, fate: Fate) -> bool:
    return call.ref == ref and call.fate is not fate and call.fate not in (Fate.FAILED, Fate.ANSWERED)


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
