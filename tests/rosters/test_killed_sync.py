"""kill -9 half-way through a sync: readers see the former roster, and the next sync completes."""

import asyncio
import base64
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from modbot.simulators.oneroster import OneRosterSimulator, Size
from modbot.store import Store, keys
from modbot.store.roster import RosterStore
from tests.project.tree import ROOT
from tests.rosters.syncing import KEYS

pytestmark = [pytest.mark.crash, pytest.mark.realstore]
WITHIN_SECONDS = 50
RENAMED = "class-0000003"
TRIES = 10  # a sync may be over before it can be killed: this process is not the only one on the machine


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

    async def killed_once(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Begin a sync and kill it as soon as this holds, if it is not over before."""
        process = await self.begin()
        ended = asyncio.ensure_future(process.communicate())
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                while not (ended.done() or await holds()):  # noqa: ASYNC110 - looked for in another process
                    await asyncio.sleep(0)
        finally:
            with contextlib.suppress(ProcessLookupError):  # it is over
                process.kill()
            await ended

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


async def killed_half_way(site: Site, roster: RosterStore) -> tuple[str, str]:
    """What the class was called before a sync that renames it, and the generation that was being written at its death.

    Tried again where the sync came into force before it was killed.
    """
    writing = [""]

    async def has_begun() -> bool:
        writing[0] = await site.half_written()
        return bool(writing[0])

    for number in range(TRIES):
        former, title = await roster.generation(), await title_of(roster)
        site.simulator.change("classes", RENAMED, title=f"Renamed {number}")
        await site.killed_once(has_begun)
        if writing[0] and await roster.generation() == former:
            return title, writing[0]
    pytest.fail("no sync was killed half-way")


async def title_of(roster: RosterStore) -> str:
    """What the class is called in the roster in force."""
    section = await roster.section(RENAMED)
    assert section is not None
    return section.title


async def test_killed_half_way_the_former_roster_stays_and_the_next_sync_completes(site: Site) -> None:
    code, said = await site.sync()
    assert code == 0, said
    roster = RosterStore(site.store, KEYS)
    former, dead = await killed_half_way(site, roster)

    assert await title_of(roster) == former
    assert len(await roster.members("class-0001499")) == 12

    code, said = await site.sync()
    assert code == 0, said
    assert (await title_of(roster)).startswith("Renamed")
    assert await title_of(roster) != former
    assert await site.store.run("KEYS", f"*{dead}*") == []
    assert list(site.temporary.iterdir()) == []


async def test_what_a_killed_sync_leaves_on_disk_names_nobody(site: Site, tmp_path: Path) -> None:
    scratch, left = tmp_path / "temporary", b""

    async def has_rows() -> bool:
        return b"user-0000" in all_bytes(scratch)

    for _ in range(TRIES):
        await site.killed_once(has_rows)
        left = all_bytes(scratch)
        if b"user-0000" in left:
            break
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
