"""Webex's JSON as modbot's words: rooms, sessions and participants.

Series, scheduled and instance ids differ. A run of a class is an *instance*, `<series>_I_<number>`, and a participant's
id begins with the instance's: https://developer.webex.com/docs/meetings
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from modbot.model import Participant, ParticipantRole, PlatformName, Presence, Room, Session

INSTANCE_MARK = "_I_"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # until a meeting ends Webex may give 1970 for its times

_PRESENCE = {
    "joined": Presence.JOINED,
    "breakoutSession": Presence.JOINED,
    "lobby": Presence.LOBBY,
    "end": Presence.LEFT,
}


@dataclass(frozen=True, slots=True)
class Attendee:
    """A participant, and whether Webex says the microphone is off (None when it does not say)."""

    participant: Participant
    muted: bool | None


def room_of(instance_id: str, series_id: str = "") -> Room:
    """The lasting room of a run.

    The series id is read off the instance id, because participant webhooks carry nothing else and every event of one
    run must name the same room. Only an id of another shape falls back to the series id given, then to itself.
    """
    series, mark, _ = instance_id.partition(INSTANCE_MARK)
    return Room(PlatformName.WEBEX, series if mark and series else series_id or instance_id)


def text(source: Mapping[str, Any], field: str) -> str:
    """A field's text; "" when it is absent or not text."""
    value = source.get(field)
    return value if isinstance(value, str) else ""


def moment(source: Mapping[str, Any], *fields: str) -> datetime | None:
    """The first of these fields that holds a believable time, in UTC."""
    for field in fields:
        raw = source.get(field)
        if not isinstance(raw, str):
            continue
        try:
            value = datetime.fromisoformat(raw)
            value = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
        if value >= EARLIEST:
            return value
    return None


def attendee(source: Mapping[str, Any]) -> Attendee | None:
    """One item of GET /meetingParticipants; None when it has no id or a state Webex does not document."""
    presence = _PRESENCE.get(text(source, "state"))
    if presence is None or not text(source, "id"):
        return None
    muted = source.get("muted")
    person = Participant(
        id=text(source, "id"),
        name=text(source, "displayName"),
        email=text(source, "email"),
        role=role(source),
        presence=presence,
        joined_at=moment(source, "joinedTime"),
    )
    return Attendee(person, muted if isinstance(muted, bool) else None)


def role(source: Mapping[str, Any]) -> ParticipantRole:
    """The person's role by Webex's two flags."""
    if source.get("host") is True:
        return ParticipantRole.HOST
    return ParticipantRole.COHOST if source.get("coHost") is True else ParticipantRole.ATTENDEE


def session(source: Mapping[str, Any]) -> Session | None:
    """One item of GET /meetings with `meetingType=meeting`; None when it has no id."""
    instance = text(source, "id")
    if not instance:
        return None
    return Session(
        room=room_of(instance, text(source, "meetingSeriesId")),
        id=instance,
        title=text(source, "title"),
        host_email=text(source, "hostEmail"),
        host_id=text(source, "hostUserId"),
        started_at=moment(source, "start"),
    )
