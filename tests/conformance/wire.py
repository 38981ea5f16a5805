"""A loopback connection between modbot and a simulator that can lose an answer: what was asked is done, unheard."""

import asyncio
from urllib.parse import urlsplit

CHUNK_BYTES = 65_536


class Wire:
    """Passes bytes on. `url` is where modbot is to connect instead of to `target`."""

    def __init__(self, target: str) -> None:
        at = urlsplit(target)
        self._host, self._port = at.hostname or "", at.port or 0
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self.url = ""
        self.lose_answer_to = ""  # "METHOD path", in part; the next such request is answered by a cut connection

    async def start(self) -> None:
        """Listen on a free loopback port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Cut every line."""
        if self._server is not None:
            self._server.close()
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.get_running_loop().create_task(_Line(self, reader, writer).run(self._host, self._port))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)

    def loses(self, request: bytes) -> bool:
        """Whether this is the request whose answer is to be lost. Only once."""
        first = request.partition(b"\r\n")[0].decode("latin-1")
        if not self.lose_answer_to or self.lose_answer_to not in first:
            return False
        self.lose_answer_to = ""
        return True


class _Line:
    """One connection of modbot's, and the one to the simulator it stands for."""

    def __init__(self, wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._wire = wire
        self._reader = reader
        self._writer = writer
        self._losing = False

    async def run(self, host: str, port: int) -> None:
        """Until either side hangs up."""
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
            self._losing = self._losing or self._wire.loses(data)
            on.write(data)
            await on.drain()

    async def _pass_back(self, back: asyncio.StreamReader) -> None:
        while data := await back.read(CHUNK_BYTES):
            if self._losing:
                return
            self._writer.write(data)
            await self._writer.drain()
