"""How much to measure: a full run, or a smoke run that only shows that everything works."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Sizes of a run. Times are seconds."""

    rounds: int = 3
    seconds: float = 2.5  # of one closed loop
    loaded_seconds: float = 15.0  # of the key presses under load
    presses: int = 200  # without load
    pages: int = 200  # one after another
    open_pages: int = 1_000  # at once, each with a timer
    timers_seconds: float = 10.0  # over which those timers are due
    teachers: int = 32
    joins_per_second: float = 5_000.0
    nyc_sessions: int = 40_000
    nyc_share: float = 1.0  # of the sessions that are written; below 1 the figure is extrapolated
    roster_students: int = 90_000  # a tenth of New York's
    roster_sections: int = 18_000
    cache: Path = Path.home() / ".cache" / "modbot-benchmarks"
    quick: bool = False


FULL = Options(roster_students=900_000, roster_sections=180_000)
QUICK = Options(
    rounds=1,
    seconds=0.4,
    loaded_seconds=2.0,
    presses=5,
    pages=5,
    open_pages=50,
    timers_seconds=2.0,
    teachers=4,
    joins_per_second=500.0,
    nyc_share=0.005,
    roster_students=2_000,
    roster_sections=400,
    quick=True,
)
