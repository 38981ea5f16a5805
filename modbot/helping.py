"""Incidents and pages as commands see them: the only place that joins the two."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from modbot.authority import Places
from modbot.authorize import Place, may
from modbot.chat import Chat
from modbot.command import Asked, title_of
from modbot.errors import CommandError, Denied, StoreUnavailable, VendorError
from modbot.escalation import Escalation
from modbot.incidents import IncidentDesk
from modbot.log import get_logger
from modbot.model import Actor, Room, Session, Staff
from modbot.page_state import PageState
from modbot.paging import Pager, ringing
from modbot.reply import Button, Reply
from modbot.store.incidents import Incident

OPENING_LOOKS = 100  # two seconds
LOOK_AGAIN = timedelta(milliseconds=20)
NOBODY = "Nobody is set up to be called here. Phone your help desk."

log = get_logger("helping")


class HelpDesk:
    """Opens incidents and pages, and answers for them. Works, unrecorded, without the store (P12)."""

    def __init__(self, *, desk: IncidentDesk, pager: Pager, escalation: Escalation, chat: Chat, places: Places) -> None:
        self._desk = desk
        self._pager = pager
        self._escalation = escalation
        self._chat = chat
        self._places = places

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

    async def page(self, request_id: str, actor: Actor, what: str, session: Session | None) -> Reply:
        """Page whoever is on call; two panics in one room make one page."""
        school = await self._school(actor, session)
        if not self._escalation.steps(school):
            return Reply(NOBODY)
        try:
            return await self._page(request_id, actor, what, session, school)
        except StoreUnavailable as error:
            log.warning("page_unrecorded", detail=error.log_detail)
            return await self._page_unrecorded(actor, what, session, school)

    async def _school(self, actor: Actor, session: Session | None) -> str:
        """Whose team is called: the class's school, else the only one of whoever asks; "" for the district's."""
        place = await self._places.of(session) if session is not None else None
        if place is not None and place.school:
            return place.school
        schools = actor.staff.schools if actor.staff is not None else frozenset()
        return next(iter(schools)) if len(schools) == 1 else ""

    async def _page(self, request_id: str, actor: Actor, what: str, session: Session | None, school: str) -> Reply:
        incident = await self._desk.of_room(session.room) if session is not None else None
        page_id = await self._desk.claim_page(incident.id, request_id) if incident else request_id
        title = title_of(session) if session is not None else ""
        page = await self._opened_by_another(page_id) if page_id != request_id else None
        page = page or await self._pager.open(
            page_id,
            what=what,
            by=actor.name,
            school=school,
            incident=incident.id if incident else "",
            title=title,
        )
        if incident is not None and page_id == request_id:
            called = f"{actor.name}: IT was called. {self._who_was_told(page)}"
            await self._desk.note_on(incident.id, called, once=f"page:{page.id}")
        return Reply(self._said(page, joined=page_id != request_id), footnote=f"page {page.id}")

    async def _opened_by_another(self, page_id: str) -> PageState | None:
        """The page of whoever claimed it a moment ago: theirs to call. None when they died before they opened it."""
        for _ in range(OPENING_LOOKS):
            page = await self._pager.get(page_id)
            if page is not None:
                return page
            await asyncio.sleep(LOOK_AGAIN.total_seconds())
        return None

    def _said(self, page: PageState, *, joined: bool) -> str:
        if page.state == "acknowledged":
            return f"{page.acknowledged_by} already has it."
        if page.exhausted:
            return "Everyone on call was called, and nobody has answered. Phone your help desk now."
        reached = [notice.email for notice in page.told if notice.fate == "delivered"]
        if not reached:
            return "IT is being called; nobody has been reached yet, and modbot keeps trying."
        prefix = "IT had been called already" if joined else "IT has been called"
        return f"{prefix}: {self._names(reached)}. modbot keeps calling until someone answers."

    def _who_was_told(self, page: PageState) -> str:
        reached = [notice.email for notice in page.told if notice.fate == "delivered"]
        return f"Told: {self._names(reached)}." if reached else "Nobody was reached yet."

    def _names(self, emails: Iterable[str]) -> str:
        return ", ".join(self._escalation.name(email) for email in dict.fromkeys(emails))

    async def _page_unrecorded(self, actor: Actor, what: str, session: Session | None, school: str) -> Reply:
        """No store: call everybody once, now, and say that nothing will call them again."""
        title = title_of(session) if session is not None else ""
        policy = self._escalation.steps(school)
        page = PageState(id="unrecorded", what=what, by=actor.name, opened_at="", policy=policy, title=title)
        reached: list[str] = []
        for email in await self._escalation.people(name for step in policy for name in step.people):
            try:
                user = await self._chat.user_of(email)
                if user:
                    await self._chat.direct(user, Reply(ringing(page).headline, lines=(f"{actor.name}: {what}",)))
                    reached.append(email)
            except VendorError as error:
                log.warning("page_call_failed", detail=error.log_detail)
        if not reached:
            return Reply("IT could not be reached from here. Phone your help desk now.")
        said = f"IT has been called once: {self._names(reached)}."
        return Reply(said, lines=("modbot's record store is down, so it cannot call again by itself.",))

    async def acknowledge(self, staff: Staff, actor: Actor, wanted: str) -> Reply:
        """Stop every ringing of the page that is meant, or of the only open one."""
        page = await self._page_meant(staff, wanted)
        if page is None:
            return Reply("No page is waiting for an answer.")
        answered = await self._pager.acknowledge(page.id, actor.name)
        if answered is None:
            current = await self._pager.get(page.id)
            if current is not None and current.state == "acknowledged":
                return Reply(f"{current.acknowledged_by} already has it.")
            return Reply("That page is over.")
        if answered.incident:
            await self._desk.acknowledged(answered.incident, actor.name)
        given = {"incident": answered.incident}
        buttons = (Button("Resolve the incident", "resolve", given),) if answered.incident else ()
        return Reply("You have it. Every ringing has stopped.", lines=(f"{page.by}: {page.what}",), buttons=buttons)

    async def _page_meant(self, staff: Staff, wanted: str) -> PageState | None:
        if wanted:
            page = await self._pager.get(wanted)
            if page is None:
                raise CommandError(f"There is no page called “{wanted[:40]}”.")
            await self._must("ack", staff, await self._place(page.incident, page))
            return page
        pages = [
            page
            for page in await self._pager.open_pages()
            if may(staff, "ack", await self._place(page.incident, page)).allowed
        ]
        if len(pages) > 1:
            raise Asked(Reply(f"{len(pages)} pages are open. Which one do you take?", buttons=_takers(pages)))
        return pages[0] if pages else None

    async def resolve(self, staff: Staff, actor: Actor, wanted: str, reason: str) -> Reply:
        """Close the incident that is meant, or the only open one this person may close, and stop its page."""
        incident = await self._incident_meant(staff, wanted, reason)
        if incident is None:
            return Reply("No incident of yours is open.")
        closed = await self._desk.resolve(incident, actor.name, reason)
        if incident.page:
            await self._pager.resolve(incident.page)
        if not closed:
            return Reply(f"{incident.title}: this was resolved before.")
        return Reply(f"Resolved: {incident.title}.", footnote=f"incident {incident.id}")

    async def _incident_meant(self, staff: Staff, wanted: str, reason: str) -> Incident | None:
        if wanted:
            found = await self._desk.of_room(Room.from_key(wanted)) if ":" in wanted else await self._desk.get(wanted)
            if found is not None:
                await self._must("resolve", staff, await self._place_of(found))
            return found
        mine = [i for i in await self._desk.open_ones() if may(staff, "resolve", await self._place_of(i)).allowed]
        if len(mine) > 1:
            raise Asked(Reply(f"{len(mine)} incidents are open. Which one is over?", buttons=_closers(mine, reason)))
        return mine[0] if mine else None

    async def _place_of(self, incident: Incident) -> Place:
        return await self._place(incident.id, await self._pager.get(incident.page) if incident.page else None)

    async def _place(self, incident_id: str, page: PageState | None) -> Place:
        """Where it is, and who was called about it: those called may answer, whatever else they may do."""
        incident = await self._desk.get(incident_id) if incident_id else None
        where = _where(incident) if incident else Place("")
        return replace(where, involved=frozenset(notice.email for notice in page.told)) if page else where

    async def _must(self, verb: str, staff: Staff, where: Place) -> None:
        decision = may(staff, verb, where)
        if not decision.allowed:
            raise Denied(decision.why)

    async def incidents(self, staff: Staff) -> Reply:
        """Open incidents this person may see."""
        seen = [i for i in await self._desk.open_ones() if may(staff, "incident", await self._place_of(i)).allowed]
        if not seen:
            return Reply("No incident that you may see is open.")
        count = f"{len(seen)} incident is open." if len(seen) == 1 else f"{len(seen)} incidents are open."
        return Reply(count, lines=tuple(_row(incident) for incident in seen[:20]), buttons=_closers(seen))


def _where(incident: Incident) -> Place:
    return Place(incident.room.key, incident.host, incident.section or None, incident.school or None)


def _row(incident: Incident) -> str:
    owner = f", {incident.owner} has it" if incident.owner else ""
    return f"{incident.title} ({incident.room.platform.label}): {incident.state}{owner}"


def _closers(incidents: Sequence[Incident], reason: str = "") -> tuple[Button, ...]:
    return tuple(
        Button(f"Resolve {i.title}"[:70], "resolve", {"incident": i.id, "text": reason}) for i in incidents[:5]
    )


def _takers(pages: Sequence[PageState]) -> tuple[Button, ...]:
    return tuple(Button(f"Take {page.title or page.what}"[:70], "ack", {"page": page.id}) for page in pages[:5])
