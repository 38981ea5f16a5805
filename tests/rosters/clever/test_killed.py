"""A sync killed with -9 half-way: everybody goes on reading the former roster, and the next sync completes."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
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
TRIES = 10
PATIENCE = timedelta(seconds=90)
KEY = seal.new_key()
KEYRING = seal.load(KEY, Path())


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with world_of(Size(students=2_500, sections=500)) as found:
        yield found


@pytest.fixture
async def former(world: World, store: Store) -> RosterStore:
    """A roster that is in force, in which one class has another title."""
    rename(world, "Former title")
    roster = RosterStore(store, KEYRING)
    await sync(world.source(), roster, now=world.clock())
    rename(world, "New title")
    return roster


def rename(world: World, title: str) -> None:
    """From now on the class is called so at Clever."""
    world.clever.put("sections", world.section(0) | {"name": title})


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
    finally:
        with contextlib.suppress(ProcessLookupError):  # it is over
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
    world.clever.faults.only, world.clever.faults.lag_seconds = "/v3.1/sections", 600.0

    def asked() -> bool:
        return any("/sections" in seen.path for seen in world.clever.seen)

    async with syncing(world, store_url, tmp_path) as process:
        await until("sections are asked for", asked, within=PATIENCE)
        assert process.returncode is None
    world.clever.faults.lag_seconds = 0.0
    assert await title(former, world) == "Former title"
    assert (await sync(world.source(), former, now=world.clock())).in_force
    assert await title(former, world) == "New title"


async def killed_while_it_writes(world: World, roster: RosterStore, store: Store, store_url: str, folder: Path) -> str:
    """What the class is called in the roster in force, once a sync that renames it was killed while it wrote.

    Tried again where the new roster came into force before: this process is not the only one on the machine.
    """
    for number in range(TRIES):
        known, in_force, former = await generations(store), await roster.generation(), await title(roster, world)
        rename(world, f"New title {number}")
        async with syncing(world, store_url, folder) as process:
            await until("it writes, or is over", partial(writes_or_is_over, process, store, known), within=PATIENCE)
        if await generations(store) - known and await roster.generation() == in_force:
            return former
    pytest.fail("no sync was killed while it wrote")


async def writes_or_is_over(process: asyncio.subprocess.Process, store: Store, known: set[bytes]) -> bool:
    """Whether there is a generation that was not known before, or will be none."""
    return process.returncode is not None or bool(await generations(store) - known)


async def generations(store: Store) -> set[bytes]:
    """Every roster of which something may be in the store."""
    return set(await store.run("SMEMBERS", GENERATIONS))


@pytest.mark.crash
async def test_killed_while_it_writes(
    world: World, former: RosterStore, store: Store, store_url: str, tmp_path: Path
) -> None:
    before = await killed_while_it_writes(world, former, store, store_url, tmp_path)
    assert await title(former, world) == before
    await store.run("PEXPIRE", IMPORTING, 1)  # as two minutes would
    assert (await sync(world.source(), former, now=world.clock())).in_force
    assert (await title(former, world)).startswith("New title")
    assert await title(former, world) != before
    assert int(await store.run("SCARD", GENERATIONS)) == 1
