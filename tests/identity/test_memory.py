"""Names a teacher has let stay: kept as keyed digests, for one section, until the term ends."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.identity import Band, NameMemory, Past, Why, judge, may_be_remembered
from modbot.identity.memory import MOST_NAMES
from tests.identity.classes import MEMORY, STUDENTS, TERM_ENDS, bands, class_with, entry, named


def test_a_tolerated_name_is_remembered() -> None:
    (verdict,) = judge(class_with(entry("Ninja Turtle")), named("ninja  TURTLE"))
    assert (verdict.band, verdict.reasons[0].why) == (Band.REMEMBERED, Why.REMEMBERED)


def test_it_is_forgotten_on_the_day_after_the_term() -> None:
    remembered = entry("Ninja Turtle")
    assert bands(class_with(remembered, today=TERM_ENDS), named("Ninja Turtle")) == ["remembered"]
    assert bands(class_with(remembered, today=date(2027, 1, 30)), named("Ninja Turtle")) == ["stranger"]


def test_a_second_one_with_the_remembered_name_is_a_double() -> None:
    assert bands(class_with(entry("Ninja Turtle")), named("Ninja Turtle", "Ninja Turtle")) == [
        "remembered",
        "duplicate",
    ]


def test_a_remembered_name_of_a_student_takes_their_place() -> None:
    class_list = class_with(entry("Ninja Turtle", student_id="s1"))
    assert bands(class_list, named("Ninja Turtle", "Jaden Brooks")) == ["remembered", "duplicate"]


def test_a_name_that_was_only_worn_is_likely_and_lets_nobody_past_a_missing_sign_in() -> None:
    worn = entry("Ninja Turtle", student_id="s1", tolerated=False)
    assert bands(class_with(worn), named("Ninja Turtle")) == ["likely"]
    assert bands(class_with(worn, signers=["s1"]), named("Ninja Turtle")) == ["unsure"]


def test_a_tolerated_name_gets_past_a_missing_sign_in() -> None:
    class_list = class_with(entry("Jaden Brooks", student_id="s1"), signers=[student.id for student in STUDENTS])
    assert bands(class_list, named("Jaden Brooks", "Irina Petrova")) == ["remembered", "unsure"]


@pytest.mark.parametrize("name", ["iPad", "", "😀", "123", "Mike Hawk", "J\u0430den Brooks", "\u202eNinja", "X"])
def test_a_name_that_anybody_could_show_is_not_remembered(name: str) -> None:
    assert not may_be_remembered(name)
    assert MEMORY.remember(name, term_ends=TERM_ENDS) is None


def test_another_section_and_another_key_have_other_digests() -> None:
    digest = MEMORY.digest("Ninja Turtle")
    assert NameMemory(bytes(range(32)), "algebra-2").digest("Ninja Turtle") != digest
    assert NameMemory(bytes(range(1, 33)), "algebra-1").digest("Ninja Turtle") != digest


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        NameMemory(b"short", "algebra-1")


def test_a_tolerated_entry_goes_before_one_that_was_only_worn() -> None:
    tolerated = entry("Ninja Turtle")
    worn = entry("Ninja Turtle", student_id="s1", tolerated=False)
    assert bands(class_with(tolerated, worn), named("Ninja Turtle")) == ["remembered"]
    assert bands(class_with(worn, tolerated), named("Ninja Turtle")) == ["remembered"]


def test_a_name_that_two_students_have_worn_is_nobodys() -> None:
    both = [entry("Ninja Turtle", student_id=one) for one in ("s1", "s5")]
    assert bands(class_with(*both), named("Ninja Turtle", "Jaden Brooks", "Irina Petrova")) == [
        "remembered",
        "known",
        "known",
    ]


def test_what_is_remembered_of_a_class_does_not_grow_without_end() -> None:
    names = [entry(f"Wanda {chr(97 + number % 26)}{chr(97 + number // 26)}quill") for number in range(350)]
    assert len(Past().with_names(names).names) == MOST_NAMES


@given(st.text(max_size=300))
def test_any_text_has_a_digest_that_says_nothing_of_it(name: str) -> None:
    assert len(MEMORY.digest(name)) == 16
    assert MEMORY.digest(name) == MEMORY.digest(name)
