"""From rows to the index: what each file's rows mean, and why some do not fit."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import orjson

from modbot.rosters import Digest, normal_email
from modbot.rosters.findings import Findings
from modbot.rosters.fitting import LONGEST_ID, Misfit, identifier, looks_like_email, name
from modbot.rosters.oneroster_csv.manifest import Layout
from modbot.rosters.oneroster_csv.rows import Row, Table, rows
from modbot.rosters.oneroster_csv.vocabulary import CLASSES, ENROLLMENTS, ORGS, ROLES, SESSIONS, enabled, identifiers
from modbot.rosters.oneroster_words import TEACHER, deleted, enrolled_role, known_role, last_day
from modbot.rosters.scratch import ROWS_AT_ONCE, Scratch

_ADD_PERSON = "INSERT INTO people (n, id, line, gone, enabled, email, details, mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_ROLE = "INSERT INTO roles (id, line, beside, person, role, org, until, gone) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_CLASS = "INSERT INTO classes (id, line, gone, school, terms, details, mark) VALUES (?, ?, ?, ?, ?, ?, ?)"
_ADD_ENROLMENT = "INSERT INTO enrolments (id, line, teaches, class, person, until, gone) VALUES (?, ?, ?, ?, ?, ?, ?)"
_ADD_SCHOOL = "INSERT OR REPLACE INTO schools VALUES (?, ?, ?)"
_ADD_TERM = "INSERT OR REPLACE INTO terms VALUES (?, ?, ?)"


class Reading:
    """One reading of one folder. Schools and terms are few and kept in memory; the rest goes to the index.

    Of a folder with changes only, the index must hold what was told before.
    """

    def __init__(
        self, layout: Layout, index: Scratch, findings: Findings, *, digest: Digest, done: Callable[[int], None]
    ) -> None:
        self._layout = layout
        self._index = index
        self._findings = findings
        self._digest = digest
        self._done = done
        self._people = index.former["people"]
        self._orgs = {one for (one,) in index.ask("SELECT id FROM schools")}
        self._terms = {one for (one,) in index.ask("SELECT id FROM terms")}
        self._seen: set[str] = set()

    def read(self) -> None:
        """Every file that is there."""
        self._read_places()
        self._read_people()
        if self._layout.version == "1.2":
            self._index.add(_ADD_ROLE, self._role_rows())
        wanted = self._rows(CLASSES, self._class, failed=self._gone_class)
        self._index.add(_ADD_CLASS, (self._class_row(row) for row in wanted))
        self._index.add(_ADD_ENROLMENT, self._enrolment_rows())

    def _read_places(self) -> None:
        for row in self._rows(ORGS, self._once):
            is_school = row["type"].casefold() == "school"
            self._index.run(_ADD_SCHOOL, row["sourcedId"], deleted(row["status"]), is_school)
            self._orgs.add(row["sourcedId"])
        self._seen.clear()
        for row in self._rows(SESSIONS, self._term):
            self._index.run(_ADD_TERM, row["sourcedId"], last_day(row["endDate"]), deleted(row["status"]))
            self._terms.add(row["sourcedId"])

    def _read_people(self) -> None:
        """Users, with the roles that OneRoster 1.1 puts beside them."""
        wanted = self._rows(self._layout.users, self._person, failed=self._gone_person)
        while some := list(islice(wanted, ROWS_AT_ONCE)):
            people: list[tuple[Any, ...]] = []
            roles: list[tuple[Any, ...]] = []
            for row in some:
                self._people += 1
                people.append(self._person_row(row, self._people))
                if self._layout.version == "1.1":
                    roles += self._beside(row, self._people)
            self._index.add(_ADD_PERSON, people)
            self._index.add(_ADD_ROLE, roles)

    def _rows(
        self, table: Table, judge: Callable[[Row], None], *, failed: Callable[[Row], None] | None = None
    ) -> Iterator[Row]:
        """The rows that fit. `failed` remembers the id of one that does not, for those who refer to it."""
        if not self._layout.has(table):
            return
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
                if failed is not None and not self._layout.changes:  # what was known before stays as it was
                    failed(row)
                continue
            yield row

    def _once(self, row: Row) -> None:
        deleted(row["status"])
        if row["sourcedId"] in self._seen:
            raise Misfit(f"sourcedId {row['sourcedId']} is there twice")
        self._seen.add(row["sourcedId"])

    def _term(self, row: Row) -> None:
        last_day(row["endDate"])
        self._once(row)

    def _person(self, row: Row) -> None:
        enabled(row["enabledUser"])
        if deleted(row["status"]):
            return
        if not any([name(row["givenName"], "givenName"), name(row["familyName"], "familyName")]):
            raise Misfit("givenName and familyName are both empty")
        if self._layout.version == "1.2":
            name(row["preferredGivenName"], "preferredGivenName")
            name(row["preferredFamilyName"], "preferredFamilyName")
        else:
            known_role(row["role"])
            self._known_orgs(identifiers(row["orgSourcedIds"], "orgSourcedIds"))

    def _person_row(self, row: Row, number: int) -> tuple[Any, ...]:
        if deleted(row["status"]):
            return number, row["sourcedId"], row.line, True, False, None, None, None
        email = self._email(row)
        names = [name(row[column], column) for column in ("givenName", "familyName")]
        preferred = ["", ""]
        if self._layout.version == "1.2":
            preferred = [name(row[column], column) for column in ("preferredGivenName", "preferredFamilyName")]
        details = [*names, *preferred, email]
        hidden = self._index.cover(details), self._index.mark(details)
        digest = self._digest(email) if email else None
        return number, row["sourcedId"], row.line, False, enabled(row["enabledUser"]), digest, *hidden

    def _email(self, row: Row) -> str:
        email = normal_email(row["email"])
        if email and not looks_like_email(email):
            self._findings.left_out(self._layout.users.file, row.line, "email is not an address; it is left out")
            return ""
        return email

    def _beside(self, row: Row, number: int) -> Iterator[tuple[Any, ...]]:
        if not deleted(row["status"]):
            role = known_role(row["role"])
            for org in identifiers(row["orgSourcedIds"], "orgSourcedIds"):
                yield None, row.line, number, row["sourcedId"], role, org, None, False

    def _role(self, row: Row) -> None:
        last_day(row["endDate"])
        if not deleted(row["status"]):
            identifier(row["userSourcedId"], "userSourcedId")
            known_role(row["role"])
            self._known_orgs([identifier(row["orgSourcedId"], "orgSourcedId")])

    def _role_rows(self) -> Iterator[tuple[Any, ...]]:
        for row in self._rows(ROLES, self._role):
            gone = deleted(row["status"])
            told = "" if gone else known_role(row["role"])
            until = last_day(row["endDate"])
            yield row["sourcedId"], row.line, None, row["userSourcedId"], told, row["orgSourcedId"], until, gone

    def _class(self, row: Row) -> None:
        if deleted(row["status"]):
            return
        name(row["title"], "title")
        self._known_orgs([identifier(row["schoolSourcedId"], "schoolSourcedId")])
        for term in identifiers(row["termSourcedIds"], "termSourcedIds"):
            if self._layout.has_sessions and term not in self._terms:
                raise Misfit(f"termSourcedIds names {term}, which is not in {SESSIONS.file}")

    def _class_row(self, row: Row) -> tuple[Any, ...]:
        if deleted(row["status"]):
            return row["sourcedId"], row.line, True, None, None, None, None
        title = [name(row["title"], "title") or row["classCode"][:LONGEST_ID] or row["sourcedId"]]
        terms = identifiers(row["termSourcedIds"], "termSourcedIds")
        listed = orjson.dumps(terms).decode() if terms else None
        hidden = self._index.cover(title), self._index.mark(title)
        return row["sourcedId"], row.line, False, row["schoolSourcedId"], listed, *hidden

    def _enrolment(self, row: Row) -> None:
        last_day(row["endDate"])
        if not deleted(row["status"]):
            identifier(row["classSourcedId"], "classSourcedId")
            identifier(row["userSourcedId"], "userSourcedId")
            enrolled_role(row["role"])

    def _enrolment_rows(self) -> Iterator[tuple[Any, ...]]:
        for row in self._rows(ENROLLMENTS, self._enrolment):
            gone = deleted(row["status"])
            role = "" if gone else enrolled_role(row["role"])
            where, who, until = row["classSourcedId"], row["userSourcedId"], last_day(row["endDate"])
            yield row["sourcedId"], row.line, role == TEACHER, where, who, until, gone or not role

    def _known_orgs(self, orgs: list[str]) -> None:
        for org in orgs:
            if org not in self._orgs:
                raise Misfit(f"the organisation {org} is not in {ORGS.file}")

    def _gone_person(self, row: Row) -> None:
        if row["sourcedId"]:
            self._people += 1
            gone = (self._people, row["sourcedId"][:LONGEST_ID], row.line, True, False, None, None, None)
            self._index.add(_ADD_PERSON, [gone])

    def _gone_class(self, row: Row) -> None:
        if row["sourcedId"]:
            gone = (row["sourcedId"][:LONGEST_ID], row.line, True, None, None, None, None)
            self._index.run(_ADD_CLASS, *gone)


def _as_wide_as_header(row: Row) -> None:
    if row.surplus:
        raise Misfit("the row has more cells than the header; a comma may lack its quotation marks")
