"""Webex webhooks: whether Webex signed this body, and what it says happened.

https://developer.webex.com/docs/api/v1/webhooks
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from modbot.errors import RequestRejected
from modbot.model import Event, EventKind, Participant, Presence
from modbot.platforms import Delivery, Heard
from modbot.platforms.webex.answers import INSTANCE_MARK, moment, role, room_of, text

_MEETING_KINDS = {"started": EventKind.STARTED, "ended": EventKind.ENDED}
_PEOPLE_KINDS = {"joined": EventKind.JOINED, "left": EventKind.LEFT}
_NOTHING = Heard()

CLOCK_SKEW = timedelta(minutes=5)


def verify(delivery: Delivery, secret: bytes) -> None:
    """Let in only what Webex signed with the webhook's secret. Raises RequestRejected (401).

    `X-Webex-Signature: SHA-256=<hex>[,SHA-512=<hex>]` counts when it has that form; it is seen in the field and not
    in the pages we could read. Otherwise `X-Spark-Signature`, the hex HMAC-SHA1 of the body, must match.
    https://developer.webex.com/blog/using-a-webhook-secret
    """
    if not secret:
        raise RequestRejected(401, "no Webex webhook secret is configured")
    given = _sha256_of(delivery.headers.get("x-webex-signature", ""))
    algorithm = "sha256"
    if not given:
        given, algorithm = delivery.headers.get("x-spark-signature", "").strip(), "sha1"
    wanted = hmac.digest(secret, delivery.body, algorithm).hex().encode()
    if not hmac.compare_digest(wanted, given.lower().encode("utf-8", "replace")):
        raise RequestRejected(401, "the Webex signature does not match")


def read(body: bytes, now: Callable[[], datetime]) -> Heard:
    """What a verified body means. Raises RequestRejected (400) for what is not a Webex webhook."""
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RequestRejected(400, "the body is not JSON") from error
    if not isinstance(envelope, dict):
        raise RequestRejected(400, "the body is not a Webex webhook")
    resource, name, data = envelope.get("resource"), envelope.get("event"), envelope.get("data")
    if not isinstance(resource, str) or not isinstance(name, str) or not isinstance(data, dict):
        raise RequestRejected(400, "the body is not a Webex webhook")
    if resource == "meetingParticipants" and name in _PEOPLE_KINDS:
        return Heard((_person_event(_PEOPLE_KINDS[name], data, now),))
    if resource == "meetings" and name in _MEETING_KINDS:
        return Heard((_meeting_event(_MEETING_KINDS[name], data, now),))
    return _NOTHING


def _sha256_of(header: str) -> str:
    for part in header.split(","):
        algorithm, _, digest = part.strip().partition("=")
        if algorithm.upper() == "SHA-256":
            return digest.strip()
    return ""


def _meeting_event(kind: EventKind, data: Mapping[str, Any], now: Callable[[], datetime]) -> Event:
    instance = _id(data, "id")
    # The envelope's own `created` is when the webhook was made, not when this happened: never a time of the event.
    own_time = moment(data, "start") if kind is EventKind.STARTED else moment(data, "end")
    return Event(
        kind=kind,
        room=room_of(instance, text(data, "meetingSeriesId")),
        session_id=instance,
        at=_believable(own_time, now()),
        title=text(data, "title"),
        host_email=text(data, "hostEmail"),
        host_id=text(data, "hostUserId"),
    )


def _person_event(kind: EventKind, data: Mapping[str, Any], now: Callable[[], datetime]) -> Event:
    person_id = _id(data, "id")
    instance = text(data, "meetingId") or _instance_in(person_id)
    if kind is EventKind.JOINED and data.get("state") == "lobby":
        kind = EventKind.LOBBY
    presence = _PRESENCE_AFTER[kind]
    own_time = moment(data, "leftTime") if kind is EventKind.LEFT else moment(data, "joinedTime")
    return Event(
        kind=kind,
        room=room_of(instance),
        session_id=instance,
        at=_believable(own_time, now()),
        participant=Participant(
            id=person_id,
            name=text(data, "displayName"),
            email=text(data, "email"),
            role=role(data),
            presence=presence,
            joined_at=moment(data, "joinedTime"),
        ),
        host_email=text(data, "hostEmail"),
    )


def _believable(own_time: datetime | None, arrived: datetime) -> datetime:
    # A scheduled end, or a wrong clock, would order this event after everything that follows it.
    return own_time if own_time is not None and own_time <= arrived + CLOCK_SKEW else arrived


_PRESENCE_AFTER = {
    EventKind.JOINED: Presence.JOINED,
    EventKind.LOBBY: Presence.LOBBY,
    EventKind.LEFT: Presence.LEFT,
}


def _id(data: Mapping[str, Any], field: str) -> str:
    value = text(data, field)
    if not value:
        raise RequestRejected(400, f"the Webex webhook has no data.{field}")
    return value


def _instance_in(participant_id: str) -> str:
    series, mark, rest = participant_id.partition(INSTANCE_MARK)
    number, underscore, _ = rest.partition("_")
    if not (series and mark and number and underscore):
        raise RequestRejected(400, "the Webex webhook does not say which meeting")
    return f"{series}{mark}{number}"
