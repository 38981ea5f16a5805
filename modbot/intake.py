"""Taking a command or press in: durable before it is acknowledged, or refused with a reason (P1)."""

import asyncio
import time
from collections.abc import Coroutine, Mapping
from typing import Any

from modbot.command import Command
from modbot.dispatch import UNKNOWN_PERSON, Dispatcher
from modbot.errors import StoreUnavailable
from modbot.log import get_logger
from modbot.people import People
from modbot.store.inbox import Full, Inbox

PATIENCE_SECONDS = 1.2  # well inside Slack's three
MAX_UNRECORDED = 100

STORE_DOWN = "modbot's record store is down. Nothing was done: use the meeting's own controls, or /page for help."
TRYING = "modbot's record store is down. Trying all the same; this will not be recorded."

log = get_logger("intake")


class Intake:
    """Says in one sentence what becomes of a request, once that is certain."""

    def __init__(self, *, inbox: Inbox, dispatcher: Dispatcher, people: People) -> None:
        self._inbox = inbox
        self._dispatcher = dispatcher
        self._people = people
        self._unrecorded: set[asyncio.Task[None]] = set()

    async def take(self, payload: Mapping[str, Any], *, signature: str) -> str:
        """The sentence for the acknowledgement. Repeated bytes are acknowledged again and done once."""
        command = self._dispatcher.commands.get(payload["command"])
        not_taken = await self._not_taken(payload, command, signature)
        if not_taken:
            return not_taken
        if self._people.cached(payload["user"]) is None:
            return UNKNOWN_PERSON
        return command.doing if command is not None else "…"

    async def press(self, payload: Mapping[str, Any], *, signature: str) -> None:
        """Take a press or shortcut. Slack shows no words of its acknowledgement, so a refusal is sent after it."""
        not_taken = await self._not_taken(payload, self._dispatcher.commands.get(payload["command"]), signature)
        if not_taken:
            self._soon(self._dispatcher.tell(payload, not_taken))

    async def _not_taken(self, payload: Mapping[str, Any], command: Command | None, signature: str) -> str:
        """Why the request is not durable, and what becomes of it; "" when it is."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._dispatcher.accept(self._inbox, payload, signature=signature)
        except Full as error:
            return error.staff_text
        except (StoreUnavailable, TimeoutError):
            if command is None or not command.urgent or len(self._unrecorded) >= MAX_UNRECORDED:
                return STORE_DOWN
            log.warning("unrecorded_request", command=payload["command"])
            self._soon(self._dispatcher.handle_unrecorded(payload))
            return TRYING
        return ""

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._unrecorded.add(task)
        task.add_done_callback(self._unrecorded.discard)

    async def drain(self) -> None:
        """Let what is tried without a store finish."""
        await asyncio.gather(*self._unrecorded, return_exceptions=True)


def now_ms() -> int:
    """The clock of `at_ms`."""
    return time.time_ns() // 1_000_000
