"""Accepted work: one stream, written before Slack gets its answer, worked off by whichever process is free.

An entry is deleted only when its handler has finished, so a process killed the next millisecond loses nothing: another
takes the entry over once nobody has renewed it for `Limits.stale`. Handlers may therefore run again from the start and
must have the effect of one (the door sees to that by act id).
"""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.exceptions import ResponseError

from modbot.errors import StoreUnavailable
from modbot.log import get_logger
from modbot.store import Script, Store, keys, translated
from modbot.store.right_of_way import RightOfWay

ASK_AGAIN_AFTER = (timedelta(milliseconds=250), timedelta(milliseconds=450))  # an embedded store is back by then
BLOCK = timedelta(seconds=2)  # below the connection's answer time
MAX_DELIVERIES = 5

_ACCEPT = Script(
    """
    if redis.call('EXISTS', KEYS[1]) == 1 then return 'seen' end
    if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[4]) then return 'full' end
    redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
    return redis.call('XADD', KEYS[2], '*', 'k', ARGV[2], 'd', ARGV[3])
    """
)

log = get_logger("inbox")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long before an item is taken over, and how many may wait."""

    stale: timedelta = timedelta(seconds=10)  # unrenewed for this long: its process is taken for dead
    renew: timedelta = timedelta(seconds=3)
    waiting: int = 20_000  # in the store, worked on or not; above it, requests are refused


@dataclass(frozen=True, slots=True)
class Item:
    """One accepted request. `id` is the same on every delivery, so it names the act."""

    id: str
    kind: str
    payload: bytes
    deliveries: int = 1

    @property
    def accepted_at(self) -> datetime:
        """When it became durable, by the store's clock."""
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1000, UTC)

    @property
    def last_try(self) -> bool:
        """Whether this delivery is the last before the item is given up."""
        return self.deliveries >= MAX_DELIVERIES


class Full(StoreUnavailable):
    """More is waiting than can be worked off: refuse rather than promise."""

    def __init__(self) -> None:
        super().__init__("inbox full")
        self.staff_text = "modbot is overloaded and could not take this. Try again in a moment."


Handler = Callable[[Item], Awaitable[None]]


