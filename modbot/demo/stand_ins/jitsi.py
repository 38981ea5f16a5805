"""Ms Voss's class on a real Prosody, the server that decides who may be in a Jitsi class, with real XMPP people."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from modbot.demo.roster import PUPILS, VOSS, pupil_email
from modbot.demo.stand_ins.picture import ANYONE, Arrival, Door, Gone, How, Picture, Role, Someone, Where
from modbot.model import PlatformName, Room
from modbot.simulators.prosody import Domains, Person, Prosody, Refused

DOMAINS = Domains(lobby="lobby.localhost")  # kept by a stand-in for Jitsi's own lobby module
LOOK_EVERY_SECONDS = 0.01
MODBOT = "modbot"
NAME = "grade-2-art"
MEMBERS_ONLY = "muc#roomconfig_membersonly"
Told = Callable[[float], None]
_PUT_OUT = frozenset({301, 307, 321, 322})  # banned, kicked, no longer allowed (XEP-0045)


class OnJitsi:
    """Jitsi, as `modbot.demo.stand_ins.StandIn`. Its server is a real one, and cannot be told to lie."""

    name = PlatformName.JITSI
    teacher = VOSS
    title = "Grade 2 Art"
    needs_address = False  # modbot calls it, never the other way round

    def __init__(self) -> None:
        self.server = Prosody(domains=DOMAINS)
        self._password = secrets.token_urlsafe(16)
        self._people: dict[str, Person] = {}  # by the name they show
        self._waiting: set[asyncio.Task[None]] = set()
        self._members_only = False
        self._clock_began = datetime.now(UTC)  # of the event loop's clock, by which it is noted when somebody went
        self._door = Door()
        self.told: list[Told] = []  # hear when the server told somebody of a change, in the event loop's seconds

    async def start(self) -> None:
        """Start the server and the class on it: modbot looks for new classes only every ten seconds."""
        self._clock_began = datetime.now(UTC) - timedelta(seconds=asyncio.get_running_loop().time())
        self.server.add_account(MODBOT, self._password)
        await self._start_server()
        jid = self.server.add_account("nina.voss", self._password)
        teacher = await self._signed_in(VOSS.name, jid, self._password)
        await teacher.join(self.address, VOSS.name, display=VOSS.name, email=VOSS.email)
        await asyncio.gather(*(self._guest(name, pupil_email(name)) for name in PUPILS))

    async def _start_server(self) -> None:
        """Whole, even when cancelled: a thread that is left to itself would start a server after `stop`."""
        starting = asyncio.ensure_future(asyncio.to_thread(self.server.start))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.gather(starting, return_exceptions=True)
            raise

    async def stop(self) -> None:
        """Sign everybody out and end the server."""
        self.told.clear()
        for task in list(self._waiting):
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)
        people, self._people = self._people, {}
        await asyncio.gather(*(person.close() for person in people.values()))
        await asyncio.to_thread(self.server.close)

    def settings(self) -> dict[str, Any]:
        """modbot's account, and whose class it is."""
        return {
            "jid": f"{MODBOT}@{self.server.domains.people}",
            "password": self._password,
            "host": self.server.host,
            "port": self.server.port,
            "rooms_domain": self.server.domains.rooms,
            "tls": False,
            "hosts": {NAME: VOSS.email},
        }

    def point_at(self, base_url: str) -> None:
        """Nothing to do: Jitsi sends nothing."""

    @property
    def heard(self) -> bool:
        """modbot is in the room."""
        return MODBOT in self._people[VOSS.name].others(self.address)

    async def open_class(self) -> None:
        """It has been open since the start."""

    async def close_class(self) -> None:
        """Everybody leaves."""
        for person in self._people.values():
            if person.inside(self.address):
                await person.leave(self.address)

    @property
    def address(self) -> str:
        """The room's XMPP address."""
        return f"{NAME}@{self.server.domains.rooms}"

    @property
    def _lobby(self) -> str:
        return f"{NAME}@{DOMAINS.lobby}"

    @property
    def room(self) -> Room:
        """The room's name."""
        return Room(self.name, NAME)

    async def settled(self) -> None:
        """Nothing to wait for: there are no webhooks, and what happens is told on a connection of modbot's."""

    async def stranger(self, name: str) -> str:
        """In, or in the lobby."""
        return "came in" if await self.come(name) else "waits in the lobby"

    async def come(self, name: str) -> bool:
        """A guest comes with the link; whether they are in. If not, they wait in the lobby until they are admitted."""
        try:
            await self._guest(name)
        except Refused:
            await self._knock(name)
            return False
        return True

    async def _knock(self, name: str) -> None:
        person = self._people[name]
        await person.join(self._lobby, secrets.token_hex(4), display=name)
        self._keep(asyncio.get_running_loop().create_task(self._enter_when_invited(name, person)))

    async def _enter_when_invited(self, name: str, person: Person) -> None:
        """As Jitsi's client does."""
        while self.address not in person.invited_to:  # noqa: ASYNC110 - it is the server that invites
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        await person.join(self.address, secrets.token_hex(4), display=name)

    def inside(self) -> frozenset[str]:
        """Who is in the class, by the name they show, as far as the server told each of them. modbot is not counted."""
        return frozenset(name for name, person in self._people.items() if person.inside(self.address))

    async def settings_of_room(self) -> dict[str, str]:
        """The room's settings as the server tells its owner, the teacher."""
        return await self._people[VOSS.name].settings(self.address)

    def lie(self, *, lying: bool = True) -> None:
        """A real server does not."""
        if lying:
            raise RuntimeError("a real Jitsi server cannot be told to lie")

    async def look(self) -> None:
        """Ask the server whether the room is for members only."""
        try:
            self._members_only = (await self.settings_of_room()).get(MEMBERS_ONLY) == "1"
        except Refused:
            self._members_only = False  # a class that has been ended is no room any more
        except TimeoutError:
            return  # a busy machine: it is as it was seen last

    def picture(self) -> Picture:
        """The class as the server told each person in it, and the lock as of the last look."""
        teacher = self._people.get(VOSS.name)
        entry = "Locked: whoever comes waits in the lobby" if self._members_only else ANYONE
        found = [self._someone(name, person) for name, person in self._people.items()]
        left = [self._gone(name, person) for name, person in self._people.items()]
        return Picture(
            live=teacher is not None and teacher.inside(self.address),
            locked=self._members_only,
            entry=entry,
            people=tuple(one for one in found if one is not None),
            gone=self._door.gone([one for one in left if one is not None]),
        )

    def _someone(self, name: str, person: Person) -> Someone | None:
        inside = person.inside(self.address)
        if not inside and not person.inside(self._lobby):
            return None
        role = Role.HOST if name == VOSS.name else Role.ATTENDEE
        where = Where.JOINED if inside else Where.LOBBY
        return Someone(name, name, role, where, sharing=False, pupil=name in PUPILS)

    def _gone(self, name: str, person: Person) -> Gone | None:
        gone = person.gone(self.address)
        if gone is None:
            return None
        at = self._clock_began + timedelta(seconds=gone.at_seconds)
        return Gone(name, How.REMOVED if gone.codes & _PUT_OUT else How.LEFT, at)

    async def reopen(self) -> None:
        """The room goes on without the strangers, open to everybody, with nobody banned."""
        for name in [name for name in self._people if name not in (VOSS.name, *PUPILS)]:
            await self._people.pop(name).close()
        teacher = self._people[VOSS.name]
        if not teacher.inside(self.address):
            await teacher.join(self.address, VOSS.name, display=VOSS.name, email=VOSS.email)
        await teacher.set_up(self.address, {MEMBERS_ONLY: "0"})
        for jid in await teacher.affiliated(self.address, "outcast"):
            await teacher.appoint(self.address, jid, "none")
        missing = [name for name in PUPILS if not self._people[name].inside(self.address)]
        await asyncio.gather(*(self._guest(name, pupil_email(name)) for name in missing))
        self._door.forget()

    async def arrive(self, name: str, email: str = "") -> Arrival:
        """In, or in the lobby. Each name is one person here: who comes with one that is taken takes its place."""
        del email  # a guest's address is what they claim
        return Arrival(name, Where.JOINED if await self.come(name) else Where.LOBBY)

    def share(self, person_id: str) -> bool:
        """Pictures do not go through this server."""
        del person_id
        return False

    async def leave(self, person_id: str) -> None:
        """They go by themselves."""
        person = self._people.get(person_id)
        for room in (self.address, self._lobby):
            if person is not None and person.inside(room):
                await person.leave(room)

    async def put_out_by_hand(self, person_id: str) -> None:
        """The teacher's menu → Kick out."""
        person = self._people.get(person_id)
        if person is not None and person.inside(self.address):
            await self._people[VOSS.name].give_role(self.address, person.nick(self.address), "none")
            await person.put_out(self.address)

    async def lock_by_hand(self) -> None:
        """Security options → Lobby. Jitsi's client first makes members of all who are in: they would be put out."""
        teacher = self._people[VOSS.name]
        for name in self.inside() - {VOSS.name}:
            await teacher.appoint(self.address, self._people[name].address, "member")
        await teacher.set_up(self.address, {MEMBERS_ONLY: "1"})

    async def _guest(self, name: str, email: str = "") -> None:
        person = await self._signed_in(name, self.server.domains.guests)
        await person.join(self.address, secrets.token_hex(4), display=name, email=email)

    def _tell_now(self) -> None:
        self._tell(asyncio.get_running_loop().time())

    def _tell(self, at_seconds: float) -> None:
        for told in self.told:
            told(at_seconds)

    def _teacher_heard(self) -> None:
        """That the room is set up differently is told without saying how: the teacher's client asks."""
        if self.told:
            loop = asyncio.get_running_loop()
            self._keep(loop.create_task(self._look_and_tell(loop.time())))

    async def _look_and_tell(self, at_seconds: float) -> None:
        await self.look()
        self._tell(at_seconds)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _signed_in(self, name: str, jid: str, password: str = "") -> Person:
        before = self._people.get(name)
        if before is not None:
            await before.close()
        person = self._people[name] = Person(self.server.host, self.server.port, jid, password)
        person.told = self._teacher_heard if name == VOSS.name else self._tell_now
        await person.connect()
        return person
