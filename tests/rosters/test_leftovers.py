"""What a killed import leaves on the disk is removed by the next one, and what is in use is not."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from modbot.errors import RosterError
from modbot.rosters.leftovers import place
from modbot.rosters.scratch import scratch
from modbot.store import Store
from modbot.store.roster import RosterStore, begun
from tests.project.tree import ROOT
from tests.rosters.syncing import KEYS, NOW

IN_USE = """
import sys
from pathlib import Path
from modbot.rosters.leftovers import place
with place(Path(sys.argv[1])) as mine:
    (mine.path / "index.db").write_bytes(b"rows")
    mine.begun(sys.argv[2:])
    print(mine.path, flush=True)
    sys.stdin.read()
"""


async def died(folder: Path, *imports: str) -> Path:
    """The folder of a process that was killed after it had begun these imports."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", IN_USE, str(folder), *imports),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    path = Path((await process.stdout.readline()).decode().strip())
    process.kill()
    await process.communicate()
    assert (path / "index.db").is_file()
    return path


def others(folder: Path, mine: Path) -> list[Path]:
    """Every folder beside this one."""
    return [one for one in folder.iterdir() if one != mine]


async def test_what_a_killed_process_left_is_removed_at_the_next_start(tmp_path: Path) -> None:
    dead = await died(tmp_path)
    with scratch(tmp_path):
        assert not dead.exists()


def test_what_another_index_uses_stays(tmp_path: Path) -> None:
    with scratch(tmp_path) as first, scratch(tmp_path), scratch(tmp_path):
        assert (first.place.path / "index.db").is_file()
        assert len(list(tmp_path.iterdir())) == 3


def test_nothing_stays_of_one_that_ended(tmp_path: Path) -> None:
    with scratch(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("age_seconds", "stays"), [(60, True), (2 * 86_400, False)])
def test_one_that_holds_no_lock_is_removed_after_a_day(tmp_path: Path, age_seconds: int, stays: bool) -> None:
    index = tmp_path / "modbot-roster-old" / "index.db"
    index.parent.mkdir()
    index.write_bytes(b"left")
    then = index.stat().st_mtime - age_seconds
    os.utime(index, (then, then))
    with scratch(tmp_path):
        assert index.exists() is stays


def test_a_folder_that_was_planted_as_a_link_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    for name in ("in-use", "index.db"):
        (precious / name).write_bytes(b"")
    (tmp_path / "modbot-roster-link").symlink_to(precious)
    with scratch(tmp_path):
        assert (precious / "index.db").exists()


async def test_what_the_dead_had_begun_is_handed_on_from_one_killed_process_to_the_next(tmp_path: Path) -> None:
    await died(tmp_path, "a1", "a2")
    await died(tmp_path, "b1")
    with place(tmp_path) as mine:
        assert mine.dead == {"a1", "a2", "b1"}
        assert others(tmp_path, mine.path) == []


async def test_what_is_not_the_name_of_an_import_is_not_handed_on(tmp_path: Path) -> None:
    dead = await died(tmp_path, "a1")
    with (dead / "in-use").open("ab") as file:
        file.write(b"\xff\x00 UPPER ../../x\n" + b"f" * 65 + b"\n")
    with place(tmp_path) as mine:
        assert mine.dead == {"a1"}


@pytest.mark.realstore
async def test_an_import_that_died_here_keeps_nobody_waiting(store: Store, tmp_path: Path) -> None:
    roster = RosterStore(store, KEYS)
    dead = await roster.begin(salt=b"s" * 32, now=NOW)
    await died(tmp_path, dead.generation)
    with scratch(tmp_path) as index:
        await begun(index, roster, now=NOW)
        with pytest.raises(RosterError, match="another one took its place"):
            await dead.hold()


@pytest.mark.realstore
async def test_an_import_that_lives_is_not_taken_over(store: Store, tmp_path: Path) -> None:
    roster = RosterStore(store, KEYS)
    with scratch(tmp_path) as first, scratch(tmp_path) as second:
        living = await begun(first, roster, now=NOW)
        with pytest.raises(RosterError, match="under way"):
            await begun(second, roster, now=NOW)
        await living.hold()


@pytest.mark.realstore
async def test_one_death_lets_nobody_past_another_import(store: Store, tmp_path: Path) -> None:
    roster = RosterStore(store, KEYS)
    await roster.begin(salt=b"s" * 32, now=NOW)
    await died(tmp_path, "a1")
    with scratch(tmp_path) as index, pytest.raises(RosterError, match="under way"):
        await begun(index, roster, now=NOW)
