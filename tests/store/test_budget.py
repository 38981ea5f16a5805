"""The shared rate budget: how many calls get out, who goes first, and what happens without a store."""

import asyncio
import gc
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import RateLimited
from modbot.platforms import Budget
from modbot.store import Store, connect, keys
from modbot.store.budget import _TAKE, Ask, Bucket, SharedBudget, decide
from tests.stores import closed, until

LOCK, REMOVAL, REST = 0, 1, 2
PATIENCE = timedelta(seconds=10)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def budget(store: Store, time: Time) -> SharedBudget:
    return SharedBudget(store, seconds=time, sleep=time.sleep)


def locks_there_are() -> int:
    gc.collect()
    return sum(isinstance(one, asyncio.Lock) for one in gc.get_objects())


async def taken_at_once(shared: SharedBudget, time: Time, urgency: int, *, per_second: float = 20) -> int:
    began, count = time.seconds, 0
    while time.seconds == began:
        await shared.take("zoom:light", per_second=per_second, urgency=urgency)
        count += 1
    return count - 1  # the last one had to wait


async def test_where_the_vendor_counts_by_the_minute_more_may_come_at_once(store: Store) -> None:
    time = Time()
    shared = budget(store, time)
    began = time.seconds
    for _ in range(10):
        await shared.take("meet:write", per_second=1.5, urgency=0, burst=10)
    assert time.seconds == began
    await shared.take("meet:write", per_second=1.5, urgency=0, burst=10)
    assert time.seconds > began


async def test_calls_come_at_the_rate_after_a_burst_of_half_a_second(store: Store) -> None:
    time = Time()
    shared: Budget = budget(store, time)
    began = time.seconds
    for _ in range(110):
        await shared.take("zoom:light", per_second=20, urgency=LOCK)
    assert time.seconds - began == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize(("urgency", "expected"), [(LOCK, 10), (REMOVAL, 9), (REST, 7)])
async def test_the_less_urgent_leave_more_for_others(urgency: int, expected: int, store: Store) -> None:
    time = Time()
    assert await taken_at_once(budget(store, time), time, urgency) == expected


async def test_the_less_urgent_alone_still_get_the_whole_rate(store: Store) -> None:
    time = Time()
    shared = budget(store, time)
    began = time.seconds
    for _ in range(200):
        await shared.take("webex", per_second=20, urgency=REST)
    assert time.seconds - began < 10.5


