"""One queue a channel: in order, about one message a second, and of a card only its newest state.

Slack allows about one message a second in a channel: https://docs.slack.dev/apis/web-api/rate-limits#messaging
A post is sent or its poster is told why not. An update may be overtaken by a newer one of the same card, and when far
too many cards wait, the oldest waiting update is given up: the next change of that card repairs it.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from modbot.errors import RateLimited, Unreachable
from modbot.messages.envelope import Message
from modbot.slack.errors import VENDOR

BOUND = 100
PACE = timedelta(seconds=1)


class Poster(Protocol):
    """What the queue sends with: SlackClient."""

    async def post(self, channel: str, message: Message, thread_ts: str | None = None) -> str:
        """Post and get the ts."""

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace a message."""


@dataclass(slots=True, eq=False)
class _Post:
    message: Message
    thread_ts: str | None
    sent: asyncio.Future[str]


@dataclass(slots=True)
class _Lane:
    turns: deque[_Post | str] = field(default_factory=deque)  # a str is the ts of a card in `cards`
    cards: OrderedDict[str, Message] = field(default_factory=OrderedDict)
    posts: int = 0
    worker: asyncio.Task[None] | None = None
    busy: bool = False


class ChannelQueue:
    """Sends to each channel at its pace. `bound` counts the posts, and the updates, that wait in one channel."""

    def __init__(
        self,
        client: Poster,
        *,
        on_failure: Callable[[str, BaseException], None],
        pace: timedelta = PACE,
        bound: int = BOUND,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`on_failure(channel, error)` hears of updates that could not be sent; posts tell their poster."""
        self._client = client
        self._on_failure = on_failure
        self._pace_seconds = pace.total_seconds()
        self._bound = bound
        self._monotonic = monotonic
        self._sleep = sleep
        self._lanes: dict[str, _Lane] = {}
        self._changed = asyncio.Event()

    @property
    def waiting_count(self) -> int:
        """Posts and updates not yet sent, in all channels."""
        return sum(len(lane.turns) + lane.busy for lane in self._lanes.values())

    async def post(self, channel: str, message: Message, thread_ts: str | None = None) -> str:
        """Wait for the channel's turn, post, and get the ts. A cancelled wait takes the post back if it has not left.

        Raises RateLimited when the channel's queue is full, and whatever Slack answers.
        """
        lane = self._lane(channel)
        if lane.posts >= self._bound:
            raise RateLimited(VENDOR, "Too many messages are waiting for that channel.", code="queue_full")
        turn = _Post(message, thread_ts, asyncio.get_running_loop().create_future())
        lane.turns.append(turn)
        lane.posts += 1
        self._wake(channel, lane)
        return await turn.sent

    def update(self, channel: str, ts: str, message: Message) -> None:
        """Show the newest state of a card soon. One that still waits is replaced, and keeps its turn."""
        lane = self._lane(channel)
        if ts not in lane.cards:
            if len(lane.cards) >= self._bound:
                oldest, _ = lane.cards.popitem(last=False)
                lane.turns.remove(oldest)
            lane.turns.append(ts)
        lane.cards[ts] = message
        self._wake(channel, lane)

    async def drain(self, deadline: timedelta) -> int:
        """Wait until everything is sent, at most `deadline`; the number that was not. Those posts raise Unreachable."""
        timer = asyncio.ensure_future(self._sleep(deadline.total_seconds()))
        idle = asyncio.create_task(self._until_idle())
        try:
            await asyncio.wait({timer, idle}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (timer, idle):
                task.cancel()
            await asyncio.gather(timer, idle, return_exceptions=True)
        return await self._abandon()

    def _lane(self, channel: str) -> _Lane:
        return self._lanes.setdefault(channel, _Lane())

    def _wake(self, channel: str, lane: _Lane) -> None:
        if lane.worker is None:
            lane.worker = asyncio.create_task(self._work(channel, lane))

    async def _work(self, channel: str, lane: _Lane) -> None:
        while lane.turns:
            started = self._monotonic()
            left = await self._send_next(channel, lane)
            self._changed.set()
            if left:
                # The lane stays until the pace allows the next message, or a fresh lane would forget it.
                await self._sleep(max(0.0, started + self._pace_seconds - self._monotonic()))
        self._lanes.pop(channel, None)

    async def _send_next(self, channel: str, lane: _Lane) -> bool:
        """Whether a message left."""
        turn = lane.turns.popleft()
        lane.busy = True
        try:
            if isinstance(turn, str):
                await self._send_card(channel, turn, lane.cards.pop(turn))
                return True
            lane.posts -= 1
            return not turn.sent.cancelled() and await self._send_post(channel, turn)
        finally:
            lane.busy = False

    async def _send_card(self, channel: str, ts: str, message: Message) -> None:
        sending = asyncio.ensure_future(self._client.update(channel, ts, message))
        await _finished(sending)
        if error := sending.exception():
            self._on_failure(channel, error)

    async def _send_post(self, channel: str, turn: _Post) -> bool:
        sending = asyncio.ensure_future(self._client.post(channel, turn.message, turn.thread_ts))
        try:
            await _finished(sending)
        except asyncio.CancelledError:
            _fail(turn.sent, Unreachable(VENDOR, maybe_applied=True, log_detail="shut down while posting"))
            raise
        if error := sending.exception():
            _fail(turn.sent, error)
        elif not turn.sent.done():
            turn.sent.set_result(sending.result())
        return True

    async def _until_idle(self) -> None:
        while self.waiting_count:
            self._changed.clear()
            await self._changed.wait()

    async def _abandon(self) -> int:
        unsent = self.waiting_count
        lanes, self._lanes = self._lanes, {}
        workers = [lane.worker for lane in lanes.values() if lane.worker is not None]
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        for lane in lanes.values():
            for turn in lane.turns:
                if isinstance(turn, _Post):
                    _fail(turn.sent, Unreachable(VENDOR, maybe_applied=False, log_detail="shut down before posting"))
        return unsent


async def _finished(sending: asyncio.Future[Any]) -> None:
    """Wait without raising what it raised: even a fault of ours must not stop the channel."""
    try:
        await asyncio.wait({sending})
    except asyncio.CancelledError:
        sending.cancel()
        raise


def _fail(sent: asyncio.Future[str], error: BaseException) -> None:
    if not sent.done():
        sent.set_exception(error)
