"""Calling people for a page, asking whoever has it, and making quiet what rings: the part of paging that has vendors.

The page is looked up before each call, which is recorded afterwards. A process that dies in between repeats that one
call, and no other.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from modbot import card_patience, page_state, page_times
from modbot.errors import StoreUnavailable, VendorError
from modbot.escalation import Escalation
from modbot.log import get_logger
from modbot.page_state import Called, Change, PageState
from modbot.pagers import Fate, Notice, Pager, Question
from modbot.pagers.queueing import Queue, Queued, Wanted
from modbot.store import keys
from modbot.store.pages import Pages

CALL_WITHIN = timedelta(seconds=30)  # a channel that has not taken a call by then is passed over; waits do not count
PATIENCE = timedelta(seconds=10)  # for a call's turn, while there is another channel
HOLD_EVERY = timedelta(seconds=1)
CLAIM_EVERY = timedelta(milliseconds=200)
CLAIM_LOOKS = 2 * int(keys.PAGE_CALLING_KEEP / CLAIM_EVERY)  # longer than a dead process's claim lasts
HUSH_WITHIN = timedelta(seconds=2)
DRAIN_WITHIN = timedelta(seconds=5)

log = get_logger("calling")


class Watching(Protocol):
    """Hears of what is worth a line on the incidents' cards. Each may be told again: see `once`."""

    async def note(self, page: PageState, text: str, *, once: str) -> None:
        """Something happened to a page. Raises StoreUnavailable."""

    async def given_back(self, page: PageState, *, once: str) -> None:
        """Whoever had it did not say that they still do. Raises StoreUnavailable."""


