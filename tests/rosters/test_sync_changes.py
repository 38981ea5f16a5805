"""Reading only what changed: from the sealed copy of what was told, and everything anew at any doubt."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from modbot.roster_sync import Kept, SyncReport
from modbot.rosters import Counts, RosterRefused
from modbot.rosters.comparison import Change
from modbot.rosters.scratch import scratch
from modbot.seal import Keyring
from modbot.store import Store
from tests.rosters.syncing import KEYS, NOW, District, district

pytestmark = pytest.mark.realstore
FILTER = "filter=dateLastModified"


@pytest.fixture
async def here(store: Store, tmp_path: Path) -> AsyncIterator[District]:
    async with district(store, tmp_path / "kept") as made:
        await made.sync()
        made.clock.at += timedelta(hours=20)
        made.simulator.seen.clear()
        yield made


def asked_for_changes(here: District) -> bool:
    queries = [query for kind in ("users", "classes", "enrollments") for query in here.asked(kind)]
    return bool(queries) and all(FILTER in query for query in queries)


async def test_only_what_changed_is_asked_for_and_the_rest_stays(here: District) -> None:
    there = here.simulator.district
    here.simulator.change("users", there.student_id(3), preferredGivenName="Ash")
    report = await here.sync()
    assert report.only_changes
    assert asked_for_changes(here)
    assert report.changes.students == Change(before=40, changed=1)
    assert report.roster.counts.seats == 80
    members = {one.id: one for one in await here.roster.members("class-0000000")}
    assert members[there.student_id(3)].preferred_given == "Ash"


async def test_changes_give_the_same_roster_as_everything(here: District) -> None:
    there = here.simulator.district
    here.simulator.remove("users", there.student_id(1))
    here.simulator.change("users", there.student_id(2), email="")
    here.simulator.remove("enrollments", "seat-000000012")
    here.simulator.put("enrollments", there.seat("seat-z", "class-0000002", there.student_id(30), "student"))
    here.simulator.change("enrollments", "seat-000000014", role="proctor")
    here.simulator.change("users", there.student_id(4), enabledUser="false")
    by_changes = await here.sync()
    everything = await here.sync(everything=True)
    assert by_changes.only_changes
    assert not everything.only_changes
    for change in (everything.changes.staff, everything.changes.students, everything.changes.sections):
        assert (change.added, change.changed, change.removed) == (0, 0, 0)
    assert (everything.changes.seats.added, everything.changes.seats.removed) == (0, 0)
    assert by_changes.roster.counts == everything.roster.counts


async def test_addresses_still_lead_to_people_after_changes_only(here: District) -> None:
    here.simulator.change("users", "user-00000001", email="new@staff.example.org")
    await here.sync()
    assert await here.roster.staff_by_email("u1@staff.example.org") is None
    assert await here.roster.staff_by_email("new@staff.example.org") is not None
    assert await here.roster.person_by_email("u9@students.example.org") is not None


async def test_someone_who_left_and_came_back_is_back(here: District) -> None:
    student = here.simulator.district.student_id(2)
    here.simulator.remove("users", student)
    assert (await here.sync()).changes.students.removed == 1
    here.clock.at += timedelta(hours=1)
    here.simulator.change("users", student, status="active")
    report = await here.sync()
    assert report.only_changes
    assert report.changes.students.added == 1


async def test_a_term_that_ends_ends_its_classes_without_a_change(here: District) -> None:
    here.simulator.change("academicSessions", "term-0", endDate="2026-12-18")
    assert (await here.sync()).roster.counts.sections == 10
    here.clock.at = NOW.replace(month=12, day=19)
    with pytest.raises(RosterRefused, match="lock everybody out"):
        await here.sync(accept_removals=True)


async def test_a_roster_imported_otherwise_is_read_anew(here: District) -> None:
    writer = await here.roster.begin(salt=b"s" * 32, now=NOW)
    await writer.commit(Counts())
    assert not (await here.sync(accept_removals=True)).only_changes


async def test_a_copy_that_is_gone_or_spoilt_is_read_anew(here: District, tmp_path: Path) -> None:
    (kept,) = (tmp_path / "kept").glob("*.db")
    kept.write_bytes(b"no database at all" * 1000)
    assert not (await here.sync()).only_changes
    for kept in (tmp_path / "kept").glob("*.db"):
        kept.unlink()
    assert not (await here.sync()).only_changes


async def test_a_copy_sealed_with_keys_that_are_gone_is_read_anew(here: District, tmp_path: Path) -> None:
    here.kept = Kept(tmp_path / "kept", Keyring([b"x" * 32]))
    assert not (await here.sync()).only_changes


async def test_everything_is_read_once_a_week(here: District) -> None:
    here.clock.at = NOW + timedelta(days=7, minutes=1)
    assert not (await here.sync()).only_changes
    here.clock.at += timedelta(days=1)
    assert (await here.sync()).only_changes


async def test_another_service_is_read_anew(here: District) -> None:
    await here.sync()
    here.host = "localhost"
    assert not (await here.sync()).only_changes


async def test_a_service_that_tells_half_of_the_changes_is_read_anew(here: District) -> None:
    here.simulator.change("users", here.simulator.district.student_id(3), givenName="Ash")
    here.simulator.counts_unfiltered = True
    report = await here.sync()
    assert not report.only_changes
    assert report.changes.students.changed == 1


async def test_a_stopped_sync_leaves_the_copy_as_it_was(here: District) -> None:
    for number in range(3):
        here.simulator.remove("classes", f"class-{number:07}")
    assert (await here.sync()).stopped
    report = await here.sync(accept_removals=True)
    assert report.only_changes
    assert report.changes.sections == Change(before=10, removed=3)


async def test_the_copy_holds_no_name_and_no_address(here: District, tmp_path: Path) -> None:
    held = b"".join(one.read_bytes() for one in (tmp_path / "kept").iterdir())
    assert b"user-00000001" in held
    for word in ("Chlo", "Dlamini", "example.org", "Class 1", "Sunny"):
        assert word.encode() not in held, word


async def test_the_copy_forgets_who_left(here: District, tmp_path: Path) -> None:
    student = here.simulator.district.student_id(1)
    (before,) = people_in(tmp_path / "kept", student)
    assert before is not None
    here.simulator.remove("users", student)
    await here.sync()
    assert people_in(tmp_path / "kept", student) == [None]


def people_in(folder: Path, person: str) -> list[bytes | None]:
    """The details of a person, as often as the copy has them."""
    (copy,) = folder.glob("*.db")
    with closing(sqlite3.connect(copy)) as found:
        return [details for (details,) in found.execute("SELECT details FROM people WHERE id = ?", (person,))]


async def test_two_syncs_at_once_leave_a_copy_that_the_next_one_can_use(here: District, tmp_path: Path) -> None:
    other = replace(here, kept=Kept(tmp_path / "kept", KEYS))
    both = await asyncio.gather(here.sync(everything=True), other.sync(everything=True), return_exceptions=True)
    assert any(isinstance(one, SyncReport) and one.in_force for one in both)
    assert (await here.sync()).in_force
    assert len(list((tmp_path / "kept").glob("*.db"))) == 1


async def test_what_one_process_put_aside_is_not_kept_by_another(here: District, tmp_path: Path) -> None:
    first, second = (Kept(tmp_path / "two", KEYS) for _ in range(2))
    with scratch(tmp_path) as mine, scratch(tmp_path) as theirs:
        mine.run("INSERT INTO schools VALUES ('mine', 0, 1)")
        first.put_aside(mine)
        second.put_aside(theirs)
        second.drop_aside()
        first.keep("oneroster", "gen", "mark", mine.secrets)
    former = first.find("oneroster", "gen")
    assert former is not None
    with closing(sqlite3.connect(former.index)) as found:
        assert found.execute("SELECT id FROM schools").fetchall() == [("mine",)]


async def test_a_copy_under_another_key_is_read_anew(here: District, tmp_path: Path) -> None:
    generation = await here.roster.generation()
    with scratch(tmp_path, former=next((tmp_path / "kept").glob("*.db"))) as other:
        assert here.kept is not None
        former = here.kept.find("oneroster", generation)
        assert former is not None
        here.kept.put_aside(other)
        here.kept.keep("oneroster", generation, former.mark, other.secrets)
    here.simulator.change("users", here.simulator.district.student_id(3), givenName="Ash")
    report = await here.sync()
    assert report.in_force
    assert not report.only_changes


async def test_a_disk_that_takes_no_copy_does_not_keep_the_roster_from_the_district(
    here: District, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"in the place of the folder")
    here.kept = Kept(tmp_path / "file" / "kept", KEYS)
    assert (await here.sync(everything=True)).in_force


async def test_nothing_is_kept_when_the_district_wants_nothing_kept(here: District, tmp_path: Path) -> None:
    here.kept = None
    assert not (await here.sync()).only_changes
