"""People and classes of OneRoster folders: names in any script, namesakes, a class with nobody in it."""

from pathlib import Path

import pytest

from tests.rosters.district import small_district
from tests.rosters.test_oneroster_csv import opened, spoil


@pytest.fixture(params=["1.1", "1.2"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return small_district(tmp_path / "export", request.param)


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("Zoë", "Ångström-Ñuñez"),
        ("大文", "陳"),
        ("ليلى", "حسن"),
        ("ᐊᓂᕐᓂᖅ", "𐓏𐓘𐓻𐓘𐓻𐓟"),
        ("N\u202eoel", "O\u2019Neil\u200b"),
        ("Bell\x07", "\x1b[31mRed"),
        ("🦊", "Z\u0335\u0321a\u0334lgo"),
    ],
)
def test_names_in_any_script_are_taken_as_they_are_written(folder: Path, given: str, family: str) -> None:
    spoil(folder / "users.csv", "Hana,Ito", f"{given},{family}")
    with opened(folder) as roster:
        students = {student.id: student for _, some in roster.sections() for student in some}
        assert not roster.report.problems
    assert (students["s2"].given, students["s2"].family) == (given, family)


def test_a_class_without_students_is_a_class(folder: Path) -> None:
    spoil(folder / "enrollments.csv", "s4,student", "s4,proctor")
    spoil(folder / "enrollments.csv", "s5,student", "s5,proctor")
    with opened(folder) as roster:
        classes = {section.id: some for section, some in roster.sections()}
    assert classes["c3"] == ()


def test_two_students_of_one_name_in_a_class_are_two(folder: Path) -> None:
    spoil(folder / "users.csv", "Hana,Ito", "Gus,Romero")
    with opened(folder) as roster:
        classes = {section.id: some for section, some in roster.sections()}
    assert [(one.id, one.given, one.family) for one in classes["c1"]] == [
        ("s1", "Gus", "Romero"),
        ("s2", "Gus", "Romero"),
    ]
