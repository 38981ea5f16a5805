"""What modbot takes of Clever's JSON: https://dev.clever.com/docs/clever-api-v31-data-schema

The parser builds what stands here and skips all else, so that a birthday or a disability never becomes a value that
could be kept, logged or told. A field of another type than Clever documents is as good as absent; it does not spoil
its page.
"""

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from modbot.rosters.clever.answers import malformed
from modbot.rosters.shaping import OrNothing, Text, Texts, fault, parsed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Name:
    """A name's two parts that are compared with what people call themselves."""

    first: Text = None
    last: Text = None


@dataclass(frozen=True, slots=True)
class Student:
    """What a student's role says."""

    school: Text = None
    schools: Texts = None
    preferred_name: Annotated[Name | None, OrNothing] = None


@dataclass(frozen=True, slots=True)
class Worker:
    """What a teacher's or a staff member's role says."""

    school: Text = None
    schools: Texts = None


@dataclass(frozen=True, slots=True)
class DistrictAdmin:
    """Somebody of the district's own office: the role alone counts."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles one user has; a parent's is not taken."""

    student: Annotated[Student | None, OrNothing] = None
    teacher: Annotated[Worker | None, OrNothing] = None
    staff: Annotated[Worker | None, OrNothing] = None
    district_admin: Annotated[DistrictAdmin | None, OrNothing] = None


@dataclass(frozen=True, slots=True)
class User:
    """A person: https://dev.clever.com/docs/users"""

    id: Text = None
    district: Text = None
    email: Text = None
    name: Annotated[Name | None, OrNothing] = None
    roles: Annotated[Roles | None, OrNothing] = None


@dataclass(frozen=True, slots=True)
class Section:
    """A class with everybody in it: https://dev.clever.com/docs/sections"""

    id: Text = None
    district: Text = None
    name: Text = None
    section_number: Text = None
    school: Text = None
    term_id: Text = None
    teacher: Text = None
    teachers: Texts = None
    students: Texts = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who leads a school, by e-mail."""

    email: Text = None


@dataclass(frozen=True, slots=True)
class School:
    """A school: https://dev.clever.com/docs/schools"""

    id: Text = None
    district: Text = None
    principal: Annotated[Principal | None, OrNothing] = None


@dataclass(frozen=True, slots=True)
class Term:
    """A term: https://dev.clever.com/docs/terms"""

    id: Text = None
    district: Text = None
    end_date: Text = None


@dataclass(frozen=True, slots=True)
class District:
    """The district of a token: https://dev.clever.com/docs/districts"""

    id: Text = None
    state: Text = None
    last_sync: Text = None

    @property
    def district(self) -> str | None:
        """Its own id, so that it is checked like every other record's."""
        return self.id


@dataclass(frozen=True, slots=True)
class Changed:
    """The record that an event tells of; it fits one of the two, or neither of them is wanted."""

    user: Annotated[User | None, OrNothing, Field(validation_alias="object")] = None
    section: Annotated[Section | None, OrNothing, Field(validation_alias="object")] = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed: https://dev.clever.com/docs/events-api"""

    id: Text = None
    type: Text = None
    data: Annotated[Changed | None, OrNothing] = None

    @property
    def district(self) -> str | None:
        """The district of the record it tells of."""
        return self.data.user.district if self.data is not None and self.data.user is not None else None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a token is."""

    type: Text = None
    id: Text = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A token and its owner: https://dev.clever.com/reference/gettokens"""

    access_token: Text = None
    owner: Annotated[Owner | None, OrNothing] = None


@dataclass(frozen=True, slots=True)
class Link:
    """Where the next page is."""

    rel: Text = None
    uri: Text = None


@dataclass(frozen=True, slots=True)
class _Enclosed(Generic[T]):
    data: Annotated[T | None, OrNothing] = None


@dataclass(frozen=True, slots=True)
class _Listing(Generic[T]):
    data: list[Annotated[_Enclosed[T] | None, OrNothing]]
    links: Annotated[list[Link] | None, OrNothing] = None


@dataclass(frozen=True, slots=True)
class _Tokens:
    data: list[Annotated[Granted | None, OrNothing]]


class Shape(Generic[T]):
    """How a page of one kind of records is read."""

    def __init__(self, listing: TypeAdapter[_Listing[T]]) -> None:
        self._listing = listing

    def read(self, body: bytes) -> tuple[list[T | None], list[Link]]:
        """The records, None for one that is no object, and the links. Raises MalformedAnswer for what is no page."""
        page = _read(self._listing, body)
        return [None if one is None else one.data for one in page.data], page.links or []


USERS = Shape(TypeAdapter(_Listing[User]))
SECTIONS = Shape(TypeAdapter(_Listing[Section]))
SCHOOLS = Shape(TypeAdapter(_Listing[School]))
TERMS = Shape(TypeAdapter(_Listing[Term]))
DISTRICTS = Shape(TypeAdapter(_Listing[District]))
EVENTS = Shape(TypeAdapter(_Listing[Event]))
_TOKENS = TypeAdapter(_Tokens)


def tokens(body: bytes) -> list[Granted]:
    """The tokens of an app. Raises MalformedAnswer."""
    return [granted for granted in _read(_TOKENS, body).data if granted is not None]


def _read(adapter: TypeAdapter[T], body: bytes) -> T:
    try:
        return parsed(adapter.validate_json, body)
    except ValidationError as error:
        raise malformed(fault(error)) from None
