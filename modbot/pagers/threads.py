"""A few threads for calls that block and that nobody can break off.

A call past its deadline is given up, and its thread left to end when it will; until then it takes one of the places.
The threads are daemons: one that never ends does not keep modbot from ending.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta


class Threads:
    """At most `most` calls at a time, those given up included. For one event loop."""

    def __init__(self, most: int) -> None:
        self._places = asyncio.Semaphore(most)

    async def run(self, call: Callable[[], bool], deadline: timedelta) -> bool:
        """What `call` returns, or whatever it raises. Raises TimeoutError past the deadline, the wait included."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[bool] = loop.create_future()

        def ended(result: bool, failure: Exception | None) -> None:  # noqa: FBT001 - what the call returned
            self._places.release()
            if outcome.cancelled():
                return
            if failure is not None:
                outcome.set_exception(failure)
            else:
                outcome.set_result(result)

        def work() -> None:
            result, failure = False, None
            try:
                result = call()
            except Exception as error:  # noqa: BLE001 - raised again, to whoever waits
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(ended, result, failure)

        async with asyncio.timeout(deadline.total_seconds()):
            await self._places.acquire()
            threading.Thread(target=work, name="pager", daemon=True).start()
            return await outcome
