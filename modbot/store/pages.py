"""Pages in the store, changed only by compare-and-set: whoever read an older state tries again on the newer one.

Those to which something may still happen are listed, so that a watchdog's work does not grow with those that are over.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from modbot.errors import StoreUnavailable
from modbot.page_state import Change, PageState, from_bytes, to_bytes
from modbot.seal import Keyring
from modbot.store import Script, Store, keys

TRIES = 20
ONE_MS = timedelta(milliseconds=1)
TOGETHER = timedelta(seconds=60)  # panics of one school within this make one page

_FIRST = Script(
    """
    local first = redis.call('GET', KEYS[1])
    if first then return first end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return ARGV[1]
    """
)

_SWAP = Script(
    """
    local held = redis.call('GET', KEYS[1])
    if (held or '') ~= ARGV[1] then return 0 end
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    return 1
    """
)


class Pages:
    """Raises StoreUnavailable."""

    def __init__(self, store: Store, keyring: Keyring, *, keep: timedelta = keys.PAGE_KEEP) -> None:
        self._store = store
        self._keyring = keyring
        self._keep_ms = int(keep.total_seconds() * 1000)

    async def create(self, page: PageState) -> bool:
        """Keep a new page and list it; False when there is one of that id."""
        made = await self._store.call(_SWAP, [keys.page(page.id)], ["", self._sealed(page), self._keep_ms])
        await self._list(page)
        return bool(made)

    async def group(self, school: str, page_id: str) -> str:
        """The page that this school's panics of the same minute share: `page_id` if it is the first."""
        return (await self._first(keys.page_group(school), page_id.encode(), TOGETHER)).decode()

    async def settle(self, ref: str, meant: bytes) -> bytes:
        """What the text message `ref` means: `meant`, or what it was taken to mean when it came before."""
        return await self._first(keys.text_answer(ref), meant, keys.PAGE_KEEP)

    async def _first(self, key: str, value: bytes, keep: timedelta) -> bytes:
        return bytes(await self._store.call(_FIRST, [key], [value, keep // ONE_MS]))

    async def get(self, page_id: str) -> PageState | None:
        """One page."""
        kept = await self._store.run("GET", keys.page(page_id))
        return self._opened(page_id, kept) if kept else None

    async def several(self, page_ids: Sequence[str]) -> list[PageState]:
        """Those of these pages that there are, read in one round trip."""
        kept = await self._store.batch([("GET", keys.page(page_id)) for page_id in page_ids]) if page_ids else []
        return [self._opened(page_id, held) for page_id, held in zip(page_ids, kept, strict=True) if held]

    async def change(self, page_id: str, step: Callable[[PageState], Change | None]) -> Change | None:
        """Apply `step` to the page as it is now; None when there is no such page or `step` changes nothing."""
        for _ in range(TRIES):
            kept = await self._store.run("GET", keys.page(page_id))
            before = self._opened(page_id, kept) if kept else None
            change = step(before) if before is not None else None
            if before is None or change is None:
                return None
            swapped = await self._store.call(
                _SWAP, [keys.page(page_id)], [kept, self._sealed(change.state), self._keep_ms]
            )
            if swapped:
                if before.under_watch != change.state.under_watch:
                    await self._list(change.state)
                return replace(change, former=before.token, before=before)
        raise StoreUnavailable(f"page {page_id} changed under {TRIES} tries")

    async def claim_calling(self, page: PageState) -> bool:
        """Whether nobody else is calling the people of the page's step just now, or whoever did is taken for dead."""
        key, keep_ms = keys.page_calling(page.id, page.run, page.step), keys.PAGE_CALLING_KEEP // ONE_MS
        return bool(await self._store.run("SET", key, "1", "PX", keep_ms, "NX"))

    async def hold_calling(self, page: PageState) -> None:
        """Whoever has claimed it is still at it."""
        key, keep_ms = keys.page_calling(page.id, page.run, page.step), keys.PAGE_CALLING_KEEP // ONE_MS
        await self._store.run("PEXPIRE", key, keep_ms)

    def _sealed(self, page: PageState) -> bytes:
        """What was typed to call for help may name pupils."""
        return self._keyring.seal(to_bytes(page), context=keys.page(page.id).encode())

    def _opened(self, page_id: str, kept: bytes) -> PageState:
        return from_bytes(self._keyring.open(kept, context=keys.page(page_id).encode()))

    async def _list(self, page: PageState) -> None:
        command = "SADD" if page.under_watch else "SREM"
        await self._store.batch([(command, keys.open_pages(), page.id), ("PEXPIRE", keys.open_pages(), self._keep_ms)])

    async def open_ids(self) -> list[str]:
        """Pages to which something may still happen."""
        return sorted(found.decode() for found in await self._store.run("SMEMBERS", keys.open_pages()))

    async def watched(self) -> list[PageState]:
        """The same pages themselves, in two round trips however many there are. Those that are gone are struck off."""
        page_ids = await self.open_ids()
        found = await self.several(page_ids)
        done = set(page_ids) - {page.id for page in found if page.under_watch}
        if done:
            await self._store.run("SREM", keys.open_pages(), *done)
        return found
