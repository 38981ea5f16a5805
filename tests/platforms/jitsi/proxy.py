"""A relay in front of an XMPP server that knows stanzas and can lie, refuse, delay, lose and cut.

For loopback without TLS. What modbot says is cut into stanzas on its way, and so is what the server says.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from xml.etree import ElementTree as ET
from xml.parsers import expat

from modbot.platforms.jitsi.whole_tags import WholeTags

ROOM_CHANGES = ("http://jabber.org/protocol/muc#owner", "http://jabber.org/protocol/muc#admin")


@dataclass(slots=True)
class Faults:
    """How the relay misbehaves until told otherwise. `only` limits it to what modbot asks that contains this text."""

    only: str = ""
    lie: bool = False  # a change is answered with success, and the server never hears of it
    delay_seconds: float = 0.0  # before each request goes on
    cut_before: int = 0  # so many requests: the connection is cut instead of passing them on
    cut_after: int = 0  # so many requests: they are passed on, and the connection is cut before their answer
    swallow: bool = False  # requests vanish, the connection stays
    refuse_next: deque[str] = field(default_factory=deque)  # conditions of errors the next requests are answered with
    mute_presence: bool = False  # nobody is seen to come or go
    double_presence: bool = False  # everybody is seen to come and go twice


class Proxy:
    """Relays every connection to `host`:`port`. Where it listens is `port` of its own once started."""

    def __init__(self, host: str, port: int) -> None:
        self.faults = Faults()
        self.asked: list[str] = []  # each iq modbot sent once it was signed in, as it was written
        self.port = 0
        self._behind = (host, port)
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self._cut_answers: set[str] = set()

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()

    def changes(self) -> list[str]:
        """The requests that were to change a room."""
        return [one for one in self.asked if 'type="set"' in one and any(name in one for name in ROOM_CHANGES)]

    def cut(self) -> None:
        """Cut every connection now."""
        for line in list(self._lines):
            line.transport.abort()

    async def _relay(self, from_modbot: asyncio.StreamReader, to_modbot: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(*self._behind)
        lines = {to_modbot, to_server}
        self._lines |= lines
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._upwards(from_modbot, to_server, to_modbot))
                both.create_task(self._downwards(from_server, to_modbot))
        except* (ConnectionError, _Cut):
            pass  # either side hung up, or was cut on purpose
        finally:
            self._lines -= lines
            for line in lines:
                line.transport.abort()

    async def _upwards(
        self, source: asyncio.StreamReader, server: asyncio.StreamWriter, modbot: asyncio.StreamWriter
    ) -> None:
        stanzas = Stanzas()
        while data := await source.read(65536):
            for stanza in stanzas.feed(data):
                request = _request_in(stanza)
                if request is None or await self._lets_pass(stanza, request, modbot):
                    server.write(stanza)
        raise _Cut

    async def _lets_pass(self, stanza: bytes, request: ET.Element, modbot: asyncio.StreamWriter) -> bool:
        """Whether the server is to hear of this request."""
        faults, text = self.faults, stanza.decode()
        self.asked.append(text)
        if faults.only and faults.only not in text:
            return True
        if faults.delay_seconds:
            await wait_a_while(faults.delay_seconds)
        if faults.swallow:
            return False
        if faults.cut_before:
            faults.cut_before -= 1
            raise _Cut
        if faults.cut_after:
            faults.cut_after -= 1
            self._cut_answers.add(request.get("id", ""))
        answer = self._made_up_answer(request)
        if answer:
            modbot.write(answer.encode())
        return not answer

    def _made_up_answer(self, request: ET.Element) -> str:
        head = f"id='{request.get('id')}' from='{request.get('to')}'"
        if self.faults.refuse_next:
            condition = self.faults.refuse_next.popleft()
            said = f"<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
            return f"<iq type='error' {head}><error type='wait'>{said}</error></iq>"
        return f"<iq type='result' {head}/>" if self.faults.lie and request.get("type") == "set" else ""

    async def _downwards(self, source: asyncio.StreamReader, modbot: asyncio.StreamWriter) -> None:
        stanzas = Stanzas()
        while data := await source.read(65536):
            for stanza in stanzas.feed(data):
                for _ in range(self._times(stanza)):
                    modbot.write(stanza)
            await modbot.drain()
        raise _Cut

    def _times(self, stanza: bytes) -> int:
        """How often modbot hears this stanza of the server's."""
        if stanza.startswith(b"<iq") and ET.fromstring(stanza).get("id", "") in self._cut_answers:  # noqa: S314
            raise _Cut
        if not stanza.startswith(b"<presence"):
            return 1
        if self.faults.mute_presence and b"'110'" not in stanza and b'"110"' not in stanza:
            return 0
        return 2 if self.faults.double_presence else 1


class _Cut(Exception):
    """The connection is to be cut."""


class Stanzas:
    """Cuts one direction of an XMPP stream into its stanzas; stream headers pass as they are."""

    def __init__(self) -> None:
        self._depth = 0
        self._tags = WholeTags()
        self._held = b""
        self._held_from = 0  # how many bytes of the stream went before what is held
        self._ends: list[tuple[int, bytes]] = []  # where it ends, and the tag that may stand there
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end

    def feed(self, data: bytes) -> list[bytes]:
        """The pieces that are complete now."""
        data = data.replace(b"<?xml version='1.0'?>", b"")  # a restarted stream may not repeat it inside the first
        self._held += data
        self._parser.Parse(self._tags.feed(data), False)
        ends, self._ends = self._ends, []
        pieces = []
        for end, tag in ends:
            at = end - self._held_from
            if self._held.startswith(tag, at):  # else it closed itself, and expat counts from behind it
                at = self._held.index(b">", at) + 1
            pieces.append(self._held[:at])
            self._held, self._held_from = self._held[at:], self._held_from + at
        return pieces

    def _on_start(self, name: str, _: dict[str, str]) -> None:
        if name == "stream:stream":
            self._depth = 1
            self._ends.append((self._parser.CurrentByteIndex, b"<stream:stream"))
        else:
            self._depth += 1

    def _on_end(self, name: str) -> None:
        self._depth -= 1
        if self._depth <= 1:
            self._ends.append((self._parser.CurrentByteIndex, f"</{name}".encode()))


def _request_in(stanza: bytes) -> ET.Element | None:
    """The request, if this is one that modbot sends once it is signed in."""
    if not stanza.startswith(b"<iq"):
        return None
    request = ET.fromstring(stanza)  # noqa: S314 - modbot wrote it
    return request if request.get("to") else None


async def wait_a_while(seconds: float) -> None:
    """The delay that a test asked for."""
    await asyncio.sleep(seconds)
