"""@slack/bolt as a reference: installed once by npm at its pinned version, into a folder outside the repository."""

import asyncio
import hashlib
import shutil
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import programs
from benchmarks.programs import Program

HERE = Path(__file__).parent / "servers" / "boltjs"
INSTALL_SECONDS = 120.0


class Absent(Exception):
    """It cannot be had on this machine; says why."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A folder with its packages."""

    modules: Path

    def running(self, secret: str, store_url: str, log: Path) -> AbstractAsyncContextManager[Program]:
        """The server, writing to a store that listens on a unix socket."""
        command = ["node", str(HERE / "server.cjs"), secret, store_url.removeprefix("unix://")]
        return programs.running(command, log, {"NODE_PATH": str(self.modules), "NODE_ENV": "production"})


async def installed(cache: Path) -> Installed:
    """Raises Absent where node or npm is not there, or the packages cannot be fetched."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Absent("node and npm are not installed here, so @slack/bolt was not measured.")
    wanted = (HERE / "package.json").read_bytes()
    folder = cache / f"boltjs-{hashlib.sha256(wanted).hexdigest()[:12]}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_bytes(wanted)
        await _npm_install(folder)
        (folder / "done").touch()
    return Installed(folder / "node_modules")


async def _npm_install(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        "npm",
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(INSTALL_SECONDS):
            status = await process.wait()
    except TimeoutError:
        process.kill()
        status = await process.wait()
    if status:
        raise Absent("npm could not fetch @slack/bolt here, so it was not measured.")
