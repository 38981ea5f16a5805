"""Pages in the store, changed only by compare-and-set: whoever read an older state tries again on the newer one."""

from collections.abc import Callable
from datetime import timedelta

from modbot.errors import StoreUnavailable
from modbot.page_state import Change, PageState, from_bytes, to_bytes
from modbot.seal import Keyring
from modbot.store import Script, Store, keys

TRIES = 20
TOGETHER = timedelta(seconds=60)  # panics of one school within this make one page

_GROUP = Script(
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
        """Keep a new page and list it as open; False when there is one of that id."""
        made = await self._store.call(_SWAP, [keys.page(page.id)], ["", self._sealed(page), self._keep_ms])
        await self._list(page)
        return bool(made)

    async def group(self, school: str, page_id: str) -> str:
        """The page that this school's panics of the same minute share: `page_id` if it is the first."""
        together_ms = int(TOGETHER.total_seconds() * 1000)
        return str(await self._store.call(_GROUP, [keys.page_group(school)], [page_id, together_ms]), "utf-8")

    async def get(self, page_id: str) -> PageState | None:
        """One page."""
        kept = await self._store.run("GET", keys.page(page_id))
        return self._opened(page_id, kept) if kept else None

    async def change(self, page_id: str, step: Callable[[PageState], Change | None]) -> Change | None:
        """Apply `step` to the page as it is now; None when there is no such page or `step` changes nothing."""
        for _ in range(TRIES):
            kept = await self._store.run("GET", keys.page(page_id))
            change = step(self._opened(page_id, kept)) if kept else None
            if change is None:
                return None
            swapped = await self._store.call(
                _SWAP, [keys.page(page_id)], [kept, self._sealed(change.state), self._keep_ms]
            )
            if swapped:
                await self._list(change.state)
                return change
        raise StoreUnavailable(f"page {page_id} changed under {TRIES} tries")

    def _sealed(self, page: PageState) -> bytes:
        """What was typed to call for help may name pupils."""
        return self._keyring.seal(to_bytes(page), context=keys.page(page.id).encode())

    def _opened(self, page_id: str, kept: bytes) -> PageState:
        return from_bytes(self._keyring.open(kept, context=keys.page(page_id).encode()))

    async def _list(self, page: PageState) -> None:
        command = "SREM" if page.state == "resolved" else "SADD"
        await self._store.batch([(command, keys.open_pages(), page.id), ("PEXPIRE", keys.open_pages(), self._keep_ms)])

    async def open_ids(self) -> list[str]:
        """Pages not yet resolved."""
        return sorted(found.decode() for found in await self._store.run("SMEMBERS", keys.open_pages()))
