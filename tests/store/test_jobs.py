"""Timers: when they ring, how often, and what survives failures, restarts and dead processes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modbot.errors import StoreUnavailable
from modbot.jobs import ATTEMPTS, MAX_LENGTH, Handler, Jobs
from modbot.store import Store, connect, keys
from modbot.store.embedded import EmbeddedStore
from tests.stores import closed, keys_that_never_expire, until

ROOT = Path(__file__).resolve().parents[2]
SOON = timedelta(milliseconds=20)
AN_HOUR = timedelta(hours=1)
Make = Callable[..., Awaitable[Jobs]]


class Rung:
    """A handler that remembers what it was called with."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    async def __call__(self, job_id: str) -> None:
        self.ids.append(job_id)


@pytest.fixture
async def make(store_url: str) -> AsyncIterator[Make]:
    """Starts Jobs on the test's store and drains them afterwards."""
    made: list[Jobs] = []

    async def start(handlers: Mapping[str, Handler], **options: object) -> Jobs:
        jobs = Jobs(store_url, handlers, first_retry=SOON, **options)  # type: ignore[arg-type]
        made.append(jobs)
        await jobs.start()
        return jobs

    yield start
    for jobs in made:
        await jobs.drain(timedelta(seconds=2))


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_timer_rings_once_with_its_id_and_not_before_its_time(make: Make) -> None:
    rung, times = Rung(), list[datetime]()

    async def handler(job_id: str) -> None:
        times.append(now())
        await rung(job_id)

    jobs = await make({"ring": handler})
    due = now() + timedelta(milliseconds=200)
    await jobs.at("ring", "page-1", due, key="page:1")
    await until("it rang", lambda: jobs.counts.done == 1)
    assert rung.ids == ["page-1"]
    assert times[0] >= due


async def test_one_key_is_one_timer(make: Make) -> None:
    rung = Rung()
    jobs = await make({"ring": rung})
    due = now() + timedelta(seconds=5)  # long after all have asked, however busy the machine is
    await asyncio.gather(*(jobs.at("ring", "first", due, key="k") for _ in range(100)))
    await jobs.soon("ring", "other", key="k")
    await jobs.at("ring", "last", due + timedelta(milliseconds=50), key="later")
    await until("both keys rang", lambda: jobs.counts.done == 2)
    assert sorted(rung.ids) == ["first", "last"]


async def test_replacing_moves_a_timer_and_changes_its_id(make: Make) -> None:
    rung = Rung()
    jobs = await make({"ring": rung})
    await jobs.at("ring", "old", now() + AN_HOUR, key="k")
    await jobs.at("ring", "new", now(), key="k", replace=True)
    await until("it rang", lambda: rung.ids == ["new"])


async def test_a_cancelled_timer_does_not_ring_and_its_key_is_free_again(make: Make, store: Store) -> None:
    rung = Rung()
    jobs = await make({"ring": rung})
    due = now() + timedelta(seconds=3)  # long after it is cancelled, however busy the machine is
    await jobs.at("ring", "cancelled", due, key="k")
    await jobs.cancel("k")
    await jobs.at("ring", "after", due + timedelta(milliseconds=200), key="after")
    await jobs.cancel("never there")
    await until("the later one rang", lambda: jobs.counts.done == 1)
    assert rung.ids == ["after"]
    await jobs.soon("ring", "again", key="k")
    await until("the key was free", lambda: rung.ids == ["after", "again"])


async def test_cancelling_does_not_break_off_a_handler_that_has_begun(make: Make) -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), Rung()

    async def handler(job_id: str) -> None:
        begun.set()
        await go_on.wait()
        await ended(job_id)

    jobs = await make({"ring": handler})
    await jobs.soon("ring", "1", key="k")
    await begun.wait()
    await jobs.cancel("k")
    await jobs.cancel("k")
    go_on.set()
    await until("it came to its end", lambda: ended.ids == ["1"])


async def test_a_handler_may_cancel_its_own_timer(make: Make) -> None:
    ended = Rung()

    async def handler(job_id: str) -> None:
        await jobs.cancel("k")
        await asyncio.sleep(0)
        await ended(job_id)

    jobs = await make({"ring": handler})
    await jobs.soon("ring", "1", key="k")
    await until("it came to its end", lambda: ended.ids == ["1"])


async def test_a_handler_that_raises_is_tried_again_until_it_works(make: Make) -> None:
    tries = Rung()

    async def handler(job_id: str) -> None:
        await tries(job_id)
        if len(tries.ids) < 3:
            raise StoreUnavailable("gone")

    jobs = await make({"ring": handler})
    await jobs.soon("ring", "1", key="k")
    await until("it worked", lambda: jobs.counts.done == 1)
    assert (jobs.counts.failed, jobs.counts.dead) == (2, 0)


async def test_a_handler_that_always_raises_is_given_up_loudly(make: Make, store: Store) -> None:
    tries, told = Rung(), list[tuple[str, str]]()

    async def handler(job_id: str) -> None:
        await tries(job_id)
        raise RuntimeError("Ada Lovelace ada@example.org")

    async def dead(name: str, job_id: str) -> None:
        told.append((name, job_id))

    jobs = await make({"ring": handler}, dead=dead)
    await jobs.soon("ring", "1", key="k")
    await until("it was given up", lambda: bool(told))
    assert (tries.ids, told, jobs.counts.dead) == (["1"] * ATTEMPTS, [("ring", "1")], 1)
    kept = [await store.run("DUMP", name) for name in await store.run("KEYS", "*")]
    assert not any(b"Lovelace" in value for value in kept if value)


