"""Keeps up what Teams' events come by: one subscription for each class of today, and the bot's calls.

Teachers' calendars say which classes there are. Each look does a bounded piece of the work and says how soon it wants
to go on, so that a district of any size is tended without a burst.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from modbot.errors import AuthRejected, ComeBackLater, Conflict, NotFound, Unreachable, VendorError
from modbot.log import get_logger
from modbot.platforms import NOTHING_TO_TEND, Hosts
from modbot.platforms.teams.agenda import Agenda, Planned
from modbot.platforms.teams.keys import NotificationKeys
from modbot.platforms.teams.legs import Legs
from modbot.platforms.teams.subscriptions import Subscription, SubscriptionBook, SubscriptionCalls
from modbot.side_by_side import side_by_side

CALENDAR_EVERY = timedelta(minutes=15)
NO_CALENDAR = timedelta(hours=6)  # until somebody without a mailbox, or without the policy, is asked about again
HOSTS_AT_ONCE = 200
CHANGES_AT_ONCE = 200
SIDE_BY_SIDE = 32
AHEAD = timedelta(hours=2)
AFTER = timedelta(hours=4)
RENEW_BEFORE = timedelta(hours=4)
TRY_AGAIN = timedelta(minutes=5)
SOON, EVERY = timedelta(seconds=2), timedelta(seconds=30)

STOP = (AuthRejected, ComeBackLater, Unreachable)  # trouble that all classes have, not one of them


log = get_logger("teams_upkeep")


@dataclass(slots=True)
class _Watched:
    """A class whose events are wanted, and how far that has come."""

    planned: Planned
    subscription: Subscription | None = None
    asked_vault: bool = False
    not_before: datetime | None = None  # after trouble

    def wanted(self, now: datetime) -> bool:
        return any(one.start - AHEAD <= now <= one.end + AFTER for one in self.planned.lessons)

    def due(self, now: datetime) -> bool:
        if self.not_before is not None and now < self.not_before:
            return False
        if not self.wanted(now):
            return self.subscription is not None
        return self.subscription is None or self.subscription.expires_at - now <= RENEW_BEFORE


@dataclass(slots=True)
class _Known:
    """What one process has seen so far. Nothing is lost with it: all of it is found again."""

    classes: dict[str, _Watched] = field(default_factory=dict)
    calendar_due: dict[str, datetime] = field(default_factory=dict)
    bell: str = ""


class Upkeep:
    """What `tend` does."""

    def __init__(
        self,
        *,
        agenda: Agenda,
        calls: SubscriptionCalls,
        book: SubscriptionBook,
        keys: NotificationKeys,
        legs: Legs | None,
        hosts: Hosts,
        reachable: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._agenda = agenda
        self._calls = calls
        self._book = book
        self._keys = keys
        self._legs = legs
        self._hosts = hosts
        self._reachable = reachable
        self._now = now
        self._known = _Known()

    async def tend(self) -> timedelta:
        """One round. Raises VendorError for trouble that is not one class's alone."""
        if not self._reachable:
            return NOTHING_TO_TEND  # Graph has no address to tell: the doctor says so
        if self._legs is not None:
            await self._legs.tend()
        await self._answer_bell()
        more_calendars = await self._look_at_calendars()
        more_classes = await self._subscribe()
        return SOON if more_calendars or more_classes else EVERY

    async def _look_at_calendars(self) -> bool:
        now = self._now()
        hosts = await self._hosts()
        due = [host for host in hosts if self._known.calendar_due.get(host, now) <= now]
        looked = await side_by_side(due[:HOSTS_AT_ONCE], self._look, at_most=SIDE_BY_SIDE)
        for planned in looked:
            for one in planned:
                watched = self._known.classes.setdefault(one.of.room_id, _Watched(one))
                watched.planned = one
        self._forget_the_past(now, hosts)
        return len(due) > HOSTS_AT_ONCE

    async def _look(self, host: str) -> Sequence[Planned]:
        now = self._now()
        try:
            planned = await self._agenda.planned(host)
        except STOP:
            raise
        except VendorError as error:
            log.info("calendar_unread", host_alias=_digest(host), detail=error.log_detail)
            self._known.calendar_due[host] = now + NO_CALENDAR
            return ()
        self._known.calendar_due[host] = now + CALENDAR_EVERY
        return planned

    def _forget_the_past(self, now: datetime, hosts: Iterable[str]) -> None:
        over = [
            room_id
            for room_id, one in self._known.classes.items()
            if one.subscription is None and all(lesson.end + AFTER < now for lesson in one.planned.lessons)
        ]
        for room_id in over:
            del self._known.classes[room_id]
        for host in self._known.calendar_due.keys() - set(hosts):
            del self._known.calendar_due[host]

    async def _subscribe(self) -> bool:
        now = self._now()
        due = [one for one in self._known.classes.values() if one.due(now)]
        await side_by_side(due[:CHANGES_AT_ONCE], self._bring_up_to_date, at_most=SIDE_BY_SIDE)
        return len(due) > CHANGES_AT_ONCE

    async def _bring_up_to_date(self, one: _Watched) -> None:
        room_id, now = one.planned.of.room_id, self._now()
        try:
            await self._change(one, now)
            one.not_before = None
        except STOP:
            raise
        except VendorError as error:
            log.warning("not_subscribed", room=room_id, detail=error.log_detail)
            one.not_before = now + TRY_AGAIN

    async def _change(self, one: _Watched, now: datetime) -> None:
        if not one.wanted(now):
            await self._unsubscribe(one)
            return
        if one.subscription is None and not one.asked_vault:
            one.subscription, one.asked_vault = await self._kept(one), True
        if one.subscription is not None:
            one.subscription = await self._renewed(one.subscription, now)
        if one.subscription is None:
            one.subscription = await self._created(one.planned)
            await self._book.keep(one.subscription, now)

    async def _kept(self, one: _Watched) -> Subscription | None:
        """Another process's, or one from before a restart; useless without its key."""
        kept = await self._book.of(one.planned.of.room_id)
        return kept if kept is not None and await self._keys.find(kept.key_id) is not None else None

    async def _renewed(self, subscription: Subscription, now: datetime) -> Subscription | None:
        if subscription.expires_at - now > RENEW_BEFORE:
            return subscription
        try:
            renewed = await self._calls.renew(subscription)
        except NotFound:
            return None
        await self._book.keep(renewed, now)
        return renewed

    async def _created(self, planned: Planned) -> Subscription:
        key = await self._keys.current()
        state = await self._book.new_state(planned.of.room_id)
        try:
            return await self._calls.create(planned.of, key, state)
        except Conflict:
            # One of ours whose secrets are lost tells nothing any more. Graph allows only one, so it has to go.
            for lost in await self._calls.in_the_way(planned.of):
                await self._delete(lost)
            return await self._calls.create(planned.of, key, state)

    async def _unsubscribe(self, one: _Watched) -> None:
        if one.subscription is not None:
            await self._delete(one.subscription.id)
            await self._book.drop(one.planned.of.room_id)
        one.subscription = None

    async def _delete(self, subscription_id: str) -> None:
        try:
            await self._calls.delete(subscription_id)
        except NotFound:
            log.info("subscription_was_gone", subscription=subscription_id)

    async def _answer_bell(self) -> None:
        """Renew at once what Graph wants authorised again: it sends nothing more until then."""
        bell = await self._book.bell()
        if bell == self._known.bell:
            return
        for one in list(self._known.classes.values()):
            if one.subscription is not None and await self._book.is_asked_for(one.subscription.id):
                await self._authorize_again(one, one.subscription)
        self._known.bell = bell

    async def _authorize_again(self, one: _Watched, subscription: Subscription) -> None:
        try:
            one.subscription = await self._calls.renew(subscription)
            await self._book.keep(one.subscription, self._now())
        except NotFound:
            one.subscription = None
        await self._book.answered(subscription.id)


def _digest(host: str) -> str:
    """A host in a log: told apart, not named."""
    return hashlib.sha256(host.casefold().encode()).hexdigest()[:12]
