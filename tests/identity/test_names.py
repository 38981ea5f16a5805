"""A name typed by somebody without an account: whom it fits, and whom it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.identity import Band, ClassList, Why, judge
from modbot.rosters import Student
from tests.identity.classes import CLASS, STUDENTS, bands, named, one


@pytest.mark.parametrize(
    "shown",
    [
        "Jaden Brooks",
        "  jaden   BROOKS ",
        "Brooks, Jaden",
        "Wang Xiaoming",
        "Maria Lopez",
        "Maria Vargas",
        "Skye Green",
        "Elizabeth O’Neil",
        "Jaden Brooks (he/him)",
        "Jaden Brooks 🙂",
        "Jaden Brooks P3",
        "7th gr Jaden Brooks",
        "Jaden Brooks's iPad",
        "𝓙𝓪𝓭𝓮𝓷 𝓑𝓻𝓸𝓸𝓴𝓼",
        "王小明",
        "Ирина Петрова",
        "IRINA PETROVA | she/her",
        "jadenbrooks7",
    ],
)
def test_a_whole_name_is_known_however_it_is_written(shown: str) -> None:
    assert one(shown).band is Band.KNOWN


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("Beth O'Neil", Why.NICKNAME),
        ("Benj Ashworth", Why.SHORT),
        ("Jaden B.", Why.INITIAL),
        ("J. Brooks", Why.INITIAL),
        ("jbrooks", Why.INITIAL),
        ("Jaden", Why.FIRST),
        ("Ana Luisa", Why.FIRST),
        ("Jaden Broks", Why.NEAR),
        ("Muhammad Hussain", Why.SHORT),
        ("محمد حسين", Why.SHORT),
    ],
)
def test_part_of_a_name_is_likely_and_the_reason_says_which(shown: str, why: Why) -> None:
    verdict = one(shown)
    assert (verdict.band, verdict.reasons[0].why) == (Band.LIKELY, why)


@pytest.mark.parametrize("shown", ["Clara Quill", "Mike Hawk", "Clara", "asdf qwerty"])
def test_a_name_of_nobody_in_the_class_is_a_stranger(shown: str) -> None:
    assert one(shown).band is Band.STRANGER


@pytest.mark.parametrize(
    "shown", ["iPhone", "Galaxy S21 Ultra", "SM-G991U", "guest", "", "   ", "😀", "12345", "\u3164"]
)
def test_a_name_that_names_nobody_is_held_and_not_swept(shown: str) -> None:
    assert one(shown).band is Band.UNSURE


@pytest.mark.parametrize("shown", ["Laura Brooks", "Jaden Quill", "JB", "xxjadenxx"])
def test_part_of_the_name_of_somebody_who_is_absent_is_held_for_a_look(shown: str) -> None:
    assert one(shown).band is Band.UNSURE


@pytest.mark.parametrize("shown", ["Laura Brooks", "Jaden Quill", "xxjadenxx"])
def test_part_of_the_name_of_somebody_who_is_here_already_is_a_stranger(shown: str) -> None:
    assert bands(CLASS, named("Jaden Brooks", shown)) == ["known", "stranger"]


def test_letters_that_cannot_be_compared_are_held_and_not_swept() -> None:
    verdict = one("田中太郎")
    assert (verdict.band, verdict.reasons[0].why) == (Band.UNSURE, Why.OTHER_LETTERS)


def test_look_alike_letters_of_two_alphabets_make_a_known_name_unsure() -> None:
    verdict = one("J\u0430den Brooks")
    assert verdict.band is Band.UNSURE
    assert verdict.reasons[0].why is Why.ALIKE


def test_hidden_characters_make_a_known_name_likely_at_most() -> None:
    verdict = one("\u202eJaden Brooks")
    assert (verdict.band, verdict.reasons[0].why) == (Band.LIKELY, Why.HIDDEN)


@pytest.mark.parametrize("shown", ["Jaden Broks", "Jadon Brooks", "aden Brooks", "Jaden Brokos", "Jadeny Brooks"])
def test_a_letter_off_is_never_known(shown: str) -> None:
    assert one(shown).band is not Band.KNOWN


def test_a_prank_name_is_a_stranger_even_if_a_part_of_it_fits() -> None:
    verdict = one("Ben Dover")
    assert (verdict.band, verdict.reasons[0].why) == (Band.STRANGER, Why.PRANK)


def test_a_student_with_a_name_that_sounds_like_a_prank_is_known() -> None:
    class_list = ClassList([*STUDENTS, Student("s20", "Ben", "Dover")])
    assert one("Ben Dover", class_list).band is Band.KNOWN


def test_a_word_for_a_device_is_a_name_where_somebody_is_called_so() -> None:
    class_list = ClassList([*STUDENTS, Student("s20", "Dell", "Guest")])
    assert one("Dell G.", class_list).band is Band.LIKELY


def test_in_a_class_without_students_nobody_is_swept() -> None:
    verdict = one("Jaden Brooks", ClassList([]))
    assert (verdict.band, verdict.reasons[0].why) == (Band.UNSURE, Why.NO_LIST)


def test_a_name_of_ten_thousand_characters_gets_a_verdict() -> None:
    assert one("Jaden " * 1700).band in (Band.LIKELY, Band.UNSURE)
    assert one("\u0301" * 10_000).band is Band.UNSURE


@given(st.lists(st.text(max_size=40), max_size=8))
def test_whatever_is_typed_everybody_gets_one_verdict_with_a_reason(names: list[str]) -> None:
    verdicts = judge(CLASS, named(*names))
    assert [verdict.person_id for verdict in verdicts] == [f"p{number}" for number in range(len(names))]
    assert all(verdict.sentences for verdict in verdicts)


FRAGMENTS = st.sampled_from(
    ["Jaden", "Brooks", "Jadon", "Maria", "Lopez", "M", "Skye", "Robert", "Green", "iPad", "王小明", "😀", "Quill", "x"]
)


@given(st.lists(st.lists(FRAGMENTS, max_size=3).map(" ".join), max_size=12))
def test_no_reason_tells_an_official_name_that_a_preferred_one_replaces(names: list[str]) -> None:
    for verdict in judge(CLASS, named(*names)):
        assert "Robert" not in " ".join(verdict.sentences)


@given(st.lists(st.lists(FRAGMENTS, max_size=3).map(" ".join), max_size=12))
def test_no_two_people_are_taken_for_the_same_student(names: list[str]) -> None:
    verdicts = judge(CLASS, named(*names))
    held = [v.student_id for v in verdicts if v.student_id and v.band in (Band.KNOWN, Band.LIKELY)]
    assert len(held) == len(set(held))


@given(st.lists(st.lists(FRAGMENTS, max_size=3).map(" ".join), max_size=10))
def test_only_a_double_is_told_of_somebody_else(names: list[str]) -> None:
    given_names = {student.preferred_given or student.given for student in STUDENTS}
    for verdict in judge(CLASS, named(*names)):
        if verdict.band is not Band.DUPLICATE:
            assert not any(name in sentence for name in given_names for sentence in verdict.sentences)
