"""The invented people of a simulated district, each made from their number when they are asked for.

Every student's record carries the fields Clever may hold beyond a name, filled in. `PLANTED` lists values of them:
no trace of any may be found in a program that has no use for them.
"""

from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]

GIVEN = (
    *("Amara", "Bjørn", "Chloé", "Dmitri", "Esi", "Farid", "Gráinne", "Hiro", "Inés", "Jamal", "Keiko", "Lior"),
    *("Mei", "Nikos", "Oluwaseun", "Priya", "Quyen", "Rosa", "Søren", "Thandiwe", "Umar", "Vera", "Wiremu", "Zoë"),
)
FAMILY = (
    *(
        "Abara",
        "Bianchi",
        "Castellanos",
        "Dlamini",
        "Eriksen",
        "Fontaine",
        "García-Luna",
        "Haddad",
        "Ivanova",
        "Jónsson",
    ),
    *(
        "Jónsson",
        "Kowalczyk",
        "Lindqvist",
        "Mbeki",
        "Nguyen",
        "O'Dwyer",
        "Petrosyan",
        "Quispe",
        "Rahman",
        "Suzuki",
        "Tembo",
    ),
    *("Ueda", "Van Dyk", "Wójcik", "Xu", "Yamada", "Zielińska", "al-Farsi", "de Oliveira", "St. Clair"),
)

PLANTED = (
    *("Two or More Races", "Kurdish (Sorani)", "Specific learning disability", "Reduced", "IEP-4417", "09/13/2013"),
    *("17 Planted Lane", "Plantedville", "planted-login", "planted-locker", "planted-state-id", "planted-number"),
    *("555-0177", "Planted Guardian", "Plantedmiddle", "planted-sis"),
)
CREATED, MODIFIED = "2026-08-01T06:00:00.000Z", "2026-11-02T06:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a record is about, before their role."""

    id: str
    district: str
    number: int
    email: str | None


def user(who: Identity, roles: Record) -> Record:
    """A user with these roles, as the Data API has one."""
    given, family = name(who.number)
    return {
        "id": who.id,
        "district": who.district,
        "email": who.email,
        "name": {"first": given, "middle": "Plantedmiddle", "last": family},
        "roles": roles,
        "created": CREATED,
        "last_modified": MODIFIED,
    }


def name(number: int) -> tuple[str, str]:
    """Given and family name. Many share one, as in life."""
    return GIVEN[number % len(GIVEN)], FAMILY[(number * 31 + number // len(GIVEN)) % len(FAMILY)]


def student(number: int, school: str) -> Record:
    """A student's role, with everything a district may share whether or not anybody needs it."""
    preferred = {"first": "Robin", "middle": None, "last": None} if number % 10 == 3 else {}
    return {
        "school": school,
        "schools": [school],
        "preferred_name": preferred,
        "grade": str(1 + number % 12),
        "dob": "09/13/2013",
        "gender": "X",
        "race": "Two or More Races",
        "hispanic_ethnicity": "Y",
        "home_language": "Kurdish (Sorani)",
        "home_language_code": "ckb",
        "frl_status": "Reduced",
        "iep_status": "IEP-4417",
        "ell_status": "Y",
        "gifted_status": "N",
        "section_504_status": "Y",
        "disability": {
            "disability_status": "Y",
            "disability_code": "sld",
            "disability_type": "Specific learning disability",
        },
        "location": {
            "address": "17 Planted Lane",
            "city": "Plantedville",
            "state": "CO",
            "zip": "80000",
            "lat": "39.5",
            "lon": "-105.1",
        },
        "credentials": {"district_username": "planted-login"},
        "ext": {"locker": "planted-locker"},
        "enrollments": [{"school": school, "start_date": "2026-08-17", "end_date": "2027-06-04"}],
        "graduation_year": "2030",
        "sis_id": f"planted-sis-{number}",
        "state_id": "planted-state-id",
        "student_number": f"planted-number-{number}",
        "created": CREATED,
        "last_modified": MODIFIED,
    }


def teacher(number: int, school: str, *, title: str = "Teacher") -> Record:
    """A teacher's role."""
    return {
        "school": school,
        "schools": [school],
        "credentials": {"district_username": "planted-login"},
        "sis_id": f"planted-sis-t{number}",
        "state_id": "planted-state-id",
        "teacher_number": f"planted-number-t{number}",
        "title": title,
        "created": CREATED,
        "last_modified": MODIFIED,
    }


def staff(number: int, school: str, *, title: str) -> Record:
    """Somebody who works in a school and teaches no section."""
    return {
        "schools": [school],
        "credentials": {"district_username": "planted-login"},
        "department": "Front office",
        "staff_id": f"planted-number-a{number}",
        "title": title,
    }


def district_admin(*, title: str = "Technology") -> Record:
    """Somebody of the district's own office: it names no schools."""
    return {"title": title}


def contact(child: str) -> Record:
    """A parent, with the telephone."""
    return {
        "phone": "+1-555-0177",
        "phone_type": "Cell",
        "sis_id": "planted-sis-contact",
        "student_relationships": [{"student": child, "relationship": "Parent", "type": "Primary"}],
    }
