"""What modbot takes of OneRoster's JSON. The rest of a record never becomes a value in modbot's memory.

https://www.imsglobal.org/sites/default/files/spec/oneroster/v1p2/rostering-restbinding/OneRosterv1p2RosteringService_RESTBindv1p0.html
and https://www.imsglobal.org/oneroster-v11-final-specification
"""

from dataclasses import dataclass, fields
from typing import Annotated, Generic, TypeVar

from pydantic import Field, ValidationError, create_model

from modbot.rosters.oneroster_rest.refusals import malformed
from modbot.rosters.shaping import Flag, OrNothing, Text, fault, parsed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to another record."""

    sourcedId: Text = None  # noqa: N815 - OneRoster's names, here and below


OneLink = Annotated[Link | None, OrNothing]
Links = Annotated[list[OneLink] | None, OrNothing]


@dataclass(frozen=True, slots=True)
class Org:
    """A school, the district, a department."""

    sourcedId: Text = None  # noqa: N815
    status: Text = None
    type: Text = None


@dataclass(frozen=True, slots=True)
class Session:
    """A term, a year, a grading period."""

    sourcedId: Text = None  # noqa: N815
    status: Text = None
    endDate: Text = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class UserRole:
    """One of the roles that 1.2 lists in a user."""

    role: Text = None
    org: OneLink = None
    endDate: Text = None  # noqa: N815
    status: Text = None


@dataclass(frozen=True, slots=True)
class User:
    """A person: 1.2 has `roles`, 1.1 has `role` and `orgs`."""

    sourcedId: Text = None  # noqa: N815
    status: Text = None
    enabledUser: Flag = None  # noqa: N815
    givenName: Text = None  # noqa: N815
    familyName: Text = None  # noqa: N815
    preferredGivenName: Text = None  # noqa: N815
    preferredFamilyName: Text = None  # noqa: N815
    email: Text = None
    roles: Annotated[list[Annotated[UserRole | None, OrNothing]] | None, OrNothing] = None
    role: Text = None
    orgs: Links = None


@dataclass(frozen=True, slots=True)
class Class:
    """A class."""

    sourcedId: Text = None  # noqa: N815
    status: Text = None
    title: Text = None
    classCode: Text = None  # noqa: N815
    school: OneLink = None
    terms: Links = None


@dataclass(frozen=True, slots=True)
class Enrollment:
    """Someone in a class."""

    sourcedId: Text = None  # noqa: N815
    status: Text = None
    role: Text = None
    endDate: Text = None  # noqa: N815
    user: OneLink = None
    class_: Annotated[Link | None, OrNothing, Field(validation_alias="class")] = None


class Shape(Generic[T]):
    """A collection: its name in addresses and answers, the fields asked for, and how a page of it is read."""

    def __init__(self, name: str, record: type[T], *, without: frozenset[str] = frozenset()) -> None:
        """`without`: fields that this version of OneRoster does not have."""
        self.name = name
        names = (field.name.rstrip("_") for field in fields(record))  # type: ignore[arg-type] # all are dataclasses
        self.selection = ",".join(one for one in names if one not in without)
        element = Annotated[record | None, OrNothing]  # type: ignore[valid-type] # built at run time
        self._page = create_model("Page", records=(list[element], Field(validation_alias=name)))

    def read(self, body: bytes) -> list[T | None]:
        """The records of a page, None for one that is no object. Raises MalformedAnswer for what is no page."""
        try:
            records: list[T | None] = parsed(self._page.model_validate_json, body).records  # type: ignore[attr-defined]
        except ValidationError as error:
            raise malformed(f"{self.name}: {fault(error)}") from None
        return records
