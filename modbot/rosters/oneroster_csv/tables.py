"""From rows to the index: what each file's rows mean, and why some do not fit."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from modbot.rosters import Digest, normal_email
from modbot.rosters.findings import Findings
from modbot.rosters.oneroster_csv.manifest import Layout
from modbot.rosters.oneroster_csv.rows import Row, Table, rows
from modbot.rosters.oneroster_csv.vocabulary import (
    CLASSES,
    ENROLLED_ROLES,
    ENROLLMENTS,
    LONGEST_ID,
    ORGS,
    OTHER_ROLES,
    ROLES,
    SESSIONS,
    STAFF_ROLES,
    STUDENT,
    TEACHER,
    UNUSED_ENROLLED_ROLES,
    Misfit,
    deleted,
    enabled,
    ended,
    identifier,
    identifiers,
    looks_like_email,
    name,
)
from modbot.rosters.scratch import ROWS_AT_ONCE, Kind, Scratch

_ADD_PERSON = "INSERT INTO people (id, line, kind, enabled, email, details) VALUES (?, ?, ?, ?, ?, ?)"
_ADD_ROLE = "INSERT INTO roles VALUES (?, ?, ?, ?)"
_ADD_CLASS = "INSERT INTO classes (id, line, kind, school, details) VALUES (?, ?, ?, ?, ?)"
_ADD_ENROLMENT = """INSERT INTO enrolments VALUES
    (?, ?, (SELECT n FROM classes WHERE id = ?), (SELECT n FROM people WHERE id = ?))"""


class Reading:
    """One reading of one folder. Schools and terms are few and kept in memory; the rest goes to the index."""

    def __init__(
        self,
        layout: Layout,
        index: Scratch,
        findings: Findings,
        *,
        today: date,
        digest: Digest,
        done: Callable[[int], None],
    ) -> None:
        self._layout = layout
        self._index = index
        self._findings = findings
        self._today = today
        self._digest = digest
        self._done = done
        self._orgs: dict[str, bool] = {}  # id → whether it is in force
        self._terms: dict[str, bool] = {}  # id → whether it is running or yet to come
        self.schools = 0

    def read_places(self) -> None:
        """Schools and terms."""
        for row in self._rows(ORGS, self._org):
            self._orgs[row["sourcedId"]] = not deleted(row["status"])
            self.schools += self._orgs[row["sourcedId"]] and row["type"].casefold() == "school"
        if self._layout.has_sessions:
            for row in self._rows(SESSIONS, self._term):
                self._terms[row["sourcedId"]] = not deleted(row["status"]) and not ended(row["endDate"], self._today)

    def read_people(self) -> None:
        """Users, with the roles that OneRoster 1.1 puts beside them."""
        people: list[tuple[Any, ...]] = []
        roles: list[tuple[Any, ...]] = []
        for row in self._rows(self._layout.users, self._person, failed=self._gone_person):
            people.append(self._person_row(row))
            if self._layout.version == "1.1":
                roles += self._beside(row)
            if len(people) >= ROWS_AT_ONCE:
                self._index.add(_ADD_PERSON, people)
                self._index.add(_ADD_ROLE, roles)
                people, roles = [], []
        self._index.add(_ADD_PERSON, people)
        self._index.add(_ADD_ROLE, roles)

    def read_roles(self) -> None:
        """Roles, which OneRoster 1.2 keeps in a file of their own."""
        if self._layout.version == "1.2":
            self._index.add(_ADD_ROLE, self._role_rows())

    def read_classes(self) -> None:
        """Classes."""
        wanted = self._rows(CLASSES, self._class, failed=self._gone_class)
        self._index.add(_ADD_CLASS, (self._class_row(row) for row in wanted))

    def read_enrolments(self) -> None:
        """Who is in which class. People and classes must have been joined before."""
        self._index.add(_ADD_ENROLMENT, self._enrolment_rows())

    def _rows(
        self, table: Table, judge: Callable[[Row], None], *, failed: Callable[[Row], None] | None = None
    ) -> Iterator[Row]:
        """The rows that fit. `failed` remembers the id of one that does not, for those who refer to it."""
        for row in rows(self._layout.path(table), table):
            self._findings.rows[table.file] += 1
            if self._findings.rows[table.file] % ROWS_AT_ONCE == 0:
                self._done(self._findings.rows.total())
            try:
                _as_wide_as_header(row)
                identifier(row["sourcedId"], "sourcedId")
                judge(row)
            except Misfit as misfit:
                self._findings.left_out(table.file, row.line, str(misfit))
                if failed is not None:
                    failed(row)
                continue
            yield row

    def _org(self, row: Row) -> None:
        deleted(row["status"])
        if row["sourcedId"] in self._orgs:
            raise Misfit(f"sourcedId {row['sourcedId']} is there twice")

    def _term(self, row: Row) -> None:
        deleted(row["status"])
        ended(row["endDate"], self._today)
        if row["sourcedId"] in self._terms:
            raise Misfit(f"sourcedId {row['sourcedId']} is there twice")

    def _person(self, row: Row) -> None:
        deleted(row["status"])
        enabled(row["enabledUser"])
        if not any([name(row["givenName"], "givenName"), name(row["familyName"], "familyName")]):
            raise Misfit("givenName and familyName are both empty")
        if self._layout.version == "1.2":
            name(row["preferredGivenName"], "preferredGivenName")
            name(row["preferredFamilyName"], "preferredFamilyName")
        else:
            _known_role(row["role"])
            self._known_orgs(identifiers(row["orgSourcedIds"], "orgSourcedIds"))

    def _person_row(self, row: Row) -> tuple[Any, ...]:
        email = self._email(row)
        names = [name(row[column], column) for column in ("givenName", "familyName")]
        preferred = ["", ""]
        if self._layout.version == "1.2":
            preferred = [name(row[column], column) for column in ("preferredGivenName", "preferredFamilyName")]
        return (
            row["sourcedId"],
            row.line,
            Kind.GONE if deleted(row["status"]) else Kind.LISTED,
            enabled(row["enabledUser"]),
            self._digest(email) if email else None,
            self._index.cover([*names, *preferred, email]),
        )

    def _email(self, row: Row) -> str:
        email = normal_email(row["email"])
        if email and not looks_like_email(email):
            self._findings.left_out(self._layout.users.file, row.line, "email is not an address; it is left out")
            return ""
        return email

    def _beside(self, row: Row) -> Iterator[tuple[Any, ...]]:
        for org in identifiers(row["orgSourcedIds"], "orgSourcedIds"):
            if self._orgs[org]:
                yield row["sourcedId"], _known_role(row["role"]), org, row.line

    def _role(self, row: Row) -> None:
        deleted(row["status"])
        ended(row["endDate"], self._today)
        identifier(row["userSourcedId"], "userSourcedId")
        _known_role(row["role"])
        self._known_orgs([identifier(row["orgSourcedId"], "orgSourcedId")])

    def _role_rows(self) -> Iterator[tuple[Any, ...]]:
        for row in self._rows(ROLES, self._role):
            over = deleted(row["status"]) or ended(row["endDate"], self._today)
            if not over and self._orgs[row["orgSourcedId"]]:
                yield row["userSourcedId"], _known_role(row["role"]), row["orgSourcedId"], row.line

    def _class(self, row: Row) -> None:
        deleted(row["status"])
        name(row["title"], "title")
        self._known_orgs([identifier(row["schoolSourcedId"], "schoolSourcedId")])
        for term in identifiers(row["termSourcedIds"], "termSourcedIds"):
            if self._layout.has_sessions and term not in self._terms:
                raise Misfit(f"termSourcedIds names {term}, which is not in {SESSIONS.file}")

    def _class_row(self, row: Row) -> tuple[Any, ...]:
        title = name(row["title"], "title") or row["classCode"][:LONGEST_ID] or row["sourcedId"]
        kind = Kind.LISTED if self._running(row) else Kind.GONE
        return row["sourcedId"], row.line, kind, row["schoolSourcedId"], self._index.cover([title])

    def _running(self, row: Row) -> bool:
        terms = [self._terms.get(term, True) for term in identifiers(row["termSourcedIds"], "termSourcedIds")]
        return not deleted(row["status"]) and self._orgs[row["schoolSourcedId"]] and (not terms or any(terms))

    def _enrolment(self, row: Row) -> None:
        deleted(row["status"])
        ended(row["endDate"], self._today)
        identifier(row["classSourcedId"], "classSourcedId")
        identifier(row["userSourcedId"], "userSourcedId")
        role = row["role"].casefold()
        if role not in ENROLLED_ROLES | UNUSED_ENROLLED_ROLES and not role.startswith("ext:"):
            raise Misfit("role is not one that OneRoster knows")

    def _enrolment_rows(self) -> Iterator[tuple[Any, ...]]:
        for row in self._rows(ENROLLMENTS, self._enrolment):
            role = row["role"].casefold()
            over = deleted(row["status"]) or ended(row["endDate"], self._today)
            if not over and role in ENROLLED_ROLES:
                yield row.line, role == TEACHER, row["classSourcedId"], row["userSourcedId"]

    def _known_orgs(self, orgs: list[str]) -> None:
        for org in orgs:
            if org not in self._orgs:
                raise Misfit(f"the organisation {org} is not in {ORGS.file}")

    def _gone_person(self, row: Row) -> None:
        if row["sourcedId"]:
            self._index.add(_ADD_PERSON, [(row["sourcedId"][:LONGEST_ID], row.line, Kind.GONE, False, None, None)])

    def _gone_class(self, row: Row) -> None:
        if row["sourcedId"]:
            self._index.run(_ADD_CLASS, row["sourcedId"][:LONGEST_ID], row.line, Kind.GONE, None, None)


def _as_wide_as_header(row: Row) -> None:
    if row.surplus:
        raise Misfit("the row has more cells than the header; a comma may lack its quotation marks")


def _known_role(value: str) -> str:
    role = value.casefold()
    if role == STUDENT or role in STAFF_ROLES or role in OTHER_ROLES:
        return role
    if role.startswith("ext:"):
        return "ext"
    raise Misfit("role is not one that OneRoster knows")
