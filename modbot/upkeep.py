"""Keeps up what the platforms' events come by: subscriptions that run out, connections that break."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from modbot.errors import ModbotError, StoreUnavailable
from modbot.log import get_logger
from modbot.platforms import Platform
from modbot.store.turns import Turns

SOONEST = timedelta(seconds=1)
LATEST = timedelta(minutes=10)  # also how long a turn may outlive the process that had it
AFTER_FAILURE = timedelta(seconds=20)
GRACE = timedelta(seconds=20)  # a turn lasts this much longer than the wait for the next look

log = get_logger("upkeep")


class Upkeep:
    """Calls each platform's `tend` when it wants to be called, in one process of the district."""

    def __init__(self, platforms: Iterable[Platform], turns: Turns) -> None:
        self._platforms = tuple(platforms)
        self._turns = turns

    async def run(self) -> None:
        """Until cancelled. One platform's trouble does not keep the others waiting."""
        async with asyncio.TaskGroup() as group:
            for platform in self._platforms:
                group.create_task(self._keep_up(platform))

    async def _keep_up(self, platform: Platform) -> None:
        wait = AFTER_FAILURE
        while True:
            if await self._has_turn(platform, wait):
                wait = await self._tend(platform)
                await self._has_turn(platform, wait)
            await asyncio.sleep(wait.total_seconds())

    async def _has_turn(self, platform: Platform, wait: timedelta) -> bool:
        """Without a store nobody can know whose turn it is: each process goes on by itself (P12)."""
        try:
            return await self._turns.take(f"tend:{platform.name}", wait + GRACE)
        except StoreUnavailable:
            return True

    async def _tend(self, platform: Platform) -> timedelta:
        try:
            wish = await platform.tend()
        except ModbotError as error:
            log.warning("not_tended", platform=platform.name, detail=error.log_detail)
            return AFTER_FAILURE
        return min(max(wish, SOONEST), LATEST)
