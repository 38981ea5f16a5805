"""Durable timers and retries: what must happen later happens, though processes and the store die in between.

pydocket does the work and is hidden here. It unpickles what it reads from the store, so the store must be private;
what modbot puts there is a handler's name and one id, never more. A handler may run again from its start after a crash,
so it must have the effect of one.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from docket import Docket, ExponentialRetry, Worker
from docket.dependencies import CurrentExecution, Retry
from docket.execution import Execution

from modbot.errors import StoreUnavailable
from modbot.log import get_logger
from modbot.store import ANSWER_SECONDS, keys, translated

Handler = Callable[[str], Awaitable[None]]
Dead = Callable[[str, str], Awaitable[None]]

MAX_LENGTH = 200  # of an id or a key
ATTEMPTS = 5
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(seconds=30)
REDELIVER_AFTER = timedelta(seconds=12)  # and up to a quarter more, until the next sweep
CHECK_EVERY = timedelta(milliseconds=50)
DUE_EVERY = timedelta(milliseconds=50)
RECONNECT_AFTER = timedelta(milliseconds=500)
CONCURRENCY = 50
TOGETHER = 32  # calls to the store at once: pydocket's pool raises instead of waiting

log = get_logger("jobs")

_BEGUN_BEFORE = ContextVar("begun_before", default=False)


def begun_before() -> bool:
    """For a handler: whether this job had been begun before, by a process that died or in a try that failed."""
    return _BEGUN_BEFORE.get()


class JobFailed(Exception):
    """A handler's failure as pydocket may see, log and store it: ids only."""


@dataclass(slots=True)
class Counts:
    """What became of jobs in this process."""

    done: int = 0
    failed: int = 0  # tries that raised, each tried again until the last
    dead: int = 0  # given up after the last try


