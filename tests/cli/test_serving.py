"""`modbot serve` as its own process, and commands beside it."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from modbot.demo.district import District
from tests.cli.running import WITHIN_SECONDS, modbot
from tests.project.tree import ROOT


@pytest.fixture
async def serving(district: District) -> AsyncIterator[asyncio.subprocess.Process]:
    """A modbot that was told another port than its settings have, and listens."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "modbot",
        "serve",
        "--port",
        "0",
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **district.environment(port=1)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def listening(process: asyncio.subprocess.Process) -> str:
    """The line in which it says where it listens."""
    assert process.stdout is not None
    async with asyncio.timeout(WITHIN_SECONDS):
        return (await process.stdout.readline()).decode()


async def test_the_port_of_the_command_line_wins(serving: asyncio.subprocess.Process) -> None:
    said = re.fullmatch(r"modbot is listening on http://127\.0\.0\.1:(\d+)\n", await listening(serving))
    assert said
    assert int(said[1]) > 1


async def test_it_ends_in_order_when_told_to(serving: asyncio.subprocess.Process) -> None:
    await listening(serving)
    serving.send_signal(signal.SIGTERM)
    async with asyncio.timeout(WITHIN_SECONDS):
        assert await serving.wait() == 0


async def test_a_search_for_garbage_passes_over_what_was_there_before_it_began_to_serve() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import gc; from modbot.cli import serving; there = len(gc.get_objects()); "
        "serving.search_less_for_garbage(); left = len(gc.get_objects()); "
        "print(gc.get_freeze_count() > 0.9 * there, left < 0.1 * there)",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(WITHIN_SECONDS):
        out, _ = await process.communicate()
    assert out == b"True True\n"


async def test_a_command_beside_it_uses_its_store_and_leaves_it_running(
    serving: asyncio.subprocess.Process, district: District
) -> None:
    await listening(serving)
    done = await modbot("audit", "verify", env=district.environment(port=0))
    assert (done.code, done.err) == (0, "")
    assert serving.returncode is None


async def test_a_second_serve_is_refused_in_one_sentence(
    serving: asyncio.subprocess.Process, district: District
) -> None:
    await listening(serving)
    done = await modbot("serve", "--port", "0", env=district.environment(port=0))
    assert done.code == 2
    assert f"is in use by another modbot (process {serving.pid})" in done.err


async def test_a_command_that_started_the_store_ends_it_again(district: District) -> None:
    await modbot("audit", "verify", env=district.environment(port=0))
    assert not alive(district)


def alive(district: District) -> bool:
    """Whether the server whose id is in the lock still runs."""
    try:
        os.kill(int((district.data_dir / "store" / "lock").read_text()), 0)
    except ProcessLookupError:
        return False
    return True
