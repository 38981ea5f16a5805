"""Raid radar: the same unrecognised person in several classes of a school within minutes is one raid, told once.

What is seen is noted by school; a raid is kept in the store, and a job posts its warning and keeps it current. Several
people who go from class to class at the same time are one raid: staff need one warning, not one for each of them.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from modbot import card_patience
from modbot.authorize import Place, Verb, may
from modbot.chat import Chat, Posted
from modbot.command import title_of
from modbot.errors import Forbidden, ModbotError, NotFound, StoreUnavailable, VendorError
from modbot.escalation import Escalation
from modbot.findings import Thresholds, Unmatched, raids
from modbot.identity import NameMemory
from modbot.jobs import Jobs
from modbot.log import get_logger
from modbot.metrics import RAIDS
from modbot.model import Participant, Session
from modbot.people import People
from modbot.radar_words import Scene, SeenHere, warning
from modbot.reply import Reply
from modbot.rooms import LiveRooms
from modbot.schools import Schools
from modbot.settings import Settings
from modbot.side_by_side import failures_of, raise_first
from modbot.store import Store
from modbot.store.raids import Note, Raid, Raids, Seen
from modbot.store.sessions import Sessions
from modbot.store.sightings import Sightings
from modbot.store.turns import Turns

RAID_JOB = "raid.warning"
TURN = timedelta(seconds=15)  # of the job that posts a warning, renewed while it does
AT_ONCE = 8
HELD_ELSEWHERE = timedelta(seconds=2)
MOST_TOLD = 12  # people who are told directly
NOBODY_TO_TELL = (Forbidden, NotFound)  # a channel modbot is not in, somebody who has left: trying again is in vain

log = get_logger("radar")


@dataclass(frozen=True, slots=True)
class _Recipient:
    """Where a warning stands: a channel, or one person's messages."""

    channel: str = ""
    user: str = ""
    named: bool = False  # whether they may see what the people showed

    @property
    def place(self) -> str:
        return f"channel:{self.channel}" if self.channel else f"dm:{self.user}"


@dataclass(frozen=True, slots=True)
class _Change:
    """A warning that stands and is to say something newer; `stands` becomes what chat says of that."""

    place: str
    where: Posted
    stands: asyncio.Future[bool]


@dataclass(slots=True)
class _Sending:
    """One state of a raid on its way to everybody: what may work when it is tried again, and what waits."""

    raid: Raid
    scene: Scene
    failed: list[VendorError]
    changes: list[_Change] = field(default_factory=list)
    overtaken: bool = False  # somewhere something newer took its place before it left


