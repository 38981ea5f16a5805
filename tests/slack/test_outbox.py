"""One channel hears modbot in order and no faster than Slack allows, and a card only in its newest state."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from modbot.errors import RateLimited, Unreachable, VendorFault
from modbot.messages import Message, preview
from modbot.simulators.slack import SlackSimulator
from modbot.slack.client import SlackClient
from modbot.slack.outbox import ChannelQueue
from tests.slack.conftest import Clock
from tests.stores import until

LONG = timedelta(hours=1)


def says(number: int) -> Message:
    return Message(preview("Message {n}", n=number))


class Recorder:
    """What was sent, and a gate that holds the next sending."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.sent: list[tuple[float, str, str]] = []
        self.begun_count = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails: list[BaseException] = []

    async def post(self, channel: str, message: Message, thread_ts: str | None = None) -> str:
        return await self._send(channel, message)

    async def update(self, channel: str, ts: str, message: Message) -> None:
        await self._send(channel, message)

    async def _send(self, channel: str, message: Message) -> str:
        self.begun_count += 1
        await self.gate.wait()
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append((self.clock(), channel, message.text.mrkdwn))
        return f"ts{len(self.sent)}"

    @property
    def words(self) -> list[str]:
        return [text for _, _, text in self.sent]


@pytest.fixture
def recorder(clock: Clock) -> Recorder:
    return Recorder(clock)


@pytest.fixture
def queue(recorder: Recorder, clock: Clock) -> ChannelQueue:
    return ChannelQueue(recorder, bound=3, monotonic=clock, sleep=_yielding(clock))


def _yielding(clock: Clock) -> Callable[[float], Awaitable[None]]:
    """Short sleeps move the clock and let others run; the deadline of `drain` is never reached."""

    async def sleep(seconds: float) -> None:
        if seconds >= LONG.total_seconds():
            await asyncio.Event().wait()
        await clock.sleep(seconds)
        await asyncio.sleep(0)

    return sleep


async def test_posts_leave_in_order_one_a_second(queue: ChannelQueue, recorder: Recorder) -> None:
    stamps = await asyncio.gather(*(queue.post("C1", says(n)) for n in range(3)))
    assert recorder.words == ["Message 0", "Message 1", "Message 2"]
    assert stamps == ["ts1", "ts2", "ts3"]
    times = [at for at, _, _ in recorder.sent]
    assert [later - sooner for sooner, later in pairwise(times)] == [1.0, 1.0]


async def test_a_post_just_after_the_last_one_waits_its_second_too(queue: ChannelQueue, recorder: Recorder) -> None:
    await queue.post("C1", says(1))
    await queue.post("C1", says(2))
    assert recorder.sent[1][0] - recorder.sent[0][0] >= 1.0


async def test_channels_do_not_wait_for_each_other(queue: ChannelQueue, recorder: Recorder) -> None:
    recorder.gate.clear()
    waiting = [asyncio.create_task(queue.post(f"C{n}", says(n))) for n in range(5)]
    await until("all five are under way", lambda: recorder.begun_count == 5)
    recorder.gate.set()
    await asyncio.gather(*waiting)
    assert {at for at, _, _ in recorder.sent} == {recorder.sent[0][0]}


async def test_only_the_newest_state_of_a_card_is_sent(queue: ChannelQueue, recorder: Recorder) -> None:
    for n in range(10):
        queue.update("C1", "card", says(n))
    assert await queue.drain(LONG) == 0
    assert recorder.words == ["Message 9"]


async def test_a_replaced_card_keeps_its_turn(queue: ChannelQueue, recorder: Recorder) -> None:
    recorder.gate.clear()
    queue.update("C1", "card", says(1))
    post = asyncio.create_task(queue.post("C1", says(2)))
    await until("the card is under way", lambda: recorder.begun_count == 1 and queue.waiting_count == 2)
    queue.update("C1", "card", says(3))
    queue.update("C1", "other", says(4))
    queue.update("C1", "card", says(5))
    recorder.gate.set()
    await queue.drain(LONG)
    assert recorder.words == ["Message 1", "Message 2", "Message 5", "Message 4"]
    assert await post == "ts2"


async def test_a_card_changed_while_it_is_being_sent_is_sent_again(queue: ChannelQueue, recorder: Recorder) -> None:
    recorder.gate.clear()
    queue.update("C1", "card", says(1))
    await until("the card is under way", lambda: recorder.begun_count == 1)
    queue.update("C1", "card", says(2))
    recorder.gate.set()
    await queue.drain(LONG)
    assert recorder.words == ["Message 1", "Message 2"]


async def test_too_many_cards_give_up_the_oldest_and_never_a_post(queue: ChannelQueue, recorder: Recorder) -> None:
    recorder.gate.clear()
    posts = [asyncio.create_task(queue.post("C1", says(n))) for n in range(2)]
    await until("one is under way, one waits", lambda: recorder.begun_count == 1 and queue.waiting_count == 2)
    cards = [queue.update("C1", f"card{n}", says(n)) for n in range(2, 7)]
    recorder.gate.set()
    await queue.drain(LONG)
    assert recorder.words == ["Message 0", "Message 1", "Message 4", "Message 5", "Message 6"]
    assert await asyncio.gather(*posts) == ["ts1", "ts2"]
    assert [type(told) for told in await asyncio.gather(*cards, return_exceptions=True)] == [
        *[RateLimited] * 2,
        *[bool] * 3,
    ]


