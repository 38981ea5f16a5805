"""What a meeting call event says, in modbot's words.

Newer events: https://learn.microsoft.com/graph/changenotifications-for-onlinemeeting. The older form, with
`activeParticipants@joined` and capital names, is read too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modbot.model import Event, EventKind, Participant, PlatformName, Presence, Room
from modbot.platforms.teams.answers import believable, field, objects, text
from modbot.platforms.teams.classes import OnlineClass
from modbot.platforms.teams.people import row_of
from modbot.platforms.teams.runs import Marks, run_id

MAX_PEOPLE = 2_000  # of one event; a Teams meeting takes about a thousand
STARTED, ENDED = "callstarted", "callended"
ROSTER = frozenset({"rosterupdated", "callrosterupdate"})
_OLD = "microsoft.communication."


@dataclass(frozen=True, slots=True)
class Notice:
    """One event as read: what happened when, and to whom."""

    kind: str  # callstarted, callended, or a roster's
    at: datetime
    people: tuple[Participant, ...] = ()

    @property
    def known(self) -> bool:
        """Whether it is of a kind that modbot reads."""
        return self.kind in {STARTED, ENDED} or self.kind in ROSTER


def notice_of(content: Mapping[str, Any], of: OnlineClass, bot_id: str, arrived: datetime) -> Notice:
    """The decrypted data of one notification."""
    kind = text(content, "eventType").casefold().removeprefix(_OLD)
    at = believable(field(content, "eventDateTime"), arrived)
    if kind not in ROSTER:
        return Notice(kind, at)
    rows = [row_of(one, of, bot_id) for one in _changed(content)[:MAX_PEOPLE]]
    return Notice(kind, at, tuple(row.participant for row in rows if row is not None))


def marks_after(notice: Notice, marks: Marks) -> Marks:
    """What is known of a class's calls after this event."""
    if notice.kind == STARTED:
        return marks.with_start(notice.at)
    return marks.with_end(notice.at) if notice.kind == ENDED else marks


def events_of(notice: Notice, of: OnlineClass, marks: Marks) -> list[Event]:
    """The event for the record. `marks` are those after it."""
    if notice.kind == STARTED:
        return [_event(EventKind.STARTED, notice, of, marks, arriving=True)]
    if notice.kind == ENDED:
        return [_event(EventKind.ENDED, notice, of, marks, arriving=True)]
    return [
        _event(_KINDS[who.presence], notice, of, marks, arriving=who.presence is not Presence.LEFT, who=who)
        for who in notice.people
    ]


# Whoever goes may have gone from the class or from its lobby: Teams does not say which, and this ends both.
_KINDS = {Presence.JOINED: EventKind.JOINED, Presence.LOBBY: EventKind.LOBBY, Presence.LEFT: EventKind.LEFT}


def _event(
    kind: EventKind, notice: Notice, of: OnlineClass, marks: Marks, *, arriving: bool, who: Participant | None = None
) -> Event:
    return Event(
        kind=kind,
        room=Room(PlatformName.TEAMS, of.room_id),
        session_id=run_id(of.room_id, of.openings, marks, notice.at, arriving=arriving),
        at=notice.at,
        participant=who,
        title=of.title,
        host_email=of.host_email,
        host_id=of.organizer_oid,
    )


def _changed(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everybody whom a roster event names; of the older form, those who left are marked so."""
    newer = objects(field(content, "participants@delta"))
    joined = objects(field(content, "activeParticipants@joined"))
    exited = objects(field(content, "activeParticipants@exited"))
    return [*newer, *joined, *({**one, "removedState": {}} for one in exited)]
