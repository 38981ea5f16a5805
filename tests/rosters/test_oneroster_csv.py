"""Reading a OneRoster folder: what is made of a good one, and what is said about a bad one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from modbot.model import StaffRole
from modbot.rosters import Roster, RosterReport, Student, email_digest
from modbot.rosters.oneroster_csv import check, read
from tests.rosters.district import SECRETS, small_district

TODAY = date(2026, 11, 22)
VENDOR_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "specs" / "oneroster" / "synthetic-v1p2"
DIGEST = email_digest(b"a key of the test")


@pytest.fixture(params=["1.1", "1.2"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return small_district(tmp_path / "export", request.param)


@pytest.fixture
def newest(tmp_path: Path) -> Path:
    return small_district(tmp_path / "export", "1.2")


@contextmanager
def opened(folder: Path, *, tolerance: float = 0.5) -> Iterator[Roster]:
    with read(folder, today=TODAY, digest=DIGEST, tolerance=tolerance) as roster:
        yield roster


def checked(folder: Path, *, strict: bool = False, tolerance: float = 0.5) -> RosterReport:
    return check(folder, today=TODAY, strict=strict, tolerance=tolerance)


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new).encode())


def said(report: RosterReport) -> str:
    return " | ".join(map(str, report.problems))


def _quoted(data: bytes) -> bytes:
    lines = data.decode().splitlines()
    return "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in lines).encode()


def _turned(data: bytes) -> bytes:
    first, *lines = data.decode().splitlines()
    extra = [f"shoeSize,{','.join(reversed(first.split(',')))}"]
    return "\n".join(extra + [f"42,{','.join(reversed(line.split(',')))}" for line in lines]).encode()


def test_staff_get_roles_schools_and_sections_from_both_versions(folder: Path) -> None:
    with opened(folder) as roster:
        staff = {person.id: person for person in roster.staff()}
    assert staff["p1"].roles == {StaffRole.PRINCIPAL}
    assert staff["p1"].schools == {"north"}
    assert staff["t1"].roles == {StaffRole.TEACHER}
    assert staff["t1"].sections == {"c1", "c2"}
    assert staff["t3"].email == "cleo@staff.example.org"
    assert staff["a1"].roles == frozenset()
    assert "g1" not in staff
    assert not staff.keys() & {"s1", "s2", "s3", "s4", "s5"}


def test_sections_hold_their_teachers_and_students_with_preferred_names(newest: Path) -> None:
    with opened(newest) as roster:
        sections = {section.id: (section, students) for section, students in roster.sections()}
    section, students = sections["c2"]
    assert (section.title, section.school, sorted(section.teachers)) == ("Algebra 2", "north", ["t1", "t2"])
    assert students == (Student("s3", "Ivan", "Petrov", preferred_given="Vanya"),)
    assert [student.id for student in sections["c3"][1]] == ["s4", "s5"]


def test_an_address_of_two_students_identifies_neither(folder: Path) -> None:
    with opened(folder) as roster:
        owners = {email.digest: email.person_id for email in roster.emails()}
    assert owners[DIGEST("Gus@Students.example.org ")] == "s1"
    assert owners[DIGEST("ben@staff.example.org")] == "t2"
    assert DIGEST("twins@parents.example.org") not in owners
    assert DIGEST("faye@parents.example.org") not in owners


def test_a_good_folder_is_accepted_with_its_counts(folder: Path) -> None:
    report = checked(folder, strict=True)
    assert report.accepted
    assert not report.problems
    counts = report.counts
    assert (counts.schools, counts.sections, counts.staff, counts.students, counts.seats) == (2, 3, 5, 5, 5)
    assert counts.shared_emails == 1
    assert report.to_json()["counts"]["staff"] == 5


def test_a_teachers_other_school_is_not_led_by_a_principal(newest: Path) -> None:
    with (newest / "roles.csv").open("a", encoding="utf-8") as file:
        file.write("r-x,,,p1,secondary,teacher,,,south\n")
    with opened(newest) as roster:
        principal = next(person for person in roster.staff() if person.id == "p1")
    assert principal.roles == {StaffRole.PRINCIPAL, StaffRole.TEACHER}
    assert principal.schools == {"north"}


def test_what_is_deleted_disabled_or_ended_is_not_there(newest: Path) -> None:
    spoil(newest / "users.csv", "t2,,,true", "t2,,,false")
    spoil(newest / "users.csv", "s2,,,true", "s2,tobedeleted,2026-11-01T00:00:00Z,true")
    spoil(newest / "roles.csv", "r-p1,,,p1,primary,principal,,", "r-p1,,,p1,primary,principal,,2026-11-21")
    spoil(newest / "enrollments.csv", "s1,student,,2026-09-08,2027-06-25", "s1,student,,2026-09-08,2026-10-01")
    spoil(newest / "classes.csv", "c3,,,", "c3,tobedeleted,,")
    with opened(newest) as roster:
        staff = {person.id for person in roster.staff()}
        seats = {section.id: [student.id for student in students] for section, students in roster.sections()}
    assert staff == {"t1", "t3", "a1"}
    assert seats == {"c1": [], "c2": ["s3"]}
    assert not roster.report.problems


def test_classes_of_ended_terms_are_left_out_without_a_word(newest: Path) -> None:
    spoil(newest / "academicSessions.csv", "2027-06-25", "2026-06-25")
    report = checked(newest)
    assert report.counts.sections == 0
    assert not report.problems
    assert not report.accepted  # nothing would be left


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("a byte order mark", lambda data: b"\xef\xbb\xbf" + data),
        ("CRLF line ends", lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")),
        ("LF line ends", lambda data: data.replace(b"\r\n", b"\n")),
        ("blank lines at the end", lambda data: data + b"\r\n\r\n,,,\r\n"),
        ("quotes around every cell", _quoted),
        ("columns in another order, with more of them", _turned),
        ("no line end at the end", lambda data: data.rstrip()),
    ],
)
def test_the_form_of_a_file_does_not_matter(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    expected = checked(folder).counts
    for path in folder.iterdir():
        path.write_bytes(change(path.read_bytes()))
    report = checked(folder, strict=True)
    assert (report.refusal, report.counts) == ("", expected), name


def test_quotes_commas_and_newlines_in_names_are_read_as_written(newest: Path) -> None:
    spoil(newest / "users.csv", "Hana,Ito", '"Hana ""Han""\nLine","Ito, of Kyoto"')
    with opened(newest) as roster:
        students = {student.id: student for _, some in roster.sections() for student in some}
    assert (students["s2"].given, students["s2"].family) == ('Hana "Han" Line', "Ito, of Kyoto")
    spoil(newest / "users.csv", "s4,,,true", "s4,,,perhaps")
    assert [problem.line for problem in checked(newest).problems] == [12]  # lines are counted as an editor counts them


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("users.csv", "s2,,,true", "s1,,,true", "users.csv, line 9: sourcedId s1 is already on line 8, which is kept"),
        ("users.csv", "s2,,,true", ",,,true", "users.csv, line 9: sourcedId is empty"),
        ("users.csv", "s2,,,true", "s2,,,perhaps", "users.csv, line 9: enabledUser is neither true nor false"),
        ("users.csv", "s2,,,true", "s2,gone,,true", "users.csv, line 9: status is neither active nor tobedeleted"),
        ("users.csv", "Hana,Ito", "H\0na,Ito", "users.csv, line 9: givenName holds a NUL byte"),
        ("users.csv", "Hana,Ito", f"{'H' * 10_000},Ito", "users.csv, line 9: givenName is longer than 200 characters"),
        ("users.csv", "Hana,Ito", ",", "users.csv, line 9: givenName and familyName are both empty"),
        (
            "users.csv",
            "hana@students",
            "hana at students",
            "users.csv, line 9: email is not an address; it is left out",
        ),
        ("users.csv", "ben@staff", "ada@staff", "line 3: the same e-mail is on line 2; only that person is recognised"),
        ("roles.csv", "r-s2,,,s2", "r-s2,,,nobody", "roles.csv, line 9: it names the user nobody, who is not in users"),
        (
            "roles.csv",
            "student,,,north",
            "student,,,west",
            "roles.csv, line 8: the organisation west is not in orgs.csv",
        ),
        (
            "roles.csv",
            "t2,primary,teacher",
            "t2,primary,king",
            "roles.csv, line 3: role is not one that OneRoster knows",
        ),
        (
            "roles.csv",
            "r-s2,,,s2",
            "r-s2,,,t1",
            "users.csv, line 2: the user is both student and staff; taken as a stu",
        ),
        ("classes.csv", "c2,,,", "c1,,,", "classes.csv, line 3: sourcedId c1 is already on line 2, which is kept"),
        ("classes.csv", "north,year", "west,year", "classes.csv, line 2: the organisation west is not in orgs.csv"),
        (
            "classes.csv",
            "north,year",
            "north,never",
            "classes.csv, line 2: termSourcedIds names never, which is not in",
        ),
        ("classes.csv", "Algebra 1", "Algebra, 1", "classes.csv, line 2: the row has more cells than the header"),
        ("enrollments.csv", "s1,student", "nobody,student", "line 6: it names a user who is not in users.csv"),
        ("enrollments.csv", "e4,,,c1", "e4,,,c9", "line 6: it names a class that is not in classes.csv"),
        ("enrollments.csv", "s1,student", "s1,teacher", "line 6: it makes a student the teacher of a class"),
        ("enrollments.csv", "t2,teacher", "t2,student", "line 4: it makes a staff member a student of a class"),
        ("enrollments.csv", "2027-06-25", "June", "enrollments.csv, line 2: endDate is not a date such as 2026-09-08"),
        ("orgs.csv", "south,,", "north,,", "orgs.csv, line 4: sourcedId north is there twice"),
    ],
)
def test_a_row_that_does_not_fit_is_told_by_file_line_and_reason(
    newest: Path, file: str, old: str, new: str, reason: str
) -> None:
    spoil(newest / file, old, new)
    report = checked(newest, tolerance=1)
    assert reason in said(report)
    assert report.accepted
    assert "not imported" in checked(newest, strict=True).refusal


def test_what_refers_to_a_row_left_out_is_no_second_problem(newest: Path) -> None:
    spoil(newest / "users.csv", "Gus,Romero", ",")
    report = checked(newest)
    assert report.problems_total == 1
    assert report.counts.seats == 4


@pytest.mark.parametrize(
    ("file", "spoiled", "reason"),
    [
        ("users.csv", None, "users.csv: the file is missing"),
        ("classes.csv", b"", "classes.csv: the file is empty; it must begin with a line of column names"),
        ("users.csv", b"sourcedId,email\n", "users.csv, line 1: missing columns: enabledUser, givenName, familyName"),
        ("orgs.csv", b"sourcedId;name;type\n", "the columns must be separated by commas"),
        ("orgs.csv", b"sourcedId,name,type,Type\n", "orgs.csv, line 1: the column type is there twice"),
        ("orgs.csv", "sourcedId,name,type\n".encode("utf-16"), "orgs.csv, line 1: the file is saved as UTF-16"),
        ("orgs.csv", "sourcedId,name,type\n".encode("utf-16-be"), "the file looks like UTF-16, save it as UTF-8"),
        (
            "orgs.csv",
            "sourcedId,name,type\no1,École,school\n".encode("latin-1"),
            "orgs.csv, line 2: byte 4 of the line",
        ),
        ("orgs.csv", b'sourcedId,name,type\no1,"North,school\n', "a quotation mark may be missing"),
        ("orgs.csv", b"sourcedId,name,type\n" + b"x" * 2**21, "orgs.csv, line 2: the line is longer than a megabyte"),
        ("manifest.csv", None, "manifest.csv: the file is missing"),
        ("manifest.csv", b"propertyName,value\noneroster.version,2.0\n", "oneroster.version must be 1.1 or 1.2"),
        (
            "manifest.csv",
            b"propertyName,value\noneroster.version,1.2\nfile.users,delta\n",
            "users.csv: it holds changes only (delta)",
        ),
    ],
)
def test_a_file_that_cannot_be_read_refuses_the_whole_import(
    newest: Path, file: str, spoiled: bytes | None, reason: str
) -> None:
    if spoiled is None:
        (newest / file).unlink()
    else:
        (newest / file).write_bytes(spoiled)
    report = checked(newest, tolerance=1)
    assert reason in said(report)
    assert report.refusal.startswith("The roster was not imported. ")
    assert report.counts.staff == 0


def test_every_missing_file_is_told_at_once(newest: Path) -> None:
    for name in ("orgs.csv", "users.csv", "roles.csv"):
        (newest / name).unlink()
    assert {problem.file for problem in checked(newest).problems} == {"orgs.csv", "users.csv", "roles.csv"}


def test_academic_sessions_may_be_absent_when_the_manifest_says_so(newest: Path) -> None:
    (newest / "academicSessions.csv").unlink()
    spoil(newest / "manifest.csv", "file.academicSessions,bulk", "file.academicSessions,absent")
    assert checked(newest, strict=True).counts.sections == 3


def test_an_empty_folder_and_a_file_in_its_place_are_refused(tmp_path: Path) -> None:
    assert "manifest.csv: the file is missing" in checked(tmp_path).refusal
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert "this is not a folder" in checked(tmp_path / "file").refusal
    assert "this is not a folder" in checked(tmp_path / "nothing").refusal


def test_a_bad_share_of_one_file_refuses_the_import_however_large_the_others_are(newest: Path) -> None:
    spoil(newest / "classes.csv", "c3,,,", ",,,")
    assert checked(newest, tolerance=0.34).accepted
    refusal = checked(newest, tolerance=0.33).refusal
    assert refusal == (
        "The roster was not imported: in classes.csv 1 of 3 rows do not fit; at most 33.0% may be left out."
    )


def test_a_roster_without_staff_would_lock_everybody_out_and_is_refused(newest: Path) -> None:
    for name in ("users", "roles", "enrollments"):
        first, *_ = (newest / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        (newest / f"{name}.csv").write_text(first + "\n", encoding="utf-8")
    assert "it would lock everybody out" in checked(newest).refusal


def test_problems_are_few_in_memory_and_counted_in_full(newest: Path) -> None:
    with (newest / "roles.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"x{n},,,nobody{n},primary,teacher,,,north\n" for n in range(5000))
    report = checked(newest, tolerance=1)
    assert report.problems_total == 5000
    assert len(report.problems) == 50


def test_problems_name_no_person(newest: Path) -> None:
    spoil(newest / "users.csv", "true", "perhaps")
    spoil(newest / "enrollments.csv", "student", "teacher")
    text = str(checked(newest, tolerance=1).to_json())
    for word in ("Okafor", "Romero", "example.org", *SECRETS):
        assert word not in text


def test_the_index_on_disk_holds_no_names_addresses_or_secrets(newest: Path, tmp_path: Path) -> None:
    disk = tmp_path / "scratch"
    disk.mkdir()
    with read(newest, today=TODAY, digest=DIGEST, scratch_folder=disk) as roster:
        assert sum(1 for _ in roster.staff()) == 5
        [index] = disk.rglob("index.db")
        held = index.read_bytes()
        assert index.parent.stat().st_mode & 0o777 == 0o700
    assert b"c3" in held
    for word in ("Okafor", "Vanya", "example.org", "Algebra", *SECRETS):
        assert word.encode() not in held, word
    assert not list(disk.iterdir())


@pytest.mark.skipif(not VENDOR_FOLDER.is_dir(), reason="needs ../shared/specs/oneroster/synthetic-v1p2")
def test_the_synthetic_district_is_read_without_a_problem() -> None:
    report = checked(VENDOR_FOLDER, strict=True)
    assert report.accepted
    assert (report.counts.sections, report.counts.staff, report.counts.students) == (8, 8, 208)
