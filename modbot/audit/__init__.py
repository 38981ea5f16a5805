"""The audit record: intents and outcomes in one hash chain, which can be exported and checked offline (P11).

Many processes append to one chain: each link is made here and written by a script only if the head is still the one it
was made for. Appends of the same moment share one call.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from modbot.audit.chain import (
    EMPTY,
    GENESIS,
    TRIM,
    AuditEntry,
    AuditLink,
    Record,
    Verdict,
    link,
    record_of,
    verify,
)
from modbot.errors import StoreUnavailable
from modbot.store import Script, Store, Value, keys

MAX_TOGETHER = 256  # entries a script call, so that none holds the server for long
PAGE = 500
LATE = timedelta(minutes=5)  # an entry may be written this long after its time: a retry, another machine's clock

_APPEND = Script(
    """
    local head = redis.call('GET', KEYS[2])
    if not head then
        local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
        head = last and (string.match(last[1], '^%d+') .. ':' .. last[2][6]) or ARGV[3]
    end
    local number = tonumber(ARGV[1])
    if head ~= string.format('%d', number) .. ':' .. ARGV[2] then
        local first = string.format('%d-0', number + 1)
        local mine = redis.call('XRANGE', KEYS[1], first, first)[1]
        if mine and mine[2][8] == ARGV[4] then return 'OK' end
        return head
    end
    local prev = ARGV[2]
    for i = 5, #ARGV, 2 do
        number = number + 1
        local id = string.format('%d-0', number)
        redis.call('XADD', KEYS[1], id, 'e', ARGV[i], 'p', prev, 'h', ARGV[i + 1], 'w', ARGV[4])
        prev = ARGV[i + 1]
    end
    redis.call('SET', KEYS[2], string.format('%d', number) .. ':' .. prev)
    return 'OK'
    """
)


class Audit:
    """The district's record. Entry numbers are the stream's ids and each write carries its writer's mark: a write that
    was sent twice, because its answer was lost on the way, is recognised.
    """

    def __init__(self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now
        self._head = EMPTY
        self._writer = secrets.token_hex(6)
        self._writes = 0
        self._waiting: list[tuple[Record, asyncio.Future[AuditLink]]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def append(self, entry: AuditEntry) -> AuditLink:
        """Write the entry as the chain's next link.

        Raises StoreUnavailable: then the entry is not known to be recorded, and a second try may record it twice.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[AuditLink] = loop.create_future()
        self._waiting.append((record_of(entry), future))
        if self._flusher is None or self._flusher.done():
            self._flusher = loop.create_task(self._flush())
        return await future

    async def _flush(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:MAX_TOGETHER], self._waiting[MAX_TOGETHER:]
            try:
                links = await self._write([record for record, _ in taken])
            except StoreUnavailable as error:
                for _, future in taken:
                    if not future.done():
                        future.set_exception(StoreUnavailable(error.log_detail))
                continue
            except asyncio.CancelledError:
                for _, future in [*taken, *self._waiting]:
                    future.cancel()
                self._waiting = []
                raise
            for (_, future), made in zip(taken, links, strict=True):
                if not future.done():
                    future.set_result(made)

    async def _write(self, records: Sequence[Record]) -> list[AuditLink]:
        self._writes += 1
        mark = f"{self._writer}.{self._writes}"
        while True:
            prev, links = self._head, []
            arguments: list[Value] = [prev.number, prev.hash, f"0:{GENESIS}", mark]
            for record in records:
                text, prev = link(prev, record)
                links.append(prev)
                arguments += (text, prev.hash)
            answer: bytes = await self._store.call(_APPEND, [keys.AUDIT, keys.AUDIT_HEAD], arguments)
            if answer == b"OK":
                self._head = prev
                return links
            self._head = _link_of(answer)  # somebody else was faster: follow theirs

    async def head(self) -> AuditLink:
        """The last link as the store has it. Write its hash down elsewhere to show later that nothing was cut off."""
        answer: bytes | None = await self._store.run("GET", keys.AUDIT_HEAD)
        return _link_of(answer) if answer else EMPTY

    async def export(self, since: datetime | None = None) -> AsyncIterator[Record]:
        """Every entry in order, from `since` at the latest, without gaps. Checked by `verify`."""
        number = 1 if since is None else await self._first_at(since - LATE)
        while True:
            page = await self._page(number)
            for record in page:
                yield record
            if len(page) < PAGE:
                return
            number = page[-1]["n"] + 1

    async def trim(self, older_than: timedelta) -> int:
        """Remove entries older than that and return how many. An entry written first vouches for the gap."""
        oldest = await self._page(1, count=1)
        if not oldest:
            return 0
        keep_from = await self._first_at(self._now() - older_than)
        count = keep_from - oldest[0]["n"]
        if count <= 0:
            return 0
        last_gone = (await self._page(keep_from - 1, count=1))[0]
        said = {"through": last_gone["n"], "anchor": last_gone["hash"]}
        at = self._now()
        trim_id = f"trim:{last_gone['n']}"
        await self.append(AuditEntry(at, trim_id, "timer:trim", TRIM, outcome="done", reason="age", extra=said))
        await self._store.run("XTRIM", keys.AUDIT, "MINID", f"{keep_from}-0")
        return int(count)

    async def intents_without_outcome(
        self, older_than: timedelta, *, within: timedelta = keys.ACT_KEEP
    ) -> list[Record]:
        """Intents of the last `within` that have waited longer than `older_than` for their outcome, oldest first."""
        now = self._now()
        ended: set[tuple[str, str]] = set()
        open_intents: list[Record] = []
        async for record in self._backwards():
            at = datetime.fromisoformat(record["at"])
            if at < now - within - LATE:
                break
            act = (record["id"], record["room"])
            if record["phase"] == "outcome":
                ended.add(act)
            elif record["phase"] == "intent" and act not in ended and at < now - older_than:
                open_intents.append(record)
        return open_intents[::-1]

    async def _backwards(self) -> AsyncIterator[Record]:
        end = "+"
        while True:
            rows = await self._store.run("XREVRANGE", keys.AUDIT, end, "-", "COUNT", PAGE)
            for row in rows:
                yield _record(row)
            if len(rows) < PAGE:
                return
            end = f"({rows[-1][0].decode()}"

    async def _first_at(self, moment: datetime) -> int:
        """The number of the first entry not older than `moment`, by halving: times rise with numbers but for `LATE`."""
        first = await self._page(1, count=1)
        low = first[0]["n"] if first else 1
        high = (await self.head()).number + 1
        while low < high:
            middle = (low + high) // 2
            found = await self._page(middle, count=1)
            if found and datetime.fromisoformat(found[0]["at"]) < moment:
                low = middle + 1
            else:
                high = middle
        return int(low)

    async def _page(self, number: int, *, count: int = PAGE) -> list[Record]:
        rows = await self._store.run("XRANGE", keys.AUDIT, f"{number}-0", "+", "COUNT", count)
        return [_record(row) for row in rows]


def _record(row: Any) -> Record:
    fields = dict(zip(row[1][::2], row[1][1::2], strict=True)) if isinstance(row[1], list) else row[1]
    record: Record = json.loads(fields[b"e"])
    return {**record, "prev": fields[b"p"].decode("ascii"), "hash": fields[b"h"].decode("ascii")}


def _link_of(head: bytes) -> AuditLink:
    number, _, last = head.decode("ascii").partition(":")
    return AuditLink(int(number), last)


__all__ = ["GENESIS", "Audit", "AuditEntry", "AuditLink", "Verdict", "verify"]
