"""From Clever's records to modbot's rows: who is what, and who sits where."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from modbot import rosters
from modbot.rosters import ListedSection, Person, Post, Role, Seat, normal_email
from modbot.rosters.clever.shapes import Name, School, Section, Term, User

Principals = Mapping[str, frozenset[str]]  # e-mail → the schools it is the principal's of


def principals_of(schools: Iterable[School | None]) -> Principals:
    """Who leads which school: the one place where Clever says so. A title is free text and gives no rights."""
    found: dict[str, frozenset[str]] = {}
    for school in schools:
        if school is not None and school.id and school.principal is not None and school.principal.email:
            email = normal_email(school.principal.email)
            found[email] = found.get(email, frozenset()) | {school.id}
    return found


def person_of(user: User, principals: Principals) -> Person:
    """A user as a person; gone, when no role of theirs is of any use to modbot."""
    name = user.name or Name()
    roles = tuple(dict.fromkeys(_roles(user, principals)))
    preferred = user.roles.student.preferred_name if user.roles and user.roles.student else None
    return Person(
        id=user.id or "",
        given=name.first or "",
        family=name.last or "",
        preferred_given=(preferred.first if preferred else None) or "",
        preferred_family=(preferred.last if preferred else None) or "",
        email=user.email or "",
        roles=roles,
        gone=not roles,
    )


def _roles(user: User, principals: Principals) -> Iterable[Role]:
    if user.roles is None:
        return
    if user.roles.student is not None:
        yield from _at(Post.STUDENT, user.roles.student.school, user.roles.student.schools)
    if user.roles.teacher is not None:
        yield from _at(Post.TEACHER, user.roles.teacher.school, user.roles.teacher.schools)
    if user.roles.staff is not None:
        yield from _at(Post.OTHER, user.roles.staff.school, user.roles.staff.schools)
    if user.roles.district_admin is not None:
        yield Role(Post.OTHER)
    if user.email and (user.roles.staff is not None or user.roles.teacher is not None):
        leads = principals.get(normal_email(user.email), frozenset())
        yield from (Role(Post.PRINCIPAL, school) for school in sorted(leads))


def _at(post: Post, school: str | None, schools: Sequence[str | None] | None) -> Iterable[Role]:
    """The post at each of its schools; somebody whose schools are not told has it all the same."""
    named = [one for one in (school, *(schools or ())) if one]
    yield from (Role(post, one) for one in named or [""])


def section_of(section: Section) -> ListedSection:
    """A section without its people."""
    return ListedSection(
        id=section.id or "",
        title=section.name or section.section_number or section.id or "",
        school=section.school or "",
        terms=(section.term_id,) if section.term_id else (),
    )


def seats_of(section: Section) -> Iterable[Seat]:
    """Everybody in a section, each once."""
    teachers = dict.fromkeys(one for one in (section.teacher, *(section.teachers or ())) if one)
    students = dict.fromkeys(one for one in section.students or () if one)
    yield from (Seat(section.id or "", teacher, teaches=True) for teacher in teachers)
    yield from (Seat(section.id or "", student) for student in students)


def school_of(school: School) -> rosters.School:
    """A school."""
    return rosters.School(school.id or "")


def term_of(term: Term) -> rosters.Term:
    """A term. Raises ValueError when its end is not a date."""
    return rosters.Term(term.id or "", until=date.fromisoformat(term.end_date[:10]) if term.end_date else None)
