"""One sync of the roster in a process of its own, as `modbot roster sync` does it, and what it took.

Arguments: the store's url, the simulated Clever's address, its district, a folder for what is kept. The district's key
comes on standard input. Prints seconds, the most memory this process had, and the counts as JSON.
"""

import asyncio
import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

from modbot import seal
from modbot.http import Http
from modbot.roster_sync import Kept, sync
from modbot.rosters import Means
from modbot.rosters.clever import build
from modbot.settings.clever import CleverSettings
from modbot.store import connect
from modbot.store.roster import RosterStore

_RSS_BYTES = 1 if sys.platform == "darwin" else 1024  # of one unit of ru_maxrss


async def measure(store_url: str, clever: str, district: str, folder: Path, key: str) -> dict[str, object]:
    """Sync once."""
    settings = CleverSettings.model_validate(
        {
            "client_id": "sim-client",
            "client_secret": "sim-client-secret",
            "district": district,
            "api_url": f"{clever}/v3.1",
            "oauth_url": f"{clever}/oauth/tokens",
        }
    )
    keyring, store, http = seal.load(key, folder), connect(store_url), Http()
    try:
        source = build(settings, Means(http, lambda: datetime.now(UTC)))
        before = _peak_bytes()
        done = await sync(source, RosterStore(store, keyring), now=datetime.now(UTC), kept=Kept(folder, keyring))
    finally:
        await http.close()
        await store.close()
        await store.client.connection_pool.disconnect()
    if not done.in_force:
        raise RuntimeError(done.stopped)
    counts = done.roster.counts
    return {
        "seconds": done.took.total_seconds(), "peak_bytes": _peak_bytes(), "before_bytes": before,
        "students": counts.students, "sections": counts.sections, "staff": counts.staff, "seats": counts.seats,
        "problems": done.roster.problems_total,
    }  # fmt: skip


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_BYTES


if __name__ == "__main__":
    url, address, its_district, kept = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(url, address, its_district, Path(kept), sys.stdin.read().strip()))))