class Held(Time):
    """Sleepers wait until the test lets time pass, in the order in which they are due."""

    def __init__(self) -> None:
        super().__init__()
        self.sleepers: list[tuple[float, int, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self.sleepers.append((self.seconds + seconds, len(self.sleepers), woken))
        await woken.wait()

    async def until_passed(self, done: asyncio.Event) -> None:
        while not done.is_set():
            if self.sleepers:
                sleeper = min(self.sleepers)
                self.sleepers.remove(sleeper)
                self.seconds = max(self.seconds, sleeper[0])
                sleeper[2].set()
            await asyncio.sleep(0.005)


async def test_a_lock_goes_before_others_that_have_waited_longer(store: Store) -> None:
    time, order, all_done = Held(), list[str](), asyncio.Event()
    shared = budget(store, time)
    await shared.take("slow", per_second=1, urgency=LOCK)

    async def call(name: str, urgency: int) -> None:
        await shared.take("slow", per_second=1, urgency=urgency)
        order.append(name)

    rest = asyncio.create_task(call("rest", REST))
    await until("it waits", lambda: len(time.sleepers) == 1)
    locks = [asyncio.create_task(call(f"lock {n}", LOCK)) for n in (1, 2)]
    await until("all wait", lambda: len(time.sleepers) == 3)
    waiting = asyncio.gather(rest, *locks)
    waiting.add_done_callback(lambda _: all_done.set())
    await time.until_passed(all_done)
    assert order == ["lock 1", "lock 2", "rest"]


async def test_of_those_who_wait_alike_the_oldest_goes_first(store: Store) -> None:
    time, order, all_done = Held(), list[int](), asyncio.Event()
    shared = budget(store, time)
    await shared.take("slow", per_second=1, urgency=LOCK)

    async def remove(number: int) -> None:
        await shared.take("slow", per_second=1, urgency=REMOVAL)
        order.append(number)

    panics = [asyncio.create_task(remove(number)) for number in range(6)]
    waiting = asyncio.gather(*panics)
    waiting.add_done_callback(lambda _: all_done.set())
    await time.until_passed(all_done)
    assert order == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("urgency", "patience"), [(LOCK, 10), (REMOVAL, 20), (REST, 5)])
async def test_nobody_is_kept_longer_than_is_fit_and_the_wait_is_said(
    urgency: int, patience: int, store: Store
) -> None:
    time = Time()
    shared = budget(store, time)
    per_second = 0.5 / patience  # the next call is due in twice the patience
    await shared.take("zoom:resource", per_second=per_second, urgency=urgency)
    before = time.seconds
    with pytest.raises(RateLimited) as raised:
        await shared.take("zoom:resource", per_second=per_second, urgency=urgency)
    assert time.seconds == before
    assert raised.value.vendor == "zoom"
    assert raised.value.retry_after is not None
    assert raised.value.retry_after.total_seconds() == pytest.approx(2 * patience, abs=0.1)


async def test_a_refused_lock_takes_nothing_from_those_who_come_later(store: Store) -> None:
    time = Time()
    shared = budget(store, time)
    await shared.take("x", per_second=0.05, urgency=LOCK)
    for _ in range(5):
        with pytest.raises(RateLimited):
            await shared.take("x", per_second=0.05, urgency=LOCK)
    time.seconds += 20
    await shared.take("x", per_second=0.05, urgency=LOCK)


async def test_all_processes_share_one_limit_and_it_expires(store: Store) -> None:
    time = Time()
    processes = [budget(store, time) for _ in range(4)]
    began = time.seconds
    for number in range(40):
        await processes[number % 4].take("webex", per_second=20, urgency=LOCK)
    assert time.seconds - began == pytest.approx(1.5, abs=0.1)
    assert 0 < await store.run("PTTL", keys.budget("webex")) < 120_000


async def test_a_clock_set_back_does_not_starve_the_limit(store: Store) -> None:
    time = Time()
    shared = budget(store, time)
    assert await taken_at_once(shared, time, LOCK) == 10
    time.seconds -= 3600
    began = time.seconds
    for _ in range(5):
        await shared.take("zoom:light", per_second=20, urgency=LOCK)
    assert time.seconds - began < 1


async def test_without_a_store_calls_go_out_at_the_rate_of_this_process() -> None:
    gone, time = connect("unix:///nowhere/store.sock"), Time()
    shared = budget(gone, time)
    assert await taken_at_once(shared, time, LOCK) == 10
    await closed(gone)


async def test_limits_of_single_people_are_forgotten_when_nobody_waits_for_them(store: Store) -> None:
    shared, before = budget(store, Time()), locks_there_are()
    for number in range(100):
        await shared.take(f"meet:read:{number}", per_second=20)
    assert locks_there_are() - before < 100


async def test_real_waiting_works_too(store: Store) -> None:
    shared = SharedBudget(store)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(shared.take("real", per_second=100, urgency=n % 3) for n in range(70)))
    assert loop.time() - began > 0.1


@given(
    st.floats(0.01, 500),
    st.integers(0, 2),
    st.floats(-100, 300),
    st.floats(-5000, 5000),
)
def test_a_bucket_is_never_over_full_and_a_refusal_takes_nothing(
    per_second: float, urgency: int, tokens: float, step_ms: float
) -> None:
    bucket = Bucket(tokens, 1_000_000.0)
    ask = Ask.of(per_second, urgency, patience=PATIENCE)
    taken, wait = decide(bucket, ask, 1_000_000.0 + step_ms)
    assert wait >= 0
    assert bucket.tokens <= ask.size - (1 if taken else 0) + 1e-9
    if taken and urgency != LOCK:
        assert bucket.tokens >= ask.need - 1 - 1e-6


async def test_the_script_and_its_twin_decide_alike(store: Store) -> None:
    bucket = Bucket(5.0, 1000.0)
    for step, (urgency, ahead_ms) in enumerate([(0, 3), (1, 0), (2, 400), (2, 0), (0, 0), (1, -1), (2, -5000)] * 6):
        ask = Ask.of(10, urgency, patience=PATIENCE)
        now_ms = bucket.at_ms + ahead_ms
        numbers = (ask.rate_per_ms, ask.size, ask.need, now_ms, 2000, int(ask.ahead), ask.patience_ms)
        said, wait_ms = await store.call(_TAKE, [keys.budget("twin")], [repr(number) for number in numbers])
        taken, wait = decide(bucket, ask, now_ms)
        assert (bool(said), wait_ms) == (taken, pytest.approx(wait, abs=1.01)), f"step {step}"
