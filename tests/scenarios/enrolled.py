"""Changes to the invented district's roster, and people who come into its classes."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from modbot.demo.stand_ins.picture import Arrival, Where
from modbot.model import PlatformName
from modbot.store.roster import import_roster
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import CHANG, HADDAD, LIND, ORTIZ, VOSS, School

STRANGER = "Wanda Quill"
NOBODY = "The name is not on the class list."


@dataclass(frozen=True, slots=True)
class On:
    """A platform's class: who teaches it, what it is called, its section."""

    platform: PlatformName
    teacher: str
    title: str
    section: str

    async def open(self, open_school: OpenSchool) -> School:
        """The class runs, and modbot has heard of everybody in it."""
        school = await open_school(self.platform)
        await getattr(school, f"{self.platform}_class")()
        return school


ZOOM = On(PlatformName.ZOOM, CHANG, "Grade 5 Science", "cls-science")
WEBEX = On(PlatformName.WEBEX, ORTIZ, "Grade 3 Reading", "cls-reading")
MEET = On(PlatformName.MEET, HADDAD, "Grade 4 Maths", "cls-maths")
TEAMS = On(PlatformName.TEAMS, LIND, "Grade 6 History", "cls-history")
JITSI = On(PlatformName.JITSI, VOSS, "Grade 2 Art", "cls-art")


async def comes(school: School, on: On, *names: str) -> list[Arrival]:
    """These come with the link, and modbot has heard of it."""
    came = [await school.district.stand_ins[on.platform].arrive(name) for name in names]
    await school.settled()
    return came


def inside(school: School, on: On) -> list[str]:
    """The names shown in the class."""
    there = school.district.stand_ins[on.platform].picture().people
    return [one.name for one in there if one.where is Where.JOINED]


async def enrolled(school: School, keep: Callable[[dict[str, str]], bool]) -> None:
    """From now on only these rows of the enrollments are in the roster."""
    path = school.district.roster / "enrollments.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows([row for row in rows if keep(row)])
    await school.district.import_roster(school.app.state.roster)


async def imported(school: School, *, ago: timedelta) -> None:
    """The roster in force is this old."""
    await import_roster(school.district.roster, school.app.state.roster, now=datetime.now(UTC) - ago)
