"""Signed in or not: an account settles who somebody is, and a class that signs in does not take names for it."""

from modbot.identity import Band, ClassList, Person, Why, judge, person_of
from modbot.model import Participant, ParticipantRole
from modbot.rosters import Student
from tests.identity.classes import CLASS, STUDENTS, bands, class_with, named, signed_in

CLASS_OF_TEN = [Student(f"c{n}", name, "Vale", email=f"{name}@students.example.org") for n, name in enumerate(
    ("Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gil", "Hal", "Ira", "Jo")
)]  # fmt: skip


def judged(person: Person, class_list: ClassList = CLASS) -> tuple[Band, Why]:
    """The band and the deciding reason of one person alone."""
    (verdict,) = judge(class_list, [person])
    return verdict.band, verdict.reasons[0].why


def test_an_account_of_the_class_is_known_whatever_name_it_shows() -> None:
    assert judged(signed_in("Jaden.Brooks@Students.Example.org", "xx")) == (Band.KNOWN, Why.OWN_ACCOUNT)


def test_an_account_with_a_classmates_name_says_so() -> None:
    (verdict,) = judge(CLASS, [signed_in("jaden.brooks@students.example.org", "Irina Petrova")])
    assert verdict.has(Why.OTHERS_NAME)


def test_an_account_of_staff_is_staff() -> None:
    assert judged(signed_in("megan.chang@staff.example.org", "iPad")) == (Band.STAFF, Why.STAFF_ACCOUNT)


def test_a_teachers_name_without_her_account_is_held_and_not_believed() -> None:
    assert judged(Person("p", "Megan Chang")) == (Band.UNSURE, Why.STAFF_NAME)
    assert judged(Person("p", "Ms. Chang")) == (Band.UNSURE, Why.STAFF_NAME)


def test_a_school_account_of_another_class_is_a_stranger_here() -> None:
    assert judged(signed_in("else@students.example.org", "Clara Quill")) == (Band.STRANGER, Why.OTHER_ACCOUNT)


def test_a_school_account_of_another_class_with_a_name_of_this_one_is_held() -> None:
    assert judged(signed_in("else@students.example.org", "Jaden Brooks")) == (Band.UNSURE, Why.OTHER_ACCOUNT)


def test_a_private_account_with_a_name_of_the_class_is_likely_at_most() -> None:
    assert judged(signed_in("mum@example.net", "Jaden Brooks")) == (Band.LIKELY, Why.OUTSIDE_ACCOUNT)


def test_an_address_that_was_only_typed_proves_nothing() -> None:
    person = Person("p", "Clara Quill", "jaden.brooks@students.example.org", signed_in=False)
    assert judged(person) == (Band.UNSURE, Why.UNPROVED_EMAIL)


def test_an_address_that_two_students_share_identifies_nobody() -> None:
    twins = ClassList([Student(one, one, "Twin", email="twins@example.net") for one in ("Kay", "June")])
    assert judged(signed_in("twins@example.net", "Kay Twin"), twins) == (Band.LIKELY, Why.OUTSIDE_ACCOUNT)


def test_whoever_runs_the_meeting_is_never_a_stranger() -> None:
    host = Participant("h", "Somebody Else", role=ParticipantRole.HOST)
    assert judged(person_of(host)) == (Band.UNSURE, Why.HOST)


def test_where_nearly_all_have_signed_in_a_mere_name_is_held() -> None:
    class_list = ClassList(CLASS_OF_TEN, domains=["students.example.org"])
    people = [signed_in(student.email, person_id=student.id) for student in CLASS_OF_TEN[:9]]
    verdict = judge(class_list, [*people, Person("p", "Jo Vale")])[-1]
    assert (verdict.band, verdict.reasons[0].why) == (Band.UNSURE, Why.NO_SIGN_IN)


def test_where_few_sign_in_a_name_is_enough() -> None:
    class_list = ClassList(CLASS_OF_TEN, domains=["students.example.org"])
    people = [signed_in(student.email, person_id=student.id) for student in CLASS_OF_TEN[:3]]
    assert judge(class_list, [*people, Person("p", "Jo Vale")])[-1].band is Band.KNOWN


def test_a_student_who_normally_signs_in_is_held_without_it() -> None:
    class_list = class_with(signers=["s1"])
    verdicts = judge(class_list, named("Jaden Brooks", "Irina Petrova"))
    assert [verdict.band for verdict in verdicts] == [Band.UNSURE, Band.KNOWN]
    assert verdicts[0].reasons[0].why is Why.STUDENT_SIGNS_IN


def test_everybody_who_signed_in_is_known_in_any_order() -> None:
    people = [signed_in(student.email, person_id=student.id) for student in STUDENTS if student.email]
    assert set(bands(CLASS, people[::-1])) == {"known"}
