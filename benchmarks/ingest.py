"""Meeting events made durable: signed Zoom webhooks to two modbot processes on one store, beside the least that can be
done with them (`benchmarks.servers.bare_ingest`), with the same number of processes on the same store.
"""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median

from benchmarks import load, programs
from benchmarks.figures import Figure, alone, compared
from benchmarks.load import Load, LoadFailed, Plan
from benchmarks.options import Options
from benchmarks.progress import Say
from benchmarks.school import BigSchool, opened
from modbot.simulators import free_port
from modbot.store.sessions import Sessions

IDS = ("ingest_vs_ceiling", "ingest_events_per_s")
PROCESSES = 2
CONNECTIONS = 64
CLASSES = 400
MOST_PER_SECOND = 20_000


async def measure(options: Options, say: Say) -> Mapping[str, Figure]:
    """Both figures."""
    ours: list[Load] = []
    ceiling: list[Load] = []
    async with opened(1) as school:
        for number in range(options.rounds):
            await school.empty_store()
            async with _bare(school) as port:
                ceiling.append(await _arrivals(school, options, port))
            await school.empty_store()
            async with school.modbot(PROCESSES) as modbot:
                ours.append(await _arrivals(school, options, modbot.port))
            await _check(school, ours[-1])
            say(
                f"events made durable, round {number + 1}: ours {ours[-1].per_second:,.0f}/s, "
                f"bare {ceiling[-1].per_second:,.0f}/s"
            )
    rates, most = [one.per_second for one in ours], [one.per_second for one in ceiling]
    note = (
        f"{PROCESSES} processes each, {CONNECTIONS} connections, {CLASSES} classes, one append-only store that "
        f"waits for the disk. Slowest 1 in 100: ours {median(one.p99_ms for one in ours):.1f} ms, bare "
        f"{median(one.p99_ms for one in ceiling):.1f} ms. Every answered event was then found in the store."
    )
    return {IDS[0]: compared(rates, most, "events/s", note), IDS[1]: alone(rates, "events/s", note)}


@asynccontextmanager
async def _bare(school: BigSchool) -> AsyncIterator[int]:
    port = free_port()
    secret = school.district.zoom.webhook_secret
    command = [sys.executable, "-m", "benchmarks.servers.bare_ingest", school.store_url, secret, str(port)]
    async with AsyncExitStack() as stack:
        for _ in range(PROCESSES):
            await stack.enter_async_context(programs.running(command, school.log))
        yield port


async def _arrivals(school: BigSchool, options: Options, port: int) -> Load:
    secret = school.district.zoom.webhook_secret
    warm = Plan("zoom", port, CONNECTIONS, 1.0, 200, 200.0, secret, sessions=CLASSES, seed="warm")
    (await load.run(warm)).must_be(204)
    most = int(options.seconds * MOST_PER_SECOND)
    plan = Plan("zoom", port, CONNECTIONS, options.seconds, most, secret=secret, sessions=CLASSES, seed="hard")
    return (await load.run(plan)).must_be(204)


async def _check(school: BigSchool, arrived: Load) -> None:
    """Raises LoadFailed unless everybody whose arrival was answered is in the store, in their class."""
    async with school.opened_store() as store:
        sessions = Sessions(store, school.keyring, keep=school.district.settings().session_keep)
        keys = [key for key, *_ in await sessions.live_everywhere()]
        there = sum(len(session.participants) for session in await sessions.get_many(keys))
    if there < arrived.answered:
        raise LoadFailed(f"{arrived.answered} arrivals were answered, and {there} are in the store")
