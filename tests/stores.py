"""The real store for tests: the embedded Valkey, and the system's Redis where there is one, emptied before each test.

Named in `pytest_plugins`. A test that takes `store` or `store_url` fails when it leaves a key that never expires and is
not on the short list in `modbot.store.keys`.
"""

import asyncio
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from modbot.store import Store, connect, keys
from modbot.store.embedded import EmbeddedStore

UNHURRIED_SECONDS = 30.0


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A new folder with a path short enough for a unix socket."""
    folder = Path(tempfile.mkdtemp(prefix="mb-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)  # a killed server may still be removing its socket


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that answers late is not taken for gone, for it runs on a machine that may stand still for a moment.

    Of every modbot that starts after this; what becomes of a store that hangs has tests of its own.
    """
    for name in ("intake.PATIENCE_SECONDS", "jobs.ANSWER_SECONDS", "store.ANSWER_SECONDS", "store.CONNECT_SECONDS"):
        monkeypatch.setattr(f"modbot.{name}", UNHURRIED_SECONDS)


@pytest.fixture(scope="session", params=["valkey", "redis"])
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that lives as long as the test session: the embedded Valkey, and the system's Redis where there is one.

    It need not keep its data, so it does not wait for the disk.
    """
    folder = Path(tempfile.mkdtemp(prefix="mb-", dir="/tmp"))
    try:
        yield from _valkey(folder) if request.param == "valkey" else _redis(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # a killed server may still be removing its socket


def _valkey(folder: Path) -> Iterator[str]:
    server = EmbeddedStore(folder, fsync="no")
    yield asyncio.run(server.start())
    asyncio.run(server.stop())


def _listens(at: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(str(at)) == 0


def _redis(folder: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (apt-get install redis-server)")
    door = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(door), "--save", "", "--dir", str(folder), "--loglevel", "warning"]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as server:
        try:
            asyncio.run(until("the Redis server listens", lambda: _listens(door)))
            yield f"unix://{door}"
        finally:
            server.terminate()


@pytest.fixture
async def store_url(server_url: str, unhurried: None) -> AsyncIterator[str]:
    """The url of an empty store, for what opens its own connection. It may answer late: see `unhurried`."""
    looking = connect(server_url)
    await looking.run("FLUSHALL")
    yield server_url
    leaked = await keys_that_never_expire(looking)
    await closed(looking)
    assert not leaked, f"keys without an expiry that are not in modbot.store.keys.PERMANENT: {leaked}"


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An empty real store."""
    opened = connect(store_url)
    yield opened
    await closed(opened)


async def closed(store: Store) -> None:
    """Close the store and, whatever its client thinks of who owns the pool, every connection."""
    await store.close()
    await store.client.connection_pool.disconnect()


async def keys_that_never_expire(store: Store) -> list[str]:
    """Keys that will stay for good and are not meant to."""
    names: list[bytes] = await store.run("KEYS", "*")
    kept: list[int] = await store.batch([("PTTL", name) for name in names]) if names else []
    lasting = [name.decode(errors="replace") for name, ttl in zip(names, kept, strict=True) if ttl == -1]
    prefixes = tuple(keys.PERMANENT_PREFIXES)
    return sorted(name for name in lasting if name not in keys.PERMANENT and not name.startswith(prefixes))


async def until(
    condition: str, holds: Callable[[], Awaitable[bool] | bool], *, within: timedelta = timedelta(seconds=30)
) -> None:
    """Wait until a named condition holds; fails with its name when it does not in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within.total_seconds()
    while True:
        answer = holds()
        if answer if isinstance(answer, bool) else await answer:
            return
        assert loop.time() < end, f"not within {within.total_seconds():g} s: {condition}"
        await asyncio.sleep(0.005)
