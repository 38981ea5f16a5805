"""A class on a real Prosody: people who come by XMPP, and modbot's platform beside them."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import TracebackType
from typing import Any

from pydantic import SecretStr

from modbot.errors import StoreUnavailable
from modbot.http import Http
from modbot.model import Event, EventKind, Participant, PlatformName, Room, Session
from modbot.platforms import Target
from modbot.platforms.jitsi.adapter import JitsiPlatform
from modbot.platforms.jitsi.stream import Patience
from modbot.settings.jitsi import JitsiSettings
from modbot.simulators.prosody import Person, Prosody
from tests.platforms.lent import Clock, Lent

TEACHER = "ada.reyes@example.org"
MODBOT, PASSWORD = "modbot", "bells-and-whistles"
MEMBERS_ONLY = "muc#roomconfig_membersonly"
UNHURRIED = Patience(sign_in=timedelta(seconds=30), answer=timedelta(seconds=30))  # the server shares the machine


@dataclass(frozen=True, slots=True)
class Server:
    """Where people and modbot connect; `modbot_port` when modbot goes through something else on its way."""

    prosody: Prosody
    modbot_port: int = 0


@dataclass(slots=True)
class Classroom:
    """One room with a name of its own. Everybody in it is signed out at the end."""

    server: Server
    http: Http
    room_id: str = field(default_factory=lambda: f"algebra-{secrets.token_hex(4)}")
    clock: Clock = field(default_factory=Clock)
    people: list[Person] = field(default_factory=list)
    platforms: list[JitsiPlatform] = field(default_factory=list)
    remembered: dict[str, Any] = field(default_factory=dict)
    store_gone: bool = False  # events cannot be written down
    not_taken: int = 0  # batches of events that were refused meanwhile
    lent: Lent = field(init=False)

    def __post_init__(self) -> None:
        self.lent = Lent(self.http, self.clock)
        self.server.prosody.add_account(MODBOT, PASSWORD)

    async def __aenter__(self) -> "Classroom":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(platform.close() for platform in self.platforms))
        await asyncio.gather(*(person.close() for person in self.people))

    @property
    def jid(self) -> str:
        """The room's address."""
        return f"{self.room_id}@{self.server.prosody.domains.rooms}"

    def settings(self, **settings: Any) -> JitsiSettings:
        """modbot's account on the server, and this class in its list."""
        prosody = self.server.prosody
        usual: dict[str, Any] = {
            "jid": f"{MODBOT}@{prosody.domains.people}",
            "password": SecretStr(PASSWORD),
            "host": prosody.host,
            "port": self.server.modbot_port or prosody.port,
            "rooms_domain": prosody.domains.rooms,
            "tls": False,
            "hosts": {self.room_id: TEACHER},
        }
        return JitsiSettings(**{**usual, **settings})

    def platform(self, patience: Patience | None = None, **settings: Any) -> JitsiPlatform:
        """modbot's platform; another process when called again."""
        means = replace(self.lent.means, told=self._take)
        made = JitsiPlatform(self.settings(**settings), means, patience or UNHURRIED)
        self.platforms.append(made)
        return made

    async def _take(self, events: Sequence[Event]) -> None:
        if self.store_gone:
            self.not_taken += 1
            raise StoreUnavailable("connection refused")
        self.lent.told += events

    async def person(self, name: str) -> Person:
        """Somebody with an account, signed in."""
        prosody = self.server.prosody
        jid = prosody.add_account(f"{name}-{secrets.token_hex(4)}", "invented")
        return await self._signed_in(Person(prosody.host, prosody.port, jid, "invented"))

    async def another_device(self, person: Person) -> Person:
        """The same account from somewhere else."""
        prosody = self.server.prosody
        return await self._signed_in(Person(prosody.host, prosody.port, person.address, "invented"))

    async def guest(self) -> Person:
        """Somebody without an account, signed in: the server makes up an address."""
        prosody = self.server.prosody
        return await self._signed_in(Person(prosody.host, prosody.port, prosody.domains.guests))

    async def admin(self) -> Person:
        """Another eye on the room, with an owner's rights: what is so is asked from the server, not from modbot."""
        prosody = self.server.prosody
        return await self._signed_in(Person(prosody.host, prosody.port, f"{MODBOT}@{prosody.domains.people}", PASSWORD))

    async def _signed_in(self, person: Person) -> Person:
        self.people.append(person)
        await person.connect()
        return person

    async def begin(self) -> Person:
        """The teacher opens the class. The teacher's client makes the room and owns it."""
        teacher = await self.person("ada.reyes")
        await teacher.join(self.jid, "ada", display="Ada Reyes", email=TEACHER)
        return teacher

    async def pupil(self, name: str) -> Person:
        """A guest who comes in as Jitsi's client does: a nick that says nothing and a display name."""
        pupil = await self.guest()
        await pupil.join(self.jid, secrets.token_hex(4), display=name)
        return pupil

    @property
    def lobby(self) -> str:
        """The address of the class's lobby."""
        return f"{self.room_id}@{self.server.prosody.domains.lobby}"

    async def session(self, platform: JitsiPlatform) -> Session:
        """The class as modbot finds it."""
        (found,) = await platform.live_sessions(TEACHER)
        return found

    def aim(self, session: Session, *people: Participant, former: Mapping[str, Any] | None = None) -> Target:
        """What the door would hand over; what is remembered is kept in `remembered`, older values first."""

        async def remember(settings: Mapping[str, Any]) -> None:
            self.remembered = {**settings, **self.remembered}

        return Target(session, people, former or {}, remember)

    async def who(self, platform: JitsiPlatform, session: Session, name: str) -> Participant:
        """Somebody in the class by the name they show."""
        (found,) = [one for one in await platform.read(session) if one.name == name]
        return found

    async def members_only(self) -> bool:
        """Whether the server says that only members may come in."""
        admin = await self.admin()
        return (await admin.settings(self.jid))[MEMBERS_ONLY] == "1"

    async def affiliated(self, affiliation: str) -> frozenset[str]:
        """Whom the server lists as `member`, `outcast` … of the room."""
        return await (await self.admin()).affiliated(self.jid, affiliation)

    def told(self, kind: EventKind) -> list[Event]:
        """The events of one kind that modbot told so far."""
        return [event for event in self.lent.told if event.kind is kind]

    def names(self, kind: EventKind) -> list[str]:
        """Who those events are about."""
        return [event.participant.name for event in self.told(kind) if event.participant is not None]


def gone_room(room_id: str) -> Session:
    """A class in a room that does not exist."""
    return Session(Room(PlatformName.JITSI, room_id), "0" * 32, title=room_id, host_email=TEACHER)
