"""One student, one place: whoever comes second with a name is a double, and an account counts before a name."""

import pytest

from modbot.identity import Band, ClassList, Person, Why, judge
from modbot.rosters import Student
from tests.identity.classes import CLASS, bands, named, signed_in


def test_the_second_holder_of_a_name_is_a_double_and_the_first_is_trusted() -> None:
    first, second = judge(CLASS, named("Jaden Brooks", "Jaden Brooks"))
    assert (first.band, second.band) == (Band.KNOWN, Band.DUPLICATE)
    assert second.double_of == "p0"


def test_the_double_of_a_short_form_is_found_by_the_whole_name() -> None:
    assert bands(CLASS, named("Jaden B.", "Jaden Brooks")) == ["likely", "duplicate"]


def test_a_letter_off_somebody_present_is_a_double_and_never_known() -> None:
    verdict = judge(CLASS, named("Jaden Brooks", "Jadon Brooks"))[1]
    assert verdict.band is Band.DUPLICATE
    assert verdict.sentences == ("Almost the name of Jaden Brooks, who is here already: a letter or two differ.",)


def test_a_first_name_a_letter_off_somebody_present_is_a_double() -> None:
    assert bands(CLASS, named("Jaden Brooks", "Jadon")) == ["known", "duplicate"]


def test_of_a_near_name_and_a_later_exact_one_neither_is_trusted() -> None:
    assert bands(CLASS, named("Jadon Brooks", "Jaden Brooks")) == ["duplicate", "duplicate"]


def test_an_account_takes_the_place_from_a_name_that_came_earlier() -> None:
    people = [Person("p", "Jaden Brooks"), signed_in("jaden.brooks@students.example.org", "Jaden")]
    assert bands(CLASS, people) == ["duplicate", "known"]


def test_an_account_that_is_here_twice_is_said_to_be() -> None:
    people = [signed_in("jaden.brooks@students.example.org", person_id=each) for each in ("a", "b")]
    first, second = judge(CLASS, people)
    assert first.band is Band.KNOWN
    assert (second.band, second.reasons[0].why) == (Band.DUPLICATE, Why.ACCOUNT_TWICE)


def test_a_double_is_told_by_the_preferred_name_only() -> None:
    verdict = judge(CLASS, named("Robert Green", "Robert Green"))[1]
    assert verdict.sentences == ("Looks like a second Skye Green, who is here already.",)


def test_two_students_with_one_name_both_belong_and_a_third_does_not() -> None:
    twins = ClassList([Student("a", "Kim", "Lee"), Student("b", "Kim", "Lee"), Student("c", "Uma", "Rao")])
    assert bands(twins, named("Kim Lee", "Lee Kim", "Kim Lee")) == ["known", "known", "duplicate"]


def test_a_first_name_that_fits_two_students_is_moved_to_the_one_who_is_missing() -> None:
    assert bands(CLASS, named("Maria", "Maria Lopez", "Maria Keane", "Maria")) == [
        "likely",
        "known",
        "duplicate",
        "duplicate",
    ]


def test_two_of_one_first_name_find_a_place_each() -> None:
    assert bands(CLASS, named("Maria", "Maria Lopez")) == ["likely", "known"]


@pytest.mark.parametrize("first", ["iPad", "Clara Quill", "JB"])
def test_somebody_who_is_not_recognised_takes_no_place(first: str) -> None:
    assert bands(CLASS, named(first, "Jaden Brooks"))[1] == "known"
