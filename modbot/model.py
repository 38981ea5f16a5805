"""The words of docs/words.md as types: rooms, sessions, participants, operations, outcomes, staff and events.

Frozen data only, no behaviour beyond naming itself. Times are aware UTC datetimes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class PlatformName(StrEnum):
    """A meeting platform: its folder under `modbot/platforms`, its settings block, and its name as users write it."""

    label: str

    def __new__(cls, name: str, label: str = "") -> "PlatformName":
        """`name` is the value; a look-up by value gives no label."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.label = label
        return member

    ZOOM = "zoom", "Zoom"
    WEBEX = "webex", "Webex"
    MEET = "meet", "Google Meet"
    TEAMS = "teams", "Microsoft Teams"
    JITSI = "jitsi", "Jitsi"


class Operation(StrEnum):
    """What can be asked of a room. The same word in code, Slack, audit and metrics."""

    LOCK = "lock"
    UNLOCK = "unlock"
    EJECT = "eject"
    ADMIT = "admit"
    MUTE = "mute"  # everyone but hosts
    END = "end"
    HARDEN = "harden"
    RESTORE = "restore"
    POSTURE = "posture"
    PARTICIPANTS = "participants"


class Outcome(StrEnum):
    """What became of an act. `done` only when an event or a re-read confirmed it (P3)."""

    DONE = "done"
    ALREADY = "already"
    PARTIAL = "partial"
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    UNKNOWN = "unknown"  # sent, not confirmed


class ParticipantRole(StrEnum):
    """The vendor's role inside a session."""

    HOST = "host"
    COHOST = "cohost"
    ATTENDEE = "attendee"


class Presence(StrEnum):
    """Where a participant is."""

    JOINED = "joined"
    LOBBY = "lobby"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Room:
    """The lasting place a class meets: one platform and its lasting id."""

    platform: PlatformName
    id: str

    @property
    def key(self) -> str:
        """`zoom:85746065432`: how a room is named in the store, the audit and the settings file."""
        return f"{self.platform}:{self.id}"

    @classmethod
    def from_key(cls, key: str) -> "Room":
        """The inverse of `key`. Raises ValueError for anything else."""
        platform, _, room_id = key.partition(":")
        if not room_id:
            raise ValueError(f"not a room key: {key!r}")
        return cls(PlatformName(platform), room_id)


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone or something in a session. `name` and `email` are hostile input until defanged (P9)."""

    id: str  # the vendor's id inside this session; what eject and admit take
    name: str = ""
    email: str = ""
    role: ParticipantRole = ParticipantRole.ATTENDEE
    presence: Presence = Presence.JOINED
    sharing: bool = False
    shared_at: datetime | None = None  # when they last began or ceased to share; None: never, as far as it was told
    joined_at: datetime | None = None  # when they last came, as far as it was told
    left_at: datetime | None = None  # of those who have left
    alias: str = ""  # a second id some of the vendor's events use for this participant (Zoom user_id)


@dataclass(frozen=True, slots=True)
class Session:
    """One live run of a room. `id` is the vendor's id of this run (Zoom uuid, Webex instance id)."""

    room: Room
    id: str
    title: str = ""
    host_email: str = ""
    host_id: str = ""  # the vendor's id of the host, where it sends no e-mail
    started_at: datetime | None = None
    ended_at: datetime | None = None
    participants: tuple[Participant, ...] = ()

    @property
    def key(self) -> str:
        """`zoom:4444AAAiAAAAAiAiAiiAii==`: one live run, across platforms."""
        return f"{self.room.platform}:{self.id}"

    @property
    def live(self) -> bool:
        """Whether the session runs as far as modbot has heard."""
        return self.ended_at is None


class EventKind(StrEnum):
    """A normalised meeting webhook."""

    STARTED = "started"
    ENDED = "ended"
    JOINED = "joined"
    LEFT = "left"
    LOBBY = "lobby"  # now waiting in the lobby, whether on arrival or put back
    LOBBY_LEFT = "lobby_left"  # gave up waiting, or was turned away
    ROLE = "role"
    SHARING = "sharing"
    NOT_SHARING = "not_sharing"
    LINK_EXPOSED = "link_exposed"  # the class link was found in public


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a session, whatever the platform calls it.

    `at` orders events of one participant; deliveries may come late, twice or never.
    `participant.presence`, `.role` and `.sharing` are read only for the kinds that speak of them.
    """

    kind: EventKind
    room: Room
    session_id: str
    at: datetime
    participant: Participant | None = None
    title: str = ""
    host_email: str = ""
    host_id: str = ""
    reason: str = ""  # the vendor's own reason for leaving, if it gives one


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook request, as it arrived. Header names are lower case."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)


class StaffRole(StrEnum):
    """What a staff member may do follows from this (`authorize`)."""

    TEACHER = "teacher"
    PRINCIPAL = "principal"
    IT = "it"
    SECURITY = "security"  # reads and exports; acts on nothing


@dataclass(frozen=True, slots=True)
class Staff:
    """A person in Slack who may type commands."""

    id: str  # the roster's id
    email: str
    name: str
    roles: frozenset[StaffRole]
    schools: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()  # those they teach


@dataclass(frozen=True, slots=True)
class Section:
    """One class group in one term."""

    id: str
    title: str
    school: str
    teachers: frozenset[str] = frozenset()  # staff ids
    ends: date | None = None  # the last day of its last term, where the roster tells it


@dataclass(frozen=True, slots=True)
class Actor:
    """Who an act is done by: a staff member, or modbot itself on a timer's behalf."""

    id: str  # "slack:U123", "timer:undo", "cli:root"
    name: str
    staff: Staff | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one act, as recorded and as told to staff."""

    act_id: str
    operation: Operation
    room: Room
    outcome: Outcome
    said: str = ""  # one plain sentence: what was done and how it was confirmed
    by_hand: tuple[str, ...] = ()  # what only the host can do, click by click
    former: Mapping[str, Any] = field(default_factory=dict)  # settings before the act, for undo
    people: Mapping[str, Outcome] = field(default_factory=dict)  # participant id → outcome, for acts on people
    elapsed_ms: int = 0  # key press to confirmed effect
    recorded: bool = True  # false when the store was gone (P12)
