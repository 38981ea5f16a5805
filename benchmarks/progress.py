"""One line for each thing measured, as it is measured."""

import time
from collections.abc import Callable

Say = Callable[[str], None]

_BEGAN = time.monotonic()


def say(line: str) -> None:
    """Print with the seconds since the start."""
    print(f"{time.monotonic() - _BEGAN:6.0f} s  {line}", flush=True)


def silent(_: str) -> None:
    """Say nothing."""
