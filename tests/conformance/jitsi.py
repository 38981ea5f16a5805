"""Jitsi for the conformance suite: rooms on a real Prosody, with real XMPP people in them and in their lobbies."""

import asyncio
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar
from xml.etree import ElementTree as ET

import pytest
from pydantic import SecretStr

from modbot.model import Operation, PlatformName
from modbot.platforms import Means, Platform
from modbot.platforms.jitsi import JitsiPlatform
from modbot.platforms.jitsi.stream import Patience
from modbot.settings.jitsi import JitsiSettings
from modbot.simulators.prosody import HOW_TO_INSTALL, Domains, Person, Prosody, Refused, available
from tests.conformance.stage import QUICK, TEACHER, Picture, Settings, Stage, Trouble, Where
from tests.conformance.xmpp_wire import XmppWire
from tests.stores import until

MODBOT, PASSWORD = "modbot", "bells-and-whistles"
OWNER = "http://jabber.org/protocol/muc#owner"
ADMIN = "http://jabber.org/protocol/muc#admin"
NOT_A_MEMBER = "registration-required"
ROLES = ("moderator", "participant", "visitor")
MEMBERS_ONLY = "muc#roomconfig_membersonly"
# Every XMPP client reads the system's certificates, 50 ms of work, and there is no TLS on loopback.
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
UNHURRIED = Patience(sign_in=timedelta(seconds=30), answer=timedelta(seconds=30))  # the server shares the machine
IN_ORDER = "An XMPP connection keeps the order of what passes."


