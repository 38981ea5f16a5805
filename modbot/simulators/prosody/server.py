"""Starts and ends a Prosody of one's own on a free loopback port, with everything it writes in one temporary folder."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from modbot.simulators import free_port
from modbot.simulators.prosody.configuration import Certificate, Domains, account_file, configuration, write_modules

HOW_TO_INSTALL = "prosody is not installed (apt-get install prosody)"
_STARTS_WITHIN_SECONDS = 20.0
_ENDS_WITHIN_SECONDS = 5.0
_LOOK_EVERY_SECONDS = 0.02
_TRIES = 3  # another process may take the free port first
_HELLO = b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='%s'>"


class ProsodyFailed(Exception):
    """Prosody is missing, did not start or did not answer; the text says which, with the end of its log."""


def available() -> bool:
    """Whether a Prosody is installed here. What to do when not: `HOW_TO_INSTALL`."""
    return shutil.which("prosody") is not None


class Prosody:
    """One server: accounts on `domains.people`, guests without accounts on `domains.guests`, rooms on `domains.rooms`.

    `admins` are addresses that own every room. `start` and `stop` block for a moment: in a program that serves
    others meanwhile, call them in a thread.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        admins: Iterable[str] = ("modbot@localhost",),
        domains: Domains | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        self.domains = domains or Domains()
        self._certificate = certificate
        self.port = 0  # known after the first start, and the same after the next
        self._admins = tuple(admins)
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers. Again after `stop`: the same port and accounts. Raises ProsodyFailed."""
        program = shutil.which("prosody")
        if program is None:
            raise ProsodyFailed(HOW_TO_INSTALL)
        for remaining in reversed(range(_TRIES)):
            try:
                self._try_to_start(program, self.port or free_port())
                return
            except ProsodyFailed:
                self.stop()
                if not remaining:
                    raise

    def _try_to_start(self, program: str, port: int) -> None:
        folder = self._prepared_folder()
        config = folder / "prosody.cfg.lua"
        config.write_text(configuration(folder, port, self._admins, self.domains, self._certificate), encoding="utf-8")
        as_root = ["--root"] if os.geteuid() == 0 else []
        with (folder / "output").open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - the program that `which` found
                [program, *as_root, "--config", str(config), "-F"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
            )
        _wait(lambda: self._answers(port), _STARTS_WITHIN_SECONDS, self._failed)
        self.port = port

    def _prepared_folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="prosody-"))
            write_modules(self._folder)
        return self._folder

    def _answers(self, port: int) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise self._failed("It ended at once.")
        try:
            with socket.create_connection((self.host, port), timeout=1) as connection:
                connection.sendall(_HELLO % self.domains.people.encode())
                return b"<stream:stream" in connection.recv(4096)
        except OSError:
            return False

    def _failed(self, why: str = "It did not answer in time.") -> ProsodyFailed:
        return ProsodyFailed(f"prosody did not start. {why} The end of its log: {self.log()[-1500:]}")

    def log(self) -> str:
        """What the server has written to its log so far."""
        if self._folder is None:
            return ""
        files = [self._folder / "prosody.log", self._folder / "output"]
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files if file.exists())

    def add_account(self, name: str, password: str) -> str:
        """An account, also while the server runs; its address. A second time: the password is changed."""
        file = account_file(self._prepared_folder(), self.domains.people, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        text = password.replace("\\", "\\\\").replace('"', '\\"')
        file.write_text(f'return {{ ["password"] = "{text}" }};\n', encoding="utf-8")
        return f"{name}@{self.domains.people}"

    def stop(self) -> None:
        """End the server, kindly and then for certain. Rooms are gone, accounts stay."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End the server and remove its folder."""
        self.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __enter__(self) -> "Prosody":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _wait(holds: Callable[[], bool], within_seconds: float, failure: Callable[[], ProsodyFailed]) -> None:
    end = time.monotonic() + within_seconds
    while not holds():
        if time.monotonic() > end:
            raise failure()
        time.sleep(_LOOK_EVERY_SECONDS)