async def test_a_job_whose_handler_is_not_known_here_is_given_up_not_dropped(make: Make, store_url: str) -> None:
    told: list[tuple[str, str]] = []

    async def dead(name: str, job_id: str) -> None:
        told.append((name, job_id))

    newer = Jobs(store_url, {"new": Rung()})
    await newer.start(work=False)
    await newer.soon("new", "1", key="k")
    await newer.drain(timedelta(seconds=1))
    await make({"ring": Rung()}, dead=dead)
    await until("it was given up", lambda: told == [("new", "1")])


@pytest.mark.parametrize("word", ["", "x" * (MAX_LENGTH + 1), b"bytes", 7, None])
async def test_only_short_words_are_taken(word: str, make: Make) -> None:
    jobs = await make({"ring": Rung()})
    with pytest.raises(ValueError, match="ids of 1 to"):
        await jobs.soon("ring", word, key="k")
    with pytest.raises(ValueError, match="ids of 1 to"):
        await jobs.soon("ring", "1", key=word)


async def test_an_unknown_name_and_a_time_without_zone_are_refused(make: Make) -> None:
    jobs = await make({"ring": Rung()})
    with pytest.raises(ValueError, match="no handler"):
        await jobs.soon("rang", "1", key="k")
    with pytest.raises(ValueError, match="aware"):
        await jobs.at("ring", "1", datetime(2026, 11, 24), key="k")  # noqa: DTZ001 - that is the point


async def test_draining_lets_a_handler_finish(make: Make) -> None:
    begun, ended = asyncio.Event(), Rung()

    async def handler(job_id: str) -> None:
        begun.set()
        for _ in range(20):
            await asyncio.sleep(0)
        await ended(job_id)

    jobs = await make({"ring": handler})
    await jobs.soon("ring", "1", key="k")
    await begun.wait()
    await jobs.drain(timedelta(seconds=5))
    assert ended.ids == ["1"]
    assert not jobs.alive
    await jobs.drain(timedelta(seconds=1))


async def test_what_does_not_finish_in_time_is_handed_to_another_process(make: Make) -> None:
    begun, rung = asyncio.Event(), Rung()

    async def forever(_: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    patience = timedelta(seconds=1)
    slow = await make({"ring": forever}, redeliver_after=patience)
    await slow.soon("ring", "1", key="k")
    await begun.wait()
    await slow.drain(timedelta(milliseconds=50))
    await make({"ring": rung}, redeliver_after=patience)
    await until("another one did it", lambda: "1" in rung.ids)


async def test_nothing_stays_in_the_store_after_jobs_are_done(make: Make, store: Store) -> None:
    jobs = await make({"ring": Rung()})
    for number in range(20):
        await jobs.soon("ring", "1", key=f"done-{number}")
        await jobs.at("ring", "1", now() + AN_HOUR, key=f"cancelled-{number}")
        await jobs.cancel(f"cancelled-{number}")
    await until("all are done", lambda: jobs.counts.done == 20)
    await jobs.drain(timedelta(seconds=2))
    names = [name.decode() for name in await store.run("KEYS", "*")]
    assert all(name.startswith(keys.DOCKET_NAME) for name in names)
    assert [name for name in names if "done-" in name or "cancelled-" in name] == []


@pytest.mark.crash
async def test_timers_survive_the_store_being_killed_and_started_again(short_dir: Path) -> None:
    server, rung = EmbeddedStore(short_dir / "data"), Rung()
    url = await server.start()
    watching = asyncio.create_task(server.watch())
    jobs = Jobs(url, {"ring": rung})
    await jobs.start()
    await jobs.at("ring", "before", now() + timedelta(seconds=2), key="before")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await until("the store is back", lambda: server.restarts >= 1)

    async def set_another() -> bool:
        try:
            await jobs.soon("ring", "after", key="after")
        except StoreUnavailable:
            return False
        return True

    await until("timers can be set again", set_another)
    await until("both rang", lambda: {"after", "before"} <= set(rung.ids))  # twice, where an answer was lost
    await jobs.drain(timedelta(seconds=2))
    looking = connect(url)
    assert await keys_that_never_expire(looking) == []
    await closed(looking)
    watching.cancel()
    await server.stop()


HANG = """
import asyncio, sys
from datetime import timedelta
from modbot.jobs import Jobs

async def hang(job_id):
    print("begun", flush=True)
    await asyncio.Event().wait()

async def main():
    jobs = Jobs(sys.argv[1], {"ring": hang}, redeliver_after=timedelta(seconds=2))
    await jobs.start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.crash
async def test_a_job_of_a_killed_process_is_done_by_another(make: Make, store_url: str) -> None:
    rung = Rung()
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HANG, store_url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    setting = Jobs(store_url, {"ring": rung})
    try:
        await setting.start(work=False)
        await setting.soon("ring", "1", key="k")
        assert other.stdout is not None
        assert await other.stdout.readline() == b"begun\n"
    finally:
        other.kill()
        await other.wait()
        await setting.drain(timedelta(seconds=1))
    await make({"ring": rung}, redeliver_after=timedelta(seconds=2))
    await until("another process did it", lambda: "1" in rung.ids)
