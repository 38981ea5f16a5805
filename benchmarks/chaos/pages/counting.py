"""What became of each page, by what reached people and by what the store says at the end."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from benchmarks.chaos.pages.people import Ring, Seen
from modbot.page_state import PageState

ON_ITS_WAY_SECONDS = 0.5  # a call that was leaving as the answer became durable, and the time until it is seen
NEXT_STEP_WITHIN = timedelta(minutes=3)
ARRIVES_SECONDS = 0.3  # what a process sent may arrive so long after it died
RECORD_SECONDS = 1.5  # from a call's arrival to its record, at most, on a busy machine


@dataclass(frozen=True, slots=True)
class PagingCounts:
    """Of `pages` that modbot said it took: `lost` never reached their acknowledger; `rang_after_ack` calls that came
    after the answer was durable; `duplicate_rings` calls to the same person for the same step that no death explains;
    `stuck` pages left open without a next step.

    Beside the promise: `repeated` calls whose process, or the store, died between the call and its record.
    """

    pages: int
    kills: int
    lost: int
    rang_after_ack: int
    duplicate_rings: int
    stuck: int
    rings: int
    repeated: int
    store_restarts: int
    clock_jumps: int

    @property
    def broken(self) -> bool:
        """Whether a promise was."""
        return bool(self.lost or self.rang_after_ack or self.duplicate_rings or self.stuck)


def counted(seen: Seen, pages: Sequence[PageState], deaths: Sequence[float], **beside: int) -> PagingCounts:
    """The counts of one run. `pages` are all there are now."""
    repeated, duplicates = _repeats(seen, deaths)
    answered = {page.what for page in pages if page.state == "acknowledged"}
    return PagingCounts(
        pages=len(seen.asked),
        lost=len(seen.asked - answered),
        rang_after_ack=sum(1 for page in seen.rings for _ in _late(seen, page)),
        duplicate_rings=duplicates,
        stuck=sum(1 for page in pages if _stuck(page)),
        rings=sum(map(len, seen.rings.values())),
        repeated=repeated,
        kills=beside["kills"],
        store_restarts=beside["store_restarts"],
        clock_jumps=beside["clock_jumps"],
    )


def _stuck(page: PageState) -> bool:
    """Whether nothing will happen to it any more, or not for as long as a watchdog may take."""
    if not page.open or page.exhausted:
        return False
    return not page.due_at or abs(datetime.fromisoformat(page.due_at) - datetime.now(UTC)) > NEXT_STEP_WITHIN


def _late(seen: Seen, page: str) -> Iterable[Ring]:
    answered = seen.answered_at.get(page)
    if answered is None:
        return ()
    return (ring for ring in seen.rings[page] if ring.at_seconds > answered + ON_ITS_WAY_SECONDS)


def _repeats(seen: Seen, deaths: Sequence[float]) -> tuple[int, int]:
    """Calls to somebody who had been called for that step: (those a death explains, those none does).

    The bound: a death between a call and its record repeats that call, once.
    """
    same: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for rings in seen.rings.values():
        for ring in rings:
            same[ring.page, ring.person, ring.call].append(ring.at_seconds)
    again = [pair for times in same.values() for pair in pairwise(times)]
    explained = sum(1 for first, second in again if any(_repeats_for(first, death, second) for death in deaths))
    return explained, len(again) - explained


def _repeats_for(first: float, death: float, second: float) -> bool:
    """Whether a death may have come between a call and its record, so that the call was made again."""
    return first - ARRIVES_SECONDS <= death <= first + RECORD_SECONDS and death < second


def together(counts: Sequence[PagingCounts]) -> PagingCounts:
    """Several runs as one."""
    names = PagingCounts.__dataclass_fields__
    return PagingCounts(**{name: sum(getattr(one, name) for one in counts) for name in names})
