"""How long the machine itself stood still, or had other work: what took as long as that was not modbot's doing."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

_EVERY_SECONDS = 0.01
_NOTICED_SECONDS = 0.05


@contextmanager
def standstill() -> Iterator[Callable[[], timedelta]]:
    """How long it was so far, by a thread that has nothing to do but to look at the clock."""
    lost_seconds: list[float] = []
    over = threading.Event()

    def look() -> None:
        looked = time.monotonic()
        while not over.wait(_EVERY_SECONDS):
            before, looked = looked, time.monotonic()
            if looked - before > _NOTICED_SECONDS:
                lost_seconds.append(looked - before)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield lambda: timedelta(seconds=sum(lost_seconds))
    finally:
        over.set()
        thread.join()
