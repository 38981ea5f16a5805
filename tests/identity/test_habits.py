"""What earlier meetings of a class teach: who usually comes, who usually signs in, and who shows what name."""

import struct
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.identity import Band, ClassList, Habit, Habits, Lesson, Past, Person, Why, judge, later, lesson
from modbot.identity.habits import MEETINGS
from modbot.rosters import Student
from tests.identity.classes import CHANG, MEMORY, STUDENTS, TERM_ENDS, bands, class_with, entry, named, signed_in

IDS = [student.id for student in STUDENTS]
WHOLE = [f"{student.preferred_given or student.given} {student.family}" for student in STUDENTS]
BITS = st.integers(0, (1 << MEETINGS) - 1)


def class_after(*meetings: Sequence[Person], today: date = TERM_ENDS) -> ClassList:
    """The invented class after these meetings, at which everybody stayed to the end."""
    past = Past()
    for people in meetings:
        verdicts = judge(_list(past, today), people)
        shown = [person.name for person in people]
        past = later(past, lesson(zip(shown, verdicts, strict=True)), MEMORY, IDS, term_ends=TERM_ENDS)
    return _list(past, today)


def _list(past: Past, today: date) -> ClassList:
    return ClassList(STUDENTS, [CHANG], domains=["students.example.org"], memory=MEMORY, past=past, today=today)


def everybody(**shown: str) -> list[Person]:
    """All students by name, but for those who show something else."""
    return [Person(one, shown.get(one, name)) for one, name in zip(IDS, WHOLE, strict=True)]


def why(class_list: ClassList, *names: str) -> tuple[Band, Why]:
    """How the last of them stands, and the deciding reason."""
    verdict = judge(class_list, named(*names))[-1]
    return verdict.band, verdict.reasons[0].why


def test_the_name_of_a_student_who_was_never_recognised_is_held() -> None:
    class_list = class_after(*[everybody(s1="iPad")] * 3)
    assert why(class_list, "Jaden Brooks") == (Band.UNSURE, Why.RARE)
    assert why(class_list, "Irina Petrova") == (Band.KNOWN, Why.FULL)


def test_two_meetings_say_nothing_of_anybody() -> None:
    assert why(class_after(*[everybody(s1="iPad")] * 2), "Jaden Brooks") == (Band.KNOWN, Why.FULL)


def test_a_student_who_takes_up_their_name_is_trusted_again_when_it_stayed_often_enough() -> None:
    hidden, shown = everybody(s1="iPad"), everybody()
    assert why(class_after(hidden, hidden, hidden, shown), "Jaden Brooks")[0] is Band.UNSURE
    assert why(class_after(*[hidden] * 3, *[shown] * 3), "Jaden Brooks")[0] is Band.KNOWN


def test_a_student_who_is_new_on_the_list_is_not_rare() -> None:
    class_list = class_with(rare=["s2"], met=STUDENTS[1:])
    assert bands(class_list, named("Jaden Brooks", "Maria Lopez Vargas")) == ["known", "unsure"]


def test_whoever_signs_in_nearly_always_is_expected_to() -> None:
    by_account = [
        signed_in("jaden.brooks@students.example.org", "JB", person_id="s1"),
        *everybody()[1:],
    ]
    class_list = class_after(*[by_account] * 4, everybody(s1="Jaden Brooks"))
    assert why(class_list, "Jaden B.") == (Band.UNSURE, Why.STUDENT_SIGNS_IN)
    assert why(class_after(*[by_account] * 2, *[everybody()] * 2), "Jaden B.")[0] is Band.LIKELY


def test_after_one_meeting_it_still_counts_that_nearly_all_signed_in_today() -> None:
    ten = [Student(f"c{n}", f"Ana{n}", "Vale", email=f"ana{n}@students.example.org") for n in range(10)]
    past = Past(habits=Habits({MEMORY.mark(one.id): Habit(1, 1, 1) for one in ten}, TERM_ENDS))
    class_list = ClassList(ten, memory=MEMORY, past=past)
    people = [signed_in(one.email, person_id=one.id) for one in ten[:9]]
    assert judge(class_list, [*people, Person("p", "Ana9 Vale")])[-1].reasons[0].why is Why.NO_SIGN_IN


