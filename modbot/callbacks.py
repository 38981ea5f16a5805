"""What comes back from pagers outside of staff chat: taken, resolved, call the next, and what became of a call."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from modbot.incidents import IncidentDesk
from modbot.log import get_logger
from modbot.model import Delivery
from modbot.page_state import PageState
from modbot.pagers import HeardBack, Listener, Said, Word
from modbot.paging import Paging

ANSWER_WITHIN = timedelta(seconds=3)  # PagerDuty waits five seconds, Twilio fifteen

log = get_logger("callbacks")


class Callbacks:
    """Verifies each callback with its pager and makes it durable before it is answered."""

    def __init__(self, *, listeners: Mapping[str, Listener], paging: Paging, desk: IncidentDesk) -> None:
        self._listeners = listeners
        self._paging = paging
        self._desk = desk
        self._going_on: set[asyncio.Future[HeardBack]] = set()

    def knows(self, vendor: str) -> bool:
        """Whether this district uses that pager."""
        return vendor in self._listeners

    async def take(self, vendor: str, delivery: Delivery) -> HeardBack:
        """Carry out what was said. Raises RequestRejected, StoreUnavailable (then the vendor must come again).

        What is said is durable within moments; the calls that follow from it may take longer than the vendor waits.
        """
        heard = await self._listeners[vendor].hear(delivery)
        task = asyncio.ensure_future(self._carry_out(vendor, heard))
        self._going_on.add(task)
        task.add_done_callback(self._done)
        await asyncio.wait({task}, timeout=ANSWER_WITHIN.total_seconds())
        return task.result() if task.done() else heard

    def _done(self, task: "asyncio.Future[HeardBack]") -> None:
        self._going_on.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("callback_failed", detail=getattr(error, "log_detail", type(error).__name__))

    async def drain(self) -> None:
        """Let what was answered before it was done be done."""
        await asyncio.gather(*self._going_on, return_exceptions=True)

    async def _carry_out(self, vendor: str, heard: HeardBack) -> HeardBack:
        took_effect = False
        for said in heard.said:
            meant = await self._meant(said)
            log.info("page_callback", vendor=vendor, page=meant.page, word=said.word)
            took_effect |= bool(meant.page) and await self._follow(meant)
        return replace(heard, reply=(heard.changed if took_effect else heard.late) or heard.reply)

    async def _meant(self, said: Said) -> Said:
        if said.page:
            return said
        page, turn = await self._paging.meant(said.email, said.code, said.ref)
        return replace(said, page=page, turn=turn)

    async def _follow(self, said: Said) -> bool:
        """Whether it took effect; what became of a call is no answer of anybody's."""
        match said.word:
            case Word.ACKNOWLEDGED:
                return await self._acknowledged(said)
            case Word.RESOLVED:
                await self._resolved(said)
            case Word.ESCALATE:
                moved = await self._paging.escalate(said.page, said.by, turn=said.turn, step=said.step)
                return moved is not None
            case Word.FATE:
                await self._paging.fated(said.page, said.ref, said.fate)
        return False

    async def _acknowledged(self, said: Said) -> bool:
        """Whether they have it now. Only an answer to the question says that they still do: the same word again, or one
        that is played back, puts off nothing.
        """
        page = await self._paging.acknowledge(said.page, said.by, email=said.email, turn=said.turn)
        if page is not None:
            await self._tell_cards(page, said.by)
            return True
        held = await self._paging.get(said.page)
        if held is None or not _has(held, said):
            return False
        await self._tell_cards(held, said.by)  # a process may have died before they were told
        if said.turn.asked or _said_after_question(held, said):
            return await self._paging.confirm(said.page, turn=said.turn) is not None
        return True

    async def _tell_cards(self, page: PageState, by: str) -> None:
        for incident in page.incidents:
            await self._desk.acknowledged(incident, by)

    async def _resolved(self, said: Said) -> None:
        """Nothing rings any more. Incidents stay open: a class is safe when somebody in the district says so."""
        page = await self._paging.get(said.page)
        if await self._paging.resolve(said.page, turn=said.turn) and page is not None:
            for incident in page.incidents:
                await self._desk.note_on(incident, f"{said.by} closed the page.", once=f"{said.page}:closed")


def _said_after_question(held: PageState, said: Said) -> bool:
    return bool(said.at and held.asked_at and said.at >= datetime.fromisoformat(held.asked_at))


def _has(held: PageState, said: Said) -> bool:
    """Whether whoever says so has it, of that ringing: by address where it is known, chat and settings may name them
    apart.
    """
    if held.state != "acknowledged" or said.turn.run not in (0, held.run):
        return False
    if said.email and held.acknowledged_email:
        return said.email.casefold() == held.acknowledged_email.casefold()
    return said.by == held.acknowledged_by
