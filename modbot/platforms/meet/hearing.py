"""What Google's events mean for modbot.

Events carry ids only: who came is read from the class a moment later. Nothing tells of knocking, chat or settings.
https://developers.google.com/workspace/events/guides/events-meet
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from modbot.errors import (
    ComeBackLater,
    MalformedAnswer,
    RequestRejected,
    Unreachable,
    VendorError,
    VendorFault,
)
from modbot.log import get_logger
from modbot.model import Event, EventKind, Participant, Presence, Session
from modbot.platforms import Delivery, Heard
from modbot.platforms.meet import push
from modbot.platforms.meet.calls import MeetCalls, room_of
from modbot.platforms.meet.ledger import Ledger, State
from modbot.platforms.meet.people import Directory
from modbot.platforms.meet.push import CloudEvent, Sender, Unreadable
from modbot.platforms.meet.subscriptions import ENDED, JOINED, LEFT, STARTED

LIFECYCLE = "google.workspace.events.subscription.v1."
PATIENCE = timedelta(seconds=3)  # Pub/Sub waits ten before it sends again
MAX_KEPT = 20_000

_MEETING: Mapping[str, EventKind] = {STARTED: EventKind.STARTED, ENDED: EventKind.ENDED}
_PEOPLE: Mapping[str, tuple[EventKind, Presence]] = {
    JOINED: (EventKind.JOINED, Presence.JOINED),
    LEFT: (EventKind.LEFT, Presence.LEFT),
}
_STATES: Mapping[str, State] = {
    "expirationReminder": State.ACTIVE,
    "expired": State.EXPIRED,
    "suspended": State.SUSPENDED,
}

log = get_logger("meet.hearing")


class Spaces:
    """The class link each run belongs to, asked for once a run."""

    def __init__(self, calls: MeetCalls) -> None:
        self._calls = calls
        self._known: OrderedDict[str, str] = OrderedDict()  # record → space

    def learn(self, record: str, space: str) -> str:
        """Know it from now on."""
        self._known[record] = space
        if len(self._known) > MAX_KEPT:
            self._known.popitem(last=False)
        return space

    async def of(self, record: str, host: str) -> str:
        """The link of a run. Raises VendorError."""
        known = self._known.get(record)
        return known or self.learn(record, (await self._calls.record(record, host, patience=PATIENCE)).space)


class Ear:
    """Verifies pushes and says what happened. Duplicates say the same thing twice, which changes nothing."""

    def __init__(
        self, sender: Sender, ledger: Ledger, directory: Directory, spaces: Spaces, now: Callable[[], datetime]
    ) -> None:
        self._sender = sender
        self._ledger = ledger
        self._directory = directory
        self._spaces = spaces
        self._now = now

    async def hear(self, delivery: Delivery) -> Heard:
        """Raises RequestRejected: 401 for a stranger's, 400 for what is no push, 503 to be told again later."""
        await self._sender.verify(delivery)
        try:
            return await self._meaning(push.read(delivery.body, self._now()))
        except Unreadable as reason:
            return Heard(doubted=str(reason))

    async def _meaning(self, event: CloudEvent) -> Heard:
        if event.type in _MEETING:
            record, _ = event.resource("conferenceRecord")
            return await self._told(event, _MEETING[event.type], record, None)
        if event.type in _PEOPLE:
            record, participant = event.resource("participantSession")
            if not participant:
                raise Unreadable("the participantSession names no participant")
            kind, presence = _PEOPLE[event.type]
            return await self._told(event, kind, record, Participant(participant, presence=presence))
        if event.type.startswith(LIFECYCLE):
            return await self._lifecycle(event)
        return Heard()

    async def _told(self, event: CloudEvent, kind: EventKind, record: str, who: Participant | None) -> Heard:
        host = await self._ledger.host_of(event.subscription) or await self._directory.known(event.user)
        space = await self._space(event, record, host)
        if not space:
            return Heard(doubted="of a class link that cannot be found out")
        room = room_of(space)
        told = Event(kind, room, record, event.at, who, host_email=host)
        # Only the owner may read a class, so without one there is nobody to read it as.
        unread = (Session(room, record, host_email=host),) if who is not None and host else ()
        return Heard((told,), unread=unread)

    async def _space(self, event: CloudEvent, record: str, host: str) -> str:
        """For a subscription to a user Google has been seen to name the user, not the link, as what it is about."""
        if event.space:
            return self._spaces.learn(record, event.space)
        if not host:
            log.warning("event_of_unknown_subscription", subscription=event.subscription, record=record)
            return ""
        try:
            return await self._spaces.of(record, host)
        except (ComeBackLater, Unreachable, VendorFault, MalformedAnswer) as error:
            raise RequestRejected(503, "Google cannot be asked just now which class this is") from error
        except VendorError as error:
            log.warning("class_of_event_not_found", record=record, detail=error.log_detail)
            return ""

    async def _lifecycle(self, event: CloudEvent) -> Heard:
        state = _STATES.get(event.type.removeprefix(LIFECYCLE))
        if state is None:
            return Heard()
        known = await self._ledger.mark(event.subscription, state)
        log.info("subscription_told", subscription=event.subscription, state=state, known=known)
        return Heard()
