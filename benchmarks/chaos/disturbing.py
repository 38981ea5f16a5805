"""What is done to a running modbot, and how it is mended."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping

from benchmarks.programs import Program
from benchmarks.school import BigSchool
from modbot.errors import StoreUnavailable
from modbot.simulators import free_port
from modbot.store import Store

CUT_SECONDS = 0.5
BACK_SECONDS = 60.0


class Site:
    """A school, its one modbot, and whoever starts both again when they die."""

    def __init__(self, school: BigSchool) -> None:
        self.school = school
        self._port = free_port()
        self._modbot: Program | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """The store is watched from now on, as `modbot serve` watches an embedded one."""
        self._watch = asyncio.create_task(self.school.server.watch())
        self._modbot = await self.school.start_modbot(port=self._port)
        self.school.district.point_at(self._port)

    async def stop(self) -> None:
        """End both."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._modbot is not None:
            await self._modbot.kill()

    async def kill_modbot(self) -> None:
        """kill -9, and at once another one."""
        if self._modbot is not None:
            await self._modbot.kill()
        self._modbot = await self.school.start_modbot(port=self._port)

    async def kill_store(self) -> None:
        """kill -9; whoever watches it starts it again on the same files."""
        if self.school.server.pid is not None:
            os.kill(self.school.server.pid, signal.SIGKILL)

    async def cut_connections(self) -> None:
        """Every connection to the store, and for a while every request to the platform and to Slack."""
        async with self.school.opened_store() as store:
            await store.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await self._drop(dropping=True)
        await asyncio.sleep(CUT_SECONDS)
        await self._drop(dropping=False)

    async def mend(self) -> None:
        """Nothing is disturbed any more, and the store answers."""
        await self._drop(dropping=False)
        async with self.school.opened_store() as store:
            await _until_it_answers(store)

    async def _drop(self, *, dropping: bool) -> None:
        for simulator in (self.school.district.webex, self.school.district.slack):
            simulator.faults.drop_connection = dropping


async def _until_it_answers(store: Store) -> None:
    end = asyncio.get_running_loop().time() + BACK_SECONDS
    while True:
        try:
            await store.ping()
            return
        except StoreUnavailable:
            if asyncio.get_running_loop().time() > end:
                raise
        await asyncio.sleep(0.05)


DISTURBANCES: Mapping[str, Callable[[Site], Awaitable[None]]] = {
    "modbot_killed": Site.kill_modbot,
    "store_killed": Site.kill_store,
    "connections_cut": Site.cut_connections,
}
