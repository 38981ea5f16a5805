"""Zoom's rows and webhook objects as modbot's participants, rooms and sessions.

A participant's id is `participant_uuid`, which is what Zoom's removal takes. Some events and rows carry only the
`user_id`, valid inside one run; it is kept as the alias `uid:<user_id>`, and serves as id where nothing else is known.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from modbot.model import Participant, ParticipantRole, PlatformName, Presence, Room, Session
from modbot.platforms.zoom.answers import malformed

BY_USER_ID = "uid:"
ROLES = {
    "host": ParticipantRole.HOST,
    "co-host": ParticipantRole.COHOST,
    "cohost": ParticipantRole.COHOST,
    "attendee": ParticipantRole.ATTENDEE,
}


def ids_of(person: Mapping[str, Any]) -> tuple[str, str]:
    """(id, alias) of a row or a webhook's participant; ("", "") when it has neither."""
    uuid, user_id = _text(person, "participant_uuid"), _text(person, "user_id")
    alias = BY_USER_ID + user_id if user_id else ""
    return (uuid, alias) if uuid else (alias, "")


def participant_of(row: Mapping[str, Any]) -> Participant:
    """Someone in the live participants' list. Raises MalformedAnswer when the row has no id at all.

    The row's share flags say that they shared at some time, not that they do now, so they are not read.
    """
    own_id, alias = ids_of(row)
    if not own_id:
        raise malformed("participant without an id")
    waiting = _text(row, "status") == "in_waiting_room"
    return Participant(
        id=own_id,
        alias=alias,
        name=_text(row, "user_name"),
        email=_text(row, "email"),
        role=ROLES.get(_text(row, "role").lower(), ParticipantRole.ATTENDEE),
        presence=Presence.LOBBY if waiting else Presence.JOINED,
        joined_at=moment(row.get("join_time")),
    )


def session_of(row: Mapping[str, Any], host_email: str, *, started_at: datetime | None) -> Session:
    """A running meeting from a list. Raises MalformedAnswer when it has no id or no uuid."""
    room_id, uuid = room_id_of(row), _text(row, "uuid")
    if not room_id or not uuid:
        raise malformed("meeting without an id")
    return Session(
        room=Room(PlatformName.ZOOM, room_id),
        id=uuid,
        title=_text(row, "topic"),
        host_email=host_email,
        host_id=_text(row, "host_id"),
        started_at=started_at,
    )


def room_id_of(meeting: Mapping[str, Any]) -> str:
    """The meeting id as text, "" when there is none: Zoom writes it as a number in some places."""
    return _text(meeting, "id")


def moment(value: object) -> datetime | None:
    """One of Zoom's times as an aware UTC datetime; None when it is absent or unreadable."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _text(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
