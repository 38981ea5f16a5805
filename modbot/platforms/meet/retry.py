"""Repeating a request that Google did not take, for a teacher who is waiting.

Google asks for truncated exponential backoff: https://developers.google.com/workspace/meet/api/guides/limits
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from modbot.errors import Unreachable
from modbot.http import Answer
from modbot.platforms.meet.answers import VENDOR

PATIENCE = timedelta(seconds=8)  # from the first try to the last answer
LONGEST_PAUSE = timedelta(seconds=3)  # a longer wish of Google's is told to the caller instead
PAUSES = (timedelta(milliseconds=200), timedelta(milliseconds=600))  # before the second and the third try
_PASSING_FAULTS = frozenset({502, 503, 504})
_AT_LEAST = timedelta(milliseconds=1)  # aiohttp reads a timeout of 0 as "none"

Send = Callable[[timedelta], Awaitable[Answer]]


async def persist(send: Send, patience: timedelta, *, repeatable: bool) -> Answer:
    """The first answer worth having, or the last one. `send` gets the time that is left.

    What is not repeatable is sent again only when Google cannot have acted. Raises Unreachable; `maybe_applied` is
    true if any of the tries may have reached Google.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + patience.total_seconds()
    maybe_applied = False
    for pause in (*PAUSES, None):
        left = max(timedelta(seconds=end - clock()), _AT_LEAST)
        try:
            answer = await send(left)
        except Unreachable as error:
            maybe_applied = maybe_applied or error.maybe_applied
            wait = pause if repeatable or not error.maybe_applied else None
            if wait is None or timedelta(seconds=end - clock()) <= wait:
                raise Unreachable(VENDOR, maybe_applied=maybe_applied, log_detail=error.log_detail) from error
        else:
            wait = _pause_for(answer, pause, repeatable=repeatable)
            if wait is None or timedelta(seconds=end - clock()) <= wait:
                return answer
            maybe_applied = maybe_applied or answer.status != 429
        await asyncio.sleep(wait.total_seconds())
    raise AssertionError("the last try has no pause after it")


def _pause_for(answer: Answer, pause: timedelta | None, *, repeatable: bool) -> timedelta | None:
    if pause is None:
        return None
    if answer.status in _PASSING_FAULTS:
        return pause if repeatable else None
    if answer.status != 429:
        return None
    wish = answer.retry_after
    if wish is None:
        return pause
    return max(wish, pause) if wish <= LONGEST_PAUSE else None
