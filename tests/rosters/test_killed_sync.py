"""kill -9 half-way through a sync: readers see the former roster, and the next sync completes."""

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from modbot.simulators.oneroster import OneRosterSimulator, Size
from modbot.store import Store, keys
from modbot.store.roster import RosterStore
from tests.project.tree import ROOT
from tests.rosters.syncing import KEYS
from tests.stores import until

pytestmark = [pytest.mark.crash, pytest.mark.realstore]
WITHIN_SECONDS = 50


@dataclass
class Site:
    """A service, a store, and an admin's terminal."""

    simulator: OneRosterSimulator
    store: Store
    environment: Mapping[str, str]
    temporary: Path

    async def begin(self) -> asyncio.subprocess.Process:
        """Start `modbot roster sync`."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "modbot", "roster", "sync", "--everything"),
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **self.environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def sync(self) -> tuple[int, str]:
        """One sync to its end: exit code, and what it said."""
        process = await self.begin()
        async with asyncio.timeout(WITHIN_SECONDS):
            out, err = await process.communicate()
        return process.returncode or 0, (out + err).decode()

    async def half_written(self) -> str:
        """The generation that is being written and has some of its sections; "" while there is none."""
        writing = await self.store.run("GET", keys.roster("0", "importing"))
        if writing is None:
            return ""
        written = await self.store.run("HLEN", keys.roster(writing.decode(), "sections"))
        return writing.decode() if written else ""


@pytest.fixture
async def site(store: Store, store_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    async with OneRosterSimulator(Size(students=900, sections=1500, seats=12)) as simulator:
        environment = {
            **simulator.environment(),
            "MODBOT_REDIS_URL": store_url,
            "MODBOT_ENCRYPTION_KEYS": base64.b64encode(b"k" * 32).decode(),
            "MODBOT_DATA_DIR": str(tmp_path / "data"),
            "TMPDIR": str(temporary),
        }
        yield Site(simulator, store, environment, temporary)


async def test_killed_half_way_the_former_roster_stays_and_the_next_sync_completes(site: Site) -> None:
    code, said = await site.sync()
    assert code == 0, said
    roster = RosterStore(site.store, KEYS)
    former = await roster.generation()
    site.simulator.change("classes", "class-0000003", title="Renamed")

    process = await site.begin()
    async with asyncio.timeout(WITHIN_SECONDS):
        while not (dead := await site.half_written()):
            assert process.returncode is None, "the sync ended before it could be killed"
            await asyncio.sleep(0)
    process.kill()
    await process.communicate()

    assert await roster.generation() == former
    section = await roster.section("class-0000003")
    assert section is not None
    assert section.title == "Class 3"
    assert len(await roster.members("class-0001499")) == 12

    code, said = await site.sync()
    assert code == 0, said
    section = await roster.section("class-0000003")
    assert section is not None
    assert section.title == "Renamed"
    assert await site.store.run("KEYS", f"*{dead}*") == []
    assert list(site.temporary.iterdir()) == []


async def test_what_a_killed_sync_leaves_on_disk_names_nobody(site: Site, tmp_path: Path) -> None:
    process = await site.begin()
    scratch = tmp_path / "temporary"
    await until("the index has rows", lambda: b"user-0000" in all_bytes(scratch))
    process.kill()
    await process.communicate()
    left = all_bytes(scratch)
    assert b"user-0000" in left
    for word in ("Amara", "Dlamini", "example.org", "Class 1", "planted"):
        assert word.encode() not in left, word


def all_bytes(folder: Path) -> bytes:
    """What lies in the files of a folder that a process is working in."""
    parts = []
    for one in folder.rglob("*"):
        try:
            parts.append(one.read_bytes() if one.is_file() else b"")
        except FileNotFoundError:  # removed between the two looks
            continue
    return b"".join(parts)
