"""Paging: whoever is on call is called, and called again up the chain, until someone answers (P8).

The state is `modbot.page_state`; each change is a compare-and-set in the store; each open page has one live timer, a
durable job. The store is written before anybody is called, so a crash repeats a call and never forgets one.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from modbot import page_state
from modbot.chat import Chat, Posted
from modbot.errors import VendorError
from modbot.escalation import Escalation
from modbot.jobs import Jobs
from modbot.log import get_logger
from modbot.metrics import PAGES
from modbot.page_state import Change, PageState, Told
from modbot.reply import Button, Reply, Style
from modbot.store.pages import Pages

TIMER_JOB = "page.timer"
LATE = timedelta(seconds=30)  # a timer this overdue is taken for lost

log = get_logger("paging")


class Pager:
    """Opens pages, moves them on, and stops them."""

    def __init__(
        self,
        *,
        pages: Pages,
        jobs: Jobs,
        chat: Chat,
        escalation: Escalation,
        now: Callable[[], datetime],
        nobody_answered: Callable[[PageState], Awaitable[None]],
    ) -> None:
        self._pages = pages
        self._jobs = jobs
        self._chat = chat
        self._escalation = escalation
        self._now = now
        self._nobody_answered = nobody_answered

    async def open(
        self, page_id: str, *, what: str, by: str, school: str = "", incident: str = "", title: str = ""
    ) -> PageState:
        """A page with a snapshot of the policy its school has today; the same id again is the same page."""
        fresh = PageState(
            id=page_id, what=what, by=by, opened_at=self._now().isoformat(), policy=self._escalation.steps(school),
            incident=incident, title=title,
        )  # fmt: skip
        change = page_state.trigger(fresh, self._now())
        if await self._pages.create(change.state):
            PAGES.labels("triggered").inc()
            await self._follow(change)
        else:
            await self._finish_calling(page_id)
        return await self._pages.get(page_id) or change.state

    async def ring(self, job_id: str) -> None:
        """A timer's job: `page_id|token`. A stale token does nothing."""
        page_id, _, token = job_id.partition("|")
        change = await self._pages.change(page_id, lambda page: page_state.timer(page, token, self._now()))
        if change is None:
            await self._finish_calling(page_id)
            return
        PAGES.labels("escalated" if change.call else "exhausted").inc()
        await self._follow(change)

    async def _finish_calling(self, page_id: str) -> None:
        """A process that died after moving the page on, and before it had called anybody, left this to us."""
        page = await self._pages.get(page_id)
        if page is not None and page.open and page.calling:
            await self._follow(Change(page, call=True))

    async def acknowledge(self, page_id: str, by: str) -> PageState | None:
        """Stop every ringing; None when it was answered before or does not exist."""
        change = await self._pages.change(page_id, lambda page: page_state.acknowledge(page, by, self._now()))
        if change is None:
            return None
        PAGES.labels("acknowledged").inc()
        await self._jobs.cancel(_timer_key(page_id))
        await self._redraw(change.state)
        return change.state

    async def resolve(self, page_id: str) -> None:
        """It is over: nothing rings any more."""
        change = await self._pages.change(page_id, page_state.resolve)
        if change is not None:
            PAGES.labels("resolved").inc()
            await self._jobs.cancel(_timer_key(page_id))
            await self._redraw(change.state)

    async def get(self, page_id: str) -> PageState | None:
        """One page."""
        return await self._pages.get(page_id)

    async def open_pages(self) -> list[PageState]:
        """Pages that nobody has answered."""
        found = [await self._pages.get(page_id) for page_id in await self._pages.open_ids()]
        return [page for page in found if page is not None and page.open]

    async def repair(self) -> int:
        """Give every open page without a next step one again; how many had none. Cost follows open pages only."""
        repaired = 0
        for page in await self.open_pages():
            if not page.due_at or self._now() - datetime.fromisoformat(page.due_at) < LATE:
                continue  # exhausted, or its timer is still to ring
            log.warning("page_timer_lost", page=page.id)
            repaired += 1
            await self.ring(f"{page.id}|{page.token}")
        return repaired

    async def _follow(self, change: Change) -> None:
        page = change.state
        if page.due_at:
            due = datetime.fromisoformat(page.due_at)
            await self._jobs.at(TIMER_JOB, f"{page.id}|{page.token}", due, key=_timer_key(page.id), replace=True)
        if change.call and page.current is not None:
            people = await self._escalation.people(page.current.people)
            notices = [await self._call(page, email) for email in people]
            await self._pages.change(page.id, partial(page_state.told, notices=notices))
            await self._quieten_if_answered(page.id)
        if page.exhausted:
            await self._nobody_answered(page)

    async def _quieten_if_answered(self, page_id: str) -> None:
        """Somebody may have answered while the last call was leaving: that message must not go on asking."""
        page = await self._pages.get(page_id)
        if page is not None and not page.open:
            await self._redraw(page)

    async def _call(self, page: PageState, email: str) -> Told:
        at = self._now().isoformat()
        try:
            user = self._escalation.person(email).slack or await self._chat.user_of(email)
            if not user:
                log.warning("page_person_not_in_chat", page=page.id)
                return Told(email, at, "failed")
            where = await self._chat.direct(user, ringing(page))
        except VendorError as error:
            log.warning("page_call_failed", page=page.id, detail=error.log_detail)
            return Told(email, at, "failed")
        return Told(email, at, "delivered", where.channel, where.ts)

    async def _redraw(self, page: PageState) -> None:
        for notice in page.told:
            if not notice.ts:
                continue
            try:
                await self._chat.change(Posted(notice.channel, notice.ts), answered(page))
            except VendorError as error:
                log.warning("page_redraw_failed", page=page.id, detail=error.log_detail)


def ringing(page: PageState) -> Reply:
    """The message of a page that wants an answer. What was typed stays out of the push preview."""
    headline = f"PAGE: help is needed in {page.title}." if page.title else "PAGE: help is needed."
    have = Button("Acknowledge", "ack", {"page": page.id}, Style.PRIMARY)
    lines = (f"{page.by}: {page.what}", f"Call {page.step + 1} of {len(page.policy)}.")
    return Reply(headline, lines=lines, buttons=(have,), footnote=f"page {page.id}")


def answered(page: PageState) -> Reply:
    """The same message once nobody need answer it any more."""
    if page.state == "acknowledged":
        return Reply(f"{page.acknowledged_by} has it. Nothing more to do for you.", footnote=f"page {page.id}")
    return Reply("This page is over.", footnote=f"page {page.id}")


def _timer_key(page_id: str) -> str:
    return f"page:{page_id}"
