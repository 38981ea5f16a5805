"""OneRoster's files, columns and words, as far as modbot reads them.

CSV bindings: https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv and
https://developers.imsglobal.org/oneroster-v11-final-csv-tables
"""

from datetime import date

from modbot.rosters.oneroster_csv.rows import Table

MANIFEST = Table("manifest", ("propertyName", "value"))
ORGS = Table("orgs", ("sourcedId", "name", "type"), ("status",))
SESSIONS = Table("academicSessions", ("sourcedId", "endDate"), ("status",))
CLASSES = Table("classes", ("sourcedId", "title", "schoolSourcedId", "termSourcedIds"), ("status", "classCode"))
ENROLLMENTS = Table("enrollments", ("sourcedId", "classSourcedId", "userSourcedId", "role"), ("status", "endDate"))
_USER_NEEDED = ("sourcedId", "enabledUser", "givenName", "familyName", "email")
USERS_V11 = Table("users", (*_USER_NEEDED, "orgSourcedIds", "role"), ("status",))
USERS_V12 = Table("users", _USER_NEEDED, ("status", "preferredGivenName", "preferredFamilyName"))
ROLES = Table("roles", ("sourcedId", "userSourcedId", "role", "orgSourcedId"), ("status", "endDate"))

STUDENT = "student"
TEACHER = "teacher"
PRINCIPAL_ROLES = frozenset({"principal", "siteadministrator", "administrator"})
STAFF_ROLES = PRINCIPAL_ROLES | {
    TEACHER,
    "aide",
    "counselor",
    "proctor",
    "districtadministrator",
    "systemadministrator",
}
OTHER_ROLES = frozenset({"guardian", "parent", "relative"})  # of no use to modbot; left out without a word
ENROLLED_ROLES = frozenset({STUDENT, TEACHER})
UNUSED_ENROLLED_ROLES = frozenset({"administrator", "proctor", "aide"})

LONGEST_ID = 255
LONGEST_NAME = 200
LONGEST_EMAIL = 254


class Misfit(ValueError):
    """Why a row does not fit, in an admin's words."""


def identifier(value: str, column: str) -> str:
    """An id. Raises Misfit when it is empty, too long or holds control characters."""
    if not value:
        raise Misfit(f"{column} is empty")
    if len(value) > LONGEST_ID:
        raise Misfit(f"{column} is longer than {LONGEST_ID} characters")
    if not value.isprintable():
        raise Misfit(f"{column} holds a control character")
    return value


def identifiers(value: str, column: str) -> list[str]:
    """A comma-separated list of ids; it may be empty. Raises Misfit."""
    return [identifier(part.strip(), column) for part in value.split(",") if part.strip()]


def name(value: str, column: str) -> str:
    """A name or title on one line. Raises Misfit when it is too long or holds a NUL byte."""
    if "\0" in value:
        raise Misfit(f"{column} holds a NUL byte")
    if len(value) > LONGEST_NAME:
        raise Misfit(f"{column} is longer than {LONGEST_NAME} characters")
    return " ".join(value.split())


def looks_like_email(value: str) -> bool:
    """Whether an address can be one."""
    local, at, domain = value.rpartition("@")
    return bool(at and local and domain) and len(value) <= LONGEST_EMAIL and value.isprintable() and " " not in value


def deleted(status: str) -> bool:
    """Whether a row is marked as no longer valid. Raises Misfit for an unknown word."""
    word = status.casefold()
    if word in {"", "active"}:
        return False
    if word in {"tobedeleted", "inactive"}:
        return True
    raise Misfit("status is neither active nor tobedeleted")


def enabled(value: str) -> bool:
    """enabledUser. Raises Misfit for anything but true, false, or nothing."""
    word = value.casefold()
    if word in {"", "true", "1"}:
        return True
    if word in {"false", "0"}:
        return False
    raise Misfit("enabledUser is neither true nor false")


def ended(value: str, today: date, column: str = "endDate") -> bool:
    """Whether a date lies before today; no date is no end. Raises Misfit when it is not a date."""
    if not value:
        return False
    try:
        return date.fromisoformat(value[:10]) < today
    except ValueError:
        raise Misfit(f"{column} is not a date such as 2026-09-08") from None
