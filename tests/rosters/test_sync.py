"""A roster over the network: brought in whole, compared with the one in force, and stopped when too much would go."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from modbot.errors import RosterError
from modbot.model import StaffRole
from modbot.roster_sync import SyncReport
from modbot.rosters import RosterRefused
from modbot.rosters.comparison import Change
from modbot.seal import Keyring
from modbot.store import Store
from modbot.store.roster import RosterStore
from tests.rosters.syncing import NOW, District, district

pytestmark = pytest.mark.realstore


@pytest.fixture
async def here(store: Store, tmp_path: Path) -> AsyncIterator[District]:
    async with district(store, tmp_path / "kept") as made:
        yield made


@pytest.fixture(params=["v1p2", "v1p1"])
async def either(request: pytest.FixtureRequest, store: Store) -> AsyncIterator[District]:
    async with district(store, version=request.param) as made:
        yield made


async def test_a_first_sync_brings_everybody_in(either: District) -> None:
    report = await either.sync()
    assert report.in_force
    counts = report.roster.counts
    assert (counts.schools, counts.staff, counts.students, counts.sections, counts.seats) == (1, 3, 40, 10, 80)
    teacher = await either.roster.staff_by_email("u1@staff.example.org")
    assert teacher is not None
    assert teacher.roles == {StaffRole.TEACHER}
    assert len(teacher.sections) == 5
    principal = await either.roster.staff_by_email("u0@staff.example.org")
    assert principal is not None
    assert principal.roles == {StaffRole.PRINCIPAL}
    assert principal.schools == {"org-00001"}
    assert len(await either.roster.members("class-0000000")) == 8
    assert await either.roster.imported_at() == NOW


async def test_pages_are_followed_however_the_service_ends_them(either: District) -> None:
    either.page_rows = 7
    for total, following in ((True, True), (True, False), (False, True), (False, False)):
        either.simulator.tells_total, either.simulator.tells_next = total, following
        report = await either.sync()
        assert report.roster.counts.seats == 80


async def test_a_service_that_gives_fewer_rows_than_asked_for_is_read_to_its_end(here: District) -> None:
    here.simulator.largest_page, here.simulator.tells_next, here.simulator.tells_total = 9, False, False
    assert (await here.sync()).roster.counts.seats == 80


async def test_what_changed_is_reported_against_the_roster_in_force(here: District) -> None:
    await here.sync()
    students = here.simulator.district
    here.simulator.change("users", students.student_id(3), familyName="Renamed")
    here.simulator.remove("users", students.student_id(5))
    here.simulator.change("classes", "class-0000002", title="Chorus")
    here.simulator.put("users", {**students.collections["users"].get(students.student_id(3)), "sourcedId": "user-z"})
    here.simulator.put("enrollments", students.seat("seat-z", "class-0000001", "user-z", "student"))
    report = await here.sync(everything=True)
    assert report.changes.students == Change(before=40, added=1, changed=1, removed=1)
    assert report.changes.staff == Change(before=3)
    assert report.changes.sections == Change(before=10, changed=1)
    assert report.changes.seats == Change(before=90, added=1, removed=2)
    assert report.sentences[1] == "40 students: 1 added, 1 changed, 1 removed."


async def test_a_second_sync_of_the_same_changes_nothing(here: District) -> None:
    await here.sync()
    report = await here.sync(everything=True)
    for change in (report.changes.staff, report.changes.students, report.changes.sections, report.changes.seats):
        assert (change.added, change.changed, change.removed) == (0, 0, 0)


def leave(here: District, classes: int) -> None:
    for number in range(classes):
        here.simulator.remove("classes", f"class-{number:07}")


async def test_a_sync_that_would_remove_more_than_a_tenth_stops_and_says_what_would_go(here: District) -> None:
    await here.sync()
    before = await here.roster.generation()
    leave(here, 2)
    report = await here.sync()
    assert not report.in_force
    assert "it would remove 2 of 10 sections" in report.stopped
    assert "--accept-removals" in report.stopped
    assert await here.roster.generation() == before
    assert await here.roster.section("class-0000000") is not None


async def test_removals_that_were_accepted_are_carried_out(here: District) -> None:
    await here.sync()
    leave(here, 2)
    assert not (await here.sync()).in_force
    report = await here.sync(accept_removals=True)
    assert report.in_force
    assert report.changes.sections.removed == 2
    assert await here.roster.section("class-0000000") is None


async def test_a_tenth_is_not_more_than_a_tenth(here: District) -> None:
    await here.sync()
    leave(here, 1)
    assert (await here.sync()).in_force


async def test_staff_who_vanish_among_many_students_stop_the_sync(here: District) -> None:
    await here.sync()
    here.simulator.remove("users", here.simulator.district.teacher_id(0))
    assert "1 of 3 staff" in (await here.sync()).stopped


async def test_a_dry_run_says_what_would_change_and_changes_nothing(here: District) -> None:
    report: SyncReport = await here.sync(dry_run=True)
    assert report.changes.sections == Change(before=0, added=10)
    assert not report.in_force
    assert await here.roster.generation() == ""


async def test_a_roster_that_no_key_opens_is_replaced_when_an_admin_says_so(here: District, store: Store) -> None:
    await here.sync()
    here.roster = RosterStore(store, Keyring([b"x" * 32]))
    with pytest.raises(RosterError, match="cannot be opened with the keys there are"):
        await here.sync()
    assert (await here.sync(accept_removals=True)).in_force
    assert await here.roster.section("class-0000000") is not None


async def test_an_empty_service_would_lock_everybody_out_and_is_refused(here: District, store: Store) -> None:
    await here.sync()
    for collection in ("users", "classes"):
        for record in list(here.simulator.district.collections[collection].all()):
            here.simulator.put(collection, record, status="tobedeleted")
    with pytest.raises(RosterRefused, match="lock everybody out"):
        await here.sync(accept_removals=True)
    assert await here.roster.section("class-0000000") is not None
