"""A real XMPP client in a class: it joins, leaves, and learns that it was refused or put out."""

import asyncio
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.stanza import Presence
from slixmpp.xmlstream import StanzaBase, tostring
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath, StanzaPath

ANSWER_SECONDS = 30.0  # a server beside it on a busy machine
_CLIENT, _MUC, _USER = "jabber:client", "http://jabber.org/protocol/muc", "http://jabber.org/protocol/muc#user"
_OWNER, _ADMIN, _DATA = "http://jabber.org/protocol/muc#owner", "http://jabber.org/protocol/muc#admin", "jabber:x:data"
_NICK = "http://jabber.org/protocol/nick"
_SET_UP = 104  # XEP-0045: a setting of the room has changed
_STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"


class Refused(Exception):
    """The server said no; `condition` is its word: `registration-required`, `forbidden`, `not-authorized` …"""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


@dataclass(frozen=True, slots=True)
class Gone:
    """No longer in the room. `codes` are XEP-0045's: 301 banned, 307 kicked, 321 and 322 no longer allowed."""

    codes: frozenset[int]
    destroyed: bool
    at_seconds: float  # of the event loop's clock


@dataclass(slots=True)
class _Stay:
    nick: str
    answer: asyncio.Future[None]
    gone: asyncio.Future[Gone]
    others: set[str] = field(default_factory=set)


