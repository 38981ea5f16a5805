"""What the simulated Meet holds: spaces, the conferences in them, and the people at their doors. No HTTP."""

import copy
import random
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from modbot.simulators.meet.people import User

RECORD_KEPT = timedelta(days=30)  # after the end
LETTERS_AND_DIGITS = string.ascii_letters + string.digits
RESTRICTIONS = {
    "chatRestriction": "NO_RESTRICTION",
    "reactionRestriction": "NO_RESTRICTION",
    "presentRestriction": "NO_RESTRICTION",
    "defaultJoinAsViewerType": "OFF",
}


def new_id(length: int) -> str:
    """An id in the shape of Google's."""
    return "".join(random.choices(LETTERS_AND_DIGITS, k=length))


def new_code() -> str:
    """A meeting code: abc-mnop-xyz."""
    return "-".join("".join(random.choices(string.ascii_lowercase, k=size)) for size in (3, 4, 3))


def wire(moment: datetime) -> str:
    """A time as Google writes it."""
    digits = "microseconds" if moment.microsecond else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=digits).replace("+00:00", "Z")


@dataclass(slots=True)
class Stay:
    """One coming and going of a person: a participant session."""

    id: str
    started_at: datetime
    ended_at: datetime | None = None

    def to_json(self, person: str) -> dict[str, Any]:
        """As participantSessions.get shows it."""
        body = {"name": f"{person}/participantSessions/{self.id}", "startTime": wire(self.started_at)}
        return body if self.ended_at is None else {**body, "endTime": wire(self.ended_at)}


@dataclass(slots=True)
class Person:
    """Somebody in a conference or at its door. A signed-in person is one participant however often they join."""

    id: str
    record: str
    name: str
    user: User | None
    phone: bool = False
    stays: list[Stay] = field(default_factory=list)

    @property
    def resource(self) -> str:
        """conferenceRecords/{record}/participants/{id}."""
        return f"{self.record}/participants/{self.id}"

    @property
    def inside(self) -> bool:
        """Whether they are in the call now."""
        return any(one.ended_at is None for one in self.stays)

    @property
    def came_at(self) -> datetime:
        """When they first joined."""
        return min(one.started_at for one in self.stays)

    @property
    def left_at(self) -> datetime | None:
        """When they last left; None while they are inside."""
        ends = [one.ended_at for one in self.stays if one.ended_at is not None]
        return None if self.inside else max(ends, default=None)

    def same(self, name: str, user: User | None) -> bool:
        """Whether this is who comes with that account or, without one, with that name."""
        return self.user == user if user else self.user is None and self.name == name

    def to_json(self) -> dict[str, Any]:
        """As participants.get shows them: no e-mail, and phone numbers as they come, redacted."""
        body: dict[str, Any] = {"name": self.resource, "earliestStartTime": wire(self.came_at)}
        if self.left_at is not None:
            body["latestEndTime"] = wire(self.left_at)
        if self.user is not None:
            body["signedinUser"] = {"user": f"users/{self.user.id}", "displayName": self.name}
        else:
            body["phoneUser" if self.phone else "anonymousUser"] = {"displayName": self.name}
        return body


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of an attempt to join: `joined`, `knocking` or `refused` (then without id and name).

    `id` is the participant's for `admit`, `leave` and the others; `resource` is its full name in the API, which
    somebody who knocks gets only when admitted.
    """

    id: str
    state: str
    resource: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A meeting at one moment, people by display name."""

    live: bool
    access: str
    moderated: bool
    joined: tuple[str, ...]
    knocking: tuple[str, ...]
    presenting: str


@dataclass(slots=True)
class Conference:
    """One call in a space. `config` is what the space was set to when it began."""

    id: str
    started_at: datetime
    config: dict[str, Any]
    ended_at: datetime | None = None
    people: dict[str, Person] = field(default_factory=dict)
    waiting: dict[str, Person] = field(default_factory=dict)
    presenter: str = ""

    @property
    def name(self) -> str:
        """conferenceRecords/{id}."""
        return f"conferenceRecords/{self.id}"

    @property
    def live(self) -> bool:
        """Whether it runs."""
        return self.ended_at is None

    def had(self, user: User) -> bool:
        """Whether this user took part."""
        return any(one.user == user for one in self.people.values())

    def to_json(self, space: str) -> dict[str, Any]:
        """As conferenceRecords.get shows it."""
        body = {"name": self.name, "space": space, "startTime": wire(self.started_at)}
        if self.ended_at is None:
            return body
        return {**body, "endTime": wire(self.ended_at), "expireTime": wire(self.ended_at + RECORD_KEPT)}


