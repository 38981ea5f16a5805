"""One queue a channel: in order, about one message a second, and of a card only its newest state.

Slack allows about one message a second in a channel: https://docs.slack.dev/apis/web-api/rate-limits#messaging
Whoever asked for a post or an update hears what became of it. An update may be overtaken by a newer one of the same
card, and when far too many cards wait, the oldest waiting update is sent back to whoever asked for it.
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


@dataclass(slots=True, eq=False)
class _Card:
    message: Message
    stands: asyncio.Future[bool]


@dataclass(slots=True)
class _Lane:
    turns: deque[_Post | str] = field(default_factory=deque)  # a str is the ts of a card in `cards`
    cards: OrderedDict[str, _Card] = field(default_factory=OrderedDict)
    posts: int = 0
    worker: asyncio.Task[None] | None = None
    busy: bool = False


class ChannelQueue:
    """Sends to each channel at its pace. `bound` counts the posts, and the updates, that wait in one channel."""

    def __init__(
        self,
        client: Poster,
        *,
        pace: timedelta = PACE,
        bound: int = BOUND,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is sent yet."""
        self._client = client
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
            raise _full()
        turn = _Post(message, thread_ts, asyncio.get_running_loop().create_future())
        lane.turns.append(turn)
        lane.posts += 1
        self._wake(channel, lane)
        return await turn.sent

    def update(self, channel: str, ts: str, message: Message) -> asyncio.Future[bool]:
        """Show the newest state of a card soon. One that still waits is replaced, and keeps its turn.

        True once it stands; False when a newer one took its place before it left, which is that one's asker's to hear
        of. The future raises RateLimited when too many cards wait, and whatever Slack answers; it may be left alone.
        """
        lane = self._lane(channel)
        if ts in lane.cards:
            _tell(lane.cards[ts].stands, stands=False)
        else:
            self._make_room(lane)
            lane.turns.append(ts)
        card = _Card(message, asyncio.get_running_loop().create_future())
        card.stands.add_done_callback(_left_alone)
        lane.cards[ts] = card
        self._wake(channel, lane)
        return card.stands

    def _make_room(self, lane: _Lane) -> None:
        if len(lane.cards) >= self._bound:
            ts, oldest = lane.cards.popitem(last=False)
            lane.turns.remove(ts)
            _fail(oldest.stands, _full())

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

    async def _send_card(self, channel: str, ts: str, card: _Card) -> None:
        sending = asyncio.ensure_future(self._client.update(channel, ts, card.message))
        try:
            await _finished(sending)
        except asyncio.CancelledError:
            _fail(card.stands, _cut_off(maybe_applied=True))
            raise
        if error := sending.exception():
            _fail(card.stands, error)
        else:
            _tell(card.stands, stands=True)

    async def _send_post(self, channel: str, turn: _Post) -> bool:
        sending = asyncio.ensure_future(self._client.post(channel, turn.message, turn.thread_ts))
        try:
            await _finished(sending)
        except asyncio.CancelledError:
            _fail(turn.sent, _cut_off(maybe_applied=True))
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
                waits = lane.cards[turn].stands if isinstance(turn, str) else turn.sent
                _fail(waits, _cut_off(maybe_applied=False))
        return unsent


async def _finished(sending: asyncio.Future[Any]) -> None:
    """Wait without raising what it raised: even a fault of ours must not stop the channel."""
    try:
        await asyncio.wait({sending})
    except asyncio.CancelledError:
        sending.cancel()
        raise


def _fail(waits: asyncio.Future[Any], error: BaseException) -> None:
    if not waits.done():
        waits.set_exception(error)


def _tell(waits: asyncio.Future[bool], *, stands: bool) -> None:
    if not waits.done():
        waits.set_result(stands)


def _left_alone(waits: asyncio.Future[bool]) -> None:
    """Nobody need hear: asyncio complains of an error that nobody asked for."""
    if not waits.cancelled():
        waits.exception()


def _full() -> RateLimited:
    return RateLimited(VENDOR, "Too many messages are waiting for that channel.", code="queue_full")


def _cut_off(*, maybe_applied: bool) -> Unreachable:
    return Unreachable(VENDOR, maybe_applied=maybe_applied, log_detail="modbot was shut down")
