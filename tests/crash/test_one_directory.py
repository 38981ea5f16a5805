"""What a data directory lets others do: nothing."""

import stat
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.crash.process import Modbot
from tests.crash.site import Site

pytestmark = pytest.mark.crash

LISTEN = "0A"


def tcp_ports_of(pid: int) -> list[int]:
    """The TCP ports on which a process listens."""
    sockets = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [row.split() for table in ("tcp", "tcp6") for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    return [int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == LISTEN and f"socket:[{row[9]}]" in sockets]


async def test_a_second_modbot_on_the_same_directory_ends_with_one_sentence(site: Site) -> None:
    first = await site.serve()
    second = Modbot(site.environment, site.directory / "second.log")
    site.processes.append(second)
    await second.launch()
    assert await second.ended() == 2
    (said,) = second.errors.splitlines()
    assert said == f"modbot: MODBOT_DATA_DIR: {site.directory} is in use by another modbot (process {first.pid})"
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{first.port}/readyz") as answer:
        assert answer.status == 200


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells it on Linux only")
async def test_the_embedded_store_listens_on_no_tcp_port(site: Site) -> None:
    modbot = await site.serve()
    server = int((site.directory / "store" / "lock").read_text())
    assert tcp_ports_of(modbot.pid) == [modbot.port]  # the figure can be trusted
    assert tcp_ports_of(server) == []


async def test_nobody_else_can_read_what_modbot_keeps(site: Site) -> None:
    await site.serve()
    site.district.open_webex_class()
    await site.settled()
    await site.type("U0ORTIZ", "/lock")
    await site.answer("U0ORTIZ")
    own = {site.directory / "roster", site.directory / "modbot.log"}  # the test's, not modbot's
    kept = [path for path in site.directory.rglob("*") if not own & {path, *path.parents}]
    assert stat.S_IMODE((site.directory / "store.sock").stat().st_mode) == stat.S_IRWXU
    assert not [str(path) for path in kept if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)]
