"""Which e-mail domains are the district's own, as far as one class and its staff show them."""

from collections import Counter
from collections.abc import Iterable

from modbot.model import Staff
from modbot.rosters import Student

AT_LEAST = 2  # addresses: one parent's private address does not make its provider the district's
SHARE = 0.1  # of the students' addresses, or of the staff's: so few may be private ones


def own_domains(students: Iterable[Student], staff: Iterable[Staff]) -> frozenset[str]:
    """Domains of more than a few students or of more than a few staff, in lower case.

    The two are looked at apart: a school may have ten times as many staff as a class has students.
    """
    return _usual(one.email for one in students) | _usual(one.email for one in staff)


def _usual(emails: Iterable[str]) -> frozenset[str]:
    counted = Counter(email.rpartition("@")[2].strip().casefold() for email in emails if email)
    return frozenset(domain for domain, many in counted.items() if many >= max(AT_LEAST, SHARE * counted.total()))
