"""Staff chat, as the flow sees it: replies, cards, threads and direct messages. Slack implements it."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from modbot.reply import Reply


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands, so that it can be changed."""

    channel: str
    ts: str


class Chat(Protocol):
    """Every method raises VendorError when chat did not take the message."""

    async def answer(self, user: str, response_url: str, reply: Reply) -> None:
        """Answer a command to the one who gave it: where they typed if that still works, else as a direct message."""

    async def post(self, channel: str, reply: Reply) -> Posted:
        """A new message in a channel."""

    def change(self, where: Posted, reply: Reply) -> asyncio.Future[bool]:
        """Put `reply` in the place of an earlier message: true once it stands there.

        False when a newer change took its place before it left: whoever asked for that one hears what became of it.
        """

    async def thread(self, where: Posted, line: str) -> None:
        """One line under a message."""

    async def direct(self, user: str, reply: Reply) -> Posted:
        """A direct message."""

    async def user_of(self, email: str) -> str | None:
        """The chat user with this address, or None."""
