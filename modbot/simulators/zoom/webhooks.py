"""What a simulated Zoom sends: event bodies in the documented shapes, and their signature."""

import hashlib
import hmac
from datetime import datetime
from typing import Any

from modbot.simulators.zoom.state import Meeting, Person


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """The `x-zm-signature` of a body: https://developers.zoom.us/docs/api/webhooks"""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def encrypted_token(secret: str, plain: str) -> str:
    """What a receiver must answer to `endpoint.url_validation`."""
    return hmac.new(secret.encode(), plain.encode(), hashlib.sha256).hexdigest()


def zulu(at: datetime | None) -> str:
    """A time as Zoom writes it, "" for none."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def meeting_object(meeting: Meeting) -> dict[str, Any]:
    """The fields every meeting event carries."""
    return {
        "id": str(meeting.id),
        "uuid": meeting.uuid,
        "host_id": meeting.host_id,
        "topic": meeting.topic,
        "type": meeting.type,
        "start_time": zulu(meeting.started_at),
        "timezone": "America/Denver",
        "duration": 50,
    }


def ended_object(meeting: Meeting) -> dict[str, Any]:
    """`meeting.ended`."""
    return {**meeting_object(meeting), "end_time": zulu(meeting.ended_at)}


def person_object(meeting: Meeting, person: Person, **fields: str) -> dict[str, Any]:
    """An event about one person; `fields` are those only this event has."""
    participant = {
        "user_id": person.user_id,
        "user_name": person.name,
        "id": person.zoom_user_id,
        "participant_uuid": person.participant_uuid,
        "participant_user_id": person.zoom_user_id,
        "registrant_id": "",
        "email": person.email,
        **fields,
    }
    return {**meeting_object(meeting), "participant": participant}


def role_object(meeting: Meeting, person: Person, **fields: str) -> dict[str, Any]:
    """`meeting.participant_role_changed`: the one person event without `participant.id`."""
    changed = person_object(meeting, person, **fields)
    del changed["participant"]["id"]
    return changed


def sharing_object(meeting: Meeting, person: Person, at: datetime, content: str) -> dict[str, Any]:
    """`meeting.sharing_started` and `_ended`: without participant_uuid, as Zoom sends them."""
    details = {"content": content, "link_source": "", "file_link": "", "date_time": zulu(at), "source": ""}
    participant = {
        "user_id": person.user_id,
        "user_name": person.name,
        "id": person.zoom_user_id,
        "sharing_details": details,
    }
    return {**meeting_object(meeting), "participant": participant}


def risk_object(meeting: Meeting, link: str, at: datetime) -> dict[str, Any]:
    """`meeting.risk_alert`: here Zoom writes the meeting id as a number."""
    return {
        "id": meeting.id,
        "uuid": meeting.uuid,
        "host_id": meeting.host_id,
        "host_email": meeting.host_email,
        "topic": meeting.topic,
        "type": meeting.type,
        "start_time": zulu(meeting.started_at),
        "timezone": "America/Denver",
        "armn_details": {
            "post_platform": "Twitter",
            "social_link": link,
            "post_time": zulu(at),
            "post_user": "invented_poster",
            "meeting_url": f"https://zoom.example.org/j/{meeting.id}",
            "recommended_enable_settings": ["enableWaitingRoom"],
            "recommended_disable_settings": ["enableScreenShare"],
        },
    }
