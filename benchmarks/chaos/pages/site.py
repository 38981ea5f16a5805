"""Several modbots on one store, killed at random, with clocks that jump; whoever starts them again; and the store."""

import asyncio
import os
import random
import signal
from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson

from benchmarks.programs import NotStarted, Program
from benchmarks.school import BigSchool
from benchmarks.wrong_clock import Absent, WrongClock, compiled
from modbot.demo.roster import BAKER, REYES
from modbot.simulators import free_port

PROCESSES = 3
STARTS = 4  # tried before one more decides
WAIT_SECONDS = 5  # between calls: the shortest a step may have
ROUNDS = 4
JUMPS = (timedelta(hours=1), timedelta(0), timedelta(hours=-1), timedelta(0))  # of one clock, one after another


def policy() -> dict[str, Any]:
    """One, then the other, then both, round after round; whoever has a page is not asked whether they still do."""
    people = [{"email": one.email, "name": one.name} for one in (REYES, BAKER)]
    steps = [[REYES.email], [BAKER.email], [REYES.email, BAKER.email]]
    return {
        "people": people,
        "steps": [{"people": who, "wait_seconds": WAIT_SECONDS} for who in steps],
        "rounds": ROUNDS,
        "still_on_it_seconds": 0,
    }


class PagingSite:
    """A school and its modbots. `deaths` holds when something was killed, by this process's own clock."""

    def __init__(self, school: BigSchool, chance: random.Random) -> None:
        self.school = school
        self.chance = chance
        self.deaths: list[float] = []
        self.kills = 0
        self.store_restarts = 0
        self.jumps = 0
        self.without_jumps = ""  # why no clock jumped
        self._ports = [free_port() for _ in range(PROCESSES)]
        self._modbots: list[Program] = []
        self._clocks: list[WrongClock] = []
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Everything runs."""
        self._watch = asyncio.create_task(self.school.server.watch())
        try:
            library = await compiled(self.school.folder)
            self._clocks = [WrongClock(library, self.school.folder / f"clock{n}") for n in range(PROCESSES)]
        except Absent as absent:
            self.without_jumps = str(absent)
        for number in range(PROCESSES):
            self._modbots.append(await self._started(number))

    async def _started(self, number: int) -> Program:
        clock = self._clocks[number].environment if self._clocks else {}
        extra = {"MODBOT_PAGING": orjson.dumps(policy()).decode(), **clock}
        for _ in range(STARTS):  # as a service manager does: a modbot that finds no store ends
            with suppress(NotStarted):
                return await self.school.start_modbot(port=self._ports[number], extra=extra)
        return await self.school.start_modbot(port=self._ports[number], extra=extra)

    async def stop(self) -> None:
        """Nothing of it runs."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        for modbot in self._modbots:
            await modbot.kill()

    def point(self) -> None:
        """The next request goes to any of the modbots, as a load balancer would have it, dead or not."""
        self.school.district.slack.webhook_url = f"http://127.0.0.1:{self.chance.choice(self._ports)}"

    async def kill_one(self) -> None:
        """kill -9 of any modbot, and at once another one in its place."""
        number = self.chance.randrange(PROCESSES)
        self.deaths.append(asyncio.get_running_loop().time())
        await self._modbots[number].kill()
        self.kills += 1
        self._modbots[number] = await self._started(number)

    def kill_store(self) -> None:
        """kill -9; whoever watches it starts it again on its files."""
        if self.school.server.pid is not None:
            self.deaths.append(asyncio.get_running_loop().time())
            os.kill(self.school.server.pid, signal.SIGKILL)
            self.store_restarts += 1

    def jump(self) -> None:
        """The clock of one modbot jumps: an hour on, back, an hour behind, and right again."""
        if self._clocks:
            self._clocks[0].set(JUMPS[self.jumps % len(JUMPS)])
            self.jumps += 1

    def set_clocks_right(self) -> None:
        """All of them."""
        for clock in self._clocks:
            clock.set(timedelta(0))
