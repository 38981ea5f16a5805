"""A loopback connection between modbot and a platform that can be cut, also after the platform has acted."""

import asyncio
from urllib.parse import urlsplit

CHUNK_BYTES = 65_536


class Cut(Exception):
    """This line is to be cut."""


class Line:
    """One connection of modbot's, and the one to the platform that stands for it. Subclasses look at what passes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def on(self, data: bytes) -> bytes:
        """What is passed on to the platform of what modbot sent. Raises Cut."""
        return data

    def back(self, data: bytes) -> bytes:
        """What is passed on to modbot of what the platform sent. Raises Cut."""
        return data

    def reply(self, data: bytes) -> None:
        """Answer modbot in the platform's place."""
        self._writer.write(data)

    async def run(self, host: str, port: int) -> None:
        """Until either side hangs up, or the line is cut."""
        back, on = await asyncio.open_connection(host, port)
        tasks = [asyncio.ensure_future(self._pass_on(on)), asyncio.ensure_future(self._pass_back(back))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for writer in (on, self._writer):
                writer.transport.abort()

    async def _pass_on(self, on: asyncio.StreamWriter) -> None:
        while data := await self._reader.read(CHUNK_BYTES):
            on.write(self.on(data))
            await on.drain()

    async def _pass_back(self, back: asyncio.StreamReader) -> None:
        while data := await back.read(CHUNK_BYTES):
            self._writer.write(self.back(data))
            await self._writer.drain()


class Wire:
    """Listens on a free loopback port and passes on to `host`:`target_port`."""

    def __init__(self, host: str, target_port: int) -> None:
        self._target = (host, target_port)
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self.address = ("", 0)  # where modbot connects, known after `start`

    def line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Line:
        """A new connection of modbot's."""
        return Line(reader, writer)

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.address = (host, port)

    async def stop(self) -> None:
        """Cut every line."""
        if self._server is not None:
            self._server.close()
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.get_running_loop().create_task(self.line(reader, writer).run(*self._target))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)


class HttpWire(Wire):
    """To a simulator. `lose_answer_to` names a request, "METHOD path" in part, once answered by a cut connection."""

    def __init__(self, target: str) -> None:
        at = urlsplit(target)
        super().__init__(at.hostname or "", at.port or 0)
        self.lose_answer_to = ""

    @property
    def url(self) -> str:
        """Where modbot is to connect instead of to the simulator."""
        return "http://{}:{}".format(*self.address)

    def line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Line:
        """A new connection of modbot's."""
        return _HttpLine(self, reader, writer)

    def loses(self, request: bytes) -> bool:
        """Whether this is the request whose answer is to be lost. Only once."""
        first = request.partition(b"\r\n")[0].decode("latin-1")
        if not self.lose_answer_to or self.lose_answer_to not in first:
            return False
        self.lose_answer_to = ""
        return True


class _HttpLine(Line):
    def __init__(self, wire: HttpWire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self._wire = wire
        self._losing = False

    def on(self, data: bytes) -> bytes:
        self._losing = self._losing or self._wire.loses(data)
        return data

    def back(self, data: bytes) -> bytes:
        if self._losing:
            raise Cut
        return data
