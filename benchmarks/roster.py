"""What a sync of a whole district takes: the simulated Clever, modbot and the store each in a process of its own."""

import asyncio
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import programs
from benchmarks.figures import Figure
from benchmarks.options import Options
from benchmarks.programs import python
from benchmarks.progress import Say
from modbot import seal
from modbot.simulators.clever import District
from modbot.store import connect
from modbot.store.embedded import EmbeddedStore

IDS = ("roster_sync_peak_mb", "roster_sync_seconds", "roster_store_mb")
MB = 1_000_000


async def measure(options: Options, say: Say) -> Mapping[str, Figure]:
    """One sync from nothing, on the embedded store with its own settings."""
    size = (options.roster_students, options.roster_sections)
    with tempfile.TemporaryDirectory(prefix="mb-") as name:
        folder = Path(name)
        server = EmbeddedStore(folder / "data")
        store = connect(await server.start())
        try:
            before = int((await store.facts())["used_memory"])
            said = await _synced(folder, server.url, size)
            held = int((await store.facts())["used_memory"]) - before
        finally:
            await store.close()
            await store.client.connection_pool.disconnect()
            await server.stop()
    figures = _figures(said, held)
    peak, seconds, stored = (figures[name].ours for name in IDS)
    say(f"roster: {said['students']:,} students in {seconds:g} s, {peak:g} MB at the most, store {stored:g} MB")
    return figures


async def _synced(folder: Path, store_url: str, size: tuple[int, int]) -> dict[str, Any]:
    command = python("benchmarks.servers.clever", *map(str, size))
    async with programs.running(command, folder / "clever.log") as clever:
        address = f"http://127.0.0.1:{clever.port}"
        syncing = await asyncio.create_subprocess_exec(
            *python("benchmarks.syncing", store_url, address, District().id, str(folder / "kept")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            out, _ = await syncing.communicate(seal.new_key().encode())
        finally:
            if syncing.returncode is None:
                syncing.kill()
                await syncing.wait()
    if syncing.returncode:
        raise RuntimeError("the sync failed")
    said: dict[str, Any] = json.loads(out)
    return said


def _figures(said: Mapping[str, Any], held_bytes: int) -> dict[str, Figure]:
    what = (
        f"{said['students']:,} students, {said['sections']:,} sections, {said['staff']:,} staff and "
        f"{said['seats']:,} seats, from nothing."
    )
    start = f"{said['before_bytes'] / MB:.0f} MB of it before the sync begins"
    return {
        IDS[0]: Figure(round(said["peak_bytes"] / MB), "MB", note=f"{what} The modbot process alone, {start}."),
        IDS[1]: Figure(round(said["seconds"], 1), "s", note=f"{what} Clever is simulated on the same machine."),
        IDS[2]: Figure(round(held_bytes / MB, 1), "MB", note=f"{what} used_memory of the embedded store, sealed."),
    }