class Jobs:
    """Timers by name and id. `dead` is told of each job that is given up; `start` before anything else."""

    def __init__(
        self,
        store_url: str,
        handlers: Mapping[str, Handler],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        dead: Dead | None = None,
        first_retry: timedelta = FIRST_RETRY,
        redeliver_after: timedelta = REDELIVER_AFTER,
        check_every: timedelta = CHECK_EVERY,
    ) -> None:
        self._handlers = dict(handlers)
        self._now = now
        self._dead = dead
        self._docket = Docket(name=keys.DOCKET_NAME, url=store_url, execution_ttl=timedelta(0))
        self._retry = ExponentialRetry(ATTEMPTS, minimum_delay=first_retry, maximum_delay=LONGEST_RETRY)
        for name in self._handlers:
            self._docket.register(self._task(name), names=[name])
        self._worker = Worker(
            self._docket,
            concurrency=CONCURRENCY,
            redelivery_timeout=redeliver_after,
            reconnection_delay=RECONNECT_AFTER,
            minimum_check_interval=check_every,
            scheduling_resolution=DUE_EVERY,
            schedule_automatic_tasks=False,
            fallback_task=self._task(""),
        )
        self._stack = contextlib.AsyncExitStack()
        self._running: asyncio.Task[None] | None = None
        self._working: set[asyncio.Future[None]] = set()
        self._draining = False
        self._gate = asyncio.Semaphore(TOGETHER)
        self.counts = Counts()

    async def start(self, *, work: bool = True) -> None:
        """Connect and begin to work; without `work` only set timers, for other processes. Raises StoreUnavailable."""
        await translated(lambda: self._stack.enter_async_context(self._docket))
        if work:
            self._running = asyncio.get_running_loop().create_task(self._work())

    async def at(self, name: str, id: str, when: datetime, *, key: str, replace: bool = False) -> None:  # noqa: A002
        """Run handler `name` with `id` at `when`, or at once if that has passed.

        One timer per key: while one waits or runs, a second is left out, or with `replace` takes its place. Raises
        ValueError for a name that nobody handles or words that are too long, StoreUnavailable when it is not set.
        """
        if name not in self._handlers:
            raise ValueError(f"no handler is called {name!r}")
        if when.tzinfo is None:
            raise ValueError("a timer needs an aware time")
        _bounded(id)
        _bounded(key)
        put = self._docket.replace(name, when, key) if replace else self._docket.add(name, when, key)
        await self._asked(lambda: put(id))

    async def soon(self, name: str, id: str, *, key: str) -> None:  # noqa: A002
        """Run handler `name` with `id` at once, in whichever process is free. Raises as `at` does."""
        await self.at(name, id, self._now(), key=key)

    async def cancel(self, key: str) -> None:
        """The timer will not ring. A handler that has begun runs to its end. Raises StoreUnavailable."""
        _bounded(key)
        await self._asked(lambda: self._docket.cancel(key))

    async def _asked(self, call: Callable[[], Awaitable[Any]]) -> None:
        """One call of pydocket's, which has no deadline of its own: a store that hangs must not hold an act up."""

        async def in_time() -> None:
            async with self._gate, asyncio.timeout(ANSWER_SECONDS):
                await call()

        await translated(in_time)

    async def drain(self, deadline: timedelta) -> None:
        """Take nothing more, let what runs finish until the deadline, and hand the rest back to other processes."""
        if self._running is not None:
            await self._stop_working(self._running, deadline)
            self._running = None
        await self._stack.aclose()

    async def _stop_working(self, running: "asyncio.Task[None]", deadline: timedelta) -> None:
        running.cancel()
        _, late = await asyncio.wait([running], timeout=deadline.total_seconds())
        if late:
            self._draining = True
            log.warning("jobs_handed_back", count=len(self._working))
            for work in self._working:
                work.cancel()
        (outcome,) = await asyncio.gather(running, return_exceptions=True)
        if isinstance(outcome, Exception):
            log.error("jobs_ended_badly", detail=type(outcome).__name__)

    async def _work(self) -> None:
        async with self._worker:  # entered and left in one task: it sets context variables
            await self._worker.run_forever()

    @property
    def alive(self) -> bool:
        """Whether timers are being worked off in this process."""
        return self._running is not None and not self._running.done()

    def _task(self, name: str) -> Callable[..., Awaitable[None]]:
        """The function that pydocket runs for a handler. `name` "" stands for jobs whose handler is not known here."""

        async def run(
            id: str,  # noqa: A002 - the stored argument's name
            execution: Execution = CurrentExecution(),  # noqa: B008 - pydocket's way to ask for it
            retry: Retry = self._retry,
        ) -> None:
            _BEGUN_BEFORE.set(execution.redelivered or execution.attempt > 1)
            await self._run(name or execution.function_name, id, execution.attempt)

        return run

    async def _run(self, name: str, job_id: str, attempt: int) -> None:
        work = asyncio.ensure_future(self._handle(name, job_id))
        self._working.add(work)
        try:
            await self._finish(work)
            self.counts.done += 1
        except Exception as error:  # noqa: BLE001 - raised again below, without what it may quote
            self.counts.failed += 1
            log.warning("job_failed", job=name, item=job_id, attempt=attempt, detail=_detail(error))
            if attempt >= ATTEMPTS:
                await self._give_up(name, job_id)
            raise JobFailed(f"{name} {job_id}: {type(error).__name__}") from None
        finally:
            self._working.discard(work)

    async def _handle(self, name: str, job_id: str) -> None:
        handler = self._handlers.get(name)
        if handler is None:
            raise LookupError("no handler of this name in this process")
        await handler(job_id)

    async def _finish(self, work: "asyncio.Future[None]") -> None:
        """Wait for the work. A cancelled timer does not break off a handler that has begun; only draining does."""
        cancelled: asyncio.CancelledError | None = None
        while not work.done():
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError as error:
                if self._draining or work.cancelled():
                    work.cancel()
                    raise
                cancelled = error
        work.result()
        if cancelled is not None:
            raise cancelled

    async def _give_up(self, name: str, job_id: str) -> None:
        self.counts.dead += 1
        log.error("job_given_up", job=name, item=job_id)
        if self._dead is None:
            return
        try:
            await self._dead(name, job_id)
        except StoreUnavailable as error:
            log.error("job_given_up_untold", job=name, item=job_id, detail=error.log_detail)  # noqa: TRY400


def _bounded(word: Any) -> None:
    if not isinstance(word, str) or not 0 < len(word) <= MAX_LENGTH:
        raise ValueError(f"a job takes ids of 1 to {MAX_LENGTH} characters, nothing else")


def _detail(error: Exception) -> str:
    """An error of ours says ids only; any other may quote anything, so only its kind is logged."""
    return str(getattr(error, "log_detail", "")) or type(error).__name__


__all__ = ["Counts", "Jobs", "begun_before"]