async def test_a_post_beyond_the_bound_is_refused_to_its_poster(queue: ChannelQueue, recorder: Recorder) -> None:
    recorder.gate.clear()
    waiting = [asyncio.create_task(queue.post("C1", says(0)))]
    await until("the first post is under way", lambda: recorder.begun_count == 1)
    waiting += [asyncio.create_task(queue.post("C1", says(n))) for n in range(1, 4)]
    await until("three more wait", lambda: queue.waiting_count == 4)
    with pytest.raises(RateLimited, match="queue_full"):
        await queue.post("C1", says(9))
    recorder.gate.set()
    await asyncio.gather(*waiting)
    assert len(recorder.sent) == 4


async def test_a_failed_post_tells_its_poster_and_the_next_still_goes(queue: ChannelQueue, recorder: Recorder) -> None:
    recorder.fails.append(VendorFault("slack", "Slack had a fault."))
    first, second = await asyncio.gather(queue.post("C1", says(1)), queue.post("C1", says(2)), return_exceptions=True)
    assert isinstance(first, VendorFault)
    assert second == "ts1"


async def test_a_failed_update_tells_its_asker_and_the_next_still_goes(queue: ChannelQueue, recorder: Recorder) -> None:
    fault = ZeroDivisionError("a fault of ours")
    recorder.fails.append(fault)
    asked = [queue.update("C1", f"card{n}", says(n)) for n in range(2)]
    assert await asyncio.gather(*asked, return_exceptions=True) == [fault, True]
    assert recorder.words == ["Message 1"]


async def test_an_update_that_a_newer_one_replaces_tells_its_asker_so(queue: ChannelQueue, recorder: Recorder) -> None:
    older, newer = queue.update("C1", "card", says(1)), queue.update("C1", "card", says(2))
    assert [await older, await newer] == [False, True]
    assert recorder.words == ["Message 2"]


async def test_a_failed_update_is_not_the_one_it_replaced(queue: ChannelQueue, recorder: Recorder) -> None:
    fault = VendorFault("slack", "Slack had a fault.")
    recorder.fails.append(fault)
    asked = [queue.update("C1", "card", says(n)) for n in range(2)]
    assert await asyncio.gather(*asked, return_exceptions=True) == [False, fault]


async def test_an_update_whose_asker_has_left_is_sent_all_the_same(queue: ChannelQueue, recorder: Recorder) -> None:
    queue.update("C1", "card", says(1)).cancel()
    await queue.drain(LONG)
    assert recorder.words == ["Message 1"]


async def test_a_cancelled_poster_takes_its_post_back(queue: ChannelQueue, recorder: Recorder) -> None:
    recorder.gate.clear()
    first = asyncio.create_task(queue.post("C1", says(1)))
    second = asyncio.create_task(queue.post("C1", says(2)))
    await until("one is under way, one waits", lambda: recorder.begun_count == 1 and queue.waiting_count == 2)
    second.cancel()
    recorder.gate.set()
    await queue.drain(LONG)
    assert recorder.words == ["Message 1"]
    assert await first == "ts1"


async def test_what_a_shutdown_cut_off_is_counted_and_its_posters_know(queue: ChannelQueue, recorder: Recorder) -> None:
    recorder.gate.clear()
    posts = [asyncio.create_task(queue.post("C1", says(n))) for n in range(2)]
    await until("one is under way, one waits", lambda: recorder.begun_count == 1 and queue.waiting_count == 2)
    card = queue.update("C1", "card", says(3))
    assert await queue.drain(timedelta(seconds=2)) == 3
    told = await asyncio.gather(*posts, card, return_exceptions=True)
    assert [error.maybe_applied for error in told if isinstance(error, Unreachable)] == [True, False, False]
    assert queue.waiting_count == 0


async def test_an_update_that_a_shutdown_broke_off_may_have_arrived(queue: ChannelQueue, recorder: Recorder) -> None:
    recorder.gate.clear()
    card = queue.update("C1", "card", says(1))
    await until("the card is under way", lambda: recorder.begun_count == 1)
    await queue.drain(timedelta(seconds=2))
    with pytest.raises(Unreachable) as broken:
        await card
    assert broken.value.maybe_applied


async def test_draining_an_idle_queue_returns_at_once(queue: ChannelQueue, clock: Clock) -> None:
    assert await queue.drain(LONG) == 0
    assert clock.slept == []


async def test_the_pace_is_what_a_strict_slack_wants(client: SlackClient, slack: SlackSimulator, clock: Clock) -> None:
    slack.web_api.limits.on = True
    queue = ChannelQueue(client, monotonic=clock, sleep=clock.sleep)
    await asyncio.gather(*(queue.post("C0INC", says(n)) for n in range(4)))
    assert [message.text for message in slack.messages] == [f"Message {n}" for n in range(4)]
    assert all(seen.path.endswith("chat.postMessage") for seen in slack.seen)
    assert len(slack.seen) == 4
