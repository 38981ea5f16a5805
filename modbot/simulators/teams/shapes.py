"""The simulated world as Graph's JSON. Shapes: https://learn.microsoft.com/graph/api/overview and the v1.0 metadata."""

import uuid
from datetime import datetime
from typing import Any

from modbot.simulators.teams.moments import wire
from modbot.simulators.teams.options import shown
from modbot.simulators.teams.world import Meeting, Member, User

CONTEXT = "https://graph.microsoft.com/v1.0/$metadata"
LEFT = "Participant has left the meeting call."
DELTA_IDS = uuid.UUID("6f1d5a0e-6f5e-4e0c-9a53-6a4f2f6f1c55")


def user_json(user: User) -> dict[str, Any]:
    """https://learn.microsoft.com/graph/api/user-get."""
    return {
        "@odata.context": f"{CONTEXT}#users/$entity",
        "id": user.oid,
        "displayName": user.name,
        "mail": user.email,
        "userPrincipalName": user.email,
    }


def event_json(meeting: Meeting, user: User) -> dict[str, Any]:
    """The meeting in somebody's calendar. https://learn.microsoft.com/graph/api/resources/event."""
    return {
        "id": f"AAMk{uuid.uuid5(DELTA_IDS, meeting.id).hex}",
        "subject": meeting.subject,
        "start": _outlook(meeting.start),
        "end": _outlook(meeting.end),
        "isCancelled": False,
        "isOnlineMeeting": True,
        "isOrganizer": user.oid == meeting.organizer.oid,
        "onlineMeetingProvider": "teamsForBusiness",
        "onlineMeeting": {"joinUrl": meeting.join_web_url},
        "organizer": {"emailAddress": {"name": meeting.organizer.name, "address": meeting.organizer.email}},
        "type": "singleInstance",
    }


def _outlook(moment: datetime) -> dict[str, str]:
    return {"dateTime": wire(moment).removesuffix("Z"), "timeZone": "UTC"}


def meeting_json(meeting: Meeting, *, newer_values: bool) -> dict[str, Any]:
    """https://learn.microsoft.com/graph/api/resources/onlinemeeting."""
    organizer = {
        "upn": meeting.organizer.email,
        "role": "presenter",
        "identity": {"user": _identity(meeting.organizer)},
    }
    return {
        "@odata.context": f"{CONTEXT}#users('{meeting.organizer.oid}')/onlineMeetings/$entity",
        "id": meeting.id,
        "creationDateTime": wire(meeting.created),
        "startDateTime": wire(meeting.start),
        "endDateTime": wire(meeting.end),
        "joinWebUrl": meeting.join_web_url,
        "subject": meeting.subject,
        "isBroadcast": False,
        "meetingType": "scheduled",
        "chatInfo": {"threadId": meeting.thread_id, "messageId": "0", "replyChainMessageId": None},
        "joinMeetingIdSettings": {
            "isPasscodeRequired": True,
            "joinMeetingId": meeting.join_meeting_id,
            "passcode": meeting.passcode,
        },
        "participants": {
            "organizer": organizer,
            "attendees": [
                {"upn": address, "role": role, "identity": {"user": None}}
                for address, role in meeting.attendees.items()
            ],
        },
        "videoTeleconferenceId": None,
        **shown(meeting.settings, newer_values=newer_values),
    }


def participant_json(member: Member) -> dict[str, Any]:
    """A row of a call's roster. https://learn.microsoft.com/graph/api/resources/participant."""
    audio = {
        "@odata.type": "#microsoft.graph.mediaStream",
        "mediaType": "audio",
        "label": "main-audio",
        "sourceId": str(member.sequence),
        "direction": "sendReceive",
        "serverMuted": member.muted,
    }
    return {
        "@odata.type": "#microsoft.graph.participant",
        "id": member.id,
        "info": {"@odata.type": "#microsoft.graph.participantInfo", "identity": identity_set(member)},
        "mediaStreams": [] if member.state == "lobby" else [audio],
        "isMuted": member.muted,
        "isInLobby": member.state == "lobby",
        "metadata": None,
        "rosterSequenceNumber": member.sequence,
    }


def delta_json(member: Member, *, other_ids: bool) -> dict[str, Any]:
    """A row of a `rosterUpdated` event. https://learn.microsoft.com/graph/changenotifications-for-onlinemeeting.

    `other_ids`: the ids are not those of the call's roster. Graph does not say that they are the same.
    """
    row: dict[str, Any] = {
        "id": delta_id(member.id) if other_ids else member.id,
        "info": {"identity": identity_set(member)},
        "isInLobby": member.state == "lobby",
    }
    if member.state == "gone":
        row["removedState"] = {"reason": LEFT}
    return row


def delta_id(participant_id: str) -> str:
    """The id that events use for a participant when it is another one than the roster's."""
    return str(uuid.uuid5(DELTA_IDS, participant_id))


def identity_set(member: Member) -> dict[str, Any]:
    """Who somebody is: a user with a directory id and a tenant, a guest with a name only, or an application."""
    if member.app_id:
        return {"application": {"id": member.app_id, "displayName": member.name}}
    if member.user is None:
        return {"guest": {"id": None, "displayName": member.name}}
    return {"user": {**_identity(member.user), "displayName": member.name}}


def _identity(user: User) -> dict[str, str]:
    return {"id": user.oid, "displayName": user.name, "tenantId": user.tenant, "identityProvider": "AAD"}
