"""Incidents and pages as commands see them: the only place that joins the two."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta

from modbot.authority import Places
from modbot.cases import Cases
from modbot.command import Asked, title_of
from modbot.errors import CommandError, StoreUnavailable
from modbot.escalation import Escalation
from modbot.incidents import IncidentDesk
from modbot.log import get_logger
from modbot.model import Actor, Room, Session, Staff
from modbot.page_state import Called, PageState
from modbot.pagers import NOW, Fate, Turn
from modbot.paging import Paging
from modbot.reply import Button, Reply, Style
from modbot.resolving import Resolving, closers, ender
from modbot.store.incidents import Incident

OPENING_LOOKS = 100  # two seconds
LOOK_AGAIN = timedelta(milliseconds=20)
NO_PAGE = "No page is waiting for an answer."
RINGS_ANEW = "That was an earlier call, and nothing was changed. The page rings anew: do you take it?"
NOBODY = "Nobody is set up to be called here. Phone your help desk."

log = get_logger("helping")


class PageLines:
    """Writes what happens to a page on the cards of the incidents it is for."""

    def __init__(self, desk: IncidentDesk) -> None:
        self._desk = desk

    async def note(self, page: PageState, text: str, *, once: str) -> None:
        """One line a card. Raises StoreUnavailable."""
        for incident in page.incidents:
            await self._desk.note_on(incident, text, once=f"{page.id}:{once}")

    async def given_back(self, page: PageState, *, once: str) -> None:
        """The cards ask for somebody again. Raises StoreUnavailable."""
        for incident in page.incidents:
            await self._desk.given_back(incident, once=f"{page.id}:{once}")


class HelpDesk:
    """Opens incidents and pages, and answers for them. Works, unrecorded, without the store (P12)."""

    def __init__(self, *, desk: IncidentDesk, paging: Paging, escalation: Escalation, places: Places) -> None:
        self._desk = desk
        self._paging = paging
        self._escalation = escalation
        self._places = places
        self._cases = Cases(desk, paging, places)
        self._resolving = Resolving(desk=desk, paging=paging, cases=self._cases)

    async def incident_for(self, session: Session, actor: Actor, why: str) -> str:
        """Open or join the room's incident; "" when the store is gone."""
        try:
            return (await self._desk.open_or_join(session, actor, why)).id
        except StoreUnavailable as error:
            log.warning("incident_unrecorded", room=session.room.key, detail=error.log_detail)
            return ""

    async def note(self, room: Room, line: str, *, actor: Actor, request_id: str) -> None:
        """Add a line to the room's open incident if there is one."""
        try:
            await self._desk.note(room, line, actor=actor, request_id=request_id)
        except StoreUnavailable as error:
            log.warning("note_unrecorded", room=room.key, detail=error.log_detail)

    async def page(
        self, request_id: str, actor: Actor, what: str, session: Session | None, *, school: str = ""
    ) -> Reply:
        """Page whoever is on call; two panics in one room make one page. `school`: whose team, where it is known."""
        school = school or await self._school(actor, session)
        if not self._escalation.steps(school):
            return Reply(NOBODY)
        try:
            return await self._page(request_id, actor, what, session, school)
        except StoreUnavailable as error:
            log.warning("page_unrecorded", detail=error.log_detail)
            return await self._page_unrecorded(request_id, actor, what, session, school)

    async def _school(self, actor: Actor, session: Session | None) -> str:
        """Whose team is called: the class's school, else the only one of whoever asks; "" for the district's."""
        place = await self._places.of(session) if session is not None else None
        if place is not None and place.school:
            return place.school
        schools = actor.staff.schools if actor.staff is not None else frozenset()
        return next(iter(schools)) if len(schools) == 1 else ""

    async def _page(self, request_id: str, actor: Actor, what: str, session: Session | None, school: str) -> Reply:
        incident = await self._desk.of_room(session.room) if session is not None else None
        if incident is None:
            page = await self._paging.open(
                request_id, what=what, by=actor.name, by_email=_email(actor), school=school, title=_title(session)
            )
            return self._about(page, joined=False)
        page_id = await self._desk.claim_page(incident.id, await self._paging.of_this_minute(school, request_id))
        if page_id != request_id and (others := await self._opened_by_another(page_id)) is not None:
            shared = await self._paging.join(others.id, incident.id)
            if shared is not None:
                await self._desk.note_on(incident.id, f"{actor.name}: IT had been called.", once=f"page:{page_id}")
                return self._about(shared, joined=True)
            page_id = request_id  # the other page is over: this one rings for itself
            await self._desk.set_page(incident.id, page_id)
        page = await self._paging.open(
            page_id, what=what, by=actor.name, by_email=_email(actor), school=school, incident=incident.id,
            title=_title(session),
        )  # fmt: skip
        return self._about(page, joined=False)

    def _about(self, page: PageState, *, joined: bool) -> Reply:
        return Reply(self._said(page, joined=joined), footnote=f"page {page.id}")

    async def _opened_by_another(self, page_id: str) -> PageState | None:
        """The page of whoever claimed it a moment ago: theirs to call. None when they died before they opened it."""
        for _ in range(OPENING_LOOKS):
            page = await self._paging.get(page_id)
            if page is not None:
                return page
            await asyncio.sleep(LOOK_AGAIN.total_seconds())
        return None

    def _said(self, page: PageState, *, joined: bool) -> str:
        if page.state == "acknowledged":
            return f"{page.acknowledged_by} already has it."
        if page.exhausted:
            return "Everyone on call was called, and nobody has answered. Phone your help desk now."
        reached = page.reached
        if not reached:
            return "IT is being called; nobody has been reached yet, and modbot keeps trying."
        prefix = "IT had been called already" if joined else "IT has been called"
        return f"{prefix}: {self._names(reached)}. modbot keeps calling until someone answers."

    def _names(self, emails: Iterable[str]) -> str:
        return ", ".join(self._escalation.name(email) for email in dict.fromkeys(emails))

    async def _page_unrecorded(
        self, request_id: str, actor: Actor, what: str, session: Session | None, school: str
    ) -> Reply:
        """No store: call everybody once, now, and say that nothing will call them again."""
        calls = await self._paging.call_once(request_id, what=what, by=actor.name, school=school, title=_title(session))
        taken = [call for call in calls if call.fate is not Fate.FAILED]
        failed = [call for call in calls if call.fate is Fate.FAILED]
        vain = (f"Tried in vain: {self._by_channel(failed)}.",) if failed else ()
        if not taken:
            return Reply("IT could not be reached from here. Phone your help desk now.", lines=vain)
        said = f"IT has been called once: {self._by_channel(taken)}."
        return Reply(said, lines=("modbot's record store is down, so it cannot call again by itself.", *vain))

    def _by_channel(self, calls: Sequence[Called]) -> str:
        """Whom, and by which channels."""
        channels: dict[str, list[str]] = {}
        for call in calls:
            channels.setdefault(call.email, []).append(self._paging.label_of(call.channel))
        return ", ".join(f"{self._escalation.name(email)} by {' and '.join(by)}" for email, by in channels.items())

    async def acknowledge(self, staff: Staff, actor: Actor, wanted: str, turn: Turn = NOW) -> Reply:
        """Stop every ringing of the page that is meant, or of the only open one.

        `turn` is what is answered, where that is known: an answer to an earlier ringing takes no later one.
        """
        page = await self._page_meant(staff, wanted)
        if page is None:
            return Reply(NO_PAGE)
        answered = await self._paging.acknowledge(page.id, actor.name, email=staff.email, turn=turn)
        if answered is None:
            return await self._answered_before(page.id, staff, turn)
        for incident in answered.incidents:
            await self._desk.acknowledged(incident, actor.name)
        given = {"incident": answered.incident}
        resolve = Button("Resolve the incident", "resolve", given) if answered.incident else ender(answered)
        return Reply("You have it. Every ringing has stopped.", lines=(f"{page.by}: {page.what}",), buttons=(resolve,))

    async def _answered_before(self, page_id: str, staff: Staff, turn: Turn = NOW) -> Reply:
        page = await self._paging.get(page_id)
        if page is None or page.state == "resolved":
            return Reply("That page is over.")
        if page.open:
            have = Button("I have it", "ack", {"page": page.id, "run": str(page.run)}, Style.PRIMARY)
            return Reply(RINGS_ANEW, buttons=(have,))
        if page.acknowledged_email.casefold() != staff.email.casefold():
            return Reply(f"{page.acknowledged_by} already has it.")
        for incident in page.incidents:  # a process may have died before the cards were told
            await self._desk.acknowledged(incident, page.acknowledged_by)
        await self._paging.confirm(page_id, turn=turn)
        return Reply("You still have it. Nothing rings.")

    async def escalate(
        self, staff: Staff, actor: Actor, wanted: str, turn: Turn = NOW, step: int | None = None
    ) -> Reply:
        """Call the next person at once. `turn` and `step` say which call is passed on: each is passed on once."""
        page = await self._page_meant(staff, wanted)
        if page is None:
            return Reply(NO_PAGE)
        moved = await self._paging.escalate(page.id, actor.name, turn=turn, step=step)
        now = moved or await self._paging.get(page.id) or page
        if not now.open:
            return await self._answered_before(page.id, staff)
        nobody_left = now.exhausted or now.step + 1 >= len(now.policy)
        if now.exhausted or (nobody_left and moved is None):
            return Reply("Everyone on call has been called. Phone your help desk now.")
        given = {"page": now.id, "run": str(now.run), "step": str(now.step)}
        buttons = () if nobody_left else (Button("Call the next person", "escalate", given),)
        return Reply(f"Called so far: {self._names(now.reached)}.", buttons=buttons, footnote=f"page {now.id}")

    async def _page_meant(self, staff: Staff, wanted: str) -> PageState | None:
        if wanted:
            page = await self._paging.get(wanted)
            if page is None:
                raise CommandError(f"There is no page called “{wanted[:40]}”.")
            await self._cases.must("ack", staff, page)
            return page
        pages = [page for page in await self._paging.open_pages() if await self._cases.may("ack", staff, page)]
        if len(pages) > 1:
            raise Asked(Reply(f"{len(pages)} pages are open. Which one do you take?", buttons=_takers(pages)))
        return pages[0] if pages else None

    async def resolve(self, staff: Staff, actor: Actor, wanted: str, reason: str) -> Reply:
        """Close the incident or page that is meant, or the only open one that this person may close."""
        return await self._resolving.resolve(staff, actor, wanted, reason)

    async def incidents(self, staff: Staff) -> Reply:
        """Open incidents this person may see."""
        seen = [one for one in await self._desk.open_ones() if await self._cases.may("incident", staff, one)]
        if not seen:
            return Reply("No incident that you may see is open.")
        count = f"{len(seen)} incident is open." if len(seen) == 1 else f"{len(seen)} incidents are open."
        return Reply(count, lines=tuple(_row(incident) for incident in seen[:20]), buttons=closers(seen))


def _email(actor: Actor) -> str:
    return actor.staff.email if actor.staff is not None else ""


def _title(session: Session | None) -> str:
    return title_of(session) if session is not None else ""


def _row(incident: Incident) -> str:
    owner = f", {incident.owner} has it" if incident.owner else ""
    return f"{incident.title} ({incident.room.platform.label}): {incident.state}{owner}"


def _takers(pages: Sequence[PageState]) -> tuple[Button, ...]:
    return tuple(Button(f"Take {page.title or page.what}"[:70], "ack", {"page": page.id}) for page in pages[:5])