class Inbox:
    """Takes work in and hands it out. `sole` says that no other process can be alive on this store."""

    def __init__(
        self, store: Store, *, sole: bool = False, concurrency: int = 64, limits: Limits | None = None
    ) -> None:
        self._store = store
        self._limits = limits or Limits()
        self._sole = sole
        self._consumer = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._slots = asyncio.Semaphore(concurrency)
        self._working: dict[str, asyncio.Task[None]] = {}
        self._unbegun: set[str] = set()  # handed to this process, waiting for a free slot
        self._loops: list[asyncio.Task[None]] = []
        self._handler: Handler | None = None
        self._way = RightOfWay()
        self._draining = False

    async def accept(self, kind: str, payload: bytes, *, signature: str) -> str | None:
        """Make a request durable; its id, or None when these signed bytes were taken before.

        Raises Full: then nothing was taken. Raises StoreUnavailable when the store stays away: then it is not known.
        """
        with self._way:
            answer = await self._ask_again(signature, kind, payload)
        if answer == b"seen":
            return None
        if answer == b"full":
            raise Full
        return str(answer, "ascii")

    async def _ask_again(self, signature: str, kind: str, payload: bytes) -> bytes:
        """A store that died may have taken it before: asked again, it says that it has seen these bytes."""
        seen = keys.replay(signature)
        keep_ms = int(keys.REPLAY_KEEP.total_seconds() * 1000)
        for pause in ASK_AGAIN_AFTER:
            try:
                return await self._accept(seen, keep_ms, kind, payload)
            except StoreUnavailable as error:
                log.info("accept_asked_again", detail=error.log_detail)
            await asyncio.sleep(pause.total_seconds())
        return await self._accept(seen, keep_ms, kind, payload)

    async def _accept(self, seen: str, keep_ms: int, kind: str, payload: bytes) -> bytes:
        answer: bytes = await self._store.call(
            _ACCEPT, [seen, keys.INBOX], [keep_ms, kind, payload, self._limits.waiting]
        )
        return answer

    async def start(self, handler: Handler) -> None:
        """Begin to work: new entries at once, and those of dead processes as they go stale."""
        self._handler = handler
        await self._make_group()
        await self._take_over(timedelta(0) if self._sole else self._limits.stale)
        loop = asyncio.get_running_loop()
        self._loops = [loop.create_task(self._forever(step)) for step in (self._read, self._renew_and_take_over)]

    async def _make_group(self) -> None:
        try:
            await translated(
                lambda: self._store.client.xgroup_create(keys.INBOX, keys.INBOX_GROUP, id="0", mkstream=True)
            )
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, ResponseError) or "BUSYGROUP" not in error.log_detail:
                raise

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> None:
        while not self._draining:  # redis-py can take a cancellation for a time-out and go on
            try:
                await step()
            except StoreUnavailable as error:
                log.warning("store_unavailable", step=step.__name__, detail=error.log_detail)
                if "NOGROUP" in error.log_detail:  # the store came back empty
                    await self._remake_group()
                await asyncio.sleep(0.25)
            except Exception:
                log.exception("inbox_loop_broke", step=step.__name__)  # and goes on: nobody else would take the work
                await asyncio.sleep(1)

    async def _remake_group(self) -> None:
        try:
            await self._make_group()
        except StoreUnavailable as error:
            log.warning("store_unavailable", step="make_group", detail=error.log_detail)

    async def _read(self) -> None:
        await self._slots.acquire()
        self._slots.release()
        answer: Any = await translated(
            lambda: self._store.client.xreadgroup(
                keys.INBOX_GROUP,
                self._consumer,
                {keys.INBOX: ">"},
                count=16,
                block=int(BLOCK.total_seconds() * 1000),
            )
        )
        entries = [(entry_id.decode(), fields) for entry_id, fields in _entries(answer)]
        self._unbegun.update(entry_id for entry_id, _ in entries)
        for entry_id, fields in entries:
            await self._begin(Item(entry_id, fields[b"k"].decode(), fields[b"d"]))

    async def _begin(self, item: Item) -> None:
        await self._slots.acquire()
        task = asyncio.get_running_loop().create_task(self._work(item))
        self._working[item.id] = task
        self._unbegun.discard(item.id)
        task.add_done_callback(lambda _: self._finished(item.id))

    def _finished(self, item_id: str) -> None:
        self._working.pop(item_id, None)
        self._slots.release()

    async def _work(self, item: Item) -> None:
        if self._handler is None:
            raise RuntimeError("the inbox was not started")
        await self._way.give_way()
        try:
            await self._handler(item)
        except StoreUnavailable as error:
            log.warning("item_put_back", item=item.id, detail=error.log_detail)
            return  # it stays pending and is delivered again
        except Exception:
            log.exception("item_failed", item=item.id, kind=item.kind, deliveries=item.deliveries)
            if not item.last_try:
                return
        await self._done(item.id)

    async def _done(self, item_id: str) -> None:
        for pause in (0.1, 0.5, 2.0):
            try:
                await self._store.batch(
                    [
                        ("XACK", keys.INBOX, keys.INBOX_GROUP, item_id),
                        ("XDEL", keys.INBOX, item_id),
                        ("DEL", keys.answer(item_id)),  # not before: without it, a second try would run anew
                    ]
                )
            except StoreUnavailable:
                await asyncio.sleep(pause)
            else:
                return
        log.warning("item_not_struck_off", item=item_id)  # it will run again, with the effect of one

    async def _renew_and_take_over(self) -> None:
        await asyncio.sleep(self._limits.renew.total_seconds())
        mine: list[Any] = [*self._working, *self._unbegun]
        if mine:
            await translated(
                lambda: self._store.client.xclaim(
                    keys.INBOX, keys.INBOX_GROUP, self._consumer, min_idle_time=0, message_ids=mine, justid=True
                )
            )
        await self._take_over(self._limits.stale)

    async def _take_over(self, idle: timedelta) -> None:
        idle_ms = int(idle.total_seconds() * 1000)
        rows: Any = await translated(
            lambda: self._store.client.xpending_range(
                keys.INBOX, keys.INBOX_GROUP, min="-", max="+", count=100, idle=idle_ms or None
            )
        )
        for row in rows:
            entry_id, deliveries = row["message_id"].decode(), int(row["times_delivered"])
            if entry_id in self._working or entry_id in self._unbegun:
                continue
            claimed: Any = await translated(
                lambda entry_id=entry_id: self._store.client.xclaim(  # type: ignore[misc]
                    keys.INBOX, keys.INBOX_GROUP, self._consumer, min_idle_time=idle_ms, message_ids=[entry_id]
                )
            )
            for _, fields in claimed:
                if fields:
                    log.info("item_taken_over", item=entry_id, deliveries=deliveries + 1)
                    await self._begin(Item(entry_id, fields[b"k"].decode(), fields[b"d"], deliveries + 1))

    async def drain(self, deadline: timedelta) -> int:
        """Take nothing more and finish what is in hand; the number left unfinished, which another process gets."""
        self._draining = True
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self._working:
            await asyncio.wait(list(self._working.values()), timeout=deadline.total_seconds())
        left = list(self._working.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return len(left)


def _entries(answer: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    streams = answer.values() if isinstance(answer, dict) else [entries for _, entries in answer or []]
    found: list[tuple[bytes, dict[bytes, bytes]]] = []
    for entries in streams:
        for entry in entries:
            found += [tuple(entry)] if isinstance(entry[0], bytes) else [tuple(e) for e in entry]
    return found
