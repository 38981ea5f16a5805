"""A district at Clever becomes the roster in force: whole, followed by its changes, and nothing else of it is kept."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import orjson
import pytest
import structlog

from modbot.errors import MalformedAnswer
from modbot.model import StaffRole
from modbot.roster_sync import Choices, Kept, SyncReport, sync
from modbot.rosters import Student
from modbot.rosters.gathering import TOLERANCE
from modbot.seal import Keyring
from modbot.simulators.clever import PLANTED, Size
from modbot.store import Store
from modbot.store.roster import RosterStore
from tests.rosters.clever.world import World, world_of

KEYRING = Keyring([b"k" * 32])


@pytest.fixture
def roster(store: Store) -> RosterStore:
    return RosterStore(store, KEYRING)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with world_of(Size(students=120, sections=20)) as found:
        found.clever.put("users", found.user("student", 0))  # events are on
        yield found


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Everything that is logged, at every level."""
    caplog.set_level(logging.DEBUG)
    stream = StringIO()
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.PrintLoggerFactory(stream)
    )
    yield lambda: stream.getvalue() + caplog.text
    structlog.reset_defaults()


async def synced(world: World, roster: RosterStore, folder: Path, *, left_out: float = TOLERANCE) -> SyncReport:
    """One sync by a modbot that has just started."""
    choices = Choices(left_out=left_out)
    return await sync(world.source(), roster, now=world.clock(), kept=Kept(folder, KEYRING), choices=choices)


async def test_a_district_comes_into_force_with_its_staff_classes_and_students(
    world: World, roster: RosterStore, tmp_path: Path
) -> None:
    done = await synced(world, roster, tmp_path)
    district = world.clever.district
    assert done.in_force
    assert not done.roster.problems
    teacher = await roster.staff_by_email(district.email_of("teacher", 0))
    assert teacher is not None
    assert teacher.roles == {StaffRole.TEACHER}
    assert teacher.sections == {district.id_of("sections", number) for number in range(5)}
    principal = await roster.staff_by_email(district.email_of("staff", 0))
    assert principal is not None
    assert principal.roles == {StaffRole.PRINCIPAL}
    assert principal.schools == {district.id_of("schools", 0)}
    assert len(await roster.members(district.id_of("sections", 0))) == district.size.seats


async def test_of_what_modbot_has_no_use_for_no_trace_is_kept_logged_or_told(
    world: World, roster: RosterStore, store: Store, tmp_path: Path, logs: Callable[[], str]
) -> None:
    done = await synced(world, roster, tmp_path)
    world.clever.put("users", world.user("student", 1))
    world.clever.put("sections", world.section(0) | {"students": ["dangling"]})
    again = await synced(world, roster, tmp_path)
    assert again.only_changes
    world.clever.faults.only = "/v3.1/users"
    world.clever.faults.fail_next.extend([(200, {}, " ".join(PLANTED).encode())] * 20)
    (tmp_path / "state").unlink()
    with pytest.raises(MalformedAnswer) as failed:
        await synced(world, roster, tmp_path)
    staff = [one async for some in roster.everybody() for one in some]
    sections = [one async for some in roster.all_sections() for one in some]
    assert staff
    assert sections
    told = f"{staff} {sections} {done.to_json()} {again.to_json()} {failed.value!r} {failed.value.log_detail} {logs()}"
    raw = files_in(tmp_path) + await everything_in(store)
    assert not [word for word in PLANTED if word in told or word.encode() in raw]


