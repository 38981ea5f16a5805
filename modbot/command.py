"""What a staff command is: a spec and one function, in a file of its own in `commands/`.

    command = Command("lock", usage="/lock [room] [for 15m]", help="Stop new people joining.", doing="Locking …")

    @command.run
    async def lock(ctx: Context) -> Reply: ...

A command gets a `Context` and nothing else: who asks, what was typed or pressed, and the few things it may do.
"""

import pkgutil
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Protocol

from modbot.arguments import Arguments, parse
from modbot.errors import CommandError, ConfigError
from modbot.model import Actor, Operation, Participant, Result, Room, Session, Staff
from modbot.pagers import Turn
from modbot.platforms import Capability, PostureCheck
from modbot.reply import Button, Reply
from modbot.standing import Judged, Sweep
from modbot.whole_school import WholeSchools


@dataclass(frozen=True, slots=True)
class Request:
    """One command, typed or pressed. `id` is the same on every delivery of the same request."""

    id: str
    name: str
    user: str  # Slack user id
    asked_at: datetime
    text: str = ""
    given: Mapping[str, str] = field(default_factory=dict)  # what a pressed button carries
    channel: str = ""
    response_url: str = ""
    trigger_id: str = ""


class Asked(CommandError):
    """The command needs an answer first: `reply` holds the question and its buttons."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.headline)
        self.reply = reply


class Rooms(Protocol):
    """Which class is meant (`modbot.rooms`)."""

    async def session_for(self, staff: Staff, wanted: str) -> Sequence[Session]:
        """The live sessions `wanted` may mean; the caller's own when it is empty. Empty when there is none."""

    async def heard(self, staff: Staff) -> Sequence[Session]:
        """The caller's own live sessions as far as events told: at once, no platform is asked."""

    async def session(self, staff: Staff, key: str) -> Session | None:
        """One session, or the live one of a room, by its key. Raises Denied when they may not look at it."""

    async def refreshed(self, session: Session) -> Session:
        """The session with its participants read from the platform, for when events may have been missed."""

    async def posture(self, session: Session) -> Sequence[PostureCheck]:
        """The room's settings against the safe ones. Raises VendorError."""

    async def class_of(self, session: Session) -> str:
        """Which class of the roster this is taken for, and how that was found, in a sentence."""

    async def is_staff(self, email: str) -> bool:
        """Whether an address belongs to a staff member."""


class Acting(Protocol):
    """The door, and the settings it remembers, as commands see them."""

    async def act(self, wanted: "Wanted") -> Result:
        """Carry out one act through the door."""

    async def will_undo(self, result: Result) -> bool:
        """Whether modbot takes this act back by itself when the time asked for is up."""

    def capability(self, session: Session, operation: Operation) -> Capability:
        """How the session's platform does it."""

    def capabilities(self, session: Session) -> Mapping[Operation, Capability]:
        """Everything the session's platform does, and how."""

    async def remembered(self, what: str, room: Room) -> dict[str, Any]:
        """Former settings kept by a lock ("former") or a panic ("panic")."""

    async def forget(self, what: str, room: Room) -> None:
        """They have been put back."""


class Helping(Protocol):
    """Incidents and pages, as commands see them."""

    async def incident_for(self, session: Session, actor: Actor, why: str) -> str:
        """Open or join the room's incident; its id."""

    async def note(self, room: Room, line: str, *, actor: Actor, request_id: str) -> None:
        """Add a line, without participants' names, to the room's open incident if there is one."""

    async def page(self, request_id: str, actor: Actor, what: str, session: Session | None) -> Reply:
        """Page whoever is on call."""

    async def acknowledge(self, staff: Staff, actor: Actor, wanted: str, turn: Turn) -> Reply:
        """I have it: stop every ringing."""

    async def escalate(self, staff: Staff, actor: Actor, wanted: str, turn: Turn, step: int | None) -> Reply:
        """Call the next person at once."""

    async def resolve(self, staff: Staff, actor: Actor, wanted: str, reason: str) -> Reply:
        """It is over."""

    async def incidents(self, staff: Staff) -> Reply:
        """Open incidents this person may see."""


class OnDuty(Protocol):
    """Who is on call, as commands see it."""

    async def on_call(self) -> Reply:
        """Who is on call now and next, and who would be called in which order."""

    async def take(self, request_id: str, actor: Actor, schedule: str, span: timedelta) -> Reply:
        """Take a schedule's turn. Raises CommandError, StoreUnavailable."""


class Belongs(Protocol):
    """Who belongs in a class (`modbot.belonging`)."""

    async def judged(self, session: Session) -> Judged:
        """How everybody present stands; where nobody can be judged, why not. Never raises."""

    async def put_out(self, session: Session, people: Iterable[Participant]) -> None:
        """These were put out: nobody has tolerated their names."""

    async def let_back(self, session: Session, names: Iterable[str]) -> None:
        """These were let back in: from now on their names count as tolerated in this class."""


class SweepsOfTheHour(Protocol):
    """Who was shown as not belonging, and put out, in the last hour (`modbot.store.sweeps`)."""

    async def keep(self, sweep: Sweep) -> None:
        """Remember it, in place of what was kept under its id. Raises StoreUnavailable."""

    async def kept(self, sweep_id: str) -> Sweep | None:
        """What was kept, or None when it is too old. Raises StoreUnavailable."""


class Notices(Protocol):
    """What modbot tells by itself (`modbot.noticing`)."""

    async def quieten(self, session: Session, kind: str, *, quiet: bool, by: Actor, request_id: str) -> str:
        """Whether this kind is not told in this session any more; what it is about. Raises CommandError."""


