"""The watchdog of pages: each one to which something may still happen has its next step, or says why not (P8).

One look costs two round trips to the store, however many pages there ever were. A page without its next step gets it at
once, is counted, and the last resort is called. Only when all is well is the outside world told so.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from pydantic import SecretStr

from modbot import page_state
from modbot.calling import Calling, Watching
from modbot.errors import StoreUnavailable, VendorError
from modbot.escalation import Escalation
from modbot.http import Http
from modbot.log import get_logger
from modbot.metrics import PAGE_TROUBLES
from modbot.page_state import Change, PageState, Trouble
from modbot.store.pages import Pages

PING_WITHIN = timedelta(seconds=5)
STUCK = "This page had lost its next call. modbot found it and calls on."

SetTimer = Callable[[Change], Awaitable[None]]
AllIsWell = Callable[[], Awaitable[None]]

log = get_logger("page_watch")


class Heartbeat:
    """Tells a monitor outside that all is well; it rings when it is told nothing. The address is a secret."""

    def __init__(self, http: Http, url: SecretStr | None) -> None:
        """`url` None for no monitor."""
        self._http = http
        self._url = url.get_secret_value() if url is not None else ""

    async def beat(self) -> None:
        """Call the address. What goes wrong is logged: the silence itself is what raises the alarm."""
        if not self._url:
            return
        try:
            answer = await self._http.request("heartbeat", "GET", self._url, timeout=PING_WITHIN)
        except VendorError as error:
            log.warning("heartbeat_failed", detail=error.log_detail)
            return
        if not answer.ok:
            log.warning("heartbeat_refused", status=answer.status)


class PageWatch:
    """Looks after pages. One in each process: that two look at once does no harm."""

    def __init__(
        self,
        *,
        pages: Pages,
        calling: Calling,
        escalation: Escalation,
        set_timer: SetTimer,
        now: Callable[[], datetime],
        watching: Watching,
        all_is_well: AllIsWell | None = None,
    ) -> None:
        """`all_is_well` is called after a look that found no trouble."""
        self._pages = pages
        self._calling = calling
        self._escalation = escalation
        self._set_timer = set_timer
        self._now = now
        self._watching = watching
        self._all_is_well = all_is_well
        self._looked = False  # once without trouble from the store: what is overdue then is no outage's

    async def look(self) -> int:
        """Mend what there is to mend; how many pages lacked their next step. Raises StoreUnavailable."""
        try:
            troubled = await self._look()
        except StoreUnavailable:
            self._looked = False
            raise
        self._looked = True
        if not troubled and self._all_is_well is not None:
            await self._all_is_well()
        return troubled

    async def _look(self) -> int:
        pages = await self._pages.watched()
        found = {page.id: page_state.trouble(page, self._now()) for page in pages}
        longest_first = sorted(pages, key=lambda page: page.due_at)
        mended = [await self._mended(page, trouble) for page in longest_first if (trouble := found[page.id])]
        if self._looked:  # after an outage everything is overdue, and rings by itself: nobody is alarmed about that
            await asyncio.gather(*(self._alarm(page) for page in mended if page is not None and page.open))
        loud = [page for page in pages if page_state.to_be_hushed(page, self._now())]
        await asyncio.gather(*(self._calling.hush(page) for page in loud))  # a process died, or a channel was gone
        return sum(1 for trouble in found.values() if trouble)

    async def _mended(self, page: PageState, trouble: Trouble) -> PageState | None:
        """The page with its next step on its way; None when it had moved on meanwhile."""
        log.warning("page_without_next_step", page=page.id, reason=trouble)
        PAGE_TROUBLES.labels(trouble).inc()
        change = await self._pages.change(page.id, lambda kept: page_state.due_now(kept, self._now()))
        if change is None:
            return None
        await self._set_timer(change)
        return change.state

    async def _alarm(self, page: PageState) -> None:
        await self._watching.note(page, STUCK, once=f"{page.token}:stuck")
        people = await self._escalation.people(self._escalation.last_resort)
        await asyncio.gather(
            *(self._calling.person(page, one, any_step=True) for one in people if one not in page.called_now)
        )
