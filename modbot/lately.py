"""What a process remembers for a while: bounded in number, the oldest forgotten first."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class Lately(Generic[T]):
    """Values by key, each for its own time."""

    def __init__(self, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._monotonic = monotonic
        self._held: OrderedDict[Hashable, tuple[T, float]] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """The value, while its time lasts."""
        held = self._held.get(key)
        return held[0] if held is not None and self._monotonic() < held[1] else None

    def put(self, key: Hashable, value: T, keep: timedelta) -> None:
        """Remember it, in place of what was there."""
        self._held[key] = (value, self._monotonic() + keep.total_seconds())
        self._held.move_to_end(key)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