class Enquiries(Protocol):
    """Who somebody is, for staff entitled to know (`modbot.enquiries`)."""

    async def who_is(self, request_id: str, actor: Actor, name: str) -> Reply:
        """Whether a person of this whole name is on the roster. Recorded, without the name. Raises Denied."""


class Sharing(Protocol):
    """Classes shared with a colleague for a while (`modbot.sharing`). Raises CommandError, Denied, Asked."""

    async def share(self, ctx: "Context") -> Reply:
        """Let a colleague act on a class as its teacher does. Recorded and announced."""

    async def unshare(self, ctx: "Context") -> Reply:
        """End it at once."""

    async def shared(self, ctx: "Context") -> Reply:
        """What is in force."""

    async def said_of(self, staff: Staff, session: Session) -> Sequence[str]:
        """With whom a class is shared, and until when. Never raises."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One act a command wants done."""

    id: str
    operation: Operation
    session: Session
    by: Actor
    asked_at: datetime
    people: tuple[Participant, ...] = ()
    former: Mapping[str, Any] = field(default_factory=dict)
    remember: str = ""  # "former" or "panic"
    reason: str = ""
    undo_after: timedelta | None = None
    while_stands: str = ""  # the act this one takes back: where a newer order about the door stands, nothing is done


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a command may use."""

    request: Request
    staff: Staff
    arguments: Arguments
    rooms: Rooms
    door: Acting
    help: Helping
    duty: OnDuty
    belonging: Belongs
    sweeps: SweepsOfTheHour
    enquiries: Enquiries
    notices: Notices
    sharing: Sharing
    schools: WholeSchools
    commands: Mapping[str, "Command"]

    @property
    def actor(self) -> Actor:
        """The person, as the record names them."""
        return Actor(id=f"slack:{self.request.user}", name=self.staff.name, staff=self.staff)

    @property
    def confirmed(self) -> bool:
        """Whether a button has said yes to the question put before."""
        return self.request.given.get("confirmed") == "1"

    @property
    def typed(self) -> str:
        """What was typed after the command, word for word: for what is told on, not read."""
        return self.request.given.get("text", self.request.text).strip()

    @property
    def turn(self) -> Turn:
        """Which call or question the pressed button stands below; whichever it is now, for what was typed."""
        return Turn(self.number("run") or 0, self.number("asked") or 0)

    def number(self, name: str) -> int | None:
        """A number that the pressed button carries."""
        given = self.request.given.get(name, "")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None

    async def session(self, *, wanted: str | None = None) -> Session:
        """The class that is meant. Raises NoLiveSession, and Asked when it could be several."""
        given = self.request.given.get("session") or self.request.given.get("room")
        if given:
            found = await self.rooms.session(self.staff, given)
            if found is None or not found.live:
                raise CommandError("That class has ended, as far as modbot knows. Nothing was done.")
            return found
        phrase = self.arguments.room if wanted is None else wanted
        sessions = await self.rooms.session_for(self.staff, phrase)
        if len(sessions) == 1:
            return sessions[0]
        raise Asked(self._which(sessions))

    def _which(self, sessions: Sequence[Session]) -> Reply:
        buttons = tuple(
            self.again(f"{title_of(session)} ({session.room.platform.label})", session=session.key)
            for session in sessions[:10]
        )
        return Reply(f"Which class do you mean? {len(sessions)} are live.", buttons=buttons)

    def again(self, label: str, **given: str) -> Button:
        """A button that runs this same request with more known."""
        known = {**self.request.given, "text": self.request.text, **given}
        return Button(label, self.request.name, known)

    async def note(self, session: Session, line: str) -> None:
        """Add a line, once, to the room's open incident if there is one. It names no participant."""
        await self.help.note(session.room, line, actor=self.actor, request_id=self.request.id)

    async def act(self, operation: Operation, session: Session, **details: Any) -> Result:
        """Carry out one act. `details` are the further fields of `Wanted`."""
        wanted = Wanted(
            id=f"{self.request.id}:{operation}",
            operation=operation,
            session=session,
            by=self.actor,
            asked_at=self.request.asked_at,
            reason=self.arguments.reason,
        )
        return await self.door.act(replace(wanted, **details))


Run = Callable[[Context], Awaitable[Reply]]


@dataclass(slots=True)
class Command:
    """A command's spec. `doing` is said at once, before anything has happened.

    `urgent` ones are tried even without the store (P12). `slash=False` ones are only ever buttons. `never_late` ones
    are done however late modbot comes to them, where others are asked about first.
    """

    name: str
    usage: str
    help: str
    doing: str
    urgent: bool = False
    never_late: bool = False
    slash: bool = True
    function: Run | None = None

    def run(self, function: Run) -> Run:
        """Names the function that carries the command out."""
        self.function = function
        return function

    async def __call__(self, ctx: Context) -> Reply:
        if self.function is None:
            raise ConfigError(self.name, "this command has no function")
        return await self.function(ctx)


def load(package: str = "commands") -> dict[str, Command]:
    """Every command in the package, by name. Raises ConfigError for a file without one, or two of one name."""
    found: dict[str, Command] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(import_module(package).__path__)):
        command = getattr(import_module(f"{package}.{module}"), "command", None)
        if not isinstance(command, Command) or command.function is None:
            raise ConfigError(f"{package}/{module}.py", "it must define `command` and decorate one function with it")
        if command.name in found:
            raise ConfigError(f"{package}/{module}.py", f"there are two commands named /{command.name}")
        found[command.name] = command
    return found


def arguments_of(request: Request) -> Arguments:
    """What was typed; for a press, what was typed when the question was put."""
    return parse(request.given.get("text", request.text))


def title_of(session: Session) -> str:
    """How a class is named to staff: its title, or its platform and number."""
    return session.title or f"{session.room.platform.label} class {session.room.id[-6:]}"
