"""One session's events as what happened: who was there from when to when, and who shared.

Events come late, twice and in any order. They are sorted by their own time first, so that the same set of events
always gives the same history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from modbot.model import Event, EventKind, Participant

# Of one moment's events, having left is the later, as in the session's state.
_ORDER = {
    kind: place
    for place, kind in enumerate(
        (
            EventKind.LOBBY,
            EventKind.JOINED,
            EventKind.SHARING,
            EventKind.NOT_SHARING,
            EventKind.LOBBY_LEFT,
            EventKind.LEFT,
            EventKind.ENDED,
        )
    )
}


@dataclass(frozen=True, slots=True)
class Stay:
    """One time in the room or its lobby. `until` is None while it lasts."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attended:
    """One participant over the whole session. Details are the latest that an event told."""

    participant: Participant
    stays: tuple[Stay, ...]
    shared_at: datetime | None = None  # the first time they shared
    sharing: bool = False  # they share now

    @property
    def here(self) -> bool:
        """Whether they are in the room or its lobby now."""
        return bool(self.stays) and self.stays[-1].until is None

    @property
    def came(self) -> datetime | None:
        """When they came in last."""
        return self.stays[-1].since if self.stays else None


@dataclass(frozen=True, slots=True)
class Happened:
    """One session. `people` by participant id, in the order of first coming."""

    session_key: str
    people: Mapping[str, Attended]


@dataclass(slots=True)
class _Told:
    """What is known of a participant while events are gone through."""

    details: Participant
    stays: list[Stay] = field(default_factory=list)
    waiting: bool = False
    shared_at: datetime | None = None
    sharing: bool = False

    def comes(self, at: datetime, *, waiting: bool) -> None:
        self.waiting = waiting
        if not self.stays or self.stays[-1].until is not None:
            self.stays.append(Stay(at))

    def goes(self, at: datetime) -> None:
        if self.stays and self.stays[-1].until is None:
            self.stays[-1] = Stay(self.stays[-1].since, at)
        self.sharing = False

    def hear(self, event: Event, who: Participant) -> None:
        match event.kind:
            case EventKind.JOINED | EventKind.LOBBY:
                self.comes(event.at, waiting=event.kind is EventKind.LOBBY)
                if who.name or who.email:  # some arrivals are told without a name: they take no known name away
                    self.details = who
            case EventKind.LEFT:
                self.goes(event.at)
            case EventKind.LOBBY_LEFT if self.waiting:  # otherwise they left it for the room
                self.goes(event.at)
            case EventKind.SHARING:
                self.shared_at = self.shared_at or event.at
                self.sharing = True
            case EventKind.NOT_SHARING:
                self.sharing = False


def seen_in(session_key: str, events: Iterable[Event]) -> Happened:
    """What events say of this session, whatever their order and however often each is there. Others are passed over."""
    told: dict[str, _Told] = {}
    for event in sorted(events, key=_place):
        if f"{event.room.platform}:{event.session_id}" != session_key:
            continue
        if event.kind is EventKind.ENDED:
            for each in told.values():
                each.goes(event.at)
        elif event.participant is not None:
            told.setdefault(event.participant.id, _Told(event.participant)).hear(event, event.participant)
    return Happened(
        session_key,
        {
            person_id: Attended(each.details, tuple(each.stays), each.shared_at, each.sharing)
            for person_id, each in told.items()
        },
    )


def _place(event: Event) -> tuple[datetime, int, str]:
    """By time; what says nothing here comes last, and equal moments are ordered by what they tell."""
    return event.at, _ORDER.get(event.kind, len(_ORDER)), repr(event.participant)