class Radar:
    """Looks across the classes of each school. One per process."""

    def __init__(
        self,
        *,
        sightings: Sightings,
        raids: Raids,
        schools: Schools,
        sessions: Sessions,
        rooms: LiveRooms,
        people: People,
        store: Store,
        escalation: Escalation,
        jobs: Jobs,
        chat: Chat,
        settings: Settings,
        thresholds: Thresholds,
        now: Callable[[], datetime],
    ) -> None:
        self._sightings = sightings
        self._raids = raids
        self._schools = schools
        self._sessions = sessions
        self._rooms = rooms
        self._people = people
        self._store = store
        self._escalation = escalation
        self._jobs = jobs
        self._chat = chat
        self._settings = settings
        self._zone = ZoneInfo(settings.district.timezone)
        self._thresholds = thresholds
        self._now = now

    @property
    def memory(self) -> NameMemory:
        """How what people show is digested for the radar: alike in every class of the district."""
        return self._sightings.memory

    @property
    def _keep(self) -> timedelta:
        """Twice the window: what is heard late still finds what it belongs to."""
        return self._thresholds.raid_within * 2

    # Seeing

    async def saw(self, session: Session, place: Place, sightings: Sequence[Unmatched]) -> None:
        """These people of a session were not recognised: note them, and warn if it is a raid.

        Safe to repeat. Raises no ModbotError: what went wrong is logged, and the next look makes up for it.
        """
        if not sightings or not place.school:
            return
        try:
            await self._saw(place.school, sightings)
        except ModbotError as error:
            log.warning("radar_blind", session=session.key, detail=error.log_detail)

    async def _saw(self, school: str, sightings: Sequence[Unmatched]) -> None:
        held = await self._sightings.add(school, sightings, now=self._now(), keep=self._keep)
        found = raids(held, self._thresholds)
        if not found:
            return
        causes = frozenset[str]().union(*(one.causes for one in found))
        seen = [
            Seen(one.session_key, one.participant_id, one.at)
            for one in held
            if f"{one.session_key}/raid/{one.participant_id}" in causes
        ]
        await self._tell(await self._raids.grow(school, seen, people=len(found), keep=self._keep))

    async def _tell(self, raid: Raid) -> None:
        """The job's key names what is to be shown: one that draws an older state now does not stand in for it."""
        if raid.state != raid.shown:
            await self._jobs.soon(RAID_JOB, raid.id, key=f"raid:{raid.id}:{raid.state}")

    async def noted(self, raid_id: str, said: str, *, once: str) -> None:
        """Show on the warning what a member of staff did. Raises StoreUnavailable."""
        raid = await self._raids.note(raid_id, Note(self._now(), said), once=once)
        if raid is not None:
            await self._tell(raid)

    # Telling

    async def show(self, raid_id: str) -> None:
        """A job: make the warning say what is known now. One process sends at a time; safe to repeat.

        A change that only waits for its channel is waited for without the turn: something newer may take its place.
        Raises VendorError when it does not stand everywhere, StoreUnavailable: then it is to be tried again.
        """
        while await self._out_of_date(raid_id) is not None:
            turn = Turns(self._store)
            if not await turn.take(_work(raid_id), TURN):
                await self._show_in(HELD_ELSEWHERE, raid_id)
                return
            try:
                async with turn.holding(_work(raid_id), TURN):
                    raid = await self._out_of_date(raid_id)
                    sending = await self._send(raid) if raid is not None else None
            finally:
                await _let_go(raid_id, turn)
            if sending is None or not await self._stands(sending):
                return

    async def _out_of_date(self, raid_id: str) -> Raid | None:
        raid = await self._raids.get(raid_id)
        return raid if raid is not None and raid.state != raid.shown else None

    async def show_later(self, raid_id: str) -> None:
        """Chat takes no warning at the moment: it catches up when chat is back. Raises StoreUnavailable."""
        raid = await self._raids.get(raid_id)
        wait = card_patience.wait_after(self._now() - _changed_at(raid)) if raid is not None else None
        if wait is None:
            card_patience.give_up("raid", raid_id)
        else:
            await self._show_in(wait, raid_id)

    async def _show_in(self, wait: timedelta, raid_id: str) -> None:
        again = self._now() + wait
        turn = int(again.timestamp() // wait.total_seconds())  # one of them is enough
        await self._jobs.at(RAID_JOB, raid_id, again, key=f"raid:{raid_id}:{wait.total_seconds():g}s:{turn}")

    async def _send(self, raid: Raid) -> _Sending:
        """Everywhere at once: a channel takes one message a second, and nobody waits for another's."""
        recipients, unknown = await self._recipients(raid.school)
        sending = _Sending(raid, await self._scene(raid), unknown)
        sending.failed += await failures_of(recipients, lambda one: self._send_to(one, sending), at_most=AT_ONCE)
        return sending

    async def _send_to(self, recipient: _Recipient, sending: _Sending) -> None:
        """Raises VendorError for what may work when it is tried again."""
        raid, place = sending.raid, recipient.place
        stands = raid.standing.get(place)
        if stands is not None and stands.state == raid.state:
            return
        said = warning(sending.scene, named=recipient.named)
        if stands is not None:
            sending.changes.append(_Change(place, stands.where, self._chat.change(stands.where, said)))
            return
        try:
            where = await self._post(recipient, said)
        except NOBODY_TO_TELL as error:
            _not_taken(raid, place, error)
        else:
            await self._raids.stands(raid, place, where)

    async def _stands(self, sending: _Sending) -> bool:
        """Note where it stands; False when somewhere something newer took its place: whoever asked for that goes on.

        Raises VendorError for what may work when it is tried again.
        """
        raid = sending.raid
        refused = await failures_of(sending.changes, lambda one: self._changed(one, sending), at_most=AT_ONCE)
        raise_first([*sending.failed, *refused])
        if sending.overtaken:
            return False
        RAIDS.labels("changed" if raid.shown else "told").inc()
        log.warning("raid", raid=raid.id, school=raid.school, sessions=len({one.session_key for one in raid.seen}))
        await self._raids.shown(raid.id, raid.state)
        return True

    async def _changed(self, change: _Change, sending: _Sending) -> None:
        try:
            stands = await change.stands
        except NOBODY_TO_TELL as error:
            _not_taken(sending.raid, change.place, error)
            return
        if stands:
            await self._raids.stands(sending.raid, change.place, change.where)
        else:
            sending.overtaken = True

    async def _post(self, recipient: _Recipient, said: Reply) -> Posted:
        if recipient.channel:
            return await self._chat.post(recipient.channel, said)
        return await self._chat.direct(recipient.user, said)

    async def _recipients(self, school: str) -> tuple[list[_Recipient], list[VendorError]]:
        """IT's channel and the school's, whoever is called first for the school, and its principals.

        With what kept modbot from finding out who somebody is in chat, where it may work when it is tried again.
        """
        channels = dict.fromkeys([self._settings.district.incident_channel, self._settings.incident_channel_of(school)])
        found = [_Recipient(channel=channel) for channel in channels if channel]
        failed: list[VendorError] = []
        for email in await self._told_directly(school):
            try:
                user = await self._chat.user_of(email)
            except NOBODY_TO_TELL as error:
                log.warning("person_not_looked_up", school=school, detail=error.log_detail)
            except VendorError as error:
                failed.append(error)
            else:
                found += [_Recipient(user=user, named=await self._may_see(email, school))] if user else []
        return found, failed

    async def _told_directly(self, school: str) -> list[str]:
        steps = self._escalation.steps(school)
        on_call = await self._escalation.people(steps[0].people) if steps else ()
        principals = await self._schools.principals(school)
        return list(dict.fromkeys(email.casefold() for email in (*on_call, *principals)))[:MOST_TOLD]

    async def _may_see(self, email: str, school: str) -> bool:
        """Names are shown to those who may look into every class of the school."""
        staff = await self._people.staff_with(email)
        return may(staff, Verb.ROOM, Place("", school=school)).allowed

    async def _scene(self, raid: Raid) -> Scene:
        keys = tuple(dict.fromkeys(one.session_key for one in raid.seen))
        sessions = {one.key: await self._rooms.titled(one) for one in await self._sessions.get_many(keys)}
        seen = tuple(_here(one, sessions.get(one.session_key)) for one in raid.seen)
        name = self._schools.name(raid.school)
        return Scene(raid.id, raid.school, name, raid.people, seen, raid.notes, self._zone)


def _work(raid_id: str) -> str:
    return f"raid:{raid_id}"


def _changed_at(raid: Raid) -> datetime:
    return max([seen.at for seen in raid.seen] + [note.at for note in raid.notes])


def _not_taken(raid: Raid, place: str, error: VendorError) -> None:
    log.warning("warning_not_taken", raid=raid.id, place=place, detail=error.log_detail)


async def _let_go(raid_id: str, turn: Turns) -> None:
    try:
        await turn.give_back(_work(raid_id))
    except StoreUnavailable as error:
        log.warning("turn_left_to_expire", raid=raid_id, detail=error.log_detail)


def _here(one: Seen, session: Session | None) -> SeenHere:
    if session is None:
        return SeenHere(one.session_key, one.participant_id, "", one.at, "A class that modbot no longer remembers")
    there = {person.id: person for person in session.participants}
    person = there.get(one.participant_id, Participant(one.participant_id))
    title = f"{title_of(session)} ({session.room.platform.label})"
    return SeenHere(one.session_key, one.participant_id, person.name, one.at, title)
