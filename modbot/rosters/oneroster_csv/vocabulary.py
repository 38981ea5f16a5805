"""OneRoster's files, columns and words, as far as modbot reads them.

CSV bindings: https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv and
https://developers.imsglobal.org/oneroster-v11-final-csv-tables
"""

from modbot.rosters.fitting import Misfit, identifier
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


def identifiers(value: str, column: str) -> list[str]:
    """A comma-separated list of ids; it may be empty. Raises Misfit."""
    return [identifier(part.strip(), column) for part in value.split(",") if part.strip()]


def enabled(value: str) -> bool:
    """enabledUser. Raises Misfit for anything but true, false, or nothing."""
    word = value.casefold()
    if word in {"", "true", "1"}:
        return True
    if word in {"false", "0"}:
        return False
    raise Misfit("enabledUser is neither true nor false")
