"""Events of an invented class, and what is found in them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from modbot.findings import Finding, Thresholds, find
from modbot.findings.found import DEFAULT
from modbot.identity import ClassList, Verdict, judge, person_of
from modbot.model import Event, EventKind, Participant, PlatformName, Room, Session
from modbot.session_state import merge, read, registers_of
from modbot.standing import in_order
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


def session_of(events: Iterable[Event], session_id: str = "uuid-1") -> Session:
    """The session that these events make, as modbot keeps it."""
    state: dict[bytes, bytes] = {}
    for one in events:
        state = merge(state, registers_of(one, lambda plain, _: plain))
    known = read(ROOM.platform, session_id, state, lambda sealed, _: sealed)
    return known or Session(ROOM, session_id)


def verdicts_of(session: Session, class_list: ClassList = CLASS) -> Mapping[str, Verdict]:
    """Verdicts on those who are here, as a caller makes them."""
    here = in_order(session.participants)
    return {verdict.person_id: verdict for verdict in judge(class_list, [person_of(one) for one in here])}


def found(
    events: Iterable[Event], *, now: float = 600, class_size: int = 11, thresholds: Thresholds = DEFAULT
) -> list[Finding]:
    """What is found so many seconds into the class."""
    session = session_of(events)
    return list(find(session, verdicts_of(session), class_size=class_size, now=at(now), thresholds=thresholds))
