"""From key press to effect: from the moment that somebody's request goes into Slack to the changed state of a platform.

The state is looked at after each call that modbot makes to the platform: the figure is the effect's, not an answer's.
Jitsi's server is a real one and is not called over HTTP: there the effect is what the server told those in the class.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from modbot.demo.stand_ins import StandIn
from modbot.demo.stand_ins.picture import How, Picture, Where
from modbot.demo.wire import Call

FORGOTTEN_AFTER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Figure:
    """What the last key press did to a room, and how soon."""

    what: str  # lock, unlock, eject, admit or end
    room: str
    elapsed_ms: float
    at: datetime


@dataclass(frozen=True, slots=True)
class _State:
    live: bool
    entry: tuple[bool | None, str]
    removed: int
    lobby: frozenset[str]
    joined: frozenset[str]


class Stopwatch:
    """Hears of key presses, of calls, and of what a server told people. Times are the event loop's, in seconds."""

    def __init__(self, classes: Sequence[StandIn]) -> None:
        self.figure: Figure | None = None
        self._classes = {str(one.name): one for one in classes}
        self._teachers = {one.teacher.slack for one in classes}
        self._pressed: dict[str, float] = {}  # by user
        self._timed: dict[str, float] = {}  # by room, the press whose effect was seen last
        self._last = {name: _state(one.picture()) for name, one in self._classes.items()}

    def pressed(self, user: str) -> None:
        """Somebody's request is about to be sent."""
        self._pressed[user] = time.monotonic()

    def look_afresh(self) -> None:
        """What has changed by now was nobody's key press."""
        for name, one in self._classes.items():
            self._last[name] = _state(one.picture())

    def forget(self) -> None:
        """No press waits for its effect any more."""
        self._pressed.clear()
        self.look_afresh()

    def call(self, call: Call) -> None:
        """A call is over: has it changed the platform?"""
        if call.by_modbot:
            self.told(call.vendor, time.monotonic())

    def told(self, vendor: str, at_seconds: float) -> None:
        """Something may have changed there at that moment: has it?"""
        there = self._classes.get(vendor)
        if there is None:
            return
        before, now = self._last[vendor], _state(there.picture())
        self._last[vendor] = now
        what = _changed(before, now)
        began = self._press_for(vendor, there.teacher.slack, at_seconds) if what else None
        if began is not None:
            self.figure = Figure(what, there.title, (at_seconds - began) * 1000, datetime.now(UTC))

    def _press_for(self, room: str, teacher: str, at_seconds: float) -> float | None:
        """The teacher's own press, else the newest of somebody who teaches none of these classes.

        A press is timed once: what else it does to the room is no effect of an older one.
        """
        others = [user for user in self._pressed if user not in self._teachers]
        newest = sorted(others, key=lambda user: self._pressed[user])[-1:]
        oldest = max(self._timed.get(room, 0.0), at_seconds - FORGOTTEN_AFTER_SECONDS)
        for user in (teacher, *newest):
            if oldest < self._pressed.get(user, 0.0) <= at_seconds:
                began = self._timed[room] = self._pressed.pop(user)
                return began
        return None


def _state(picture: Picture) -> _State:
    def there(where: Where) -> frozenset[str]:
        return frozenset(one.id for one in picture.people if one.where is where)

    removed = sum(1 for one in picture.gone if one.how is How.REMOVED)
    return _State(picture.live, (picture.locked, picture.entry), removed, there(Where.LOBBY), there(Where.JOINED))


def _changed(before: _State, now: _State) -> str:
    """The word for what became of the room; "" when nothing that a command does."""
    if before.live and not now.live:
        return "end"
    if before.entry != now.entry:
        return "unlock" if now.entry[0] is False else "lock"
    if now.removed > before.removed:
        return "eject"
    return "admit" if before.lobby & now.joined else ""
