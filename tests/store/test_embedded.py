"""The embedded store: who may use a directory, what survives a death, and what a stranger sees."""

import asyncio
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modbot.audit import Audit, AuditEntry, verify
from modbot.errors import ConfigError, StoreUnavailable
from modbot.store import connect
from modbot.store.embedded import EmbeddedStore
from tests.stores import closed, until

ROOT = Path(__file__).resolve().parents[2]

MODBOT = """
import asyncio, sys
from pathlib import Path
from modbot.store import connect
from modbot.store.embedded import EmbeddedStore

async def main():
    server = EmbeddedStore(Path(sys.argv[1]))
    store = connect(await server.start())
    await store.run("SET", "kept", "1", "EX", 600)
    print(server.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
async def server(short_dir: Path) -> AsyncIterator[EmbeddedStore]:
    """A started embedded store in a directory of its own."""
    started = EmbeddedStore(short_dir / "data")
    await started.start()
    yield started
    await started.stop()


async def value_of(url: str, key: str) -> bytes | None:
    store = connect(url)
    value: bytes | None = await store.run("GET", key)
    await closed(store)
    return value


def runs(pid: int) -> bool:
    """Whether it runs: not one that is dead, and that nobody has taken note of yet."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # it went just now, or this is no Linux
        return not Path("/proc/self/stat").exists()


async def test_what_was_written_is_there_after_a_restart(short_dir: Path) -> None:
    for expected in (None, b"1"):
        server = EmbeddedStore(short_dir / "data")
        url = await server.start()
        assert await value_of(url, "kept") == expected
        store = connect(url)
        await store.run("SET", "kept", "1", "EX", 600)
        await closed(store)
        await server.stop()
        await server.stop()
        assert server.pid is None


async def test_nobody_else_on_the_machine_reaches_it(server: EmbeddedStore, short_dir: Path) -> None:
    data = short_dir / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "store.sock").stat().st_mode) == 0o700
    for path in (data / "lock", data / "store" / "lock", *(data / "store" / "appendonlydir").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    store = connect(server.url)
    settings = await store.run("CONFIG", "GET", "port", "appendfsync", "maxmemory-policy", "save")
    found = settings if isinstance(settings, dict) else dict(zip(settings[::2], settings[1::2], strict=True))
    text = {str(k, "ascii") if isinstance(k, bytes) else k: v for k, v in found.items()}
    told = {name: value.decode() if isinstance(value, bytes) else value for name, value in text.items()}
    assert told == {"port": "0", "appendfsync": "always", "maxmemory-policy": "noeviction", "save": ""}
    await closed(store)


async def test_a_second_modbot_on_the_same_directory_is_refused_and_the_first_goes_on(
    server: EmbeddedStore, short_dir: Path
) -> None:
    with pytest.raises(ConfigError, match=rf"in use by another modbot \(process {os.getpid()}\)") as raised:
        await EmbeddedStore(short_dir / "data").start()
    assert raised.value.setting == "MODBOT_DATA_DIR"
    assert await value_of(server.url, "anything") is None


async def test_a_directory_that_is_a_file_is_refused_in_words(short_dir: Path) -> None:
    (short_dir / "data").write_text("")
    with pytest.raises(ConfigError, match="cannot be used"):
        await EmbeddedStore(short_dir / "data").start()


async def test_a_spoilt_file_is_refused_with_the_end_of_the_log(short_dir: Path) -> None:
    server = EmbeddedStore(short_dir / "data")
    await server.start()
    await server.stop()
    manifest = next((short_dir / "data" / "store" / "appendonlydir").glob("*.manifest"))
    manifest.write_text("not a manifest\n")
    with pytest.raises(ConfigError, match="its log ends"):
        await server.start()
    manifest.unlink()
    await server.start()  # the directory was let go
    await server.stop()


async def test_a_long_path_gets_a_short_private_socket_and_keeps_it(short_dir: Path) -> None:
    data = short_dir / ("long" * 40)
    places = []
    for _ in range(2):
        server = EmbeddedStore(data)
        places.append(await server.start())
        await server.stop()
    assert places[0] == places[1]
    folder = Path(places[0].removeprefix("unix://")).parent
    assert len(str(folder)) < 60
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)  # as if somebody else had put it there
    server = EmbeddedStore(data)
    other = Path((await server.start()).removeprefix("unix://")).parent
    assert other != folder
    await server.stop()
    for place in (folder, other):
        for left in place.iterdir():
            left.unlink()
        place.rmdir()


@pytest.mark.crash
@pytest.mark.parametrize("orphan", ["ends with its parent", "stays"])
async def test_a_modbot_killed_outright_can_start_again_at_once(orphan: str, short_dir: Path) -> None:
    data = short_dir / "data"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MODBOT, str(data), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    server_pid = int(await process.stdout.readline())
    if orphan == "stays":
        os.kill(server_pid, signal.SIGSTOP)  # it cannot obey anything but SIGKILL until it is woken
    process.kill()
    await process.wait()
    server = EmbeddedStore(data)
    url = await server.start()
    assert await value_of(url, "kept") == b"1"
    assert server.pid != server_pid
    await until("the former server is gone", lambda: not runs(server_pid))
    await server.stop()


@pytest.mark.crash
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
async def test_the_server_does_not_outlive_a_killed_modbot(short_dir: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MODBOT, str(short_dir / "data"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    server_pid = int(await process.stdout.readline())
    process.kill()
    await process.wait()
    await until("the server is gone", lambda: not runs(server_pid))


@pytest.mark.crash
async def test_a_killed_server_comes_back_with_everything_that_was_acknowledged(
    server: EmbeddedStore, short_dir: Path
) -> None:
    restarts: list[int] = []
    watching = asyncio.create_task(server.watch(lambda: restarts.append(server.restarts)))
    store = connect(server.url)
    audit = Audit(store)
    acknowledged: set[str] = set()

    async def until_killed_thrice(writer: int) -> None:
        for number in range(10_000):
            if len(restarts) >= 3:
                return
            act = f"{writer}-{number}"
            try:
                await audit.append(AuditEntry(datetime.now(UTC), act, "cli:test", "lock"))
            except StoreUnavailable:
                await asyncio.sleep(0.01)
                continue
            acknowledged.add(act)

    async def kill() -> None:
        for kills in range(3):
            before = len(acknowledged)
            await until("more is acknowledged", lambda seen=before: len(acknowledged) > seen + 50)  # type: ignore[misc]
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            await until("it is back", lambda wanted=kills: len(restarts) > wanted)  # type: ignore[misc]

    await asyncio.gather(kill(), *(until_killed_thrice(writer) for writer in range(8)))
    records = [record async for record in audit.export()]
    assert acknowledged <= {record["id"] for record in records}
    assert verify(records, head=(await audit.head()).hash).ok
    await closed(store)
    watching.cancel()


@pytest.mark.crash
async def test_a_terminal_interrupt_reaches_modbot_and_not_its_store(server: EmbeddedStore) -> None:
    assert server.pid is not None
    assert os.getpgid(server.pid) != os.getpgid(0)
