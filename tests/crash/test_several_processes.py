"""One modbot of several processes: one port, one store, and none missed when one of them dies."""

import os
import signal
from pathlib import Path

import pytest

from tests.crash.process import Modbot
from tests.crash.site import Site
from tests.stores import until

pytestmark = pytest.mark.crash


def workers_of(modbot: Modbot) -> list[int]:
    """The process ids of its workers, on Linux."""
    children = Path(f"/proc/{modbot.pid}/task/{modbot.pid}/children")
    if not children.exists():
        pytest.skip("this system does not tell a process's children in /proc")
    pids = [int(pid) for pid in children.read_text().split()]
    return [pid for pid in pids if b"--worker-of" in command_line(pid)]


def command_line(pid: int) -> bytes:
    """A process's command, empty when it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


async def both_workers_of(modbot: Modbot) -> list[int]:
    """The process ids of its two workers, once both run."""
    await until("two workers run", lambda: len(workers_of(modbot)) == 2)
    return workers_of(modbot)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_several_processes_serve_one_port_and_a_dead_one_is_replaced(site: Site) -> None:
    site.extra["MODBOT_PROCESSES"] = "2"
    modbot = await site.serve()
    meeting = site.district.open_webex_class()
    await site.settled()
    first = await both_workers_of(modbot)
    os.kill(first[0], signal.SIGKILL)
    await until("another worker has come", lambda: len(set(workers_of(modbot)) - {first[0]}) == 2)
    await site.type("U0ORTIZ", "/lock")
    assert await site.answer("U0ORTIZ") == "Grade 3 Reading is locked."
    assert site.district.webex.state(meeting).locked


async def test_all_processes_end_with_the_first(site: Site) -> None:
    site.extra["MODBOT_PROCESSES"] = "2"
    modbot = await site.serve()
    workers = await both_workers_of(modbot)
    modbot.terminate()
    assert await modbot.ended() == 0
    await until("no worker is left", lambda: not any(alive(pid) for pid in workers))


async def test_workers_end_by_themselves_when_the_first_process_is_killed(site: Site) -> None:
    site.extra["MODBOT_PROCESSES"] = "2"
    modbot = await site.serve()
    workers = await both_workers_of(modbot)
    modbot.kill()
    await until("no worker is left", lambda: not any(alive(pid) for pid in workers))
