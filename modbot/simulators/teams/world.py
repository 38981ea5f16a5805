"""What the simulated Teams holds: users, meetings, and the people in them. No HTTP."""

import base64
import copy
import secrets
import urllib.parse
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from modbot.simulators.teams.moments import read
from modbot.simulators.teams.options import DEFAULTS, in_force_now, merged

LESSON = timedelta(minutes=50)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody in a directory. `tenant` is the district's, or that of another organisation."""

    oid: str
    email: str
    name: str
    tenant: str


@dataclass(slots=True)
class Member:
    """One stay of one person, or of a bot. `state` is joined, lobby or gone."""

    id: str
    name: str
    state: str
    user: User | None = None  # None: an anonymous guest, or a bot
    app_id: str = ""  # of a bot
    muted: bool = False
    sharing: bool = False
    sequence: int = 0  # of the roster when this row last changed
    gone_at: datetime | None = None
    removed: bool = False  # put out, rather than gone by themselves


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of an attempt to join: `joined`, `lobby` or `refused` (then without an id)."""

    id: str
    state: str


@dataclass(frozen=True, slots=True)
class State:
    """A meeting at one moment; people by display name, without bots."""

    live: bool
    locked: bool
    joined: tuple[str, ...]
    lobby: tuple[str, ...]
    muted: tuple[str, ...]
    sharing: tuple[str, ...]
    presenters: tuple[str, ...]  # of those joined, the organiser included
    lobby_scope: str
    chat: str
    attendees_may_unmute: bool
    attendees_may_show_video: bool


@dataclass(slots=True)
class Meeting:
    """An online meeting and, while it is live, its call."""

    organizer: User
    subject: str
    thread_id: str
    join_meeting_id: str
    passcode: str
    start: datetime
    end: datetime
    created: datetime
    settings: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(DEFAULTS))  # stored
    in_force: dict[str, Any] = field(default_factory=dict)  # what the running call obeys
    attendees: dict[str, str] = field(default_factory=dict)  # invited: address → attendee, presenter or coorganizer
    live: bool = False
    locked: bool = False  # by the organiser's own click: Graph cannot see it
    members: dict[str, Member] = field(default_factory=dict)
    sequence: int = 0

    @property
    def id(self) -> str:
        """Graph's id, in the shape it has: organiser and thread in base64."""
        return base64.b64encode(f"1*{self.organizer.oid}*0**{self.thread_id}".encode()).decode()

    @property
    def join_web_url(self) -> str:
        """The link in the invitation."""
        context = f'{{"Tid":"{self.organizer.tenant}","Oid":"{self.organizer.oid}"}}'
        thread = _quoted(self.thread_id)
        return f"https://teams.microsoft.com/l/meetup-join/{thread}/0?context={_quoted(context)}"

    @property
    def host_email(self) -> str:
        """The organiser's address."""
        return self.organizer.email

    @property
    def lobby_scope(self) -> str:
        """Who skips the lobby now."""
        return str(self.in_force["lobbyBypassSettings"]["scope"])

    def present(self, *states: str) -> list[Member]:
        """Members in these states; without any: joined."""
        return [one for one in self.members.values() if one.state in (states or ("joined",))]

    def begin(self) -> None:
        """A call starts with the settings as stored, and nobody in it."""
        self.live, self.locked = True, False
        self.in_force = copy.deepcopy(self.settings)
        self.members = {}

    def finish(self) -> None:
        """The call is over for everyone."""
        for member in self.members.values():
            member.state, member.sharing = "gone", False
        self.live = False

    def change(self, change: dict[str, Any]) -> None:
        """Store a change; a running call obeys the part that is live."""
        fields = {name: value for name, value in change.items() if name in DEFAULTS}
        self.settings = merged(self.settings, fields)
        self.subject = change.get("subject", self.subject)
        if "startDateTime" in change:
            self.start, self.end = (read(change[name], name) for name in ("startDateTime", "endDateTime"))
        if "participants" in change:
            self.attendees = {one["upn"]: one.get("role", "attendee") for one in change["participants"]["attendees"]}
        if self.live:
            self.in_force = merged(self.in_force, in_force_now(fields))

    def enter(self, name: str, user: User | None, *, app_id: str = "") -> Member | None:
        """Somebody comes to the door: in, in the lobby, or None when the meeting is locked or over."""
        if not self.live or self.locked:
            return None
        state = "joined" if self._skips_lobby(user) else "lobby"
        member = Member(str(uuid.uuid4()), name, state, user, app_id)
        self.members[member.id] = member
        self.touch(member)
        return member

    def touch(self, member: Member) -> None:
        """The member's row changed."""
        self.sequence += 1
        member.sequence = self.sequence

    def role(self, member: Member) -> str:
        """organizer, presenter or attendee, by the presenter setting in force."""
        user = member.user
        if user is not None and user.oid == self.organizer.oid:
            return "organizer"
        wanted = self.in_force["allowedPresenters"]
        presents = {
            "everyone": True,
            "organization": user is not None and user.tenant == self.organizer.tenant,
            "roleIsPresenter": self._invited_as(user) in {"presenter", "coorganizer"},
        }
        return "presenter" if presents.get(wanted, False) else "attendee"

    def may_unmute(self, member: Member) -> bool:
        """Whether this person can switch on their own microphone. Presenters always can."""
        return self.role(member) != "attendee" or bool(self.in_force["allowAttendeeToEnableMic"])

    def picture(self) -> State:
        """How it is now."""
        force = self.in_force or self.settings
        people = [one for one in self.members.values() if not one.app_id]
        joined = [one for one in people if one.state == "joined"]
        return State(
            live=self.live,
            locked=self.locked,
            joined=tuple(one.name for one in joined),
            lobby=tuple(one.name for one in people if one.state == "lobby"),
            muted=tuple(one.name for one in joined if one.muted),
            sharing=tuple(one.name for one in joined if one.sharing),
            presenters=tuple(one.name for one in joined if self.role(one) != "attendee"),
            lobby_scope=force["lobbyBypassSettings"]["scope"],
            chat=force["allowMeetingChat"],
            attendees_may_unmute=force["allowAttendeeToEnableMic"],
            attendees_may_show_video=force["allowAttendeeToEnableCamera"],
        )

    def _skips_lobby(self, user: User | None) -> bool:
        """https://learn.microsoft.com/graph/api/resources/lobbybypasssettings."""
        own = user is not None and user.tenant == self.organizer.tenant
        if user is not None and user.oid == self.organizer.oid:
            return True
        return {
            "everyone": True,
            "organizationAndFederated": user is not None,
            "organization": own,
            "organizationExcludingGuests": own,
            "invited": self._invited_as(user) != "",
        }.get(self.lobby_scope, False)

    def _invited_as(self, user: User | None) -> str:
        by_address = {address.casefold(): role for address, role in self.attendees.items()}
        return by_address.get(user.email.casefold(), "") if user is not None else ""


def new_meeting(organizer: User, subject: str, now: datetime) -> Meeting:
    """A meeting that takes place around now, with ids in Teams' shapes."""
    random = base64.b64encode(str(uuid.uuid4()).encode()).decode().rstrip("=")
    return Meeting(
        organizer=organizer,
        subject=subject,
        thread_id=f"19:meeting_{random}@thread.v2",
        join_meeting_id=str(200_000_000_000 + secrets.randbelow(90_000_000_000)),
        passcode=secrets.token_hex(3),
        start=now - timedelta(minutes=10),
        end=now - timedelta(minutes=10) + LESSON,
        created=now - timedelta(days=7),
    )


def _quoted(text: str) -> str:
    """As Teams quotes its links: everything, in lower case."""
    quoted = urllib.parse.quote(text, safe="")
    return "".join(part.lower() if part.startswith("%") else part for part in _parts(quoted))


def _parts(quoted: str) -> list[str]:
    """The text cut into escapes and what stands between them."""
    pieces = quoted.split("%")
    return [pieces[0], *(part for piece in pieces[1:] for part in (f"%{piece[:2]}", piece[2:]))]
