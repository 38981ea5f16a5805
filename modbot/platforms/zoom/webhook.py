"""Zoom's webhooks: is it Zoom, and what happened.

Scheme: https://developers.zoom.us/docs/api/webhooks - `x-zm-signature` is `v0=` and the hex HMAC-SHA256 of
`v0:{x-zm-request-timestamp}:{raw body}` with the app's secret token.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from modbot.errors import RequestRejected
from modbot.model import Event, EventKind, Participant, ParticipantRole, PlatformName, Presence, Room
from modbot.platforms import Delivery, Heard
from modbot.platforms.zoom.people import ROLES, ids_of, moment, room_id_of

FRESH = timedelta(minutes=5)
LATEST_MS = 253_402_300_799_000  # the last second a datetime can hold

_SESSION_KINDS = {
    "meeting.started": EventKind.STARTED,
    "meeting.ended": EventKind.ENDED,
    "meeting.risk_alert": EventKind.LINK_EXPOSED,
}
# The meeting.participant_jbh_* events are left out on purpose: they name a person without any id of the session, may
# speak of a meeting that never starts, and whoever does get in is told of by participant_joined as well.
_PERSON_KINDS = {
    "meeting.participant_joined": EventKind.JOINED,
    "meeting.participant_left": EventKind.LEFT,
    "meeting.participant_joined_waiting_room": EventKind.LOBBY,
    "meeting.participant_put_in_waiting_room": EventKind.LOBBY,
    "meeting.participant_left_waiting_room": EventKind.LOBBY_LEFT,
    "meeting.participant_admitted": EventKind.JOINED,
    "meeting.participant_role_changed": EventKind.ROLE,
    "meeting.sharing_started": EventKind.SHARING,
    "meeting.sharing_ended": EventKind.NOT_SHARING,
}
HEARD_EVENTS = tuple(sorted({*_SESSION_KINDS, *_PERSON_KINDS}))  # those to subscribe to

_PRESENCE = {
    EventKind.LOBBY: Presence.LOBBY,
    EventKind.LEFT: Presence.LEFT,
    EventKind.LOBBY_LEFT: Presence.LEFT,
}


class Ear:
    """Verifies and reads webhooks with one secret. Without a secret it lets nothing in."""

    def __init__(self, secret: bytes, now: Callable[[], datetime]) -> None:
        self._keyed = hmac.new(secret, digestmod=hashlib.sha256) if secret else None
        self._now = now

    def hear(self, delivery: Delivery) -> Heard:
        """What a webhook means. Raises RequestRejected: 401 if it is not Zoom, 400 if it cannot be read."""
        self._verify(delivery)
        body = _object(_parsed(delivery.body), "body")
        name = body.get("event")
        if not isinstance(name, str):
            raise RequestRejected(400, "no event name")
        payload = _object(body.get("payload"), "payload")
        if name == "endpoint.url_validation":
            return Heard(reply=self._validation(payload))
        kind = _PERSON_KINDS.get(name)
        if kind is not None:
            return Heard((_person_event(kind, body, payload),))
        kind = _SESSION_KINDS.get(name)
        return Heard((_session_event(kind, body, payload),)) if kind is not None else Heard()

    def _verify(self, delivery: Delivery) -> None:
        sent = delivery.headers.get("x-zm-request-timestamp", "")
        if not (0 < len(sent) <= 12 and sent.isascii() and sent.isdigit()):
            raise RequestRejected(401, "no readable timestamp")
        if abs(self._now().timestamp() - int(sent)) > FRESH.total_seconds():
            raise RequestRejected(401, "timestamp too far from now")
        wanted = "v0=" + self._mac(b"v0:" + sent.encode() + b":" + delivery.body)
        given = delivery.headers.get("x-zm-signature", "")
        if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace")):
            raise RequestRejected(401, "wrong signature")

    def _validation(self, payload: Mapping[str, Any]) -> Mapping[str, str]:
        plain = payload.get("plainToken")
        if not isinstance(plain, str) or not 0 < len(plain) <= 500:
            raise RequestRejected(400, "no plainToken")
        return {
            "plainToken": plain,
            "encryptedToken": self._mac(plain.encode()),
        }

    def _mac(self, signed: bytes) -> str:
        if self._keyed is None:
            raise RequestRejected(401, "no webhook secret is configured")
        mac = self._keyed.copy()  # twice as fast as keying anew, on the path of every event
        mac.update(signed)
        return mac.hexdigest()


def _person_event(kind: EventKind, body: Mapping[str, Any], payload: Mapping[str, Any]) -> Event:
    meeting = _object(payload.get("object"), "payload.object")
    person = _object(meeting.get("participant"), "participant")
    who = _participant(kind, person, meeting)
    return Event(
        kind=kind,
        room=_room(meeting),
        session_id=_session_id(meeting),
        at=_at(body),
        participant=who,
        title=_text(meeting, "topic"),
        # No event names the host's address but the host's own coming: by it their class is found without asking Zoom.
        host_email=who.email if kind is EventKind.JOINED and who.role is ParticipantRole.HOST else "",
        host_id=_text(meeting, "host_id"),
        reason=_text(person, "leave_reason"),
    )


def _session_event(kind: EventKind, body: Mapping[str, Any], payload: Mapping[str, Any]) -> Event:
    meeting = _object(payload.get("object"), "payload.object")
    return Event(
        kind=kind,
        room=_room(meeting),
        session_id=_session_id(meeting),
        at=_at(body),
        title=_text(meeting, "topic"),
        host_email=_text(meeting, "host_email"),
        host_id=_text(meeting, "host_id"),
    )


def _participant(kind: EventKind, person: Mapping[str, Any], meeting: Mapping[str, Any]) -> Participant:
    own_id, alias = ids_of(person)
    if not own_id:
        raise RequestRejected(400, "a participant without an id")
    return Participant(
        id=own_id,
        alias=alias,
        name=_text(person, "user_name"),
        email=_text(person, "email"),
        role=_role(kind, person, meeting),
        presence=_PRESENCE.get(kind, Presence.JOINED),
        sharing=kind is EventKind.SHARING,
        joined_at=moment(person.get("join_time")),
    )


def _role(kind: EventKind, person: Mapping[str, Any], meeting: Mapping[str, Any]) -> ParticipantRole:
    if kind is EventKind.ROLE:
        role = ROLES.get(_text(person, "new_role"))
        if role is None:
            raise RequestRejected(400, "unknown role")
        return role
    host = _text(meeting, "host_id")
    is_host = bool(host) and host in (_text(person, "participant_user_id"), _text(person, "id"))
    return ParticipantRole.HOST if is_host else ParticipantRole.ATTENDEE


def _parsed(raw: bytes) -> object:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise RequestRejected(400, "not JSON") from None


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RequestRejected(400, f"{what} is not an object")
    return value


def _room(meeting: Mapping[str, Any]) -> Room:
    room_id = room_id_of(meeting)
    if not room_id:
        raise RequestRejected(400, "no meeting id")
    return Room(PlatformName.ZOOM, room_id)


def _session_id(meeting: Mapping[str, Any]) -> str:
    uuid = _text(meeting, "uuid")
    if not uuid:
        raise RequestRejected(400, "no meeting uuid")
    return uuid


def _at(body: Mapping[str, Any]) -> datetime:
    milliseconds = body.get("event_ts")
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool) or not 0 < milliseconds <= LATEST_MS:
        raise RequestRejected(400, "no readable event_ts")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _text(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    return value if isinstance(value, str) else ""
