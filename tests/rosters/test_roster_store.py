"""The roster in the store: imported whole or not at all, read as one generation, sealed."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from modbot.errors import RosterError, SealBroken
from modbot.model import Section, Staff, StaffRole
from modbot.rosters import Counts, EmailDigest, RosterRefused, Student, email_digest
from modbot.seal import Keyring
from modbot.store import Store, keys
from modbot.store.roster import MailPerson, RosterStore, import_roster
from modbot.store.roster.writing import RosterWriter
from tests.rosters.district import SECRETS, small_district

NOW = datetime(2026, 11, 22, 10, 14, tzinfo=UTC)
SALT = b"s" * 32
ADA = Staff("t1", "ada@staff.example.org", "Ada Okafor", frozenset({StaffRole.TEACHER}), frozenset({"north"}))


@pytest.fixture
def roster(store: Store) -> RosterStore:
    return RosterStore(store, Keyring([b"k" * 32]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_district(tmp_path / "export")


async def written(roster: RosterStore, staff: Iterable[Staff]) -> RosterWriter:
    """A generation that is ready to be committed."""
    people = list(staff)
    writer = await roster.begin(salt=SALT, now=NOW)
    digest = email_digest(SALT)
    await writer.add_staff(people)
    await writer.add_emails(EmailDigest(digest(person.email), person.id, staff=True) for person in people)
    return writer


async def test_an_imported_roster_answers_who_and_which_class(roster: RosterStore, folder: Path) -> None:
    report = await import_roster(folder, roster, now=NOW)
    ada = await roster.staff_by_email(" ADA@staff.example.org")
    assert ada == replace(ADA, sections=frozenset({"c1", "c2"}))
    assert await roster.staff("t1") == ada
    assert await roster.section("c2") == Section("c2", "Algebra 2", "north", frozenset({"t1", "t2"}), date(2027, 6, 25))
    assert [section.id for section in await roster.sections_of("t1")] == ["c1", "c2"]
    assert await roster.members("c2") == (Student("s3", "Ivan", "Petrov", preferred_given="Vanya"),)
    assert await roster.person_by_email("hana@students.example.org") == MailPerson("s2", staff=False)
    assert await roster.person_by_email("ada@staff.example.org") == MailPerson("t1", staff=True)
    assert await roster.counts() == report.counts
    assert await roster.imported_at() == NOW


async def test_whoever_teaches_a_class_is_a_teacher_by_address(roster: RosterStore, folder: Path) -> None:
    await import_roster(folder, roster, now=NOW)
    assert await roster.teachers() == tuple(f"{name}@staff.example.org" for name in ("ada", "ben", "cleo"))


async def test_a_large_districts_teachers_are_all_found(roster: RosterStore) -> None:
    many = [
        Staff(f"t{n}", f"t{n}@staff.example.org", "A Teacher", frozenset({StaffRole.TEACHER}), sections=frozenset("c"))
        for n in range(1_500)
    ]
    await (await written(roster, many)).commit(Counts(staff=1_500))
    assert len(await roster.teachers()) == 1_500


async def test_the_teachers_of_a_new_roster_take_the_place_of_the_old_ones(roster: RosterStore, folder: Path) -> None:
    await import_roster(folder, roster, now=NOW)
    assert len(await roster.teachers()) == 3
    await (await written(roster, [replace(ADA, sections=frozenset({"c1"}))])).commit(Counts(staff=1))
    assert await roster.teachers() == (ADA.email,)


async def test_without_a_roster_there_are_no_teachers(roster: RosterStore) -> None:
    assert await roster.teachers() == ()


async def test_students_and_strangers_are_not_staff(roster: RosterStore, folder: Path) -> None:
    await import_roster(folder, roster, now=NOW)
    for email in ("hana@students.example.org", "faye@parents.example.org", "stranger@example.org", ""):
        assert await roster.staff_by_email(email) is None
    assert await roster.person_by_email("twins@parents.example.org") is None
    assert await roster.section("c9") is None
    assert await roster.members("c9") == ()
    assert await roster.sections_of("nobody") == ()


async def test_without_a_roster_there_is_nobody(roster: RosterStore) -> None:
    assert await roster.staff_by_email("ada@staff.example.org") is None
    assert await roster.members("c1") == ()
    assert await roster.counts() is None
    assert await roster.generation() == ""


async def test_nothing_in_the_store_can_be_read_without_the_districts_key(
    roster: RosterStore, store: Store, folder: Path
) -> None:
    await import_roster(folder, roster, now=NOW)
    held = b"\n".join([part async for part in everything(store)])
    assert b"c2" in held
    for word in ("Okafor", "Vanya", "Algebra", "example.org", *SECRETS):
        assert word.encode() not in held, word
    with pytest.raises(SealBroken):
        await RosterStore(store, Keyring([b"x" * 32])).members("c1")


async def everything(store: Store) -> AsyncIterator[bytes]:
    """Every key and value in the store, as the server would write them to disk."""
    for key in await store.run("KEYS", "*"):
        yield key
        kind = await store.run("TYPE", key)
        if kind == b"hash":
            for part in [*await store.run("HKEYS", key), *await store.run("HVALS", key)]:
                yield part
        elif kind == b"set":
            for member in await store.run("SMEMBERS", key):
                yield member
        elif (value := await store.run("GET", key)) is not None:  # it may be gone since the keys were listed
            yield value


async def test_a_record_moved_to_another_place_does_not_open(roster: RosterStore, store: Store, folder: Path) -> None:
    await import_roster(folder, roster, now=NOW)
    members = keys.roster(await roster.generation(), "members")
    await store.run("HSET", members, "c1", await store.run("HGET", members, "c3"))
    with pytest.raises(SealBroken):
        await roster.members("c1")


async def test_a_new_roster_takes_the_place_of_the_former_and_leaves_no_key_of_it(
    roster: RosterStore, store: Store, folder: Path
) -> None:
    await import_roster(folder, roster, now=NOW)
    former = await roster.generation()
    users = (folder / "users.csv").read_text(encoding="utf-8")
    (folder / "users.csv").write_text(users.replace("ben@staff", "benjamin@staff"), encoding="utf-8")
    await import_roster(folder, roster, now=NOW + timedelta(days=1))
    assert await roster.staff_by_email("ben@staff.example.org") is None
    assert await roster.staff_by_email("benjamin@staff.example.org") is not None
    assert await store.run("KEYS", f"*{former}*") == []
    assert await store.run("EXISTS", keys.roster("0", "importing")) == 0


async def test_a_refused_folder_changes_nothing_and_its_report_says_why(
    roster: RosterStore, store: Store, folder: Path
) -> None:
    await import_roster(folder, roster, now=NOW)
    before = sorted(await store.run("KEYS", "*"))
    (folder / "roles.csv").unlink()
    with pytest.raises(RosterRefused) as refused:
        await import_roster(folder, roster, now=NOW)
    assert refused.value.problems == ("roles.csv: the file is missing",)
    assert not refused.value.report.accepted
    assert sorted(await store.run("KEYS", "*")) == before
    assert await roster.staff_by_email("ada@staff.example.org") is not None


async def test_readers_see_the_former_roster_until_the_next_is_whole(roster: RosterStore) -> None:
    await (await written(roster, [ADA])).commit(Counts(staff=1))
    writer = await written(roster, [replace(ADA, name="Ada Lund")])
    found = await roster.staff("t1")
    assert found is not None
    assert found.name == "Ada Okafor"
    await writer.commit(Counts(staff=1))
    found = await roster.staff("t1")
    assert found is not None
    assert found.name == "Ada Lund"


async def test_an_aborted_import_leaves_nothing_behind(roster: RosterStore, store: Store) -> None:
    await (await written(roster, [ADA])).commit(Counts(staff=1))
    before = sorted(await store.run("KEYS", "*"))
    await (await written(roster, [ADA])).abort()
    assert sorted(await store.run("KEYS", "*")) == before


async def test_abort_after_commit_does_not_take_away_the_roster_in_force(roster: RosterStore) -> None:
    writer = await written(roster, [ADA])
    await writer.commit(Counts(staff=1))
    await writer.abort()
    assert await roster.staff("t1") == ADA


async def test_two_imports_at_once_are_not_mixed(roster: RosterStore) -> None:
    writer = await written(roster, [ADA])
    with pytest.raises(RosterError, match="under way"):
        await roster.begin(salt=SALT, now=NOW)
    await writer.commit(Counts(staff=1))
    assert await roster.staff("t1") == ADA


async def test_what_a_dead_import_left_is_cleared_away_by_the_next(roster: RosterStore, store: Store) -> None:
    dead = await written(roster, [ADA])
    await store.run("DEL", keys.roster("0", "importing"))  # as when its lease has run out
    await (await written(roster, [ADA])).commit(Counts(staff=1))
    assert await store.run("KEYS", f"*{dead.generation}*") == []
    with pytest.raises(RosterError, match="another one took its place"):
        await dead.commit(Counts(staff=1))
    await dead.abort()
    assert await store.run("KEYS", f"*{dead.generation}*") == []
    assert await roster.staff("t1") == ADA


async def test_a_generation_that_lacks_records_does_not_come_into_force(roster: RosterStore) -> None:
    writer = await written(roster, [ADA])
    with pytest.raises(RosterError, match="not every record"):
        await writer.commit(Counts(staff=2))
    assert await roster.generation() == ""
    await writer.abort()


async def test_reading_while_rosters_are_switched_gives_one_whole_generation(roster: RosterStore, store: Store) -> None:
    async def switch() -> None:
        for n in range(12):
            named = replace(ADA, name=f"generation {n}", sections=frozenset({f"section {n}"}))
            await (await written(roster, [named])).commit(Counts(staff=1))

    other = RosterStore(store, Keyring([b"k" * 32]))
    await (await written(roster, [ADA])).commit(Counts(staff=1))
    switching = asyncio.create_task(switch())
    reads = 0
    while not switching.done():
        found = await other.staff_by_email(ADA.email)
        assert found is not None
        assert found.name == "Ada Okafor" or found.sections == {found.name.replace("generation", "section")}
        reads += 1
    await switching
    assert reads > 12


async def test_an_import_tells_how_far_it_is(roster: RosterStore, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    folder = small_district(tmp_path / "export")
    with (folder / "users.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"x{n},,,true,x{n},,Given,Family\n" for n in range(3000))
    report = await import_roster(folder, roster, now=NOW, progress=lambda done, total: told.append((done, total)))
    assert told[0][0] >= 2000
    assert told[0][1] is None
    rows = sum(report.rows.values())
    assert told[-1] == (rows + 8, rows + 8)  # five staff and three classes
