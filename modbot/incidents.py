"""Incidents: opened or joined by panics, ejects and pages; one card each that is always current, a timeline under it.

Nothing here acts on rooms. The card carries no participants' names: it stands in a shared channel (P9).
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import orjson

from modbot import card_patience
from modbot.authority import Places
from modbot.chat import Chat, Posted
from modbot.command import title_of
from modbot.errors import NotFound, StoreUnavailable
from modbot.jobs import Jobs
from modbot.log import get_logger
from modbot.model import Actor, Room, Session
from modbot.reply import Ask, Button, Reply, Style
from modbot.settings import Settings
from modbot.store import Store
from modbot.store.incidents import Incident, Incidents, line
from modbot.store.turns import Turns

CARD_JOB = "incident.card"
CARD_TURN = timedelta(seconds=6)  # of the silence of whoever shows a card, who is then taken for dead
ONE_SECOND = timedelta(seconds=1)
_SIGN = {"open": "🔴 Open", "acknowledged": "🟡 Being handled", "resolved": "🟢 Resolved"}

log = get_logger("incidents")


class IncidentDesk:
    """Opens, joins, notes and resolves incidents, and keeps their cards current."""

    def __init__(
        self,
        *,
        incidents: Incidents,
        store: Store,
        jobs: Jobs,
        chat: Chat,
        places: Places,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._incidents = incidents
        self._store = store
        self._jobs = jobs
        self._chat = chat
        self._places = places
        self._settings = settings
        self._now = now

    async def open_or_join(self, session: Session, actor: Actor, why: str) -> Incident:
        """The room's open incident, opened now if there was none."""
        place = await self._places.of(session)
        school = place.school or ""
        fresh = Incident(
            id=f"i{secrets.token_hex(4)}",
            room=session.room,
            title=title_of(session),
            school=school,
            host=session.host_email,
            section=place.section or "",
            opened_by=actor.name,
            opened_at=self._now(),
            channel=self._settings.incident_channel_of(school),
        )
        incident_id = await self._incidents.open(fresh)
        await self._incidents.note_open(incident_id, is_open=True)  # also for one whose opener died before this line
        await self._add(incident_id, f"{actor.name}: {why}", once="opened")
        incident = await self._incidents.get(incident_id)
        return incident or fresh

    async def of_room(self, room: Room) -> Incident | None:
        """The room's open incident."""
        incident_id = await self._incidents.of_room(room)
        return await self._incidents.get(incident_id) if incident_id else None

    async def get(self, incident_id: str) -> Incident | None:
        """One incident."""
        return await self._incidents.get(incident_id)

    async def open_ones(self) -> list[Incident]:
        """All open incidents, newest first."""
        found = [await self._incidents.get(incident_id) for incident_id in await self._incidents.open_ids()]
        return sorted((i for i in found if i is not None), key=lambda i: i.opened_at, reverse=True)

    async def note(self, room: Room, text: str, *, actor: Actor, request_id: str) -> None:
        """Add a line to the room's open incident, if it has one; once, however often the request is carried out."""
        incident_id = await self._incidents.of_room(room)
        if incident_id:
            await self._add(incident_id, f"{actor.name}: {text}", once=f"{request_id}:{text}")

    async def note_on(self, incident_id: str, text: str, *, once: str) -> None:
        """Add a line to an incident, unless one was added under the same word."""
        await self._add(incident_id, text, once=once)

    async def claim_page(self, incident_id: str, page_id: str) -> str:
        """The page of this incident: `page_id` if it had none."""
        return await self._incidents.claim_page(incident_id, page_id)

    async def set_page(self, incident_id: str, page_id: str) -> None:
        """Another page than the one it had: that one is over."""
        await self._incidents.set(incident_id, page=page_id)

    async def acknowledged(self, incident_id: str, by: str) -> None:
        """Somebody has it."""
        incident = await self._incidents.get(incident_id)
        if incident is not None and incident.state == "open":
            await self._incidents.set(incident_id, state="acknowledged", owner=by)
            await self._add(incident_id, f"{by} has it.", once=f"acknowledged:{len(incident.lines)}")

    async def given_back(self, incident_id: str, *, once: str) -> None:
        """Whoever had it did not say that they still do: it is open again."""
        incident = await self._incidents.get(incident_id)
        if incident is not None and incident.state == "acknowledged":
            await self._incidents.set(incident_id, state="open", owner="")
            await self._add(
                incident_id, f"{incident.owner} did not say that they still have it: it rings again.", once=once
            )

    async def resolve(self, incident: Incident, by: str, why: str) -> bool:
        """Close it; False when it was closed before."""
        closed = await self._incidents.resolve(incident, by=by, at=self._now(), why=why)
        if closed:
            await self._incidents.note_open(incident.id, is_open=False)
            await self._add(incident.id, f"{by} resolved it: {why or 'no reason given'}", once="resolved")
        return closed

    async def _add(self, incident_id: str, text: str, *, once: str) -> None:
        await self._incidents.add_line(incident_id, line(self._now(), text), once=once)
        await self._jobs.soon(CARD_JOB, incident_id, key=f"card:{incident_id}:{secrets.token_hex(4)}")

    async def show(self, incident_id: str) -> None:
        """Make the card and its thread say what is so now. One job sends at a time; safe to repeat.

        A job that finds another at it leaves: the other looks again when it has done, and a timer looks should it have
        died. What only waits for its channel is waited for without the turn: something newer may then take its place.
        Raises VendorError when chat does not take it, StoreUnavailable.
        """
        while await self._incidents.out_of_date(incident_id):
            job = _Job(Turns(self._store))
            if not await self._send_in_turn(incident_id, job):
                await self._show_at(incident_id, self._now(), CARD_TURN)
                return
            if not await self._stands(job):
                return  # whoever asked for something newer hears what becomes of it, and looks again

    async def show_later(self, incident_id: str) -> None:
        """Chat takes no card at the moment: it catches up when chat is back. Raises StoreUnavailable."""
        incident = await self._incidents.get(incident_id)
        now = self._now()
        wait = card_patience.wait_after(now - _changed_at(incident)) if incident is not None else None
        if wait is None:
            card_patience.give_up("incident", incident_id)
        else:
            await self._show_at(incident_id, now, wait)

    async def _show_at(self, incident_id: str, now: datetime, wait: timedelta) -> None:
        """One timer is enough for all who ask for it in the time of one wait."""
        again = now + wait
        number = int(again.timestamp() // wait.total_seconds())
        await self._jobs.at(CARD_JOB, incident_id, again, key=f"{_card(incident_id)}:{wait // ONE_SECOND}s:{number}")

    async def _send_in_turn(self, incident_id: str, job: "_Job") -> bool:
        """Send all there is; False when it is another's turn, or has become it."""
        if not await job.turn.take(_card(incident_id), CARD_TURN):
            return False
        try:
            async with job.turn.holding(_card(incident_id), CARD_TURN):  # a channel takes one message a second
                while await self._behind(incident_id, job):
                    job.incident = await self._incidents.get(incident_id)
                    if job.incident is not None and not await self._send_there(job.incident, job):
                        return False
                if not job.waits:
                    await self._stands(job)  # whoever takes the turn next need not look again
            return True
        finally:
            await _let_go(incident_id, job.turn)

    async def _behind(self, incident_id: str, job: "_Job") -> bool:
        if job.incident is None:
            return await self._incidents.out_of_date(incident_id)
        return await self._incidents.moved_on(job.incident)

    async def _stands(self, job: "_Job") -> bool:
        """Note what the card shows once it does; False when something newer took its place before it left."""
        incident, change = job.incident, job.change
        if incident is None:
            return True
        try:
            if change is not None and not await change:
                return False
        except NotFound as error:
            _gone(incident, error)
        job.incident = None
        await self._incidents.shown(incident)
        return True

    async def _send_there(self, incident: Incident, job: "_Job") -> bool:
        if not incident.channel:
            return True
        try:
            return await self._send(incident, job)
        except NotFound as error:
            if incident.card is None:
                raise  # IT may yet invite modbot
            _gone(incident, error)
            job.change = None
            return True

    async def _send(self, incident: Incident, job: "_Job") -> bool:
        """Whether it was sent in this job's turn: all of it, or what matters until something newer is to be shown."""
        if not await job.turn.take(_card(incident.id), CARD_TURN):
            return False
        card = await self._draw(incident, job)
        for number, text in enumerate(incident.lines[incident.posted_lines :], incident.posted_lines + 1):
            if not await job.turn.take(_card(incident.id), CARD_TURN):
                return False
            await self._chat.thread(card, _shown(text, self._settings.district.timezone))
            await self._incidents.set(incident.id, posted_lines=number)
            if await self._incidents.moved_on(incident):
                break  # a long timeline goes out a line a second, and must not keep the card from its newest state
        return True

    async def _draw(self, incident: Incident, job: "_Job") -> Posted:
        """The card itself; not again while it stays as this turn has drawn it: a channel takes a message a second."""
        shown, card = card_of(incident), incident.card
        if card is None:
            card = await self._chat.post(incident.channel, shown)
            await self._incidents.set(incident.id, channel=card.channel, ts=card.ts)
        elif shown != job.drawn:
            job.change = self._chat.change(card, shown)
        job.drawn = shown
        return card


@dataclass(slots=True)
class _Job:
    """One turn at showing a card, and the card as it was last drawn in it, in which state of the incident.

    `change` becomes what chat says of the last change to it.
    """

    turn: Turns
    drawn: Reply | None = None
    incident: Incident | None = None
    change: asyncio.Future[bool] | None = None

    @property
    def waits(self) -> bool:
        """Whether it has yet to leave."""
        return self.change is not None and not self.change.done()


def _changed_at(incident: Incident) -> datetime:
    return datetime.fromisoformat(orjson.loads(incident.lines[-1])[0]) if incident.lines else incident.opened_at


def _gone(incident: Incident, error: NotFound) -> None:
    """Somebody deleted the card, or its channel: there is nothing to bring up to date."""
    log.warning("card_gone", incident=incident.id, detail=error.log_detail)


def _card(incident_id: str) -> str:
    """What there are turns and timers for."""
    return f"card:{incident_id}"


async def _let_go(incident_id: str, turn: Turns) -> None:
    try:
        await turn.give_back(_card(incident_id))
    except StoreUnavailable as error:
        log.warning("card_left_to_expire", incident=incident_id, detail=error.log_detail)


def card_of(incident: Incident) -> Reply:
    """The card as it stands in the incident channel."""
    given = {"incident": incident.id, "room": incident.room.key}
    lines = [f"Opened by {incident.opened_by}."]
    if incident.owner:
        lines.append(f"{incident.owner} has it.")
    if incident.state == "resolved":
        lines.append(f"Resolved by {incident.resolved_by}: {incident.why or 'no reason given'}")
        return Reply(f"{_SIGN['resolved']}: {incident.title}", lines=tuple(lines), footnote=_foot(incident))
    resolve = Ask("Resolve?", "The incident closes and its pages stop.", "Resolve")
    buttons = [Button("Lock", "lock", given), Button("Eject…", "eject", given, Style.DANGER)]
    buttons += [Button("All clear", "allclear", given), Button("Resolve", "resolve", given, ask=resolve)]
    if incident.state == "open" and incident.page:
        have = Button("Acknowledge", "ack", {"page": incident.page}, Style.PRIMARY)
        buttons.insert(0, have)
    return Reply(
        f"{_SIGN[incident.state]}: {incident.title}",
        lines=tuple(lines),
        buttons=tuple(buttons),
        footnote=_foot(incident),
    )


def _foot(incident: Incident) -> str:
    return f"{incident.room.platform.label} · incident {incident.id}"


def _shown(kept: str, timezone: str) -> str:
    at, text = orjson.loads(kept)
    local = datetime.fromisoformat(at).astimezone(ZoneInfo(timezone))
    return f"{local:%H:%M:%S}  {text}"