class Calling:
    """Calls people by the channels they have. Every method raises StoreUnavailable, and nothing of a vendor's."""

    def __init__(
        self,
        *,
        pages: Pages,
        escalation: Escalation,
        pagers: Mapping[str, Pager],
        now: Callable[[], datetime],
        watching: Watching,
    ) -> None:
        """`pagers` by the names that `OnCallPerson.channels` has for them."""
        self._pages = pages
        self._escalation = escalation
        self._pagers = pagers
        self._now = now
        self._watching = watching
        self._hushing: set[asyncio.Future[bool]] = set()

    async def step(self, page: PageState, *, patient: bool = False) -> None:
        """Call everybody of the step in force who has not been called for it yet, unless another process is at it.

        `patient`: another was at it and may have died. It is waited for until it is done, or has been silent for long.
        """
        current = await self._claimed(page, looks=CLAIM_LOOKS if patient else 1)
        if current is None:
            return  # should whoever is at it die, the page's timer comes back to it
        holding = asyncio.ensure_future(self._hold(current))
        try:
            await self._call_all(current)
        finally:
            holding.cancel()

    async def _claimed(self, page: PageState, *, looks: int) -> PageState | None:
        """The page as it is now, once its step's people are for this process to call; None when they are not."""
        for look in range(looks):
            if look:
                await asyncio.sleep(CLAIM_EVERY.total_seconds())
            claimed = await self._pages.claim_calling(page)
            now = await self._pages.get(page.id)
            if now is None or not now.calling or not page_state.same_step(now, page):
                return None
            if claimed:
                return now
        return None

    async def _hold(self, page: PageState) -> None:
        """Calls may have to wait for their turn: whoever waits is not dead."""
        while True:
            await asyncio.sleep(HOLD_EVERY.total_seconds())
            try:
                await self._pages.hold_calling(page)
            except StoreUnavailable as error:
                log.warning("calling_not_held", page=page.id, detail=error.log_detail)

    async def _call_all(self, page: PageState) -> None:
        people = await self._escalation.people(page.current.people if page.current else ())
        waiting = [email for email in people if email not in page.called_now]
        alone = len(waiting) == 1
        done = await asyncio.gather(*(self.person(page, email, last=alone) for email in waiting))
        if not alone or done == [None]:
            done = [await self._pages.change(page.id, partial(page_state.called, calls=(), last=True, of=page))]
        for change in done:
            if change is not None and not change.state.open:  # answered while the last call was leaving
                await self.hush(change.state)

    async def person(
        self,
        page: PageState,
        email: str,
        *,
        without: frozenset[str] = frozenset(),
        last: bool = False,
        any_step: bool = False,
    ) -> Change | None:
        """Call one person by the first of their channels that takes it; the page as it is then, None when none did.

        `last`: nobody else of the step is to be called. `any_step`: also when the page has moved on meanwhile.
        """
        wanted = partial(self._still_rings, page, any_step=any_step)
        for channel in self._shortest_wait_first(page, email, without):
            if not await self._turn(page, email, channel, wanted):
                continue
            call = await self._try(notice_of(page), email, channel, step=page.step)
            taken = call.fate is not Fate.FAILED
            change = await self._pages.change(
                page.id, partial(page_state.called, calls=[call], last=last and taken, of=page)
            )
            if change is not None and taken:
                page_times.observe_calls(change, self._now())
            await self._watching.note(page, self._told(call), once=f"{page.token}:{email}:{channel}")
            if taken:
                return change
        return None

    def _shortest_wait_first(self, page: PageState, email: str, without: frozenset[str]) -> list[str]:
        """The person's channels in their order; behind them those where too many calls wait: another may be faster."""
        turned = _turned(self._escalation.person(email).channels, page.policy[page.step].round)
        channels = [channel for channel in turned if channel not in without]
        return sorted(channels, key=self._is_crowded)

    def _is_crowded(self, channel: str) -> bool:
        queue = self._queue_of(channel)
        return queue is not None and queue.wait > PATIENCE

    def _queue_of(self, channel: str) -> Queue | None:
        pager = self._pagers.get(channel)
        return pager.queue if isinstance(pager, Queued) else None

    async def _turn(self, page: PageState, email: str, channel: str, wanted: Wanted) -> bool:
        """Whether the call may leave now: once its turn has come, where there are turns, and only if it still rings."""
        queue = self._queue_of(channel)
        if queue is None:
            return await wanted()
        if queue.wait > PATIENCE and await wanted():
            said = f"{self._escalation.name(email)} will be called by {self.label_of(channel)}: other calls go first."
            await self._watching.note(page, said, once=f"{page.token}:{email}:{channel}:waits")
        return await queue.turn(wanted)

    async def once(self, page: PageState) -> tuple[Called, ...]:
        """Nothing can be kept, so nobody is called again: the first people now, by every channel they have, everybody
        else by the first that takes it. What became of each call.
        """
        if not page.policy:
            return ()
        first = await self._escalation.people(page.policy[0].people)
        everybody = await self._escalation.people(name for step in page.policy for name in step.people)
        notice = replace(notice_of(page), answerable=False)
        calls = [self._try_all(notice, email, enough=email not in first) for email in everybody]
        return tuple(call for made in await asyncio.gather(*calls) for call in made)

    async def _try_all(self, notice: Notice, email: str, *, enough: bool) -> list[Called]:
        """One person's channels in order: all of them, or where one is `enough` until one takes it."""
        made: list[Called] = []
        for channel in self._escalation.person(email).channels:
            if enough and made and made[-1].fate is not Fate.FAILED:
                break
            queue = self._queue_of(channel)
            if queue is not None:
                await queue.turn(_always)
            made.append(await self._try(notice, email, channel, step=0))
        return made

    async def _still_rings(self, page: PageState, *, any_step: bool) -> bool:
        """Looked up before each call: after an answer is durable nobody is called."""
        now = await self._pages.get(page.id)
        return now is not None and now.open and (any_step or page_state.same_step(now, page))

    async def _try(self, notice: Notice, email: str, channel: str, *, step: int) -> Called:
        call = Called(email, channel, step, notice.run, self._now().isoformat(), Fate.FAILED)
        pager = self._pagers.get(channel)
        if pager is None:
            log.warning("no_such_pager", page=notice.page, channel=channel)
            return call
        try:
            async with asyncio.timeout(CALL_WITHIN.total_seconds()):
                ticket = await pager.ring(self._escalation.person(email), notice)
        except TimeoutError:
            log.warning("page_call_slow", page=notice.page, channel=channel)
            return call
        except VendorError as error:
            log.warning("page_call_failed", page=notice.page, channel=channel, detail=error.log_detail)
            return call
        return replace(call, fate=ticket.fate, ref=ticket.ref)

    def label_of(self, channel: str) -> str:
        """A channel as it is called on a card."""
        pager = self._pagers.get(channel)
        return pager.label if pager is not None else channel

    def _told(self, call: Called) -> str:
        said = {Fate.FAILED: "could not be reached", Fate.QUEUED: "is being called", Fate.DELIVERED: "was called"}
        return (
            f"{self._escalation.name(call.email)} {said.get(call.fate, 'answered')} by {self.label_of(call.channel)}."
        )

    async def ask(self, page: PageState) -> None:
        """Ask whoever has it whether they still do, by the first of their channels that can."""
        minutes = page.still.answer_seconds // 60
        headline = f"Do you still have the page of {page.title}?" if page.title else "Do you still have this page?"
        person = self._escalation.person(page.acknowledged_email) if page.acknowledged_email else None
        for channel in person.channels if person else ():
            pager = self._pagers.get(channel)
            if pager is None or person is None:
                continue
            queue = self._queue_of(channel)
            if queue is not None and not await queue.turn(partial(self._still_asked, page)):
                return
            try:
                async with asyncio.timeout(CALL_WITHIN.total_seconds()):
                    await pager.ask(person, Question(page.id, headline, minutes, page.turn))
            except TimeoutError:
                log.warning("page_question_slow", page=page.id, channel=channel)
                continue
            except VendorError as error:
                log.warning("page_question_failed", page=page.id, channel=channel, detail=error.log_detail)
                continue
            return
        await self._watching.note(page, f"{page.acknowledged_by} could not be asked whether they still have it.",
                                  once=f"{page.token}:unasked")  # fmt: skip

    async def _still_asked(self, page: PageState) -> bool:
        now = await self._pages.get(page.id)
        return now is not None and now.turn == page.turn and bool(now.asked_at)

    async def hush(self, page: PageState) -> None:
        """Make every call quiet that stands. What is not quiet afterwards is tried again by the watchdog."""
        tasks = [asyncio.ensure_future(self._hush_one(page, *standing)) for standing in page.standing.items()]
        self._hushing.update(tasks)
        for task in tasks:
            task.add_done_callback(self._hushing.discard)
        if tasks:  # whoever answered is told at once: a channel that is slow to be made quiet goes on by itself
            await asyncio.wait(tasks, timeout=HUSH_WITHIN.total_seconds())
        quiet = all(task.done() and not task.cancelled() and not task.exception() and task.result() for task in tasks)
        change = await self._pages.change(page.id, partial(page_state.hushed, now=self._now(), quiet=quiet))
        if change is not None and not quiet and not change.state.hush_tries:
            card_patience.give_up("page", page.id)

    async def drain(self) -> None:
        """Let what is being made quiet become so. What takes long is broken off: it is tried again by the watchdog."""
        tasks = list(self._hushing)
        if tasks:
            await asyncio.wait(tasks, timeout=DRAIN_WITHIN.total_seconds())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _hush_one(self, page: PageState, ref: str, channel: str) -> bool:
        pager = self._pagers.get(channel)
        if pager is None:
            return True
        try:
            await pager.hush(ref, answered(page), over=page.state == "resolved")
        except VendorError as error:
            log.warning("page_not_hushed", page=page.id, channel=channel, detail=error.log_detail)
            return False
        return True


def notice_of(page: PageState) -> Notice:
    """What somebody who is called is told. What was typed stays out of the push preview."""
    headline = f"PAGE: help is needed in {page.title}." if page.title else "PAGE: help is needed."
    more = len(page.incidents) - 1
    others = (f"{more} more classes of the school called for help within the same minute.",) if more > 0 else ()
    return Notice(page.id, headline, (f"{page.by}: {page.what}", *others), page.step + 1, len(page.policy), page.run)


def answered(page: PageState) -> str:
    """What a call says once nobody need answer it any more."""
    if page.state == "acknowledged":
        return f"{page.acknowledged_by} has it. Nothing more to do for you."
    return "This page is over."


async def _always() -> bool:
    return True


def _turned(channels: tuple[str, ...], rounds: int) -> tuple[str, ...]:
    """Each further round begins one channel later: who did not see a message is rung up."""
    start = (rounds - 1) % len(channels)
    return channels[start:] + channels[:start]
