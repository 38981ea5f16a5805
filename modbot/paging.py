"""Paging: whoever is on call is called, and called again up the chain, until someone answers (P8).

The state is `modbot.page_state`; each change is a compare-and-set in the store; each page has at most one live timer, a
durable job. The store is written before anybody is called, so a crash repeats a call and never forgets one.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from modbot import page_state
from modbot.errors import VendorError
from modbot.escalation import Escalation
from modbot.jobs import Jobs
from modbot.log import get_logger
from modbot.metrics import FIRST_CALL_SECONDS, PAGE_ANSWER_SECONDS, PAGES
from modbot.page_state import Called, Change, PageState
from modbot.pagers import Fate, Notice, Pager, Question
from modbot.store.pages import Pages

TIMER_JOB = "page.timer"
LATE = timedelta(seconds=30)  # a timer this overdue is taken for lost
HUSH_WITHIN = timedelta(seconds=2)

log = get_logger("paging")


class Watching(Protocol):
    """Hears of what is worth a line on the incidents' cards. Each may be told again: see `once`."""

    async def note(self, page: PageState, text: str, *, once: str) -> None:
        """Something happened to a page. Raises StoreUnavailable."""

    async def given_back(self, page: PageState, *, once: str) -> None:
        """Whoever had it did not say that they still do. Raises StoreUnavailable."""


