"""OneRoster folders that hold changes only: read upon what an earlier import kept, and refused without it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from modbot.rosters import RosterRefused, RosterReport, Student
from modbot.seal import Keyring
from modbot.store import Store
from modbot.store.roster import Kept, RosterStore, import_roster
from modbot.store.roster import check as check_folder
from tests.rosters.district import CLASSES, ENROLLMENTS, ROLES, SESSIONS, USERS_V11, USERS_V12, small_district, table

pytestmark = pytest.mark.realstore
NOW = datetime(2026, 11, 22, 10, 14, tzinfo=UTC)
KEYS = Keyring([b"k" * 32])
Rows = Sequence[dict[str, object]]
STAMP = {"dateLastModified": "2026-11-22T09:00:00.000Z"}
ACTIVE: dict[str, object] = {"status": "active", **STAMP}
GONE: dict[str, object] = {"status": "tobedeleted", **STAMP}


def changes(folder: Path, version: str = "1.2", **tables: Rows) -> Path:
    """A folder of changes: the named tables, the others absent."""
    folder.mkdir()
    columns = {"users": USERS_V12, "roles": ROLES, "classes": CLASSES, "enrollments": ENROLLMENTS}
    columns["academicSessions"] = SESSIONS
    if version == "1.1":
        columns = {**columns, "users": USERS_V11}
        del columns["roles"]
    names = [*columns, "orgs"]
    said = {f"file.{name}": "delta" if name in tables else "absent" for name in names}
    rows: list[dict[str, object]] = [
        {"propertyName": key, "value": value} for key, value in {"oneroster.version": version, **said}.items()
    ]
    table(folder / "manifest.csv", ("propertyName", "value"), rows)
    for name, told in tables.items():
        table(folder / f"{name}.csv", columns[name], told)
    return folder


def user(user_id: str, given: str, email: str = "") -> dict[str, object]:
    return {
        "sourcedId": user_id,
        **ACTIVE,
        "enabledUser": "true",
        "givenName": given,
        "familyName": "New",
        "email": email,
    }


class Imports:
    """A roster and what its imports keep."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.roster = RosterStore(store, KEYS)
        self._kept = Kept(folder / "kept", KEYS)

    async def __call__(self, folder: Path, *, keep: bool = False, tolerance: float = 0.01) -> RosterReport:
        return await import_roster(folder, self.roster, now=NOW, kept=self._kept, keep=keep, tolerance=tolerance)


@pytest.fixture
async def imports(store: Store, tmp_path: Path) -> Imports:
    made = Imports(store, tmp_path)
    await made(small_district(tmp_path / "bulk"), keep=True)
    return made


async def test_changes_are_read_upon_what_was_kept(imports: Imports, tmp_path: Path) -> None:
    folder = changes(
        tmp_path / "delta",
        users=[user("s9", "Nora", "nora@students.example.org"), {"sourcedId": "s2", **GONE}],
        roles=[{"sourcedId": "r-s9", **ACTIVE, "userSourcedId": "s9", "role": "student", "orgSourcedId": "north"}],
        classes=[
            {"sourcedId": "c2", **ACTIVE, "title": "Geometry", "schoolSourcedId": "north", "termSourcedIds": "year"}
        ],
        enrollments=[{"sourcedId": "e90", **ACTIVE, "classSourcedId": "c1", "userSourcedId": "s9", "role": "student"}],
    )  # fmt: skip
    report = await imports(folder)
    assert not report.problems
    assert [one.id for one in await imports.roster.members("c1")] == ["s1", "s9"]
    assert await imports.roster.members("c2") == (Student("s3", "Ivan", "Petrov", preferred_given="Vanya"),)
    section = await imports.roster.section("c2")
    assert section is not None
    assert section.title == "Geometry"
    assert await imports.roster.person_by_email("hana@students.example.org") is None
    assert await imports.roster.person_by_email("nora@students.example.org") is not None
    assert await imports.roster.staff_by_email("ada@staff.example.org") is not None


async def test_a_term_that_moves_takes_its_classes_with_it(imports: Imports, tmp_path: Path) -> None:
    year: dict[str, object] = {"sourcedId": "year", **ACTIVE, "title": "2026-2027", "endDate": "2027-06-11"}
    await imports(changes(tmp_path / "delta", academicSessions=[year]))
    section = await imports.roster.section("c2")
    assert section is not None
    assert section.ends == date(2027, 6, 11)


