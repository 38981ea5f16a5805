"""A simulated district of any size: every record follows from its number, and none is held."""

from collections.abc import Callable
from dataclasses import dataclass

from modbot.simulators.clever import people
from modbot.simulators.clever.collection import Collection
from modbot.simulators.clever.people import CREATED, MODIFIED, Identity, Record

_KINDS = {"districts": 0, "schools": 1, "terms": 2, "courses": 3, "sections": 4, "users": 5, "events": 6}
_SECTIONS_EACH = 5  # of one teacher
_STUDENTS_EACH = 600  # of one school
_MINUTES_EACH = ("Homeroom", "Math", "Science", "History", "Art", "Chorus", "PE")
_RUNNING, _OVER = 0, 1  # the terms


def object_id(kind: str, number: int, district: int = 0) -> str:
    """An id in Clever's form, 24 hexadecimal digits; ids of one kind ascend with their numbers."""
    return "6a%04x%02x%016x" % (district, _KINDS[kind], number)  # noqa: UP031 - twice as quick as an f-string


@dataclass(frozen=True, slots=True)
class Size:
    """How large a district is. The rest follows from it."""

    students: int = 60
    sections: int = 6
    seats: int = 26  # students in a section, where the school has as many
    contacts: int = 10

    @property
    def schools(self) -> int:
        """Its schools."""
        return max(1, self.students // _STUDENTS_EACH)

    @property
    def teachers(self) -> int:
        """Its teachers: at least one in each school."""
        return max(self.schools, self.sections // _SECTIONS_EACH)


class District:
    """The records of one district, by kind."""

    def __init__(self, size: Size | None = None, *, number: int = 0) -> None:
        self.size = size or Size()
        self._number = number
        self.id = object_id("districts", number, number)
        starts = [0]
        for count in (2, 2 * self.size.schools, self.size.teachers, self.size.students, self.size.contacts):
            starts.append(starts[-1] + count)
        roles = ("district_admin", "staff", "teacher", "student", "contact")
        self._users = {role: range(starts[at], starts[at + 1]) for at, role in enumerate(roles)}
        self.users = Collection({**self._users, "": range(starts[-1])}, self._id_of("users"), self._user)
        self.schools = self._collection("schools", self.size.schools, self._school)
        self.sections = self._collection("sections", self.size.sections, self._section)
        self.terms = self._collection("terms", 2, self._term)
        self.courses = self._collection("courses", len(_MINUTES_EACH), self._course)
        self.districts = Collection({"": range(number, number + 1)}, self._id_of("districts"), self._about)

    def collection(self, kind: str) -> Collection:
        """The records of a kind, by the name of its endpoint."""
        found: Collection = getattr(self, kind)
        return found

    def id_of(self, role: str, number: int) -> str:
        """The id of the nth student, teacher, staff member, district_admin or contact; or of a section and so on."""
        if role in self._users:
            return object_id("users", self._users[role][number], self._number)
        return object_id(role, number, self._number)

    def email_of(self, role: str, number: int) -> str:
        """The address of the nth person of a role."""
        return f"{role.replace('_', '-')}{number}@{'students' if role == 'student' else 'staff'}.example.org"

    def _collection(self, kind: str, count: int, record_of: Callable[[int], Record]) -> Collection:
        return Collection({"": range(count)}, self._id_of(kind), record_of)

    def _id_of(self, kind: str) -> Callable[[int], str]:
        return lambda number: object_id(kind, number, self._number)

    def _about(self, _: int) -> Record:
        return {
            "id": self.id,
            "name": "Example Unified School District",
            "state": "running",
            "sis_type": "sftp",
            "launch_date": "2026-08-01",
            "last_sync": MODIFIED,
            "login_methods": ["Google"],
            "portal_url": "https://clever.com/in/example",
        }

    def _school(self, number: int) -> Record:
        principal = self._users["staff"][2 * number]
        return {
            "id": self.id_of("schools", number),
            "district": self.id,
            "name": f"Example School {number}",
            "sis_id": str(100 + number),
            "school_number": str(100 + number),
            "phone": "+1-555-0177",
            "principal": {"name": " ".join(people.name(principal)), "email": self.email_of("staff", 2 * number)},
            "created": CREATED,
            "last_modified": MODIFIED,
        }

    def _term(self, number: int) -> Record:
        start, end = {
            _RUNNING: ("2026-08-17T00:00:00.000Z", "2099-06-04T00:00:00.000Z"),
            _OVER: ("2025-08-18T00:00:00.000Z", "2026-06-05T00:00:00.000Z"),
        }[number]
        names = {_RUNNING: "This year", _OVER: "Last year"}
        return {
            "id": self.id_of("terms", number),
            "district": self.id,
            "name": names[number],
            "start_date": start,
            "end_date": end,
        }

    def _course(self, number: int) -> Record:
        return {
            "id": self.id_of("courses", number),
            "district": self.id,
            "name": _MINUTES_EACH[number],
            "number": str(number),
        }

    def _section(self, number: int) -> Record:
        """A section of the school `number % schools`: its teacher and students are of that school."""
        schools = self.size.schools
        school, within = number % schools, number // schools
        teachers = len(range(school, self.size.teachers, schools))
        teacher = school + schools * (within // _SECTIONS_EACH % teachers)
        pupils = len(range(school, self.size.students, schools))
        seats = min(self.size.seats, pupils)
        seated = [school + schools * ((within * seats + seat) % pupils) for seat in range(seats)]
        return {
            "id": self.id_of("sections", number),
            "district": self.id,
            "school": self.id_of("schools", school),
            "name": f"{_MINUTES_EACH[number % len(_MINUTES_EACH)]}, period {1 + number % 7}",
            "sis_id": f"planted-sis-c{number}",
            "section_number": str(number),
            "period": str(1 + number % 7),
            "subject": "other",
            "grade": "5",
            "course": self.id_of("courses", number % len(_MINUTES_EACH)),
            "term_id": self.id_of("terms", _RUNNING),
            "teacher": self.id_of("teacher", teacher),
            "teachers": [self.id_of("teacher", teacher)],
            "students": [self.id_of("student", pupil) for pupil in seated],
            "created": CREATED,
            "last_modified": MODIFIED,
        }

    def _user(self, number: int) -> Record:
        role = next(role for role, numbers in self._users.items() if number in numbers)
        within = number - self._users[role].start
        email = None if role == "contact" or within % 20 == 19 else self.email_of(role, within)
        who = Identity(object_id("users", number, self._number), self.id, number, email)
        return people.user(who, {role: self._role(role, within)})

    def _role(self, role: str, within: int) -> Record:
        schools = self.size.schools
        match role:
            case "student":
                return people.student(within, self.id_of("schools", within % schools))
            case "teacher":
                return people.teacher(within, self.id_of("schools", within % schools))
            case "staff":
                title = "Librarian" if within % 2 else "Principal"
                return people.staff(within, self.id_of("schools", within // 2), title=title)
            case "district_admin":
                return people.district_admin()
        return people.contact(self.id_of("student", within % self.size.students))