class Paging:
    """Opens pages, moves them on, and stops them."""

    def __init__(
        self,
        *,
        pages: Pages,
        jobs: Jobs,
        escalation: Escalation,
        pagers: Mapping[str, Pager],
        now: Callable[[], datetime],
        watching: Watching,
    ) -> None:
        """`pagers` by the names that `OnCallPerson.channels` has for them."""
        self._pages = pages
        self._jobs = jobs
        self._escalation = escalation
        self._pagers = pagers
        self._now = now
        self._watching = watching
        self._hushing: set[asyncio.Future[None]] = set()

    async def open(
        self, page_id: str, *, what: str, by: str, school: str = "", incident: str = "", title: str = ""
    ) -> PageState:
        """A page with a snapshot of the policy its school has today; the same id again is the same page."""
        fresh = PageState(
            id=page_id, what=what, by=by, opened_at=self._now().isoformat(), policy=self._escalation.steps(school),
            still=self._escalation.still, title=title, incidents=(incident,) if incident else (),
        )  # fmt: skip
        change = page_state.trigger(fresh, self._now())
        if await self._pages.create(change.state):
            PAGES.labels("triggered").inc()
            await self._follow(change)
        else:
            await self._finish_calling(page_id)
        return await self._pages.get(page_id) or change.state

    async def of_this_minute(self, school: str, page_id: str) -> str:
        """The page that stands for all panics of a school within a minute: `page_id` if it is the first."""
        return await self._pages.group(school, page_id)

    async def join(self, page_id: str, incident: str) -> PageState | None:
        """One more incident for a page; None when there is no such page, or it is over."""
        await self._pages.change(page_id, lambda page: page_state.join(page, incident))
        page = await self._pages.get(page_id)
        return page if page is not None and incident in page.incidents else None

    async def ring(self, job_id: str) -> None:
        """A timer's job: `page_id|token`. A stale token does nothing."""
        page_id, _, token = job_id.partition("|")
        change = await self._pages.change(page_id, lambda page: page_state.timer(page, token, self._now()))
        if change is None:
            await self._finish_calling(page_id)
            return
        PAGES.labels(_moved_to(change)).inc()
        await self._follow(change)

    async def escalate(self, page_id: str, by: str) -> PageState | None:
        """Call the next at once; None when it was answered or nobody is left to call."""
        change = await self._pages.change(page_id, lambda page: page_state.escalate(page, self._now()))
        if change is None:
            return None
        PAGES.labels(_moved_to(change)).inc()
        await self._watching.note(change.state, f"{by}: call the next person.", once=f"{change.state.token}:by hand")
        await self._follow(change)
        return await self._pages.get(page_id)

    async def _finish_calling(self, page_id: str) -> None:
        """A process that died after moving the page on, and before it had called everybody, left this to us."""
        page = await self._pages.get(page_id)
        if page is not None and page.open and page.calling:
            await self._follow(Change(page, call=True))

    async def acknowledge(self, page_id: str, by: str, *, email: str = "") -> PageState | None:
        """Stop every ringing; None when it was answered before or does not exist."""
        now = self._now()
        change = await self._pages.change(page_id, lambda page: page_state.acknowledge(page, by, now, email=email))
        if change is None:
            return None
        PAGES.labels("acknowledged").inc()
        PAGE_ANSWER_SECONDS.observe((now - datetime.fromisoformat(change.state.opened_at)).total_seconds())
        await self._set_timer(change.state)
        await self._hush(change.state)
        return change.state

    async def confirm(self, page_id: str) -> PageState | None:
        """Whoever has it still does; None when nobody has it."""
        change = await self._pages.change(page_id, lambda page: page_state.confirm(page, self._now()))
        if change is None:
            return None
        await self._set_timer(change.state)
        return change.state

    async def resolve(self, page_id: str, incident: str = "") -> None:
        """It is over, or one of its incidents is: when none is left, nothing rings any more."""
        change = await self._pages.change(page_id, lambda page: page_state.resolve(page, incident))
        if change is not None and change.state.state == "resolved":
            PAGES.labels("resolved").inc()
            await self._set_timer(change.state)
            await self._hush(change.state)

    async def fated(self, page_id: str, ref: str, fate: Fate) -> None:
        """A channel tells later what became of a call; one that failed is made by the next channel at once."""
        change = await self._pages.change(page_id, lambda page: page_state.fated(page, ref, fate))
        if change is None or fate is not Fate.FAILED or not change.state.open:
            return
        failed = next(call for call in change.state.calls if call.ref == ref)
        tried = {call.channel for call in change.state.calls if call.email == failed.email and _same_step(call, failed)}
        await self._call(change.state, failed.email, without=frozenset(tried))

    async def get(self, page_id: str) -> PageState | None:
        """One page."""
        return await self._pages.get(page_id)

    async def open_pages(self) -> list[PageState]:
        """Pages that nobody has answered."""
        return [page for page in await self._unresolved() if page.open]

    async def _unresolved(self) -> list[PageState]:
        found = [await self._pages.get(page_id) for page_id in await self._pages.open_ids()]
        return [page for page in found if page is not None]

    async def repair(self) -> int:
        """Give every page whose timer was lost its next step; how many. Cost follows pages not yet resolved."""
        repaired = 0
        for page in await self._unresolved():
            if not page.due_at or self._now() - datetime.fromisoformat(page.due_at) < LATE:
                continue  # nobody left to call, nothing to ask, or its timer is still to ring
            log.warning("page_timer_lost", page=page.id)
            repaired += 1
            await self.ring(f"{page.id}|{page.token}")
        return repaired

    async def _follow(self, change: Change) -> None:
        page = change.state
        await self._set_timer(page)
        if change.again:
            await self._watching.given_back(page, once=page.token)
        if change.call and page.current is not None:
            await self._call_step(page)
        if change.ask:
            await self._ask(page)
        if page.exhausted:
            await self._watching.note(page, "Nobody has answered the page. Phone the help desk.", once="nobody")

    async def _set_timer(self, page: PageState) -> None:
        key = f"page:{page.id}"
        if not page.due_at:
            await self._jobs.cancel(key)
            return
        due = datetime.fromisoformat(page.due_at)
        await self._jobs.at(TIMER_JOB, f"{page.id}|{page.token}", due, key=key, replace=True)

    async def _call_step(self, page: PageState) -> None:
        people = await self._escalation.people(page.current.people if page.current else ())
        waiting = [email for email in people if email not in page.called_now]
        await asyncio.gather(*(self._call(page, email) for email in waiting))
        await self._pages.change(page.id, partial(page_state.called, calls=(), last=True))
        await self._hush_if_answered(page.id)

    async def _call(self, page: PageState, email: str, without: frozenset[str] = frozenset()) -> None:
        """Call one person by the first of their channels that takes it."""
        person = self._escalation.person(email)
        for channel in _turned(person.channels, page.policy[page.step].round):
            if channel in without or not await self._still_rings(page):
                continue
            call = await self._try(page, email, channel)
            await self._pages.change(page.id, partial(page_state.called, calls=[call], last=False))
            await self._watching.note(page, self._told(call), once=f"{page.token}:{email}:{channel}")
            if call.fate is not Fate.FAILED:
                return

    async def _still_rings(self, page: PageState) -> bool:
        """Looked up before each call: after an answer is durable nobody is called."""
        now = await self._pages.get(page.id)
        return now is not None and now.token == page.token and now.open

    async def _try(self, page: PageState, email: str, channel: str) -> Called:
        at = self._now()
        call = Called(email, channel, page.step, page.run, at.isoformat(), Fate.FAILED)
        pager = self._pagers.get(channel)
        if pager is None:
            log.warning("no_such_pager", page=page.id, channel=channel)
            return call
        try:
            ticket = await pager.ring(self._escalation.person(email), notice_of(page))
        except VendorError as error:
            log.warning("page_call_failed", page=page.id, channel=channel, detail=error.log_detail)
            return call
        if not page.reached:
            FIRST_CALL_SECONDS.observe((self._now() - datetime.fromisoformat(page.opened_at)).total_seconds())
        return Called(email, channel, page.step, page.run, at.isoformat(), ticket.fate, ticket.ref)

    def _told(self, call: Called) -> str:
        said = {Fate.FAILED: "could not be reached", Fate.QUEUED: "is being called", Fate.DELIVERED: "was called"}
        label = self._pagers[call.channel].label if call.channel in self._pagers else call.channel
        return f"{self._escalation.name(call.email)} {said.get(call.fate, 'answered')} by {label}."

    async def _ask(self, page: PageState) -> None:
        minutes = page.still.answer_seconds // 60
        headline = f"Do you still have the page of {page.title}?" if page.title else "Do you still have this page?"
        person = self._escalation.person(page.acknowledged_email) if page.acknowledged_email else None
        for channel in person.channels if person else ():
            pager = self._pagers.get(channel)
            if pager is None or person is None:
                continue
            try:
                await pager.ask(person, Question(page.id, headline, minutes))
            except VendorError as error:
                log.warning("page_question_failed", page=page.id, channel=channel, detail=error.log_detail)
                continue
            return
        await self._watching.note(page, f"{page.acknowledged_by} could not be asked whether they still have it.",
                                  once=f"{page.token}:unasked")  # fmt: skip

    async def _hush_if_answered(self, page_id: str) -> None:
        """Somebody may have answered while the last call was leaving: that message must not go on asking."""
        page = await self._pages.get(page_id)
        if page is not None and not page.open:
            await self._hush(page)

    async def _hush(self, page: PageState) -> None:
        standing = {call.ref: call.channel for call in page.calls if call.ref and call.fate is not Fate.FAILED}
        tasks = [asyncio.ensure_future(self._hush_one(page, ref, channel)) for ref, channel in standing.items()]
        self._hushing.update(tasks)
        for task in tasks:
            task.add_done_callback(self._hushing.discard)
        if tasks:  # whoever answered is told at once: a channel that is slow to be made quiet goes on by itself
            await asyncio.wait(tasks, timeout=HUSH_WITHIN.total_seconds())

    async def drain(self) -> None:
        """Let what is being made quiet become so."""
        await asyncio.gather(*self._hushing, return_exceptions=True)

    async def _hush_one(self, page: PageState, ref: str, channel: str) -> None:
        pager = self._pagers.get(channel)
        if pager is None:
            return
        try:
            await pager.hush(ref, answered(page), over=page.state == "resolved")
        except VendorError as error:
            log.warning("page_not_hushed", page=page.id, channel=channel, detail=error.log_detail)


def notice_of(page: PageState) -> Notice:
    """What somebody who is called is told. What was typed stays out of the push preview."""
    headline = f"PAGE: help is needed in {page.title}." if page.title else "PAGE: help is needed."
    more = len(page.incidents) - 1
    others = (f"{more} more classes of the school called for help within the same minute.",) if more > 0 else ()
    return Notice(page.id, headline, (f"{page.by}: {page.what}", *others), page.step + 1, len(page.policy))


def answered(page: PageState) -> str:
    """What a call says once nobody need answer it any more."""
    if page.state == "acknowledged":
        return f"{page.acknowledged_by} has it. Nothing more to do for you."
    return "This page is over."


def _moved_to(change: Change) -> str:
    if change.again:
        return "given_back"
    if change.ask:
        return "asked"
    return "escalated" if change.call else "exhausted"


def _turned(channels: tuple[str, ...], rounds: int) -> tuple[str, ...]:
    """Each further round begins one channel later: who did not see a message is rung up."""
    start = (rounds - 1) % len(channels)
    return channels[start:] + channels[:start]


def _same_step(one: Called, other: Called) -> bool:
    return (one.run, one.step) == (other.run, other.step)
