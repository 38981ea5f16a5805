"""Paging: whoever is on call is called, and called again up the chain, until someone answers (P8).

The state is `modbot.page_state`; each change is a compare-and-set in the store; each page has at most one live timer, a
durable job. The store is written before anybody is called, so a crash repeats a call and never forgets one.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import orjson

from modbot import page_state, page_times
from modbot.calling import Calling, Watching, answered, notice_of
from modbot.escalation import Escalation
from modbot.jobs import Jobs, begun_before
from modbot.log import get_logger
from modbot.metrics import PAGES
from modbot.page_state import Called, Change, PageState
from modbot.page_watch import AllIsWell, PageWatch
from modbot.pagers import NOW, Fate, Pager, Turn
from modbot.pagers.codes import code_of
from modbot.store.pages import Pages

TIMER_JOB = "page.timer"
KNOWN_LOOKS, LOOK_AGAIN = 40, timedelta(milliseconds=50)

log = get_logger("paging")


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
        all_is_well: AllIsWell | None = None,
    ) -> None:
        """`pagers` by the names that `OnCallPerson.channels` has for them; for `all_is_well` see `PageWatch`."""
        self._pages = pages
        self._jobs = jobs
        self._escalation = escalation
        self._now = now
        self._watching = watching
        self._calling = Calling(pages=pages, escalation=escalation, pagers=pagers, now=now, watching=watching)
        self._watch = PageWatch(
            pages=pages,
            calling=self._calling,
            escalation=escalation,
            set_timer=self._set_timer,
            now=now,
            watching=watching,
            all_is_well=all_is_well,
        )

    async def open(
        self,
        page_id: str,
        *,
        what: str,
        by: str,
        by_email: str = "",
        school: str = "",
        incident: str = "",
        title: str = "",
    ) -> PageState:
        """A page with a snapshot of the policy its school has today; the same id again is the same page."""
        fresh = PageState(
            id=page_id, what=what, by=by, by_email=by_email, opened_at=self._now().isoformat(),
            policy=self._escalation.steps(school), still=self._escalation.still, title=title,
            incidents=(incident,) if incident else (),
        )  # fmt: skip
        change = page_state.trigger(fresh, self._now())
        if await self._pages.create(change.state):
            PAGES.labels("triggered").inc()
            await self._follow(change)
        else:
            await self._finish_calling(page_id)
        return await self._pages.get(page_id) or change.state

    async def call_once(
        self, page_id: str, *, what: str, by: str, school: str = "", title: str = ""
    ) -> tuple[Called, ...]:
        """A page that cannot be kept: everybody is called now, nobody again. What became of each call."""
        policy = self._escalation.steps(school)
        return await self._calling.once(PageState(page_id, what, by, self._now().isoformat(), policy, title=title))

    def label_of(self, channel: str) -> str:
        """A channel as it is called on a card."""
        return self._calling.label_of(channel)

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
            if begun_before():
                await self._finish_calling(page_id)
            return
        PAGES.labels(_moved_to(change)).inc()
        await self._note_step_ended(change)
        await self._follow(replace(change, former=""))  # the former timer is this very job

    async def escalate(self, page_id: str, by: str, *, turn: Turn = NOW, step: int | None = None) -> PageState | None:
        """Call the next at once. None when it was answered, nobody is left to call, or what is meant is past."""
        change = await self._pages.change(
            page_id, lambda page: page_state.escalate(page, self._now(), turn=turn, step=step)
        )
        if change is None:
            await self._finish_calling(page_id)
            return None
        PAGES.labels(_moved_to(change)).inc()
        await self._watching.note(change.state, f"{by}: call the next person.", once=f"{change.state.token}:by hand")
        await self._note_step_ended(change)
        await self._follow(change)
        return await self._pages.get(page_id)

    async def _note_step_ended(self, change: Change) -> None:
        before, page = change.before, change.state
        if before is not None and before.open and (page.exhausted or not page_state.same_step(before, page)):
            once = f"{page.run}:{before.step}:ended"
            await self._watching.note(page, page_times.unanswered(before, self._now()), once=once)

    async def _finish_calling(self, page_id: str) -> None:
        """A process that died after moving the page on, or a try that failed, has left somebody to be called.

        Or another one is alive and calling them: the page may have moved on since.
        """
        page = await self._pages.get(page_id)
        if page is not None and page.open and page.calling:
            await self._follow(Change(page, call=True), patient=True)

    async def acknowledge(self, page_id: str, by: str, *, email: str = "", turn: Turn = NOW) -> PageState | None:
        """Stop every ringing; None when it was answered before, rings anew since `turn`, or does not exist."""
        now = self._now()
        change = await self._pages.change(
            page_id, lambda page: page_state.acknowledge(page, by, now, email=email, turn=turn)
        )
        if change is None:
            await self._finish_hushing(page_id)
            return None
        PAGES.labels("acknowledged").inc()
        page_times.observe_answer(change.state, now)
        await self._set_timer(change)
        await self._calling.hush(change.state)
        once = f"{change.state.run}:answered"
        await self._watching.note(change.state, page_times.answered(change.state, now), once=once)
        return change.state

    async def _finish_hushing(self, page_id: str) -> None:
        """A process that died after the answer was durable, and before all was quiet, left this to us."""
        page = await self._pages.get(page_id)
        if page is not None and page.hush_tries and not page.open:
            await self._calling.hush(page)

    async def confirm(self, page_id: str, *, turn: Turn = NOW) -> PageState | None:
        """Whoever has it still does; None when nobody has it, or that question was answered before."""
        change = await self._pages.change(page_id, lambda page: page_state.confirm(page, self._now(), turn=turn))
        if change is None:
            return None
        await self._set_timer(change)
        return change.state

    async def resolve(self, page_id: str, incident: str = "", *, turn: Turn = NOW) -> bool:
        """It is over, or one of its incidents is: when none is left, nothing rings any more. Whether that is news."""
        change = await self._pages.change(page_id, lambda page: page_state.resolve(page, incident, turn=turn))
        if change is None:
            await self._finish_hushing(page_id)
        elif change.state.state == "resolved":
            PAGES.labels("resolved").inc()
            await self._set_timer(change)
            await self._calling.hush(change.state)
        return change is not None

    async def fated(self, page_id: str, ref: str, fate: Fate) -> None:
        """A channel tells later what became of a call; one that failed is made by the next channel at once."""
        await self._until_known(page_id, ref)
        change = await self._pages.change(page_id, lambda page: page_state.fated(page, ref, fate))
        if change is not None:
            page_times.observe_calls(change, self._now())
        if change is None or fate is not Fate.FAILED or not change.state.open:
            return
        failed = next(call for call in change.state.calls if call.ref == ref)
        tried = {call.channel for call in change.state.calls if call.email == failed.email and _same_step(call, failed)}
        await self._calling.person(change.state, failed.email, without=frozenset(tried))

    async def _until_known(self, page_id: str, ref: str) -> None:
        """A vendor may tell what became of a call before the process that made it has written it down."""
        for _ in range(KNOWN_LOOKS):
            page = await self._pages.get(page_id)
            if page is None or not page.open or any(call.ref == ref for call in page.calls):
                return
            await asyncio.sleep(LOOK_AGAIN.total_seconds())

    async def get(self, page_id: str) -> PageState | None:
        """One page."""
        return await self._pages.get(page_id)

    async def meant(self, email: str, code: str, ref: str) -> tuple[str, Turn]:
        """The page and the turn that somebody means who was called and replies its two digits; ("", NOW) for none.

        Of several with the same digits the newest; without digits the only one that rings, else the only one that they
        were asked about. `ref` is the text message: when it comes again it means the same.
        """
        pages = [page for page in await self._pages.watched() if _is_about(page, email.casefold())]
        page = _of_code(pages, code) if code else _only(pages)
        found = [page.id, page.turn.run, page.turn.asked] if page is not None else ["", 0, 0]
        page_id, run, asked = orjson.loads(await self._pages.settle(ref, orjson.dumps(found)))
        return page_id, Turn(run, asked)

    async def open_pages(self) -> list[PageState]:
        """Pages that nobody has answered."""
        return [page for page in await self._pages.watched() if page.open]

    async def unresolved(self) -> list[PageState]:
        """Pages that are not over, as far as something may still happen to them."""
        return [page for page in await self._pages.watched() if page.state != "resolved"]

    async def repair(self) -> int:
        """The watchdog's look: every page whose next step was lost gets it; how many. Raises StoreUnavailable."""
        return await self._watch.look()

    async def drain(self) -> None:
        """Let what is being made quiet become so."""
        await self._calling.drain()

    async def _follow(self, change: Change, *, patient: bool = False) -> None:
        page = change.state
        await self._set_timer(change)
        if change.again:
            await self._watching.given_back(page, once=page.token)
        if change.call and page.current is not None:
            await self._calling.step(page, patient=patient)
        if change.ask:
            await self._calling.ask(page)
        if page.exhausted:
            await self._watching.note(page, "Nobody has answered the page. Phone the help desk.", once="nobody")

    async def _set_timer(self, change: Change) -> None:
        """The live timer in place of the former. Each has a key of its own: one that is just ringing in a process
        that dies is then still delivered to another, and two processes cannot undo each other's.
        """
        page = change.state
        if change.former and change.former != page.token:
            await self._jobs.cancel(timer_key(page.id, change.former))
        if page.due_at:
            due = datetime.fromisoformat(page.due_at)
            key = timer_key(page.id, page.token)
            await self._jobs.at(TIMER_JOB, f"{page.id}|{page.token}", due, key=key, replace=True)


def timer_key(page_id: str, token: str) -> str:
    """The key of a page's timer in `Jobs`."""
    return f"page:{page_id}:{token}"


def _is_about(page: PageState, email: str) -> bool:
    return email in {one.casefold() for one in (*page.reached, page.acknowledged_email)}


def _of_code(pages: Iterable[PageState], code: str) -> PageState | None:
    found = [page for page in pages if code_of(page.id, page.turn) == code]
    return max(found, key=lambda page: page.opened_at, default=None)


def _only(pages: Sequence[PageState]) -> PageState | None:
    """The only one that rings, else the only one whose owner was asked whether they still have it."""
    found = [page for page in pages if page.open] or [page for page in pages if page.asked_at]
    return found[0] if len(found) == 1 else None


def _moved_to(change: Change) -> str:
    if change.again:
        return "given_back"
    if change.ask:
        return "asked"
    if change.call:
        return "escalated"
    return "exhausted" if change.state.exhausted else "waited"


def _same_step(one: Called, other: Called) -> bool:
    return (one.run, one.step) == (other.run, other.step)


__all__ = ["TIMER_JOB", "Paging", "Watching", "answered", "notice_of", "timer_key"]
