"""What the simulated Webex holds: series, runs, and the people in them. No HTTP."""

import copy
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

_RUN_NUMBERS = count(204252993233618782)  # the magnitude Webex's own examples have

SITE = "district.webex.example.org"
FIRST_LESSON = datetime(2026, 8, 31, 15, 0, tzinfo=UTC)
LESSON = timedelta(minutes=50)

DEFAULT_SETTINGS: dict[str, Any] = {
    "password": "BgJep43x",
    "excludePassword": False,
    "publicMeeting": False,
    "unlockedMeetingJoinSecurity": "allowJoin",
    "enableAutomaticLock": False,
    "automaticLockMinutes": 0,
    "enabledJoinBeforeHost": False,
    "enableConnectAudioBeforeHost": False,
    "allowAnyUserToBeCoHost": False,
    "allowFirstUserToBeCoHost": False,
    "meetingOptions": {"enabledChat": True, "enabledVideo": True, "enabledFileTransfer": False},
    "attendeePrivileges": {
        "enabledShareContent": True,
        "enabledAnnotate": False,
        "enabledRemoteControl": True,
        "enabledChatOtherParticipants": True,
        "enabledViewParticipantList": True,
    },
    "audioConnectionOptions": {"allowAttendeeToUnmuteSelf": True, "muteAttendeeUponEntry": False},
}


@dataclass(slots=True)
class Member:
    """One stay of one person. `state` is Webex's word: lobby, joined or end."""

    id: str
    name: str
    email: str
    state: str
    host: bool = False
    cohost: bool = False
    invited: bool = False
    muted: bool = False
    joined_at: datetime | None = None
    left_at: datetime | None = None
    expelled: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of an attempt to join: `joined`, `lobby` or `refused` (then without an id)."""

    id: str
    state: str


@dataclass(frozen=True, slots=True)
class State:
    """A meeting at one moment, by display name."""

    live: bool
    locked: bool
    joined: tuple[str, ...]
    lobby: tuple[str, ...]
    muted: tuple[str, ...]


@dataclass(slots=True)
class Series:
    """A lasting meeting and its settings."""

    id: str
    title: str
    host_email: str
    host_id: str
    settings: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(DEFAULT_SETTINGS))


@dataclass(slots=True)
class Meeting:
    """One run of a series."""

    series: Series
    id: str
    started_at: datetime
    lobby: bool = True  # a locked meeting has a lobby; otherwise people are turned away
    cohosts: set[str] = field(default_factory=set)
    locked: bool = False
    recording: bool = False
    ended_at: datetime | None = None
    members: dict[str, Member] = field(default_factory=dict)
    busy_answers: int = 0  # so many calls more are answered 423

    @property
    def live(self) -> bool:
        """Whether it runs."""
        return self.ended_at is None

    @property
    def host_email(self) -> str:
        """The series' host."""
        return self.series.host_email

    def controlled_by(self, email: str) -> bool:
        """Whether this account is host or co-host."""
        return email.casefold() in {self.host_email.casefold(), *(one.casefold() for one in self.cohosts)}

    def concerns(self, email: str) -> bool:
        """Whether this account finds the run in its list: as host, co-host or somebody invited."""
        invited = {one.email.casefold() for one in self.members.values() if one.invited}
        return self.controlled_by(email) or email.casefold() in invited

    def enter(self, name: str, email: str, at: datetime, *, invited: bool = False) -> Member | None:
        """Somebody comes to the door: in, in the lobby, or None when turned away."""
        host = bool(email) and email.casefold() == self.host_email.casefold()
        state = "joined" if host else self._door(name, email, invited=invited)
        if state is None:
            return None
        member = Member(
            id=f"{self.id}_{uuid.uuid4()}",
            name=name,
            email=email,
            state=state,
            host=host,
            cohost=email.casefold() in {one.casefold() for one in self.cohosts},
            invited=invited,
            joined_at=at if state == "joined" else None,
        )
        self.members[member.id] = member
        return member

    def _door(self, name: str, email: str, *, invited: bool) -> str | None:
        if self.locked:
            return "lobby" if self.lobby else None
        if self.lobby and self._was_expelled(name, email):
            return "lobby"
        if invited:
            return "joined"
        security = self.series.settings.get("unlockedMeetingJoinSecurity")
        return {"allowJoinWithLobby": "lobby", "blockFromJoin": None}.get(str(security), "joined")

    def _was_expelled(self, name: str, email: str) -> bool:
        return any(
            one.expelled and (one.email.casefold() == email.casefold() if email else one.name == name)
            for one in self.members.values()
        )

    def close(self, at: datetime) -> None:
        """End it for everyone."""
        self.ended_at = at
        for member in self.members.values():
            if member.state != "end":
                member.state, member.left_at = "end", at

    def state(self) -> State:
        """A picture of now."""
        people = list(self.members.values())
        return State(
            live=self.live,
            locked=self.locked,
            joined=tuple(one.name for one in people if one.state == "joined"),
            lobby=tuple(one.name for one in people if one.state == "lobby"),
            muted=tuple(one.name for one in people if one.state == "joined" and one.muted),
        )

    def announced(self) -> dict[str, Any]:
        """What a webhook says of a run: no passwords and no host key."""
        body = {
            "id": self.id,
            "meetingSeriesId": self.series.id,
            "title": self.series.title,
            "meetingType": "meeting",
            "state": "inProgress" if self.live else "ended",
            "timezone": "UTC",
            "start": wire(self.started_at),
            "hostUserId": self.series.host_id,
            "hostEmail": self.host_email,
            "scheduledType": "meeting",
        }
        return body if self.ended_at is None else {**body, "end": wire(self.ended_at)}

    def to_json(self) -> dict[str, Any]:
        """As GET /meetings lists a run; `end` is the planned one while it runs."""
        planned = wire(self.started_at + LESSON)
        password = {"password": self.series.settings.get("password", "")}
        return {"end": planned, **_always_there(self.series), **password, **self.announced()}

    def member_json(self, member: Member) -> dict[str, Any]:
        """As GET /meetingParticipants lists a person."""
        body = {
            "id": member.id,
            "orgId": "1eb65fdf-9643-417f-9974-ad72cae0e10f",
            "host": member.host,
            "coHost": member.cohost,
            "spaceModerator": False,
            "email": member.email,
            "displayName": member.name,
            "invitee": member.invited,
            "video": "off",
            "muted": member.muted,
            "state": member.state,
            "siteUrl": SITE,
            "meetingId": self.id,
            "hostEmail": self.host_email,
            "meetingStartTime": wire(self.started_at),
            "devices": [],
        }
        if member.joined_at is not None:
            body["joinedTime"] = wire(member.joined_at)
        if member.left_at is not None:
            body["leftTime"] = wire(member.left_at)
        return body


