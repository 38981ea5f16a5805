"""It is over: an incident with its page, or a page that has no incident."""

from collections.abc import Sequence

from modbot.cases import Cases
from modbot.command import Asked
from modbot.errors import CommandError
from modbot.incidents import IncidentDesk
from modbot.model import Actor, Room, Staff
from modbot.page_state import PageState
from modbot.paging import Paging
from modbot.reply import Button, Reply
from modbot.store.incidents import Incident

MOST_BUTTONS = 5
NOTHING_OPEN = "No incident of yours is open."


class Resolving:
    """Closes what is meant. Raises StoreUnavailable, Denied, CommandError, and Asked when it could be several."""

    def __init__(self, *, desk: IncidentDesk, paging: Paging, cases: Cases) -> None:
        self._desk = desk
        self._paging = paging
        self._cases = cases

    async def resolve(self, staff: Staff, actor: Actor, wanted: str, reason: str) -> Reply:
        """What is `wanted` (an incident, a room or a page), else the only thing open that this person may close."""
        case = await self._named(wanted) if wanted else await self._only(staff, reason)
        if case is None:
            return Reply(NOTHING_OPEN)
        await self._cases.must("resolve", staff, case)
        if isinstance(case, Incident):
            return await self._close(case, actor, reason)
        if case.incidents:
            raise CommandError("That page is of an incident: resolve the incident.")
        return await self._end(case)

    async def _named(self, wanted: str) -> Incident | PageState | None:
        if ":" in wanted:
            return await self._desk.of_room(Room.from_key(wanted))
        return await self._desk.get(wanted) or await self._paging.get(wanted)

    async def _only(self, staff: Staff, reason: str) -> Incident | PageState | None:
        incidents = [one for one in await self._desk.open_ones() if await self._cases.may("resolve", staff, one)]
        pages = [
            page
            for page in await self._paging.unresolved()
            if not page.incidents and await self._cases.may("resolve", staff, page)
        ]
        if len(incidents) + len(pages) > 1:
            buttons = (*closers(incidents, reason), *_enders(pages))[:MOST_BUTTONS]
            raise Asked(Reply(f"{_counted(len(incidents), len(pages))}. Which one is over?", buttons=buttons))
        return incidents[0] if incidents else pages[0] if pages else None

    async def _close(self, incident: Incident, actor: Actor, reason: str) -> Reply:
        closed = await self._desk.resolve(incident, actor.name, reason)
        if incident.page:
            await self._paging.resolve(incident.page, incident.id)
        if not closed:
            return Reply(f"{incident.title}: this was resolved before.")
        return Reply(f"Resolved: {incident.title}.", footnote=f"incident {incident.id}")

    async def _end(self, page: PageState) -> Reply:
        ended = await self._paging.resolve(page.id)
        said = "The page is over. Nothing rings any more." if ended else "That page was over before."
        return Reply(said, footnote=f"page {page.id}")


def closers(incidents: Sequence[Incident], reason: str = "") -> tuple[Button, ...]:
    """A button for each of the first of these incidents, by which it is resolved."""
    return tuple(
        Button(f"Resolve {one.title}"[:70], "resolve", {"incident": one.id, "text": reason})
        for one in incidents[:MOST_BUTTONS]
    )


def ender(page: PageState, label: str = "Resolve the page") -> Button:
    """The button by which a page without an incident is resolved."""
    return Button(label[:70], "resolve", {"page": page.id})


def _enders(pages: Sequence[PageState]) -> tuple[Button, ...]:
    return tuple(ender(page, f"Resolve the page of {page.by}") for page in pages[:MOST_BUTTONS])


def _counted(incidents: int, pages: int) -> str:
    counts = [(incidents, "incident"), (pages, "page")]
    named = [f"{count} {what}" if count == 1 else f"{count} {what}s" for count, what in counts if count]
    return f"{' and '.join(named)} {'is' if incidents + pages == 1 else 'are'} open"