def test_the_name_shown_beside_an_account_is_known_as_that_students() -> None:
    people = [signed_in("jaden.brooks@students.example.org", "Ninja Turtle", person_id="s1"), *everybody()[1:]]
    verdict = judge(class_after(people), named("Ninja Turtle"))[0]
    assert (verdict.band, verdict.student_id) == (Band.LIKELY, "s1")


def test_a_class_mates_name_shown_beside_an_account_teaches_nothing() -> None:
    people = [signed_in("jaden.brooks@students.example.org", "Irina Petrova", person_id="s1")]
    assert lesson([("Irina Petrova", judge(class_after(), people)[0])]).names == ()


def test_a_whole_name_that_the_student_never_shows_is_held_once_somebody_unknown_is_here() -> None:
    class_list = class_after(*[everybody(s1="Jaden B.")] * 3)
    assert why(class_list, "Jaden Brooks") == (Band.KNOWN, Why.FULL)
    assert why(class_list, "iPad", "Jaden Brooks") == (Band.UNSURE, Why.UNUSUAL)
    assert why(class_list, "Jaden Brooks", "iPad") == (Band.UNSURE, Why.DEVICE)
    assert why(class_list, "iPad", "Irina Petrova") == (Band.KNOWN, Why.FULL)
    assert bands(class_list, named("iPad", "Jaden B.")) == ["unsure", "remembered"]


def test_a_name_that_fits_two_students_is_learned_as_nobodys() -> None:
    people = [Person("p", "Maria")]
    taught = lesson([("Maria", judge(class_after(), people)[0])])
    assert taught.names == (("Maria", "", True),)


def test_doubles_teach_nothing() -> None:
    people = named("Jaden Brooks", "Jaden Brooks")
    second = judge(class_after(), people)[1]
    assert lesson([("Jaden Brooks", second)]) == Lesson()


def test_a_meeting_of_a_few_says_nothing_of_those_who_were_not_there() -> None:
    class_list = class_after(*[everybody()] * 3, *[named("Irina Petrova")] * 10)
    assert why(class_list, "Jaden Brooks")[0] is Band.KNOWN


def test_habits_end_with_the_term() -> None:
    meetings = [everybody(s1="iPad")] * 3
    assert why(class_after(*meetings, today=TERM_ENDS + timedelta(days=1)), "Jaden Brooks")[0] is Band.KNOWN


def test_a_tolerated_name_of_a_student_who_is_rarely_recognised_is_held_all_the_same() -> None:
    class_list = class_with(entry("Jaden Brooks", student_id="s1"), rare=["s1"])
    assert why(class_list, "Jaden Brooks") == (Band.UNSURE, Why.RARE)


@given(st.dictionaries(st.binary(min_size=8, max_size=8), st.builds(Habit, BITS, BITS, BITS), max_size=40), st.dates())
def test_habits_come_out_of_bytes_as_they_went_in(of: dict[bytes, Habit], expires: date) -> None:
    habits = Habits(of, expires)
    assert Habits.from_bytes(habits.to_bytes()) == habits


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_of_a_student_only_the_latest_meetings_count(days: list[tuple[bool, bool]]) -> None:
    habit, fresh = Habit(), Habit()
    for recognised, by_account in days:
        habit = habit.after(recognised=recognised, signed_in=recognised and by_account)
    for recognised, by_account in days[-MEETINGS:]:
        fresh = fresh.after(recognised=recognised, signed_in=recognised and by_account)
    assert habit == fresh
    assert not (habit.rare and habit.recognised.bit_count() > MEETINGS / 2)


@pytest.mark.parametrize("kept", [b"", b"abc", b"12345"])
def test_bytes_that_are_no_habits_are_refused(kept: bytes) -> None:
    with pytest.raises(struct.error):
        Habits.from_bytes(kept)
