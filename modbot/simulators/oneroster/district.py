"""A simulated district of any size: every record follows from its number, and none is held.

Users carry the fields that a student information system may fill in beyond a name. `PLANTED` lists values of them: no
trace of any may be found in a program that has no use for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from modbot.simulators.oneroster.collection import Collection, Record

MADE = "2026-08-01T08:00:00.000Z"
PLANTED = (
    "planted-password",
    "+1-555-0144",
    "+1-555-0155",
    "planted-middle",
    "planted-pronouns",
    "planted-disability",
    "planted-lunch",
    "planted-race",
    "planted-language",
    "planted-birth-date",
    "planted-username",
    "planted-grade",
)

_GIVEN = (
    "Amara",
    "Bjørn",
    "Chloé",
    "Dmitri",
    "Esi",
    "Farid",
    "Gráinne",
    "Hiro",
    "Inés",
    "Jamal",
    "Keiko",
    "Lior",
    "Mei",
)
_FAMILY = (
    "Abara",
    "Bianchi",
    "Dlamini",
    "Eriksen",
    "Fontaine",
    "Haddad",
    "Jónsson",
    "Mbeki",
    "O'Dwyer",
    "Xu",
    "Wójcik",
)
_SECTIONS_EACH = 5  # of one teacher
_STUDENTS_EACH = 600  # of one school


@dataclass(frozen=True, slots=True)
class Size:
    """How large a district is. The rest follows from it."""

    students: int = 60
    sections: int = 6
    seats: int = 20  # students in a section

    @property
    def schools(self) -> int:
        """Its schools."""
        return max(1, self.students // _STUDENTS_EACH)

    @property
    def teachers(self) -> int:
        """Its teachers."""
        return max(1, self.sections // _SECTIONS_EACH)


class District:
    """The collections of one district, by the name of their endpoint, in the shape of one version."""

    def __init__(self, size: Size | None = None, *, version: str = "v1p2") -> None:
        self.size = size or Size()
        self.version = version
        size = self.size
        people = 1 + size.teachers + size.students
        self.collections: Mapping[str, Collection] = {
            "orgs": Collection(1 + size.schools, lambda n: f"org-{n:05}", self._org),
            "academicSessions": Collection(2, lambda n: f"term-{n}", self._term),
            "users": Collection(people, lambda n: f"user-{n:08}", self._user),
            "classes": Collection(size.sections, class_id, self._class),
            "enrollments": Collection(size.sections * (1 + size.seats), lambda n: f"seat-{n:09}", self._enrollment),
            "demographics": Collection(people, lambda n: f"user-{n:08}", self._demographics),
        }

    def teacher_id(self, number: int) -> str:
        """The id of the nth teacher."""
        return f"user-{1 + number:08}"

    def student_id(self, number: int) -> str:
        """The id of the nth student."""
        return f"user-{1 + self.size.teachers + number:08}"

    def _school_of_class(self, number: int) -> str:
        return f"org-{1 + self._teacher_of(number) % self.size.schools:05}"

    def _teacher_of(self, section: int) -> int:
        return section // _SECTIONS_EACH % self.size.teachers

    def _org(self, number: int) -> Record:
        kind = "school" if number else "district"
        return {
            **_record(f"org-{number:05}"),
            "name": f"Example {kind} {number}",
            "type": kind,
            "identifier": str(number),
        }

    def _term(self, number: int) -> Record:
        ends = ("2099-06-04", "2026-06-05")
        return {**_record(f"term-{number}"), "title": f"Term {number}", "type": "term", "endDate": ends[number]}

    def _user(self, number: int) -> Record:
        role, school = self._standing(number)
        record = {
            **_record(f"user-{number:08}"),
            "username": f"planted-username-{number}",
            "enabledUser": "true",
            "givenName": _GIVEN[number % len(_GIVEN)],
            "familyName": f"{_FAMILY[number % len(_FAMILY)]}{number // len(_FAMILY) or ''}",
            "middleName": "planted-middle",
            "identifier": f"id-{number}",
            "email": f"u{number}@{'students' if role == 'student' else 'staff'}.example.org",
            "sms": "+1-555-0144",
            "phone": "+1-555-0155",
            "password": "planted-password",
            "grades": ["planted-grade"],
            "metadata": {
                "disability": "planted-disability", "lunch": "planted-lunch", "homeLanguage": "planted-language",
            },
        }  # fmt: skip
        if self.version == "v1p1":
            return {**record, "role": role, "orgs": [_link("org", school)]}
        roles = [{"roleType": "primary", "role": role, "org": _link("org", school), "beginDate": "2026-08-01"}]
        more = {"preferredGivenName": "Sunny" if number % 7 == 0 else "", "pronouns": "planted-pronouns"}
        return {**record, **more, "roles": roles, "userMasterIdentifier": f"id-{number}"}

    def _standing(self, number: int) -> tuple[str, str]:
        size = self.size
        if number == 0:
            return "principal" if self.version == "v1p2" else "administrator", "org-00001"
        if number <= size.teachers:
            return "teacher", f"org-{1 + (number - 1) % size.schools:05}"
        return "student", f"org-{1 + number % size.schools:05}"

    def _class(self, number: int) -> Record:
        return {
            **_record(class_id(number)),
            "title": f"Class {number}",
            "classCode": f"C-{number}",
            "classType": "scheduled",
            "location": f"room {number % 100}",
            "grades": ["planted-grade"],
            "course": _link("course", f"course-{number % 9}"),
            "school": _link("org", self._school_of_class(number)),
            "terms": [_link("academicSession", "term-0")],
        }

    def _enrollment(self, number: int) -> Record:
        section, seat = divmod(number, 1 + self.size.seats)
        if seat == 0:
            person, role = self.teacher_id(self._teacher_of(section)), "teacher"
        else:
            pupil = (section * self.size.seats + seat - 1) % self.size.students
            person, role = self.student_id(pupil), "student"
        return self.seat(f"seat-{number:09}", class_id(section), person, role)

    def seat(self, row_id: str, section: str, person: str, role: str) -> Record:
        """An enrollment."""
        return {
            **_record(row_id),
            "user": _link("user", person),
            "class": _link("class", section),
            "school": _link("org", "org-00001"),
            "role": role,
            "primary": "true",
            "beginDate": "2026-08-17",
            "endDate": "2099-06-04",
        }

    def _demographics(self, number: int) -> Record:
        more = {"birthDate": "planted-birth-date", "americanIndianOrAlaskaNative": "planted-race"}
        return {**_record(f"user-{number:08}"), **more}


def class_id(number: int) -> str:
    """The id of the nth class."""
    return f"class-{number:07}"


def _record(row_id: str) -> Record:
    return {"sourcedId": row_id, "status": "active", "dateLastModified": MADE}


def _link(kind: str, row_id: str) -> Record:
    return {"href": f"https://sis.example.org/{kind}s/{row_id}", "sourcedId": row_id, "type": kind}