async def test_changes_follow_changes(imports: Imports, tmp_path: Path) -> None:
    await imports(changes(tmp_path / "one", enrollments=[{"sourcedId": "e4", **GONE}]))
    assert [one.id for one in await imports.roster.members("c1")] == ["s2"]
    again = {"sourcedId": "e4", **ACTIVE, "classSourcedId": "c2", "userSourcedId": "s1", "role": "student"}
    await imports(changes(tmp_path / "two", enrollments=[again]))
    assert [one.id for one in await imports.roster.members("c2")] == ["s1", "s3"]


async def test_a_role_that_is_taken_away_takes_its_rights(imports: Imports, tmp_path: Path) -> None:
    await imports(changes(tmp_path / "delta", roles=[{"sourcedId": "r-p1", **GONE}]))
    assert await imports.roster.staff_by_email("dora@staff.example.org") is None


async def test_the_roles_beside_a_changed_user_of_1_1_take_the_place_of_the_former(
    store: Store, tmp_path: Path
) -> None:
    imports = Imports(store, tmp_path)
    await imports(small_district(tmp_path / "bulk", "1.1"), keep=True)
    dora = {**user("p1", "Dora", "dora@staff.example.org"), "role": "aide", "orgSourcedIds": "north"}
    await imports(changes(tmp_path / "delta", "1.1", users=[dora]))
    staff = await imports.roster.staff_by_email("dora@staff.example.org")
    assert staff is not None
    assert staff.roles == frozenset()


async def test_a_change_that_does_not_fit_leaves_what_was_known(imports: Imports, tmp_path: Path) -> None:
    folder = changes(tmp_path / "delta", users=[{**user("s1", "Gus"), "enabledUser": "perhaps"}])
    report = await imports(folder, tolerance=0.5)
    assert [str(problem) for problem in report.problems] == ["users.csv, line 2: enabledUser is neither true nor false"]
    assert "s1" in [one.id for one in await imports.roster.members("c1")]


async def test_changes_without_anything_kept_are_refused(store: Store, tmp_path: Path) -> None:
    imports = Imports(store, tmp_path)
    await imports(small_district(tmp_path / "bulk"))
    with pytest.raises(RosterRefused, match="has kept nothing to change; import a bulk export with --keep"):
        await imports(changes(tmp_path / "delta", enrollments=[{"sourcedId": "e4", **GONE}]))


async def test_changes_to_another_roster_than_the_one_in_force_are_refused(imports: Imports, tmp_path: Path) -> None:
    await import_roster(tmp_path / "bulk", imports.roster, now=NOW)
    with pytest.raises(RosterRefused, match="has kept nothing to change"):
        await imports(changes(tmp_path / "delta", enrollments=[{"sourcedId": "e4", **GONE}]))


async def test_a_bulk_file_among_changes_is_refused(imports: Imports, tmp_path: Path) -> None:
    folder = changes(tmp_path / "delta", enrollments=[{"sourcedId": "e4", **GONE}])
    manifest = folder / "manifest.csv"
    manifest.write_text(manifest.read_text().replace("file.users,absent", "file.users,bulk"))
    with pytest.raises(RosterRefused, match=r"users\.csv: it is a bulk file among changes"):
        await imports(folder)


async def test_a_check_of_changes_says_that_it_cannot_tell(tmp_path: Path) -> None:
    report = check_folder(changes(tmp_path / "delta", enrollments=[{"sourcedId": "e4", **GONE}]))
    assert "whether they fit shows when they are imported" in report.refusal


async def test_a_roster_that_no_key_opens_is_replaced_by_an_import(
    imports: Imports, store: Store, tmp_path: Path
) -> None:
    other = Keyring([b"x" * 32])
    roster = RosterStore(store, other)
    await import_roster(tmp_path / "bulk", roster, now=NOW, kept=Kept(tmp_path / "kept", other))
    assert await roster.section("c1") is not None


async def test_a_refused_folder_leaves_what_was_kept(imports: Imports, tmp_path: Path) -> None:
    (tmp_path / "bulk" / "roles.csv").unlink()
    with pytest.raises(RosterRefused):
        await imports(tmp_path / "bulk")
    await imports(changes(tmp_path / "delta", enrollments=[{"sourcedId": "e4", **GONE}]))
    assert [one.id for one in await imports.roster.members("c1")] == ["s2"]
