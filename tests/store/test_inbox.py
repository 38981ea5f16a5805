"""Accepted work is never lost, never done by two at once while both live, and refused rather than promised."""

import asyncio
from datetime import timedelta

import pytest

from modbot.errors import StoreUnavailable
from modbot.reply import Reply
from modbot.seal import Keyring
from modbot.store import Store, connect, keys
from modbot.store.answers import Answers
from modbot.store.inbox import Full, Inbox, Item, Limits
from tests.stores import closed, until

SOON = Limits(stale=timedelta(milliseconds=200), renew=timedelta(milliseconds=50))


async def taken(store: Store) -> int:
    return int(await store.run("XLEN", keys.INBOX))


async def is_empty(store: Store) -> bool:
    return await taken(store) == 0


class Handler:
    """Remembers what it was handed; holds each item until `go` is set."""

    def __init__(self, *, hold: bool = False, fail_times: int = 0) -> None:
        self.seen: list[Item] = []
        self.done: list[str] = []
        self.go = asyncio.Event()
        self.fail_times = fail_times
        if not hold:
            self.go.set()

    async def __call__(self, item: Item) -> None:
        self.seen.append(item)
        await self.go.wait()
        if self.fail_times:
            self.fail_times -= 1
            raise StoreUnavailable("planted")
        self.done.append(item.id)


async def test_what_is_accepted_is_handed_out_and_then_struck_off(store: Store) -> None:
    inbox, handler = Inbox(store), Handler()
    accepted = await inbox.accept("request", b"data", signature="s1")
    await inbox.start(handler)
    await until("the inbox is empty", lambda: is_empty(store))
    await inbox.drain(timedelta(seconds=1))
    assert [(item.id, item.kind, item.payload) for item in handler.seen] == [(accepted, "request", b"data")]


async def test_what_was_answered_is_kept_until_the_item_is_struck_off_and_goes_with_it(store: Store) -> None:
    inbox, answers, kept_meanwhile = Inbox(store), Answers(store, Keyring([b"k" * 32])), list[Reply | None]()

    async def answer(item: Item) -> None:
        await answers.keep(item.id, Reply("It is locked."))
        kept_meanwhile.append(await answers.kept(item.id))

    accepted = await inbox.accept("request", b"data", signature="s1")
    assert accepted is not None
    await inbox.start(answer)
    await until("the inbox is empty", lambda: is_empty(store))
    await inbox.drain(timedelta(seconds=1))
    assert (kept_meanwhile, await answers.kept(accepted)) == ([Reply("It is locked.")], None)


async def test_the_same_signed_bytes_are_taken_once(store: Store) -> None:
    inbox = Inbox(store)
    first = await inbox.accept("request", b"data", signature="s1")
    assert first is not None
    assert await inbox.accept("request", b"data", signature="s1") is None
    assert await taken(store) == 1


async def test_more_than_can_wait_is_refused_and_not_taken(store: Store) -> None:
    inbox = Inbox(store, limits=Limits(waiting=1))
    await inbox.accept("request", b"1", signature="s1")
    with pytest.raises(Full):
        await inbox.accept("request", b"2", signature="s2")
    assert await taken(store) == 1


async def test_a_refused_request_may_be_sent_again(store: Store) -> None:
    with pytest.raises(Full):
        await Inbox(store, limits=Limits(waiting=0)).accept("request", b"1", signature="s1")
    assert await Inbox(store).accept("request", b"1", signature="s1") is not None


async def test_the_work_of_a_process_that_died_goes_to_another(store: Store, store_url: str) -> None:
    held, handler = Handler(hold=True), Handler()
    dying, other_store = Inbox(store, limits=SOON), connect(store_url)
    await dying.accept("request", b"data", signature="s1")
    await dying.start(held)
    await until("the item is in hand", lambda: len(held.seen) == 1)
    await dying.drain(timedelta(0))  # gives up at once, as a killed process does
    other = Inbox(other_store, limits=SOON)
    await other.start(handler)
    await until("the inbox is empty", lambda: is_empty(store))
    await other.drain(timedelta(seconds=1))
    await closed(other_store)
    assert [item.deliveries for item in handler.seen] == [2]


async def test_a_slow_item_of_a_living_process_is_not_taken_over(store: Store, store_url: str) -> None:
    slow, other_handler = Handler(hold=True), Handler()
    often = Limits(stale=timedelta(seconds=3), renew=timedelta(milliseconds=50))  # though the machine stands still
    inbox, other_store = Inbox(store, limits=often), connect(store_url)
    other = Inbox(other_store, limits=often)
    await inbox.accept("request", b"data", signature="s1")
    await inbox.start(slow)
    await until("the item is in hand", lambda: len(slow.seen) == 1)
    await other.start(other_handler)
    began = asyncio.get_running_loop().time()
    await until("an item that nobody renews would be stale", lambda: asyncio.get_running_loop().time() - began > 4)
    slow.go.set()
    await until("the inbox is empty", lambda: is_empty(store))
    for each in (inbox, other):
        await each.drain(timedelta(seconds=1))
    await closed(other_store)
    assert (len(slow.seen), other_handler.seen) == (1, [])


async def test_an_item_that_could_not_be_finished_is_delivered_again(store: Store) -> None:
    inbox, handler = Inbox(store, limits=SOON), Handler(fail_times=1)
    await inbox.accept("request", b"data", signature="s1")
    await inbox.start(handler)
    await until("the inbox is empty", lambda: is_empty(store))
    await inbox.drain(timedelta(seconds=1))
    assert [item.deliveries for item in handler.seen] == [1, 2]


async def test_drain_finishes_what_is_in_hand(store: Store) -> None:
    inbox, handler = Inbox(store), Handler(hold=True)
    await inbox.accept("request", b"data", signature="s1")
    await inbox.start(handler)
    await until("the item is in hand", lambda: len(handler.seen) == 1)
    draining = asyncio.create_task(inbox.drain(timedelta(seconds=30)))
    handler.go.set()
    assert await draining == 0
    assert await taken(store) == 0
