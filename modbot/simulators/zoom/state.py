"""The meetings of a simulated Zoom account and the people in them."""

import base64
import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

INSTANT, SCHEDULED = 1, 2  # Zoom's meeting types


def default_settings() -> dict[str, Any]:
    """A class as a careless teacher sets it up."""
    return {
        "waiting_room": False,
        "waiting_room_options": {"who_goes_to_waiting_room": "everyone"},
        "join_before_host": True,
        "jbh_time": 0,
        "meeting_authentication": False,
        "mute_upon_entry": False,
        "participant_video": True,
        "alternative_hosts": "",
    }


def new_uuid() -> str:
    """Sixteen random bytes in base64, as Zoom writes them: `/` and `+` occur."""
    return base64.b64encode(secrets.token_bytes(16)).decode()


class JoinRefused(Exception):
    """Zoom does not let this person in: removed before, the meeting is locked, or it does not run."""


@dataclass(slots=True)
class Person:
    """Someone in a run of a meeting, or in its waiting room. Stays listed after leaving, as on Zoom's dashboard."""

    user_id: str
    participant_uuid: str
    name: str
    email: str
    zoom_user_id: str  # "" for people from outside the account
    role: str = "attendee"
    waiting: bool = False
    sharing: bool = False
    joined_at: datetime | None = None
    left_at: datetime | None = None
    leave_reason: str = ""

    @property
    def present(self) -> bool:
        """In the meeting or its waiting room."""
        return self.left_at is None

    @property
    def identity(self) -> str:
        """What Zoom knows a returning person by: the e-mail, else only what they call themselves."""
        return self.email.casefold() or self.name


@dataclass(slots=True)
class Meeting:
    """A meeting: its lasting id and settings, and its present or last run."""

    id: int
    host_email: str
    host_id: str
    topic: str
    type: int = SCHEDULED
    password: str = "k3Vp9a"
    settings: dict[str, Any] = field(default_factory=default_settings)
    uuid: str = field(default_factory=new_uuid)
    live: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    obeyed: dict[str, Any] = field(default_factory=dict)  # the settings the present run follows
    locked: bool = False  # by the host's own click: the API cannot
    people: list[Person] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)  # identities put out of this run
    updates: dict[str, int] = field(default_factory=dict)  # day → PATCH calls

    @property
    def present(self) -> list[Person]:
        """Who is in the meeting or its waiting room now."""
        return [person for person in self.people if person.present]

    def person(self, participant_uuid: str) -> Person | None:
        """Who has this participant_uuid and is present, if anyone."""
        return next((person for person in self.present if person.participant_uuid == participant_uuid), None)


class Account:
    """Every meeting and user of the account."""

    def __init__(self) -> None:
        self.meetings: dict[int, Meeting] = {}
        self._users: dict[str, str] = {}
        self._user_ids: Iterator[int] = itertools.count(16_778_240, 1024)

    def add_user(self, email: str) -> str:
        """The Zoom user id of a member of the account, made if there is none yet."""
        return self._users.setdefault(email.casefold(), secrets.token_urlsafe(16)[:22])

    def user_id_of(self, email: str) -> str:
        """A member's Zoom user id, "" for people from outside."""
        return self._users.get(email.casefold(), "")

    def schedule(self, host_email: str, topic: str, *, type_: int = SCHEDULED) -> Meeting:
        """A new meeting with an eleven-digit id."""
        meeting_id = 10**10 + secrets.randbelow(9 * 10**10)
        meeting = Meeting(meeting_id, host_email, self.add_user(host_email), topic, type_)
        self.meetings[meeting_id] = meeting
        return meeting

    def new_person(self, name: str, email: str, at: datetime) -> Person:
        """Someone who has just come, with fresh ids."""
        return Person(
            user_id=str(next(self._user_ids)),
            participant_uuid=secrets.token_hex(16).upper(),
            name=name,
            email=email,
            zoom_user_id=self.user_id_of(email),
            joined_at=at,
        )

    def find(self, identifier: str) -> Meeting | None:
        """By meeting id, or by the uuid of its present or last run."""
        if identifier.isdigit():
            return self.meetings.get(int(identifier))
        return next((meeting for meeting in self.meetings.values() if meeting.uuid == identifier), None)
