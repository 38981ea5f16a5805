"""Which e-mail domains are taken for the district's own."""

from modbot.identity import own_domains
from modbot.model import Staff, StaffRole
from modbot.rosters import Student


def students(*emails: str) -> list[Student]:
    return [Student(f"s{number}", "Ana", "Duarte", email=email) for number, email in enumerate(emails)]


def staff(*emails: str) -> list[Staff]:
    return [
        Staff(f"t{number}", email, "Ada Okafor", frozenset({StaffRole.TEACHER})) for number, email in enumerate(emails)
    ]


def many(domain: str, count: int) -> list[str]:
    return [f"one{number}@{domain}" for number in range(count)]


def test_the_domains_of_the_students_and_of_the_staff_are_the_districts() -> None:
    pupils, teachers = many("Students.example.org", 5), many("staff.example.org", 2)
    assert own_domains(students(*pupils), staff(*teachers)) == {"students.example.org", "staff.example.org"}


def test_one_parents_private_address_does_not_make_its_provider_the_districts() -> None:
    assert own_domains(students(*many("students.example.org", 5), "mum@example.net", ""), []) == {
        "students.example.org"
    }


def test_two_private_addresses_in_a_large_class_do_not_either() -> None:
    pupils = [*many("students.example.org", 28), *many("example.net", 2)]
    assert own_domains(students(*pupils), []) == {"students.example.org"}


def test_the_students_of_one_class_count_beside_the_staff_of_a_large_school() -> None:
    found = own_domains(students(*many("students.example.org", 20)), staff(*many("staff.example.org", 400)))
    assert found == {"students.example.org", "staff.example.org"}


def test_without_addresses_no_domain_is_the_districts() -> None:
    assert own_domains(students("", ""), staff("")) == set()
