"""`modbot.chat.Chat` on Slack."""

import asyncio

from modbot.chat import Posted
from modbot.reply import Reply
from modbot.slack.client import SlackClient
from modbot.slack.outbox import ChannelQueue
from modbot.slack.render import message_of


class SlackChat:
    """Replies go out at once; what goes to a channel waits for the channel's turn."""

    def __init__(self, client: SlackClient, queue: ChannelQueue) -> None:
        self._client = client
        self._queue = queue

    async def answer(self, user: str, response_url: str, reply: Reply) -> None:
        """At the command's own address while that works, else as a direct message."""
        message = message_of(reply)
        if response_url:
            await self._client.reply(response_url, user, message)
        else:
            await self._client.dm(user, message)

    async def post(self, channel: str, reply: Reply) -> Posted:
        """A new message in a channel."""
        return Posted(channel, await self._queue.post(channel, message_of(reply)))

    def change(self, where: Posted, reply: Reply) -> asyncio.Future[bool]:
        """The newest state of a message; one that still waits is replaced."""
        return self._queue.update(where.channel, where.ts, message_of(reply))

    async def thread(self, where: Posted, line: str) -> None:
        """One line under a message."""
        await self._queue.post(where.channel, message_of(Reply(line)), thread_ts=where.ts)

    async def direct(self, user: str, reply: Reply) -> Posted:
        """A direct message, at once: pages do not queue."""
        return Posted(*await self._client.dm(user, message_of(reply)))

    async def user_of(self, email: str) -> str | None:
        """The Slack user with this address."""
        return await self._client.lookup_by_email(email)
