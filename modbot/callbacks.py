"""What comes back from pagers outside of staff chat: taken, resolved, call the next, and what became of a call."""

from collections.abc import Mapping

from modbot.incidents import IncidentDesk
from modbot.log import get_logger
from modbot.model import Delivery
from modbot.pagers import HeardBack, Listener, Said, Word
from modbot.paging import Paging

log = get_logger("callbacks")


class Callbacks:
    """Verifies each callback with its pager and makes it durable before it is answered."""

    def __init__(self, *, listeners: Mapping[str, Listener], paging: Paging, desk: IncidentDesk) -> None:
        self._listeners = listeners
        self._paging = paging
        self._desk = desk

    def knows(self, vendor: str) -> bool:
        """Whether this district uses that pager."""
        return vendor in self._listeners

    async def take(self, vendor: str, delivery: Delivery) -> HeardBack:
        """Carry out what was said. Raises RequestRejected, StoreUnavailable (then the vendor must come again)."""
        heard = await self._listeners[vendor].hear(delivery)
        for said in heard.said:
            log.info("page_callback", vendor=vendor, page=said.page, word=said.word)
            await self._follow(said)
        return heard

    async def _follow(self, said: Said) -> None:
        match said.word:
            case Word.ACKNOWLEDGED:
                await self._acknowledged(said)
            case Word.RESOLVED:
                await self._resolved(said)
            case Word.ESCALATE:
                await self._paging.escalate(said.page, said.by)
            case Word.FATE:
                await self._paging.fated(said.page, said.ref, said.fate)

    async def _acknowledged(self, said: Said) -> None:
        """A second word of whoever has it says that they still do."""
        page = await self._paging.acknowledge(said.page, said.by, email=said.email)
        if page is not None:
            for incident in page.incidents:
                await self._desk.acknowledged(incident, said.by)
            return
        held = await self._paging.get(said.page)
        if held is not None and held.acknowledged_by == said.by:
            await self._paging.confirm(said.page)

    async def _resolved(self, said: Said) -> None:
        """Nothing rings any more. Incidents stay open: a class is safe when somebody in the district says so."""
        page = await self._paging.get(said.page)
        await self._paging.resolve(said.page)
        if page is not None and page.state != "resolved":
            for incident in page.incidents:
                await self._desk.note_on(incident, f"{said.by} closed the page.", once=f"{said.page}:closed")
