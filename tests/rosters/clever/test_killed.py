"""A sync killed with -9 half-way: everybody goes on reading the former roster, and the next sync completes."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from modbot import seal
from modbot.roster_sync import sync
from modbot.simulators.clever import Size
from modbot.store import Store
from modbot.store.roster import RosterStore
from modbot.store.roster.records import GENERATIONS, IMPORTING
from tests.rosters.clever.world import World, world_of
from tests.stores import until

ROOT = Path(__file__).resolve().parents[3]
KEY = seal.new_key()
KEYRING = seal.load(KEY, Path())


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with world_of(Size(students=2_500, sections=500)) as found:
        yield found


@pytest.fixture
async def former(world: World, store: Store) -> RosterStore:
    """A roster that is in force, in which one class has another title."""
    section = world.section(0)
    world.clever.put("sections", section | {"name": "Former title"})
    roster = RosterStore(store, KEYRING)
    await sync(world.source(), roster, now=world.clock())
    world.clever.put("sections", section | {"name": "New title"})
    return roster


@asynccontextmanager
async def syncing(world: World, store_url: str, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A sync in a process of its own, killed at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.syncing"),
        *(store_url, world.clever.url, world.clever.district.id, str(folder)),
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},  # its index stays behind
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(KEY.encode())
    process.stdin.close()
    try:
        yield process
        assert process.returncode is None
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def title(roster: RosterStore, world: World) -> str:
    """What the class is called in the roster in force."""
    section = await roster.section(world.section(0)["id"])
    assert section is not None
    return section.title


@pytest.mark.crash
async def test_killed_while_it_reads(world: World, former: RosterStore, store_url: str, tmp_path: Path) -> None:
    world.clever.seen.clear()
    world.clever.faults.only, world.clever.faults.lag_seconds = "/v3.1/sections", 60.0
    async with syncing(world, store_url, tmp_path):
        await until("sections are asked for", lambda: any("/sections" in seen.path for seen in world.clever.seen))
    world.clever.faults.lag_seconds = 0.0
    assert await title(former, world) == "Former title"
    assert (await sync(world.source(), former, now=world.clock())).in_force
    assert await title(former, world) == "New title"


@pytest.mark.crash
async def test_killed_while_it_writes(
    world: World, former: RosterStore, store: Store, store_url: str, tmp_path: Path
) -> None:
    async def writing() -> bool:
        return int(await store.run("SCARD", GENERATIONS)) == 2

    async with syncing(world, store_url, tmp_path):
        await until("the new roster is being written", writing)
    assert await title(former, world) == "Former title"
    await store.run("PEXPIRE", IMPORTING, 1)  # as two minutes would
    assert (await sync(world.source(), former, now=world.clock())).in_force
    assert await title(former, world) == "New title"
    assert int(await store.run("SCARD", GENERATIONS)) == 1