@dataclass(slots=True)
class Member:
    """Somebody set in advance to enter without knocking, perhaps as co-host."""

    id: str
    email: str
    role: str = ""

    def to_json(self, space: str) -> dict[str, Any]:
        """As members.get shows them; no role is left out."""
        body = {"name": f"{space}/members/{self.id}", "email": self.email}
        return {**body, "role": self.role} if self.role else body


@dataclass(slots=True)
class Space:
    """A lasting place with a code, an owner and settings."""

    owner: User
    default_access: str
    title: str = ""
    created_by_app: bool = False
    id: str = field(default_factory=lambda: new_id(12))
    code: str = field(default_factory=new_code)
    config: dict[str, Any] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    invited: set[str] = field(default_factory=set)
    blocked: list[Person] = field(default_factory=list)
    conferences: list[Conference] = field(default_factory=list)
    waits_for_owner: bool = False  # after an end for all, until the owner is back

    def __post_init__(self) -> None:
        self.config = filled(self.config, self.default_access)

    @property
    def name(self) -> str:
        """spaces/{id}."""
        return f"spaces/{self.id}"

    @property
    def conference(self) -> Conference | None:
        """The one that runs now."""
        last = self.conferences[-1] if self.conferences else None
        return last if last is not None and last.live else None

    def is_host(self, user: User | None) -> bool:
        """Whether this is the owner or a co-host."""
        return user is not None and (user == self.owner or self._member(user.email) == "COHOST")

    def door(self, name: str, user: User | None, access: str, *, phone: bool) -> str:
        """What happens to somebody who comes: `joined`, `knocking` or `refused`.

        OPEN lets anyone in, TRUSTED the owner's domain, who is invited and who dials in, RESTRICTED only who is
        invited; members always pass (https://developers.google.com/workspace/meet/api/guides/meeting-space-members).
        """
        if any(one.same(name, user) for one in self.blocked):
            return "refused"
        if user == self.owner:
            return "joined"
        if self.waits_for_owner:
            return "joined" if access == "OPEN" else "refused"
        if self._passes(user, access, phone=phone):
            return "joined"
        return "knocking" if self.conference else "refused"  # nobody is there to answer

    def _passes(self, user: User | None, access: str, *, phone: bool) -> bool:
        if access == "OPEN" or (user and (self._member(user.email) is not None or user.email in self.invited)):
            return True
        return access == "TRUSTED" and (phone or (user is not None and user.in_domain))

    def _member(self, email: str) -> str | None:
        return next((one.role for one in self.members.values() if one.email.casefold() == email), None)

    def to_json(self, viewer: User, config: dict[str, Any]) -> dict[str, Any]:
        """As spaces.get shows it: settings to the owner, the running conference also to who took part."""
        body: dict[str, Any] = {
            "name": self.name,
            "meetingUri": f"https://meet.google.com/{self.code}",
            "meetingCode": self.code,
        }
        if viewer == self.owner:
            # Whether Google shows restrictions while moderation is off is unconfirmed; its samples leave them out.
            hidden = {"moderationRestrictions"} if config["moderation"] == "OFF" else set()
            body["config"] = {name: copy.deepcopy(one) for name, one in config.items() if name not in hidden}
        running = self.conference
        if running and (viewer == self.owner or running.had(viewer)):
            body["activeConference"] = {"conferenceRecord": running.name}
        return body


def filled(config: dict[str, Any], default_access: str) -> dict[str, Any]:
    """The settings with defaults for what is unset; without moderation its restrictions are the default ones."""
    usual = {"accessType": default_access, "entryPointAccess": "ALL", "moderation": "OFF"}
    kept = {name: one for name, one in config.items() if not str(one).endswith("_UNSPECIFIED")}
    whole = {**usual, **kept}
    limits = whole.get("moderationRestrictions", {}) if whole["moderation"] == "ON" else {}
    given = {name: one for name, one in limits.items() if not one.endswith("_UNSPECIFIED")}
    whole["moderationRestrictions"] = {**RESTRICTIONS, **given}
    return whole


@dataclass(frozen=True, slots=True)
class Meeting:
    """A space that has run at least once, as scripts hold it. After a restart it is the new conference's."""

    space: Space

    @property
    def conference(self) -> Conference:
        """The latest run."""
        return self.space.conferences[-1]

    @property
    def id(self) -> str:
        """The id of the latest run's record."""
        return self.conference.id

    @property
    def record(self) -> str:
        """conferenceRecords/{id} of the latest run."""
        return self.conference.name

    @property
    def live(self) -> bool:
        """Whether it runs now."""
        return self.conference.live

    @property
    def host_email(self) -> str:
        """The owner's e-mail."""
        return self.space.owner.email