def files_in(folder: Path) -> bytes:
    """What lies on the disk."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def put_aside(folder: Path) -> list[Path]:
    """What a reading that did not come into force left behind."""
    return list(folder.glob("aside*"))


async def everything_in(store: Store) -> bytes:
    """Every key of the store with its content, as the store would write it to its disk."""
    names = await store.run("KEYS", "*")
    return b"".join([name + (await store.run("DUMP", name) or b"") for name in names])


async def test_what_changed_is_followed_without_reading_everything(
    world: World, roster: RosterStore, tmp_path: Path
) -> None:
    await synced(world, roster, tmp_path)
    district = world.clever.district
    section = world.section(0)
    world.clever.put("sections", section | {"teacher": district.id_of("teacher", 1), "teachers": []})
    world.clever.remove("users", district.id_of("student", 0))
    world.clever.seen.clear()
    done = await synced(world, roster, tmp_path)
    assert done.only_changes
    assert not [seen for seen in world.clever.seen if seen.path.startswith(("/v3.1/users", "/v3.1/sections"))]
    former = await roster.staff_by_email(district.email_of("teacher", 0))
    assert former is not None
    assert section["id"] not in former.sections
    assert district.id_of("student", 0) not in {student.id for student in await roster.members(section["id"])}


async def test_after_a_gap_everything_is_read_and_what_was_missed_is_there(
    world: World, roster: RosterStore, tmp_path: Path
) -> None:
    await synced(world, roster, tmp_path)
    world.clever.remove("users", world.clever.district.id_of("student", 0))
    world.clever.events.tell("timetables.updated", {"id": "unheard-of"})
    done = await synced(world, roster, tmp_path)
    assert not done.only_changes
    assert done.changes.students.removed == 1


async def test_after_a_month_without_a_sync_everything_is_read_and_who_left_meanwhile_is_gone(
    world: World, roster: RosterStore, tmp_path: Path
) -> None:
    await synced(world, roster, tmp_path)
    world.clever.remove("users", world.clever.district.id_of("student", 0))
    world.clock.forward(timedelta(days=31))
    done = await synced(world, roster, tmp_path)
    assert not done.only_changes
    assert done.changes.students.removed == 1


async def test_ids_that_refer_to_nothing_are_told_by_id_and_spoil_nothing_else(
    world: World, roster: RosterStore, tmp_path: Path
) -> None:
    section = world.section(0)
    world.clever.put("sections", section | {"students": ["6a00nobody", *section["students"]], "term_id": "6a00never"})
    done = await synced(world, roster, tmp_path)
    assert done.in_force
    assert len(done.roster.problems) == 1
    assert "user who is not in people" in str(done.roster.problems[0])
    assert len(await roster.members(section["id"])) == world.clever.district.size.seats


async def test_a_name_of_ten_thousand_characters_is_left_out_and_told_by_id(
    world: World, roster: RosterStore, tmp_path: Path
) -> None:
    student = world.user("student", 4) | {"name": {"first": "Kim", "last": "T" * 10_000}}
    world.clever.put("users", student)
    done = await synced(world, roster, tmp_path, left_out=0.5)
    assert done.in_force
    assert [str(one) for one in done.roster.problems] == [
        f"people: {student['id']}: the family name is longer than 200 characters"
    ]


async def test_of_an_id_that_comes_twice_and_not_the_same_the_later_one_counts(
    world: World, roster: RosterStore, tmp_path: Path
) -> None:
    admin = world.user("district_admin", 0)
    page = {"data": [{"data": admin}, {"data": admin | {"email": "later@staff.example.org"}}]}
    world.clever.faults.only = "/v3.1/users"  # of the roles this one is asked for first
    world.clever.faults.fail_next.append((200, {}, orjson.dumps(page)))
    done = await synced(world, roster, tmp_path, left_out=0.5)
    assert any("is there twice and not the same; the later one is kept" in str(one) for one in done.roster.problems)
    found = await roster.staff_by_email("later@staff.example.org")
    assert found is not None
    assert found.id == admin["id"]


async def test_control_and_bidi_characters_in_a_name_come_into_force_as_they_are(
    world: World, roster: RosterStore, tmp_path: Path
) -> None:
    section = world.section(0)
    student = world.user("student", 4) | {"name": {"first": "ليلى\u202e", "last": "O\u2019Neil\x07\u200b"}}
    world.clever.put("users", student)
    world.clever.put("sections", section | {"students": [student["id"]]})
    assert (await synced(world, roster, tmp_path)).in_force
    assert [_name(one) for one in await roster.members(section["id"])] == ["ليلى\u202e O\u2019Neil\x07\u200b"]


async def test_a_section_without_students_and_two_students_of_one_name_are_taken(
    world: World, roster: RosterStore, tmp_path: Path
) -> None:
    empty, twins = world.section(0), world.section(1)
    namesakes = [world.user("student", number) | {"name": {"first": "Kim", "last": "Tan"}} for number in (4, 5)]
    for student in namesakes:
        world.clever.put("users", student)
    world.clever.put("sections", empty | {"students": []})
    world.clever.put("sections", twins | {"students": [student["id"] for student in namesakes]})
    assert (await synced(world, roster, tmp_path)).in_force
    assert await roster.members(empty["id"]) == ()
    assert [_name(student) for student in await roster.members(twins["id"])] == ["Kim Tan", "Kim Tan"]


def _name(student: Student) -> str:
    return f"{student.given} {student.family}"


async def test_a_reading_that_fails_half_way_leaves_the_former_roster(
    world: World, roster: RosterStore, tmp_path: Path
) -> None:
    former = await synced(world, roster, tmp_path)
    (tmp_path / "state").unlink()
    world.clever.faults.only = "/v3.1/sections"
    world.clever.faults.fail_next.extend([(200, {}, b'{"data": [')] * 20)
    with pytest.raises(MalformedAnswer):
        await synced(world, roster, tmp_path)
    assert await roster.generation() == former.generation
    assert put_aside(tmp_path) == []
