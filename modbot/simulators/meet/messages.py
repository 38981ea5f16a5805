"""The messages of Meet v2 and Workspace Events v1, by field, and the strict reading of a JSON body.

Fields after the discovery documents, https://meet.googleapis.com/$discovery/rest?version=v2 (revision 20261029) and
https://workspaceevents.googleapis.com/$discovery/rest?version=v1 (revision 20261004).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from modbot.simulators.meet.gate import camel
from modbot.simulators.meet.refusal import invalid


@dataclass(frozen=True, slots=True)
class Enum:
    """An enumeration; the first value is the unspecified one."""

    values: tuple[str, ...]

    @property
    def unspecified(self) -> str:
        """What stands for no value."""
        return self.values[0]


Kind: TypeAlias = "type[str] | type[bool] | type[int] | Enum | Mapping[str, Kind] | list[Kind]"
Message: TypeAlias = Mapping[str, Kind]

RESTRICTION = Enum(("RESTRICTION_TYPE_UNSPECIFIED", "HOSTS_ONLY", "NO_RESTRICTION"))
GENERATION = Enum(("AUTO_GENERATION_TYPE_UNSPECIFIED", "ON", "OFF"))

CONFIG: Message = {
    "accessType": Enum(("ACCESS_TYPE_UNSPECIFIED", "OPEN", "TRUSTED", "RESTRICTED")),
    "entryPointAccess": Enum(("ENTRY_POINT_ACCESS_UNSPECIFIED", "ALL", "CREATOR_APP_ONLY")),
    "moderation": Enum(("MODERATION_UNSPECIFIED", "OFF", "ON")),
    "moderationRestrictions": {
        "chatRestriction": RESTRICTION,
        "reactionRestriction": RESTRICTION,
        "presentRestriction": RESTRICTION,
        "defaultJoinAsViewerType": Enum(("DEFAULT_JOIN_AS_VIEWER_TYPE_UNSPECIFIED", "ON", "OFF")),
    },
    "attendanceReportGenerationType": Enum(
        ("ATTENDANCE_REPORT_GENERATION_TYPE_UNSPECIFIED", "GENERATE_REPORT", "DO_NOT_GENERATE")
    ),
    "artifactConfig": {
        "recordingConfig": {"autoRecordingGeneration": GENERATION},
        "smartNotesConfig": {"autoSmartNotesGeneration": GENERATION},
        "transcriptionConfig": {"autoTranscriptionGeneration": GENERATION},
    },
}
SPACE: Message = {
    "name": str,
    "meetingUri": str,
    "meetingCode": str,
    "config": CONFIG,
    "activeConference": {"conferenceRecord": str},
    "phoneAccess": [{"phoneNumber": str, "pin": str, "regionCode": str, "languageCode": str}],
    "gatewaySipAccess": [{"uri": str, "sipAccessCode": str}],
}
MEMBER: Message = {"name": str, "email": str, "role": Enum(("ROLE_UNSPECIFIED", "COHOST"))}
BATCH_UPDATE: Message = {"updateMask": str, "requests": [{"member": MEMBER, "updateMask": str}]}
NOTHING: Message = {}

RECORD: Message = {"name": str, "space": str, "startTime": str, "endTime": str, "expireTime": str}
PARTICIPANT: Message = {
    "name": str,
    "earliestStartTime": str,
    "latestEndTime": str,
    "signedinUser": {"user": str, "displayName": str},
    "anonymousUser": {"displayName": str},
    "phoneUser": {"displayName": str},
}
PARTICIPANT_SESSION: Message = {"name": str, "startTime": str, "endTime": str}

SUBSCRIPTION: Message = {
    "name": str,
    "uid": str,
    "targetResource": str,
    "eventTypes": [str],
    "payloadOptions": {"includeResource": bool, "fieldMask": str},
    "driveOptions": {"includeDescendants": bool},
    "notificationEndpoint": {"pubsubTopic": str},
    "state": Enum(("STATE_UNSPECIFIED", "ACTIVE", "SUSPENDED", "DELETED")),
    "suspensionReason": str,
    "authority": str,
    "userAuthority": str,
    "serviceAccountAuthority": str,
    "createTime": str,
    "updateTime": str,
    "reconciling": bool,
    "etag": str,
    "expireTime": str,
    "ttl": str,
}


def page_of(items: str, message: Message) -> Message:
    """The answer of a list method."""
    return {items: [message], "nextPageToken": str, "totalSize": int}


def read(value: Any, kind: Kind, path: str = "") -> Any:
    """A JSON value as Google reads it: names in camel case, enumerations by name, null left out.

    Raises Refused (400) for unknown names, wrong types and values that an enumeration has not.
    """
    if isinstance(kind, Enum):
        return _enum(value, kind, path)
    if isinstance(kind, list):
        if not isinstance(value, list):
            raise invalid(path, "A list is wanted here.")
        return [read(one, kind[0], f"{path}[{place}]") for place, one in enumerate(value)]
    if isinstance(kind, Mapping):
        return _message(value, kind, path)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise invalid(path, f"A value of type {kind.__name__} is wanted here.")
    return value


def _message(value: Any, message: Message, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(path, "An object is wanted here.")
    found: dict[str, Any] = {}
    for name, one in value.items():
        place = f"{path}.{name}" if path else str(name)
        kind = message.get(camel(name))
        if kind is None:
            raise invalid(place, "Unknown name: there is no such field.")
        if one is not None:
            found[camel(name)] = read(one, kind, place)
    return found


def _enum(value: Any, enum: Enum, path: str) -> str:
    """By name or by number: Google's generated clients send numbers."""
    if isinstance(value, str) and value in enum.values:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(enum.values):
        return enum.values[value]
    raise invalid(path, "The enumeration has no such value.")
