"""The store's one surface, on the real server and on the in-memory one."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from modbot.errors import ConfigError, StoreUnavailable
from modbot.model import PlatformName
from modbot.store import Script, Store, Value, connect
from tests.stores import closed, until

ADD = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")


@pytest.fixture(params=["real", "memory"])
async def any_store(request: pytest.FixtureRequest, store_url: str) -> AsyncIterator[Store]:
    """The real store, and the one for unit tests."""
    opened = connect(store_url if request.param == "real" else "memory://")
    await opened.run("FLUSHALL")
    yield opened
    await opened.run("FLUSHALL")
    await closed(opened)


async def test_calls_of_one_moment_each_get_their_own_answers(any_store: Store) -> None:
    answers = await asyncio.gather(*(any_store.batch([("SET", f"k{n}", n), ("GET", f"k{n}")]) for n in range(700)))
    assert [answer[1] for answer in answers] == [str(n).encode() for n in range(700)]


async def test_a_failing_command_fails_its_own_caller_only(any_store: Store) -> None:
    await any_store.run("SET", "text", "x")
    good = asyncio.create_task(any_store.run("GET", "text"))
    with pytest.raises(StoreUnavailable):
        await any_store.run("INCR", "text")
    assert await good == b"x"


async def test_what_is_written_comes_back_byte_for_byte(any_store: Store) -> None:
    values: list[Value] = [
        "",
        "é",
        "\r\n$3\r\n",
        b"\x00\r\n\xff",
        b"y" * 70_000,
        -5,
        2**62,
        0.1,
        1e22,
        PlatformName.ZOOM,
    ]
    await any_store.batch([("SET", f"v{n}", value, "PX", 60_000) for n, value in enumerate(values)])
    kept = await any_store.batch([("GET", f"v{n}") for n in range(len(values))])
    assert kept == [v if isinstance(v, bytes) else str(v).encode() for v in values]


async def test_after_a_value_that_cannot_be_sent_the_next_command_is_answered(any_store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        await any_store.run("SET", "nothing", None)  # type: ignore[arg-type]
    assert await any_store.run("EXISTS", "nothing") == 0


async def test_a_script_is_taught_again_after_the_server_forgot_it(any_store: Store) -> None:
    assert await any_store.call(ADD, ["n"], [2]) == 2
    await any_store.run("SCRIPT FLUSH")
    assert await asyncio.gather(*(any_store.call(ADD, ["n"], [1]) for _ in range(3))) == [3, 4, 5]


async def test_a_server_that_is_not_there_says_so() -> None:
    store = connect("unix:///nowhere/store.sock")
    with pytest.raises(StoreUnavailable):
        await store.ping()
    await closed(store)


@pytest.mark.parametrize("url", ["", "http://x", "/var/run/redis.sock"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        connect(url)


async def test_ids_of_claimed_entries_are_read_as_ids(store: Store) -> None:
    await _pending_entry(store, "1-1")
    assert await store.run("XCLAIM", "s", "g", "me", 0, "1-1", "JUSTID") == [b"1-1"]


async def test_everybody_in_a_batch_with_an_unreadable_answer_hears_of_it(store: Store) -> None:
    await _pending_entry(store, "1-1")
    unreadable = asyncio.create_task(store.run("XCLAIM", "s", "g", "me", 0, "1-1", "justid"))  # redis-py breaks on it
    beside = asyncio.create_task(store.run("PING"))
    outcomes = await asyncio.wait_for(asyncio.gather(unreadable, beside, return_exceptions=True), 30)
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable, StoreUnavailable]


async def test_an_answer_that_came_too_late_is_not_given_to_the_next_who_asks(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modbot.store.ANSWER_SECONDS", 2.0)
    store = connect(store_url)
    await store.run("SET", "asked later", "its own answer", "PX", 60_000)
    beside = connect(store_url)
    await beside.run("CLIENT", "PAUSE", 60_000, "WRITE")
    with pytest.raises(StoreUnavailable):
        await store.run("SET", "asked first", "x", "PX", 60_000)
    await beside.run("CLIENT", "UNPAUSE")
    await closed(beside)
    await until("the store answers", lambda: _answers(store))
    assert await store.run("GET", "asked later") == b"its own answer"
    await closed(store)


async def test_after_the_server_closed_the_connection_it_is_asked_on_a_new_one(store: Store, store_url: str) -> None:
    before = await store.run("CLIENT", "ID")
    beside = connect(store_url)
    await beside.run("CLIENT", "KILL", "ID", before)
    await closed(beside)
    await until("the store answers", lambda: _answers(store))
    assert await store.run("CLIENT", "ID") != before


async def _answers(store: Store) -> bool:
    try:
        await store.ping()
    except StoreUnavailable:
        return False
    return True


async def _pending_entry(store: Store, entry: str) -> None:
    """An entry of the stream `s` that a consumer of the group `g` has taken and not finished."""
    await store.batch(
        [
            ("XADD", "s", entry, "k", "v"),
            ("XGROUP", "CREATE", "s", "g", "0"),
            ("XREADGROUP", "GROUP", "g", "other", "STREAMS", "s", ">"),
            ("EXPIRE", "s", 60),
        ]
    )