class JitsiStage(Stage):
    """Everybody but the teacher comes as a guest. One server is shared by all classes of a test run."""

    name = PlatformName.JITSI
    host = "Ada Reyes"
    lists_lobby = True
    in_steps = frozenset({Operation.ADMIT})  # made a member, then invited
    asked: ClassVar[Mapping[Operation, Settings]] = {
        Operation.LOCK: {MEMBERS_ONLY: "1"},
        Operation.HARDEN: {MEMBERS_ONLY: "1"},
    }
    about: ClassVar[Mapping[Operation, bytes]] = {
        Operation.LOCK: MEMBERS_ONLY.encode(),
        Operation.UNLOCK: MEMBERS_ONLY.encode(),
        Operation.HARDEN: MEMBERS_ONLY.encode(),
        Operation.RESTORE: MEMBERS_ONLY.encode(),
        Operation.EJECT: b"outcast",
        Operation.END: b"destroy",
        Operation.ADMIT: b'"member"',
    }
    without: ClassVar[Mapping[Trouble, str]] = {
        Trouble.EVENTS_LATE: IN_ORDER,
        Trouble.SLOW_DOWN: "XMPP names no time to wait.",
        Trouble.TOKEN_EXPIRED: "modbot signs in by password, once a connection.",
    }
    tries_again = False
    # Whoever is invited comes by themselves, through a server that shares the machine.
    patience = replace(QUICK, reread_after=(*QUICK.reread_after, timedelta(milliseconds=500), timedelta(seconds=2)))
    server: ClassVar[Prosody | None] = None

    @classmethod
    def missing(cls) -> str:
        """A Prosody must be installed."""
        return "" if available() else HOW_TO_INSTALL

    @classmethod
    def close_all(cls) -> None:
        """End the server."""
        server, JitsiStage.server = JitsiStage.server, None
        if server is not None:
            server.close()

    async def start(self, means: Means) -> Platform:
        """modbot's account is admin of the rooms. The truth is asked through another connection of it."""
        self.people: dict[str, Person] = {}
        self.coming: set[asyncio.Task[None]] = set()
        self.no_certificates = pytest.MonkeyPatch()
        for name in CERTIFICATES:
            self.no_certificates.setenv(name, os.devnull)
        self.room_id = f"biology-{secrets.token_hex(4)}"
        self.prosody = self._running()
        own = self.prosody.add_account(MODBOT, PASSWORD)
        domains = self.prosody.domains
        self.room, self.lobby = f"{self.room_id}@{domains.rooms}", f"{self.room_id}@{domains.lobby}"
        self.wire = XmppWire(self.prosody.host, self.prosody.port, domains.rooms)
        await self.wire.start()
        self.eye = await self._signed_in("", Person(self.prosody.host, self.prosody.port, own, PASSWORD))
        settings = JitsiSettings(
            jid=own,
            password=SecretStr(PASSWORD),
            host=self.wire.address[0],
            port=self.wire.address[1],
            rooms_domain=domains.rooms,
            tls=False,
            hosts={self.room_id: TEACHER},
        )
        self.platform = JitsiPlatform(settings, means, UNHURRIED)
        return self.platform

    @staticmethod
    def _running() -> Prosody:
        if JitsiStage.server is None:
            JitsiStage.server = Prosody(domains=Domains(lobby="lobby.localhost"))
            JitsiStage.server.start()
        return JitsiStage.server

    async def stop(self) -> None:
        """Sign everybody out; the server goes on."""
        for task in self.coming:
            task.cancel()
        await asyncio.gather(*self.coming, return_exceptions=True)
        for person in self.people.values():
            await person.close()
        await self.wire.stop()
        self.no_certificates.undo()

    async def open_class(self) -> None:
        """The teacher comes first, and so the room is made: anybody may come in."""
        jid = self.prosody.add_account(f"ada-{secrets.token_hex(4)}", "invented")
        teacher = await self._signed_in(self.host, Person(self.prosody.host, self.prosody.port, jid, "invented"))
        await teacher.join(self.room, self.host, email=TEACHER)

    async def join(self, name: str, email: str = "", *, invited: bool = False) -> Where:
        """By the link, as a guest. Who is refused waits in the lobby, if there is one, until invited."""
        guest = Person(self.prosody.host, self.prosody.port, self.prosody.domains.guests)
        await self._signed_in(name, guest)
        try:
            await guest.join(self.room, name, display=name, email=email)
        except Refused as refused:
            return await self._wait_in_lobby(guest, name) if refused.condition == NOT_A_MEMBER else Where.REFUSED
        return Where.IN

    async def _wait_in_lobby(self, guest: Person, name: str) -> Where:
        await guest.join(self.lobby, name, display=name)
        self.coming.add(asyncio.create_task(self._wait_for_invitation(guest, name)))
        return Where.WAITS

    async def _wait_for_invitation(self, guest: Person, name: str) -> None:
        """As Jitsi's client: whoever is invited comes in, and is in the lobby no more."""
        while True:
            if guest.invited_to and await self._let_in(guest, name):
                return
            await asyncio.sleep(0.005)

    async def _let_in(self, guest: Person, name: str) -> bool:
        guest.invited_to.clear()
        try:
            await guest.join(self.room, name, display=name)
        except Refused:
            return False
        await guest.leave(self.lobby)
        return True

    async def leave(self, name: str) -> None:
        """By the red button."""
        await self.people[name].leave(self.room)
        await self.people[name].put_out(self.room)

    async def begin_again(self) -> None:
        """The room is destroyed and made anew, as Jitsi does."""
        query = ET.Element(f"{{{OWNER}}}query")
        ET.SubElement(query, f"{{{OWNER}}}destroy")
        await self.eye.ask("set", self.room, query)
        await self.open_class()

    async def knock(self, name: str) -> None:
        """Somebody comes while the lobby is on. It stays on: with it ends the lobby."""
        await self.put(self.asked[Operation.LOCK])
        await self.join(name)

    async def put(self, settings: Settings) -> None:
        """By the host's clicks. Jitsi makes everybody who is there a member before it shuts the door."""
        if settings.get(MEMBERS_ONLY) == "1":
            for person in self.people.values():
                if person is not self.eye and person.inside(self.room):
                    await self.eye.appoint(self.room, person.address, "member")
        await self.eye.set_up(self.room, dict(settings))

    async def picture(self) -> Picture:
        """By the server's own lists."""
        try:
            settings = await self.eye.settings(self.room)
            members = await self.eye.affiliated(self.room, "member")
        except Refused:  # it ends with whoever was last in it, at any moment
            return Picture({}, frozenset(), frozenset(), frozenset(), running=False)
        inside, waiting = await self._people_in(self.room), await self._people_in(self.lobby)
        return Picture(settings, inside, waiting, frozenset(), running=True, granted=members)

    async def _people_in(self, room: str) -> frozenset[str]:
        try:
            return frozenset([nick for role in ROLES for nick in await self._with_role(room, role)])
        except Refused:
            return frozenset()  # there is no such room

    async def _with_role(self, room: str, role: str) -> list[str]:
        query = ET.Element(f"{{{ADMIN}}}query")
        ET.SubElement(query, f"{{{ADMIN}}}item", role=role)
        answer = await self.eye.ask("get", room, query)
        items = answer.iter(f"{{{ADMIN}}}item")
        return [one.get("nick", "") for one in items if not one.get("jid", "").startswith(f"{MODBOT}@")]

    def sent(self) -> int:
        """How many requests modbot made."""
        return len(self.wire.requests)

    def changes(self) -> Sequence[str]:
        """Those that were to change the room."""
        return [stanza.decode() for stanza in self.wire.changes()]

    async def settle(self) -> None:
        """What the server sent before its next answer has been heard, and told."""
        await self.platform._rooms.commands()
        await until("all is told", lambda: not self.platform._attendance._tasks)

    async def begin(self, trouble: Trouble, operation: Operation) -> None:
        """On the wire."""
        self.wire.trouble, self.wire.about = trouble, self.about.get(operation, b"")

    async def end_trouble(self) -> None:
        """The wire passes everything on."""
        self.wire.trouble, self.wire.about = None, b""

    async def _signed_in(self, name: str, person: Person) -> Person:
        before = self.people.get(name)
        if before is not None:
            await before.close()
        self.people[name] = person
        await person.connect()
        return person
