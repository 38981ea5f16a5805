"""OneRoster's words for roles, states and days, which its files and its REST services share.

https://www.imsglobal.org/spec/oneroster/v1p2 and https://www.imsglobal.org/oneroster-v11-final-specification
"""

from datetime import date

from modbot.rosters.fitting import Misfit
from modbot.rosters.joining import Words

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
WORDS = Words(STUDENT, STAFF_ROLES, PRINCIPAL_ROLES)


def known_role(value: str) -> str:
    """A role's word; "ext" for a district's own. Raises Misfit."""
    role = value.casefold()
    if role == STUDENT or role in STAFF_ROLES or role in OTHER_ROLES:
        return role
    if role.startswith("ext:"):
        return "ext"
    raise Misfit("role is not one that OneRoster knows")


def enrolled_role(value: str) -> str:
    """What someone is in a class; "" for what modbot has no use for. Raises Misfit."""
    role = value.casefold()
    if role in ENROLLED_ROLES:
        return role
    if role in UNUSED_ENROLLED_ROLES or role.startswith("ext:"):
        return ""
    raise Misfit("role is not one that OneRoster knows")


def deleted(status: str) -> bool:
    """Whether a row is marked as no longer valid. Raises Misfit for an unknown word."""
    word = status.casefold()
    if word in {"", "active"}:
        return False
    if word in {"tobedeleted", "inactive"}:
        return True
    raise Misfit("status is neither active nor tobedeleted")


def last_day(value: str, column: str = "endDate") -> str | None:
    """The day something ends, such as 2027-06-25; None for no end. Raises Misfit when it is not a date."""
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        raise Misfit(f"{column} is not a date such as 2026-09-08") from None
