"""The district that is measured: simulated vendors here, many teachers each with a live class, one store, and as many
`modbot serve` as wanted in processes of their own.
"""

import csv
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import programs
from benchmarks.load import Plan
from benchmarks.programs import Program, python
from benchmarks.redis_server import StoreServer
from modbot import seal
from modbot.demo.district import District
from modbot.demo.roster import ORTIZ, SCHOOL, TERM
from modbot.simulators import free_port
from modbot.simulators.slack.world import ResponseUrl
from modbot.store import Store, connect, keys
from modbot.store.embedded import EmbeddedStore
from modbot.store.roster import RosterStore

PUPILS_IN_CLASS = 27


@dataclass(frozen=True, slots=True)
class Teacher:
    """One invented teacher and their class."""

    number: int
    meeting: Any = None

    @property
    def slack(self) -> str:
        """Their Slack user id."""
        return f"U0TEACHER{self.number:03d}"

    @property
    def name(self) -> str:
        """Their name."""
        return f"Teacher Number{self.number:03d}"

    @property
    def email(self) -> str:
        """Their address."""
        return f"teacher{self.number:03d}@example.org"

    @property
    def title(self) -> str:
        """What their class is called."""
        return f"Class {self.number:03d}"


class BigSchool:
    """A district on loopback. Make it with `opened`."""

    def __init__(self, folder: Path, district: District, server: StoreServer, stack: AsyncExitStack) -> None:
        self.folder = folder
        self.district = district
        self.server = server
        self.key = seal.new_key()
        self.teachers: list[Teacher] = []
        self._stack = stack

    @property
    def store_url(self) -> str:
        """The store that every modbot of this school shares."""
        return self.server.url

    @property
    def keyring(self) -> seal.Keyring:
        """The district's key, for looking into what is sealed."""
        return seal.load(self.key, self.folder)

    async def hire(self, count: int) -> None:
        """Put so many teachers on the roster and into Slack."""
        self.teachers = [Teacher(number) for number in range(count)]
        for teacher in self.teachers:
            self.district.slack.world.add_user(teacher.slack, teacher.email, teacher.name, "teacher")
        for table, rows in _rows(self.teachers).items():
            _append(self.district.roster / f"{table}.csv", rows)

    async def import_roster(self) -> None:
        """Put the roster in force."""
        async with self.opened_store() as store:
            await self.district.import_roster(RosterStore(store, self.keyring))

    @asynccontextmanager
    async def opened_store(self) -> AsyncIterator[Store]:
        """The store, to look into it."""
        store = connect(self.store_url)
        try:
            yield store
        finally:
            await store.close()
            await store.client.connection_pool.disconnect()

    async def empty_store(self) -> None:
        """Forget everything but the roster and what signs modbot in: Webex ends a refresh token with its first use."""
        async with self.opened_store() as store:
            kept = [(name, await store.run("DUMP", name)) for name in await store.run("KEYS", keys.vault("*"))]
            await store.run("FLUSHALL")
            for name, value in kept:
                await store.run("RESTORE", name, 0, value)
        await self.import_roster()

    def environment(self, *, port: int = 0, processes: int = 1) -> dict[str, str]:
        """The settings of a `modbot serve` on the shared store."""
        return {
            **self.district.environment(port=port),
            "MODBOT_REDIS_URL": self.store_url,
            "MODBOT_ENCRYPTION_KEYS": self.key,
            "MODBOT_PROCESSES": str(processes),
        }

    async def start_modbot(
        self, *, port: int = 0, processes: int = 1, extra: Mapping[str, str] | None = None
    ) -> Program:
        """One `modbot serve`, listening. `extra` settings and variables go over the school's."""
        environment = {**self.environment(port=port, processes=processes), **(extra or {})}
        return await programs.start(python("modbot", "serve"), self.log, environment)

    @property
    def log(self) -> Path:
        """What every modbot says."""
        return self.folder / "modbot.log"

    @asynccontextmanager
    async def modbot(self, processes: int = 1) -> AsyncIterator[Program]:
        """A `modbot serve` with so many processes, killed at the end. The vendors' webhooks go to it."""
        port = free_port()
        program = await self.start_modbot(port=port, processes=processes)
        self.district.point_at(port)
        try:
            yield program
        finally:
            await program.kill()

    async def open_classes(self) -> None:
        """Every teacher's Webex class begins, its pupils come in, and modbot has heard of all of it."""
        webex = self.district.webex
        for number, teacher in enumerate(self.teachers):
            meeting = webex.start_meeting(teacher.email, teacher.title)
            meeting.cohosts.add(ORTIZ.email)  # the moderator's account
            for pupil in range(PUPILS_IN_CLASS):
                webex.join(meeting, f"Pupil {pupil:02d}", f"p{number}.{pupil}@students.example.org", invited=True)
            self.teachers[number] = Teacher(teacher.number, meeting)
            await webex.flush()

    def close_classes(self) -> None:
        """Every class is over, unheard: the next modbot begins afresh."""
        for simulator in (self.district.webex, self.district.slack):
            simulator.webhook_url = ""
            simulator.seen.clear()
        self.district.webex.meetings.clear()
        self.district.webex.series.clear()
        self.district.slack.world.messages.clear()
        self.district.slack.world.response_urls.clear()

    @property
    def locked_any(self) -> bool:
        """Whether Webex was asked to lock a class since the classes began."""
        return any(seen.method == "PUT" for seen in self.district.webex.seen)

    async def forget_calls_made(self) -> None:
        """Clear modbot's count of calls to Webex, whose limit would otherwise space them out."""
        async with self.opened_store() as store:
            await store.run("DEL", keys.budget("webex"))

    def forget_what_was_said(self) -> None:
        """Empty the simulators' memories of messages and calls, which would be searched again and again."""
        self.district.webex.seen.clear()
        self.district.slack.seen.clear()
        self.district.slack.world.messages.clear()

    @property
    def slack_ids(self) -> tuple[str, ...]:
        """Every teacher's Slack user id."""
        return tuple(teacher.slack for teacher in self.teachers)

    @property
    def response_url(self) -> str:
        """How each response_url begins."""
        return f"{self.district.slack.url}/response/"

    def expect_answers(self, plan: Plan) -> None:
        """Let the simulated Slack know the response_urls of a plan's commands."""
        world = self.district.slack.world
        for number in range(plan.most):
            user = plan.users[number % len(plan.users)]
            place = world.im_with(user).id
            world.response_urls[f"{plan.seed}-{number}"] = ResponseUrl(user, place, None, world.now())


