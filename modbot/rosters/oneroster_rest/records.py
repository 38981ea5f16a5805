"""From OneRoster's records to modbot's rows. Raises Misfit, in an admin's words, for what makes no sense."""

from collections.abc import Iterator
from datetime import date

from modbot.rosters import ListedSection, Person, Post, Role, School, Seat, Term
from modbot.rosters.oneroster_rest.shapes import Class, Enrollment, Link, Org, Session, User
from modbot.rosters.oneroster_words import (
    PRINCIPAL_ROLES,
    STAFF_ROLES,
    STUDENT,
    TEACHER,
    deleted,
    enrolled_role,
    known_role,
    last_day,
)


def school_of(org: Org) -> School:
    """Any organisation: roles may be at the district, too."""
    is_school = (org.type or "").casefold() == "school"
    return School(org.sourcedId or "", gone=deleted(org.status or ""), counts=is_school)


def term_of(session: Session) -> Term:
    """Any academic session: classes may name a year."""
    return Term(session.sourcedId or "", _day(session.endDate), gone=deleted(session.status or ""))


def person_of(user: User) -> Person:
    """A person with their roles of either version."""
    if deleted(user.status or ""):
        return Person(user.sourcedId or "", gone=True)
    return Person(
        user.sourcedId or "",
        given=user.givenName or "",
        family=user.familyName or "",
        preferred_given=user.preferredGivenName or "",
        preferred_family=user.preferredFamilyName or "",
        email=user.email or "",
        roles=tuple(_roles_of(user)),
        enabled=user.enabledUser is not False,
    )


def section_of(found: Class) -> ListedSection:
    """A class."""
    if deleted(found.status or ""):
        return ListedSection(found.sourcedId or "", gone=True)
    terms = tuple(_id(link) for link in found.terms or () if _id(link))
    return ListedSection(found.sourcedId or "", found.title or found.classCode or "", _id(found.school), terms)


def seat_of(found: Enrollment) -> Seat:
    """Someone in a class. A role that gives no seat takes away the one this row gave before."""
    gone = deleted(found.status or "")
    role = "" if gone else enrolled_role(found.role or "")
    return Seat(
        _id(found.class_),
        _id(found.user),
        teaches=role == TEACHER,
        id=found.sourcedId or "",
        until=_day(found.endDate),
        gone=gone or not role,
    )


def _roles_of(user: User) -> Iterator[Role]:
    for one in user.roles or ():
        if one is not None and not deleted(one.status or "") and (post := _post(known_role(one.role or ""))):
            yield Role(post, _id(one.org), _day(one.endDate))
    if user.role and (post := _post(known_role(user.role))):
        for org in user.orgs or ():
            if _id(org):
                yield Role(post, _id(org))


def _post(role: str) -> Post | None:
    if role == STUDENT:
        return Post.STUDENT
    if role == TEACHER:
        return Post.TEACHER
    if role in PRINCIPAL_ROLES:
        return Post.PRINCIPAL
    return Post.OTHER if role in STAFF_ROLES else None


def _id(link: Link | None) -> str:
    return link.sourcedId or "" if link is not None else ""


def _day(value: str | None) -> date | None:
    day = last_day(value or "")
    return None if day is None else date.fromisoformat(day)
