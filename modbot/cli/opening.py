"""The store for a command: the running modbot's own, the district's Redis, or the embedded one for a moment."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeVar

from modbot import log
from modbot.errors import StoreUnavailable
from modbot.settings import Settings, load
from modbot.state import State, open_state

T = TypeVar("T")


def with_state(work: Callable[[State], Awaitable[T]]) -> T:
    """Run `work` on the opened store and close it again.

    Raises ConfigError for settings that cannot work, StoreUnavailable when the store does not answer.
    """
    settings = quiet_settings()

    async def run() -> T:
        async with AsyncExitStack() as stack:
            state = await open_state(settings, stack, beside=True)
            await _must_answer(state)
            return await work(state)

    return asyncio.run(run())


async def _must_answer(state: State) -> None:
    try:
        await state.store.ping()
    except StoreUnavailable as error:
        raise StoreUnavailable(f"the store does not answer: {error.log_detail}") from error


def quiet_settings() -> Settings:
    """The settings, with modbot's log down to warnings: a command's output is its answer. Raises ConfigError."""
    settings = load()
    log.configure("warning")
    return settings


def who() -> str:
    """Who types, as the record names them: `cli:` and the account's name."""
    try:
        return f"cli:{getpass.getuser()[:60]}"
    except (OSError, KeyError):  # a container may run an account without a name
        return "cli:unknown"
