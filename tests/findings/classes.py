"""Events of an invented class, and what is found in them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from modbot.findings import Finding, Thresholds, find, seen_in
from modbot.findings.found import DEFAULT
from modbot.identity import ClassList, Verdict, judge, person_of
from modbot.model import Event, EventKind, Participant, PlatformName, Room
from tests.identity.classes import CLASS

ROOM = Room(PlatformName.ZOOM, "85746065432")
KEY = "zoom:uuid-1"
T0 = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds into the class."""
    return T0 + timedelta(seconds=seconds)


def event(
    kind: EventKind, seconds: float, who: Participant | None, session_id: str = "uuid-1", room: Room = ROOM
) -> Event:
    """One event of the class."""
    return Event(kind, room, session_id, at(seconds), who)


def joined(seconds: float, person_id: str, name: str, email: str = "") -> Event:
    """Somebody comes in."""
    return event(EventKind.JOINED, seconds, Participant(person_id, name, email))


def left(seconds: float, person_id: str) -> Event:
    """Somebody goes; such events often carry no name."""
    return event(EventKind.LEFT, seconds, Participant(person_id))


def shares(seconds: float, person_id: str) -> Event:
    """Somebody begins to share."""
    return event(EventKind.SHARING, seconds, Participant(person_id))


def verdicts_of(events: Iterable[Event], class_list: ClassList = CLASS) -> Mapping[str, Verdict]:
    """Verdicts on those who are here in the end, as a caller makes them."""
    here = [one for one in seen_in(KEY, events).people.values() if one.here]
    return {verdict.person_id: verdict for verdict in judge(class_list, [person_of(one.participant) for one in here])}


def found(
    events: Iterable[Event], *, now: float = 600, class_size: int = 11, thresholds: Thresholds = DEFAULT
) -> list[Finding]:
    """What is found so many seconds into the class."""
    events = list(events)
    happened = seen_in(KEY, events)
    return list(find(happened, verdicts_of(events), class_size=class_size, now=at(now), thresholds=thresholds))
