"""What a sync of a large simulated district costs: seconds, the most memory of the process, the store.

python -m tests.rosters.measure_sync STUDENTS SECTIONS

The service, the store and the sync are three processes, so that the memory is the sync's alone.
"""

import asyncio
import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modbot.http import Http
from modbot.roster_sync import Choices, Kept, sync
from modbot.rosters import Means
from modbot.rosters.oneroster_rest import build
from modbot.seal import Keyring
from modbot.settings.oneroster import OneRosterSettings
from modbot.simulators.oneroster import OneRosterSimulator, Size
from modbot.state import now
from modbot.store import connect
from modbot.store.embedded import EmbeddedStore
from modbot.store.roster import RosterStore

SEATS = 25


async def serve(students: int, sections: int) -> None:
    """A district's service, until it is killed."""
    async with OneRosterSimulator(Size(students, sections, SEATS)) as simulator:
        sys.stdout.write(json.dumps(simulator.environment()) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def measure(environment: Mapping[str, str], folder: Path) -> list[dict[str, Any]]:
    """Sync three times: everything, only changes (there are none), everything again."""
    server = EmbeddedStore(folder / "store", fsync="no")
    store = connect(await server.start())
    http = Http()
    block = {name.removeprefix("MODBOT_ONEROSTER__").casefold(): value for name, value in environment.items()}
    source = build(OneRosterSettings.model_validate({**block, "page_rows": 5000}), Means(http, now))
    keys = Keyring([b"k" * 32])
    roster, kept = RosterStore(store, keys), Kept(folder / "kept", keys)
    found = []
    try:
        for everything in (False, False, True):
            before, started = _peak_mib(), time.perf_counter()
            report = await sync(source, roster, now=now(), kept=kept, choices=Choices(everything=everything))
            facts = await store.facts()
            found.append({
                "read": report.to_json()["read"], "students": report.roster.counts.students,
                "seats": report.roster.counts.seats, "seconds": round(time.perf_counter() - started, 1),
                "peak_rss_before_mib": before, "peak_rss_mib": _peak_mib(),
                "store_mib": round(float(facts["used_memory"]) / 2**20, 1),
                "kept_mib": round(sum(one.stat().st_size for one in (folder / "kept").iterdir()) / 2**20, 1),
            })  # fmt: skip
    finally:
        await http.close()
        await store.close()
        await server.stop()
    return found


async def main(students: str, sections: str) -> None:
    """Start the service beside this process and measure."""
    arguments = (sys.executable, "-m", "tests.rosters.measure_sync", "serve", students, sections)
    process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
    folder = Path(tempfile.mkdtemp(prefix="mb-", dir="/tmp"))
    try:
        assert process.stdout is not None
        environment = json.loads(await process.stdout.readline())
        for row in await measure(environment, folder):
            sys.stdout.write(json.dumps(row) + "\n")
    finally:
        process.kill()
        await process.wait()
        shutil.rmtree(folder)


def _peak_mib() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    first, *rest = sys.argv[1:]
    asyncio.run(serve(*map(int, rest)) if first == "serve" else main(first, *rest))
