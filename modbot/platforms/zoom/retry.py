"""Repeating a request that Zoom did not take, for a teacher who is waiting.

Everything modbot sends to Zoom is safe to repeat: reads, settings with fixed values, removing one person, ending.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from modbot.errors import Unreachable
from modbot.http import Answer
from modbot.platforms.zoom.answers import VENDOR

PATIENCE = timedelta(seconds=8)  # from the first try to the last answer
LONGEST_PAUSE = timedelta(seconds=3)  # a longer wish of Zoom's is told to the caller instead
PAUSES = (timedelta(milliseconds=200), timedelta(milliseconds=600))  # before the second and the third try
_PASSING_FAULTS = frozenset({502, 503, 504})

Send = Callable[[timedelta], Awaitable[Answer]]


def deadline_in(patience: timedelta) -> float:
    """When to give up, on the event loop's clock in seconds."""
    return asyncio.get_running_loop().time() + patience.total_seconds()


async def persist(send: Send, deadline: float) -> Answer:
    """The first answer worth having, or the last one. `send` gets the time that is left.

    Raises Unreachable; `maybe_applied` is true if any of the tries may have reached Zoom.
    """
    maybe_applied = False
    for pause in PAUSES:
        try:
            answer = await send(_left(deadline))
        except Unreachable as error:
            maybe_applied = maybe_applied or error.maybe_applied
            if _left(deadline) <= pause:
                raise
            wait = pause
        else:
            wish = _pause_for(answer, pause)
            if wish is None or wish >= _left(deadline):
                return answer
            maybe_applied = maybe_applied or answer.status != 429
            wait = wish
        await asyncio.sleep(wait.total_seconds())
    try:
        return await send(_left(deadline))
    except Unreachable as error:
        raise Unreachable(
            VENDOR, maybe_applied=maybe_applied or error.maybe_applied, log_detail=error.log_detail
        ) from error


def _pause_for(answer: Answer, pause: timedelta) -> timedelta | None:
    if answer.status in _PASSING_FAULTS:
        return pause
    if answer.status != 429:
        return None
    wish = answer.retry_after
    if wish is None:
        return pause
    return max(wish, pause) if wish <= LONGEST_PAUSE else None


def _left(deadline: float) -> timedelta:
    # aiohttp reads a timeout of 0 as "none", so a spent deadline still leaves a moment
    return max(timedelta(seconds=deadline - asyncio.get_running_loop().time()), timedelta(milliseconds=1))