def series_json(series: Series) -> dict[str, Any]:
    """As GET /meetings/{id} shows a series."""
    return {
        "id": series.id,
        "title": series.title,
        "meetingType": "meetingSeries",
        "state": "active",
        "timezone": "UTC",
        "hostUserId": series.host_id,
        "hostEmail": series.host_email,
        "scheduledType": "meeting",
        "start": wire(FIRST_LESSON),
        "end": wire(FIRST_LESSON + LESSON),
        **_always_there(series),
        **copy.deepcopy(series.settings),
    }


def _always_there(series: Series) -> dict[str, Any]:
    """Fields that Webex requires of itself and modbot does not read."""
    return {
        "hostDisplayName": "The teacher",
        "hostKey": "123456",
        "siteUrl": SITE,
        "webLink": f"https://{SITE}/j.php?MTID={series.id}",
        "telephony": {"accessCode": "1234567890", "callInNumbers": []},
        "enabledBreakoutSessions": False,
    }


def new_series(host_email: str, title: str) -> Series:
    """A meeting that has not run yet."""
    return Series(uuid.uuid4().hex, title, host_email, uuid.uuid4().hex)


def new_run(series: Series, at: datetime, *, lobby: bool) -> Meeting:
    """A run of it that starts now, with an id in Webex's shape."""
    return Meeting(series, f"{series.id}_I_{next(_RUN_NUMBERS)}", at, lobby=lobby)


def wire(moment: datetime) -> str:
    """A time as Webex writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
