"""Invented districts as OneRoster folders: a small one to spoil in tests, and large ones to measure with.

python -m tests.rosters.district FOLDER STUDENTS SECTIONS      writes a large one
python -m tests.rosters.district FOLDER                        imports it, and prints time and memory as JSON
"""

import asyncio
import csv
import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from modbot.seal import Keyring
from modbot.store import Store, connect
from modbot.store.embedded import EmbeddedStore
from modbot.store.roster import RosterStore, import_roster


def columns(names: str) -> list[str]:
    """Column names as the files have them."""
    return names.split(",")


USERS_V12 = columns(
    "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,"
    "sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,"
    "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
)
USERS_V11 = columns(
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,"
    "identifier,email,sms,phone,agentSourcedIds,grades,password"
)
ROLES = columns("sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId")
CLASSES = columns(
    "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
    "termSourcedIds,subjects,subjectCodes,periods"
)
ENROLLMENTS = columns(
    "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"
)
ORGS = columns("sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId")
SESSIONS = columns("sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear")

SECRETS = ("hunter2-password", "+1-555-0100", "+1-555-0199", "they/them-pronoun")  # no trace of them may be kept


def table(path: Path, names: Sequence[str], rows: Iterable[dict[str, object]]) -> None:
    """Write one CSV file; columns that a row does not have stay empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def small_district(folder: Path, version: str = "1.2") -> Path:
    """Two schools, a principal, three teachers, an aide, a parent, five students, three classes."""
    folder.mkdir(parents=True, exist_ok=True)
    people = [
        ("t1", "Ada", "Okafor", "ada@staff.example.org", "teacher", "north"),
        ("t2", "Ben", "Lund", "ben@staff.example.org", "teacher", "north"),
        ("t3", "Cleo", "Marsh", "Cleo@Staff.Example.org", "teacher", "south"),
        ("p1", "Dora", "Quist", "dora@staff.example.org", "principal", "north"),
        ("a1", "Eli", "Fenn", "eli@staff.example.org", "aide", "south"),
        ("g1", "Faye", "Romero", "faye@parents.example.org", "parent", "north"),
        ("s1", "Gus", "Romero", "gus@students.example.org", "student", "north"),
        ("s2", "Hana", "Ito", "hana@students.example.org", "student", "north"),
        ("s3", "Ivan", "Petrov", "", "student", "north"),
        ("s4", "June", "Twin", "twins@parents.example.org", "student", "south"),
        ("s5", "Kay", "Twin", "twins@parents.example.org", "student", "south"),
    ]
    _manifest(folder, version)
    _places(folder, ["north", "south"])
    table(folder / "users.csv", _user_columns(version), (_user(version, *person) for person in people))
    if version == "1.2":
        table(folder / "roles.csv", ROLES, (_role(person[0], person[4], person[5]) for person in people))
    classes = [("c1", "Algebra 1", "north"), ("c2", "Algebra 2", "north"), ("c3", "Chorus", "south")]
    table(folder / "classes.csv", CLASSES, (_class(*one) for one in classes))
    seats = [("c1", "t1", "teacher"), ("c2", "t1", "teacher"), ("c2", "t2", "teacher"), ("c3", "t3", "teacher")]
    seats += [("c1", "s1", "student"), ("c1", "s2", "student"), ("c2", "s3", "student"), ("c3", "s4", "student")]
    seats += [("c3", "s5", "student"), ("c3", "a1", "proctor")]
    table(folder / "enrollments.csv", ENROLLMENTS, (_seat(n, *seat) for n, seat in enumerate(seats)))
    return folder


def large_district(folder: Path, students: int, sections: int) -> Path:
    """Every section has its own 26 seats, spread over the students, and one teacher of five sections."""
    folder.mkdir(parents=True, exist_ok=True)
    teachers, schools = max(1, sections // 5), [f"school-{n}" for n in range(max(1, students // 600))]
    where = {f"t{n}": schools[n % len(schools)] for n in range(teachers)}
    _manifest(folder, "1.2")
    _places(folder, schools)
    staff = ((f"t{n}", f"Given{n}", f"Family{n}", f"t{n}@staff.example.org", "teacher", "") for n in range(teachers))
    pupils = (
        (f"s{n}", f"Pupil{n}", f"Surname{n % 997}", f"s{n}@students.example.org", "student", "")
        for n in range(students)
    )
    table(folder / "users.csv", USERS_V12, (_user("1.2", *one) for some in (staff, pupils) for one in some))
    with_roles = ((f"s{n}", "student", schools[n % len(schools)]) for n in range(students))
    with_more = ((teacher, "teacher", school) for teacher, school in where.items())
    table(folder / "roles.csv", ROLES, (_role(*one) for some in (with_more, with_roles) for one in some))
    told = ((f"c{n}", f"Class {n}", where[f"t{n % teachers}"]) for n in range(sections))
    table(folder / "classes.csv", CLASSES, (_class(*one) for one in told))
    taught = ((n, f"c{n}", f"t{n % teachers}", "teacher") for n in range(sections))
    seats = (
        (sections + n, f"c{n % sections}", f"s{(n * 7919 + n // sections) % students}", "student")
        for n in range(sections * 26)
    )
    table(folder / "enrollments.csv", ENROLLMENTS, (_seat(*one) for some in (taught, seats) for one in some))
    return folder


def _manifest(folder: Path, version: str) -> None:
    names = ["academicSessions", "classes", "enrollments", "orgs", "users", *(["roles"] if version == "1.2" else [])]
    said = {"manifest.version": "1.0", "oneroster.version": version, **{f"file.{name}": "bulk" for name in names}}
    rows: list[dict[str, object]] = [{"propertyName": key, "value": value} for key, value in said.items()]
    table(folder / "manifest.csv", ("propertyName", "value"), rows)


def _places(folder: Path, schools: Sequence[str]) -> None:
    rows: list[dict[str, object]] = [{"sourcedId": "district", "name": "Invented District", "type": "district"}]
    rows += [{"sourcedId": one, "name": f"{one} school", "type": "school"} for one in schools]
    table(folder / "orgs.csv", ORGS, rows)
    year: dict[str, object] = {"sourcedId": "year", "title": "2026-2027", "endDate": "2027-06-25"}
    table(folder / "academicSessions.csv", SESSIONS, [year])


def _user_columns(version: str) -> list[str]:
    return USERS_V12 if version == "1.2" else USERS_V11


def _user(version: str, user: str, given: str, family: str, email: str, role: str, org: str) -> dict[str, object]:
    row: dict[str, object] = {
        "sourcedId": user, "enabledUser": "true", "username": user, "givenName": given, "familyName": family,
        "email": email, "password": SECRETS[0], "sms": SECRETS[1], "phone": SECRETS[2],
    }  # fmt: skip
    if version == "1.2":
        return row | {"pronouns": SECRETS[3], "preferredGivenName": "Vanya" if given == "Ivan" else ""}
    return row | {"orgSourcedIds": org, "role": role}


def _role(user: str, role: str, org: str) -> dict[str, object]:
    return {"sourcedId": f"r-{user}", "userSourcedId": user, "roleType": "primary", "role": role, "orgSourcedId": org}


def _class(section: str, title: str, school: str) -> dict[str, object]:
    return {"sourcedId": section, "title": title, "schoolSourcedId": school, "termSourcedIds": "year"}


def _seat(number: int, section: str, user: str, role: str) -> dict[str, object]:
    return {
        "sourcedId": f"e{number}", "classSourcedId": section, "userSourcedId": user, "role": role,
        "beginDate": "2026-09-08", "endDate": "2027-06-25",
    }  # fmt: skip


async def measure(folder: Path) -> dict[str, float]:
    """Import a folder into a fresh real store: seconds, and the most memory this process had."""
    directory = Path(tempfile.mkdtemp(prefix="mb-", dir="/tmp"))
    server = EmbeddedStore(directory, fsync="no")
    store = connect(await server.start())
    try:
        before = _peak_mib()
        started = time.perf_counter()
        report = await import_roster(folder, RosterStore(store, Keyring([b"k" * 32])))
        seconds = time.perf_counter() - started
        facts = await store.facts()
        return {
            "seconds": round(seconds, 2), "rows": sum(report.rows.values()), "seats": report.counts.seats,
            "peak_rss_before_mib": before, "peak_rss_mib": _peak_mib(),
            "store_mib": round(float(facts["used_memory"]) / 2**20, 1),
            "lookup_us": await _lookup_us(store, report.counts.staff),
        }  # fmt: skip
    finally:
        await store.close()
        await server.stop()
        shutil.rmtree(directory)


async def _lookup_us(store: Store, staff: int) -> float:
    roster = RosterStore(store, Keyring([b"k" * 32]))
    started = time.perf_counter()
    for n in range(500):
        assert await roster.staff_by_email(f"t{n % staff}@staff.example.org") is not None
    return round((time.perf_counter() - started) / 500 * 1e6, 1)


def _peak_mib() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    target, *sizes = sys.argv[1:]
    if sizes:
        large_district(Path(target), *map(int, sizes))
    else:
        sys.stdout.write(json.dumps(asyncio.run(measure(Path(target)))) + "\n")