class Person:
    """One person with one connection. `jid` without a name (`guest.localhost`) is a guest without an account.

    `told` is called when the server has said that they are in a room or out of it, or that it is set up differently.
    """

    def __init__(self, host: str, port: int, jid: str, password: str = "") -> None:
        self._address = (host, port)
        plain = {"feature_mechanisms": {"unencrypted_scram": True}}
        # Never used without TLS; but the usual one reads all the system's certificates, 50 ms each time.
        unused = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = ClientXMPP(jid, password, plugin_config=plain, ssl_context=unused)
        self._client.enable_plaintext = True  # a loopback server of the demo's or the tests' own
        self._client.enable_starttls = self._client.enable_direct_tls = False
        self._stays: dict[str, _Stay] = {}
        self._asked: dict[str, asyncio.Future[ET.Element]] = {}
        self.invited_to: list[str] = []
        self.told: Callable[[], None] = _nothing
        self._hear("presence", self._on_presence)
        self._hear("message", self._on_message)
        for kind in ("result", "error"):
            self._client.register_handler(Callback(f"person's {kind}", StanzaPath(f"iq@type={kind}"), self._on_answer))

    def _hear(self, what: str, heard: Callable[[StanzaBase], None]) -> None:
        self._client.register_handler(Callback(f"person's {what}", MatchXPath(f"{{{_CLIENT}}}{what}"), heard))

    async def connect(self) -> None:
        """Sign in. Raises Refused for a wrong password, TimeoutError."""
        signed_in: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_start(_: object) -> None:
            if not signed_in.done():
                signed_in.set_result(None)

        def on_failure(_: object) -> None:
            if not signed_in.done():
                signed_in.set_exception(Refused("not-authorized"))

        self._client.add_event_handler("session_start", on_start)
        self._client.add_event_handler("failed_all_auth", on_failure)
        self._client.connect(*self._address)
        async with asyncio.timeout(ANSWER_SECONDS):
            await signed_in

    async def close(self) -> None:
        """Sign out, whatever became of the connection."""
        self._client.cancel_connection_attempt()
        if self._client.is_connected():
            await self._client.disconnect(wait=1.0)
        sender = self._client._run_out_filters  # noqa: SLF001 - slixmpp ends it only when its memory is freed
        if sender is not None:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    @property
    def address(self) -> str:
        """The bare address the server knows this person by; a guest's is made up by the server at sign-in."""
        return str(self._client.boundjid.bare)

    @property
    def full_address(self) -> str:
        """The address of this very connection."""
        return str(self._client.boundjid.full)

    async def join(self, room: str, nick: str, *, display: str = "", email: str = "", password: str = "") -> None:
        """Enter the room `room` as `nick`. Raises Refused with the server's condition, TimeoutError.

        `display` and `email` are sent as Jitsi's client sends them.
        """
        loop = asyncio.get_running_loop()
        stay = self._stays[room] = _Stay(nick, loop.create_future(), loop.create_future())
        presence = Presence(self._client, sto=f"{room}/{nick}")
        entering = ET.SubElement(presence.xml, f"{{{_MUC}}}x")
        if password:
            ET.SubElement(entering, f"{{{_MUC}}}password").text = password
        if display:
            ET.SubElement(presence.xml, f"{{{_NICK}}}nick").text = display
        if email:
            ET.SubElement(presence.xml, f"{{{_CLIENT}}}email").text = email
        presence.send()
        async with asyncio.timeout(ANSWER_SECONDS):
            await stay.answer

    async def leave(self, room: str) -> None:
        """Walk out, and wait until the server says so. Raises TimeoutError."""
        Presence(self._client, stype="unavailable", sto=f"{room}/{self._stays[room].nick}").send()
        await self.put_out(room)

    def inside(self, room: str) -> bool:
        """Whether this person is in the room, as far as the server told."""
        stay = self._stays.get(room)
        return stay is not None and stay.answer.done() and not stay.answer.exception() and not stay.gone.done()

    async def put_out(self, room: str) -> Gone:
        """Wait until this person is no longer in the room, and how that came. Raises TimeoutError."""
        async with asyncio.timeout(ANSWER_SECONDS):
            return await asyncio.shield(self._stays[room].gone)

    def gone(self, room: str) -> Gone | None:
        """How this person came out of the room; None for whoever is in it or never was."""
        stay = self._stays.get(room)
        return stay.gone.result() if stay is not None and stay.gone.done() else None

    def nick(self, room: str) -> str:
        """What this person goes by in the room."""
        return self._stays[room].nick

    def others(self, room: str) -> frozenset[str]:
        """The nicks of everybody else in the room."""
        return frozenset(self._stays[room].others)

    async def exists(self, room: str) -> bool:
        """Whether there is such a room now. Raises Refused, TimeoutError."""
        try:
            await self.settings(room)
        except Refused as refused:
            if refused.condition == "item-not-found":
                return False
            raise
        return True

    async def settings(self, room: str) -> dict[str, str]:
        """The room's settings as its owner sees them. Raises Refused, TimeoutError."""
        answer = await self.ask("get", room, ET.Element(f"{{{_OWNER}}}query"))
        fields = answer.iter(f"{{{_DATA}}}field")
        return {one.get("var", ""): one.findtext(f"{{{_DATA}}}value", "") for one in fields if one.get("var")}

    async def set_up(self, room: str, settings: dict[str, str]) -> None:
        """Change settings as the room's owner. Raises Refused, TimeoutError."""
        query = ET.Element(f"{{{_OWNER}}}query")
        form = ET.SubElement(query, f"{{{_DATA}}}x", type="submit")
        for name, value in {"FORM_TYPE": "http://jabber.org/protocol/muc#roomconfig", **settings}.items():
            one = ET.SubElement(form, f"{{{_DATA}}}field", var=name)
            ET.SubElement(one, f"{{{_DATA}}}value").text = value
        await self.ask("set", room, query)

    async def affiliated(self, room: str, affiliation: str) -> frozenset[str]:
        """Who is `member`, `owner`, `outcast` … of the room, by bare address. Raises Refused, TimeoutError."""
        query = ET.Element(f"{{{_ADMIN}}}query")
        ET.SubElement(query, f"{{{_ADMIN}}}item", affiliation=affiliation)
        answer = await self.ask("get", room, query)
        return frozenset(one.get("jid", "") for one in answer.iter(f"{{{_ADMIN}}}item"))

    async def appoint(self, room: str, jid: str, affiliation: str) -> None:
        """Make somebody `member`, `owner`, `none` … of the room. Raises Refused, TimeoutError."""
        query = ET.Element(f"{{{_ADMIN}}}query")
        ET.SubElement(query, f"{{{_ADMIN}}}item", affiliation=affiliation, jid=jid)
        await self.ask("set", room, query)

    async def give_role(self, room: str, nick: str, role: str) -> None:
        """Make somebody in the room `moderator`, `participant`, or `none`: a kick. Raises Refused, TimeoutError."""
        query = ET.Element(f"{{{_ADMIN}}}query")
        ET.SubElement(query, f"{{{_ADMIN}}}item", nick=nick, role=role)
        await self.ask("set", room, query)

    async def ask(self, kind: str, to: str, payload: ET.Element) -> ET.Element:
        """Any request (`get` or `set`) and the whole answer. Raises Refused, TimeoutError."""
        stanza_id = uuid.uuid4().hex
        request = ET.Element(f"{{{_CLIENT}}}iq", {"type": kind, "to": to, "id": stanza_id})
        request.append(payload)
        answer: asyncio.Future[ET.Element] = asyncio.get_running_loop().create_future()
        self._asked[stanza_id] = answer
        self._client.send_raw(tostring(request, xmlns=_CLIENT, stream=self._client))
        async with asyncio.timeout(ANSWER_SECONDS):
            xml = await answer
        if xml.get("type") == "error":
            raise Refused(_condition(xml))
        return xml

    def _on_answer(self, answer: StanzaBase) -> None:
        asked = self._asked.pop(answer.xml.get("id", ""), None)
        if asked is not None and not asked.done():
            asked.set_result(answer.xml)

    def _on_presence(self, presence: StanzaBase) -> None:
        room, _, nick = str(presence["from"]).partition("/")
        stay = self._stays.get(room)
        if stay is None:
            return
        if presence["type"] == "error":
            if not stay.answer.done():
                stay.answer.set_exception(Refused(_condition(presence.xml)))
        elif 110 in _codes(presence.xml):
            self._on_own(stay, presence.xml, left=presence["type"] == "unavailable")
        elif presence["type"] == "unavailable":
            stay.others.discard(nick)
        else:
            stay.others.add(nick)

    def _on_own(self, stay: _Stay, xml: ET.Element, *, left: bool) -> None:
        if not left and not stay.answer.done():
            stay.answer.set_result(None)
        if left and not stay.gone.done():
            destroyed = xml.find(f"{{{_USER}}}x/{{{_USER}}}destroy") is not None
            stay.gone.set_result(Gone(_codes(xml), destroyed, asyncio.get_running_loop().time()))
        self.told()

    def _on_message(self, message: StanzaBase) -> None:
        if message.xml.find(f"{{{_USER}}}x/{{{_USER}}}invite") is not None:
            self.invited_to.append(str(message["from"].bare))
        if _SET_UP in _codes(message.xml):
            self.told()


def _nothing() -> None:
    """For who is not listened to."""


def _codes(xml: ET.Element) -> frozenset[int]:
    found = xml.iterfind(f"{{{_USER}}}x/{{{_USER}}}status")
    return frozenset(int(one.get("code", "0")) for one in found if one.get("code", "").isdecimal())


def _condition(xml: ET.Element) -> str:
    error = xml.find(f"{{{_CLIENT}}}error")
    named = [child.tag for child in error if child.tag.startswith(f"{{{_STANZAS}}}")] if error is not None else []
    return named[0].partition("}")[2] if named else "undefined-condition"
