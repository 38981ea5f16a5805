"""Keeps up what the platforms' events come by: subscriptions that run out, connections that break."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import timedelta

from modbot.errors import ModbotError, StoreUnavailable
from modbot.log import get_logger
from modbot.platforms import Platform
from modbot.store.turns import Turns

SOONEST = timedelta(seconds=1)
LATEST = timedelta(minutes=10)  # also how long a turn may outlive the process that had it
AFTER_FAILURE = timedelta(seconds=20)
GRACE = timedelta(seconds=20)  # a turn lasts this much longer than the wait for the next look
ROSTER_EVERY = timedelta(milliseconds=500)  # one small question to the store

Generation = Callable[[], Awaitable[str]]  # of the roster in force. Raises StoreUnavailable

log = get_logger("upkeep")


class Upkeep:
    """Calls each platform's `tend` when it wants to be called, in one process of the district.

    A new roster may bring new hosts: every platform is looked after at once when `generation` changes.
    """

    def __init__(self, platforms: Iterable[Platform], turns: Turns, generation: Generation) -> None:
        self._wakes = {platform: asyncio.Event() for platform in platforms}
        self._turns = turns
        self._generation = generation

    async def run(self) -> None:
        """Until cancelled. One platform's trouble does not keep the others waiting."""
        roster = await self._roster_now("")
        try:
            async with asyncio.TaskGroup() as group:
                for platform, wake in self._wakes.items():
                    group.create_task(self._keep_up(platform, wake))
                group.create_task(self._notice_roster(roster))
        finally:
            await self._give_back_turns()

    async def _give_back_turns(self) -> None:
        """So that whoever goes on, or this modbot started again, does not wait for them to run out."""
        try:
            for platform in self._wakes:
                await self._turns.give_back(_work(platform))
        except StoreUnavailable as error:
            log.info("turns_run_out_by_themselves", detail=error.log_detail)

    async def _notice_roster(self, known: str) -> None:
        while True:
            await asyncio.sleep(ROSTER_EVERY.total_seconds())
            now = await self._roster_now(known)
            if now != known:
                log.info("roster_changed")
                for wake in self._wakes.values():
                    wake.set()
            known = now

    async def _roster_now(self, known: str) -> str:
        """Without a store nobody can know: then as far as is known nothing has changed."""
        try:
            return await self._generation()
        except StoreUnavailable:
            return known

    async def _keep_up(self, platform: Platform, wake: asyncio.Event) -> None:
        wait = AFTER_FAILURE
        while True:
            wake.clear()
            if await self._has_turn(platform, wait):
                async with self._turns.holding(_work(platform), GRACE * 2):  # a look at a large district takes long
                    wait = await self._tend(platform)
                await self._has_turn(platform, wait)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait.total_seconds()):
                    await wake.wait()

    async def _has_turn(self, platform: Platform, wait: timedelta) -> bool:
        """Without a store nobody can know whose turn it is: each process goes on by itself (P12)."""
        try:
            return await self._turns.take(_work(platform), wait + GRACE)
        except StoreUnavailable:
            return True

    async def _tend(self, platform: Platform) -> timedelta:
        try:
            wish = await platform.tend()
        except ModbotError as error:
            log.warning("not_tended", platform=platform.name, detail=error.log_detail)
            return AFTER_FAILURE
        except Exception:
            log.exception("tending_broke", platform=platform.name)  # and goes on: nobody else would keep the others up
            return AFTER_FAILURE
        return min(max(wish, SOONEST), LATEST)


def _work(platform: Platform) -> str:
    return f"tend:{platform.name}"
