"""The invented district's people, as a OneRoster 1.2 folder."""

import csv
from dataclasses import dataclass
from pathlib import Path

SCHOOL = "org-maple"
DISTRICT = "org-district"
TERM = "ses-year"
PUPILS = (
    "Ana Duarte", "Ben Okafor", "Chloe Nguyen", "Dev Patel", "Ella Moreau", "Finn Larsen", "Grace Kim", "Hugo Silva",
    "Iris Cohen", "Jaden O’Neil", "Kofi Mensah", "Lena Fischer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One adult of the invented district. `slack` is "" for those without an account."""

    id: str
    name: str
    role: str  # OneRoster's word
    slack: str

    @property
    def email(self) -> str:
        """Their address."""
        return f"{self.name.casefold().replace(' ', '.')}@example.org"


CHANG = Person("usr-chang", "Megan Chang", "teacher", "U0CHANG")
ORTIZ = Person("usr-ortiz", "Luis Ortiz", "teacher", "U0ORTIZ")
HADDAD = Person("usr-haddad", "Rana Haddad", "teacher", "U0HADDAD")
LIND = Person("usr-lind", "Erik Lind", "teacher", "U0LIND")
VOSS = Person("usr-voss", "Nina Voss", "teacher", "U0VOSS")
BROOK = Person("usr-brook", "Ada Brook", "principal", "U0BROOK")
REYES = Person("usr-reyes", "Kim Reyes", "aide", "U0REYES")  # IT, by the settings
BAKER = Person("usr-baker", "Lou Baker", "aide", "U0BAKER")  # IT, second on call
STAFF = (CHANG, ORTIZ, HADDAD, LIND, VOSS, BROOK, REYES, BAKER)
CLASSES = (  # on Zoom, Webex, Google Meet, Microsoft Teams and Jitsi
    ("cls-science", "Grade 5 Science", CHANG),
    ("cls-reading", "Grade 3 Reading", ORTIZ),
    ("cls-maths", "Grade 4 Maths", HADDAD),
    ("cls-history", "Grade 6 History", LIND),
    ("cls-art", "Grade 2 Art", VOSS),
)


def pupil_email(name: str) -> str:
    """A pupil's district address."""
    plain = name.casefold().replace("’", "").replace(" ", ".")
    return f"{plain}@students.example.org"


def write(folder: Path) -> None:
    """Write the folder, with the columns that modbot reads."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in _tables().items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


Row = dict[str, str]


def _tables() -> dict[str, list[Row]]:
    tables = {
        "orgs": [
            {"sourcedId": DISTRICT, "name": "Example Unified School District", "type": "district"},
            {"sourcedId": SCHOOL, "name": "Maple Street Elementary", "type": "school"},
        ],
        "academicSessions": [{"sourcedId": TERM, "endDate": "2099-07-31"}],
        "users": [*map(_adult, STAFF), *(_child(number, name) for number, name in enumerate(PUPILS, 1))],
        "roles": _roles(),
        "classes": [_class(key, title) for key, title, _ in CLASSES],
        "enrollments": _enrollments(),
    }
    said = {"manifest.version": "1.0", "oneroster.version": "1.2", **{f"file.{name}": "bulk" for name in tables}}
    return {"manifest": [{"propertyName": name, "value": value} for name, value in said.items()], **tables}


def _adult(person: Person) -> Row:
    return _user(person.id, person.name, person.email)


def _child(number: int, name: str) -> Row:
    return _user(_pupil(number), name, pupil_email(name))


def _user(person_id: str, name: str, email: str) -> Row:
    given, _, family = name.partition(" ")
    return {"sourcedId": person_id, "enabledUser": "true", "givenName": given, "familyName": family, "email": email}


def _roles() -> list[Row]:
    everyone = [(p.id, p.role) for p in STAFF] + [(_pupil(n), "student") for n in range(1, len(PUPILS) + 1)]
    return [
        {"sourcedId": f"rol-{who}", "userSourcedId": who, "role": role, "orgSourcedId": SCHOOL}
        for who, role in everyone
    ]


def _class(key: str, title: str) -> Row:
    return {"sourcedId": key, "title": title, "schoolSourcedId": SCHOOL, "termSourcedIds": TERM}


def _enrollments() -> list[Row]:
    rows: list[Row] = []
    for key, _, teacher in CLASSES:
        members = [(teacher.id, "teacher")] + [(_pupil(n), "student") for n in range(1, len(PUPILS) + 1)]
        rows += [
            {"sourcedId": f"enr-{key}-{who}", "classSourcedId": key, "userSourcedId": who, "role": role}
            for who, role in members
        ]
    return rows


def _pupil(number: int) -> str:
    return f"usr-p{number:02d}"
