"""The connection between modbot and a real XMPP server: sees each stanza, and can lie, refuse, cut and lose."""

import asyncio
import re
from collections.abc import Iterator

from tests.conformance.stage import Trouble
from tests.conformance.wire import Cut, Line, Wire

STANZA = re.compile(rb"<(iq|presence|message)\b[^>]*?(?:/>|(?<!/)>.*?</\1>)", re.DOTALL)
BEGUN = re.compile(rb"<(?:iq|presence|message)\b|<[a-z]{0,7}$")
ATTRIBUTE = {
    name: re.compile(rb"<\w+\b[^>]*?\s" + name + rb"=[\"']([^\"']*)[\"']") for name in (b"id", b"to", b"from", b"type")
}
OWN = re.compile(rb"code=[\"']110[\"']")  # one's own presence: the answer to coming in, no event
OWNER = b"http://jabber.org/protocol/muc#owner"
BUSY = b"<error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
BROKEN = b"<error type='cancel'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"


class XmppWire(Wire):
    """`trouble` is what goes wrong now, with requests to rooms that contain `about`."""

    def __init__(self, host: str, port: int, rooms: str) -> None:
        super().__init__(host, port)
        self._rooms = b"@" + rooms.encode()
        self.trouble: Trouble | None = None
        self.about = b""
        self.requests: list[bytes] = []

    def line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Line:
        """A new connection of modbot's."""
        return _XmppLine(self, reader, writer)

    def changes(self) -> list[bytes]:
        """The requests that were to change a room."""
        return [stanza for stanza in self.requests if self.to_room(stanza) and of(stanza, b"type") == b"set"]

    def to_room(self, stanza: bytes) -> bool:
        """Whether a room is asked, not the server itself."""
        return self._rooms in of(stanza, b"to")

    def once(self, trouble: Trouble) -> bool:
        """Whether this is the trouble now; then it is over."""
        if self.trouble is not trouble:
            return False
        self.trouble = None
        return True


class _XmppLine(Line):
    def __init__(self, wire: XmppWire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self._wire = wire
        self._from_modbot, self._from_server = b"", b""
        self._inside: frozenset[bytes] = frozenset()  # the rooms modbot is in
        self._unanswered = b""  # the id of a request whose answer will be lost

    def on(self, data: bytes) -> bytes:
        parts, self._from_modbot = split(self._from_modbot + data)
        return b"".join(self._sent(part) for part in parts)

    def back(self, data: bytes) -> bytes:
        parts, self._from_server = split(self._from_server + data)
        return b"".join(self._told(part) for part in parts)

    def _sent(self, part: bytes) -> bytes:
        if part.startswith(b"<iq"):
            return self._asked(part)
        unheard = part.startswith(b"<message") and self._wire.trouble is Trouble.LIE and self._wire.to_room(part)
        return b"" if unheard else part

    def _asked(self, stanza: bytes) -> bytes:
        self._wire.requests.append(stanza)
        if not self._wire.to_room(stanza):
            return stanza
        if of(stanza, b"type") == b"get":
            return self._unreadable(stanza) if self._wire.trouble is Trouble.UNREADABLE and OWNER in stanza else stanza
        if self._wire.trouble is Trouble.LIE:
            return self._answered(stanza, b"result")
        return self._spoilt(stanza) if self._wire.about and self._wire.about in stanza else stanza

    def _spoilt(self, stanza: bytes) -> bytes:
        if self._wire.trouble is Trouble.CUT:
            raise Cut
        if self._wire.once(Trouble.ANSWER_LOST):
            self._unanswered = of(stanza, b"id")
        if self._wire.once(Trouble.COME_BACK_LATER):
            return self._answered(stanza, b"error", BUSY)
        if self._wire.once(Trouble.FAULT):
            return self._answered(stanza, b"error", BROKEN)
        return stanza

    def _unreadable(self, stanza: bytes) -> bytes:
        return self._answered(stanza, b"result", b"<query xmlns='" + OWNER + b"'/>")

    def _answered(self, stanza: bytes, kind: bytes, content: bytes = b"") -> bytes:
        """Answer in the server's place, and pass nothing on."""
        head = b"<iq type='%b' id='%b' from='%b'>" % (kind, of(stanza, b"id"), of(stanza, b"to"))
        self.reply(head + content + b"</iq>")
        return b""

    def _told(self, part: bytes) -> bytes:
        if self._unanswered and part.startswith(b"<iq") and of(part, b"id") == self._unanswered:
            raise Cut
        if not part.startswith(b"<presence"):
            return part
        room = of(part, b"from").partition(b"/")[0]
        if OWN.search(part):
            self._inside = self._inside - {room} if of(part, b"type") == b"unavailable" else self._inside | {room}
            return part
        if self._wire.trouble is Trouble.EVENTS_LOST and room in self._inside:
            return b""  # those who are there when modbot enters are the answer to its coming in
        return part * 2 if self._wire.trouble is Trouble.EVENTS_TWICE else part


def of(stanza: bytes, attribute: bytes) -> bytes:
    """An attribute of a stanza."""
    found = ATTRIBUTE[attribute].search(stanza)
    return found[1] if found else b""


def split(data: bytes) -> tuple[list[bytes], bytes]:
    """Whole stanzas and what stands between them, and a rest that may be the beginning of a stanza."""
    parts = list(_parts(data))
    rest = parts.pop() if parts and BEGUN.search(parts[-1]) and not STANZA.fullmatch(parts[-1]) else b""
    return parts, rest


def _parts(data: bytes) -> Iterator[bytes]:
    at = 0
    for stanza in STANZA.finditer(data):
        if stanza.start() > at:
            yield data[at : stanza.start()]
        yield stanza[0]
        at = stanza.end()
    if at < len(data):
        yield data[at:]
