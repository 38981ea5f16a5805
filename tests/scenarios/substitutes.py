"""Classes shared with a substitute: who they are, what they are told, and a clock that can be put forward."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from modbot.demo.district import INCIDENTS
from modbot.simulators.slack import PostedMessage
from modbot.store.grants import Grant, Grants
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import On
from tests.scenarios.school import School
from tests.stores import until

WARD, WARD_EMAIL = "U0WARD", "sam.ward@example.org"  # substitutes, at another school
NONE_RUNS = "modbot sees no class of yours running now. Name the class after the command, or use /page for help."
NOT_THEIRS = "Only the teacher of this class, its principal and IT may do this. You can /page IT."
NOTHING_SHARED = "No class that you may see is shared now."
Row = dict[str, str]


class Clock:
    """modbot's clock, which can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def with_substitute(open_school: OpenSchool, on: On) -> School:
    """A class runs; Sam Ward is on the roster, teaches nothing, and belongs to another school."""
    school = await on.open(open_school)
    await substitute_comes(school)
    return school


async def substitute_comes(school: School) -> None:
    """Sam Ward is on the roster from now on."""
    school.slack.world.add_user(WARD, WARD_EMAIL, "Sam Ward")
    _change(school, "orgs", lambda rows: [*rows, {"sourcedId": "org-oak", "name": "Oak Hill", "type": "school"}])
    person = {"sourcedId": "usr-ward", "enabledUser": "true", "givenName": "Sam", "familyName": "Ward"}
    _change(school, "users", lambda rows: [*rows, {**person, "email": WARD_EMAIL}])
    role = {"sourcedId": "rol-ward", "userSourcedId": "usr-ward", "role": "aide", "orgSourcedId": "org-oak"}
    await synced(school, "roles", lambda rows: [*rows, role])


async def left(school: School, person_id: str) -> None:
    """Somebody has left the district: nothing of them is in the files any more."""
    _change(school, "users", lambda rows: [row for row in rows if row["sourcedId"] != person_id])
    _change(school, "enrollments", lambda rows: [row for row in rows if row["userSourcedId"] != person_id])
    await synced(school, "roles", lambda rows: [row for row in rows if row["userSourcedId"] != person_id])


async def synced(school: School, table: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """The district's files changed, were imported, and this modbot has noticed."""
    _change(school, table, change)
    roster = school.app.state.roster
    await school.district.import_roster(roster)
    new = await roster.in_force()
    await until("the new roster is noticed", lambda: roster.seen_generation == new)


def _change(school: School, table: str, change: Callable[[list[Row]], list[Row]]) -> None:
    path = school.district.roster / f"{table}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(change(rows))


async def shares(school: School, on: On, text: str = "") -> PostedMessage:
    """The teacher shares the class with the substitute."""
    return await school.type(on.teacher, "/room", f"share <@{WARD}|sam> {text}".strip())


async def direct_to(school: School, user: str, words: str) -> PostedMessage:
    """The direct message to somebody that begins so."""
    place = school.slack.world.im_with(user).id
    return await school.slack.wait_for(
        lambda m: m.channel == place and not m.only_for and m.text.startswith(words), f"{words!r} to {user}"
    )


def announced(school: School) -> list[str]:
    """What the incident channel was told, whatever time it says."""
    return [timeless(m.text) for m in school.slack.messages if m.channel == INCIDENTS and not m.thread_ts]


async def grants_of(school: School, email: str = WARD_EMAIL) -> list[Grant]:
    """A person's grants as they are kept."""
    return await Grants(school.app.state.store, school.app.state.keyring).of(email)


def timeless(text: str) -> str:
    """A sentence, whatever time of day it says, today's or another day's."""
    return re.sub(r"until (\w{3} \d\d \w{3} )?\d\d:\d\d", "until LATER", text)
