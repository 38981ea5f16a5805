"""What crosses the wire, as the page shows it: the newest calls, numbered."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from modbot.demo.wire import Call

MOST_CALLS = 200


@dataclass(frozen=True, slots=True)
class Numbered:
    """One call and when it was over."""

    number: int
    at: datetime
    call: Call


class WireLog:
    """Told of each call (a `modbot.demo.wire.Watch`); keeps the newest once it is `open`, and tells on."""

    def __init__(self) -> None:
        self.open = False  # nobody wants to see how everything starts
        self.calls: deque[Numbered] = deque(maxlen=MOST_CALLS)
        self.tell: list[Callable[[Call], None]] = []
        self._count = 0

    def __call__(self, call: Call) -> None:
        if not self.open:
            return
        self._count += 1
        self.calls.append(Numbered(self._count, datetime.now(UTC), call))
        for told in self.tell:
            told(call)