@asynccontextmanager
async def opened(teachers: int, server_in: Callable[[Path], StoreServer] = EmbeddedStore) -> AsyncIterator[BigSchool]:
    """A district with so many teachers and an empty store: without `server_in`, the embedded one as modbot has it."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mb-")))
        district = await stack.enter_async_context(District(folder / "district"))
        server = server_in(folder / "data")
        await server.start()
        stack.push_async_callback(server.stop)
        school = BigSchool(folder, district, server, stack)
        await school.hire(teachers)
        await school.import_roster()
        yield school


Row = dict[str, str]


def _rows(teachers: Sequence[Teacher]) -> dict[str, list[Row]]:
    ids = {teacher.number: f"usr-t{teacher.number:03d}" for teacher in teachers}
    return {
        "users": [
            {
                "sourcedId": ids[one.number],
                "enabledUser": "true",
                "givenName": "Teacher",
                "familyName": f"Number{one.number:03d}",
                "email": one.email,
            }
            for one in teachers
        ],
        "roles": [
            {
                "sourcedId": f"rol-t{one.number:03d}",
                "userSourcedId": ids[one.number],
                "role": "teacher",
                "orgSourcedId": SCHOOL,
            }
            for one in teachers
        ],
        "classes": [
            {
                "sourcedId": f"cls-t{one.number:03d}",
                "title": one.title,
                "schoolSourcedId": SCHOOL,
                "termSourcedIds": TERM,
            }
            for one in teachers
        ],
        "enrollments": [
            {
                "sourcedId": f"enr-t{one.number:03d}",
                "classSourcedId": f"cls-t{one.number:03d}",
                "userSourcedId": ids[one.number],
                "role": "teacher",
            }
            for one in teachers
        ],
    }


def _append(path: Path, rows: Sequence[Row]) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        names = next(csv.reader(file))
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=names)
        writer.writerows(rows)
