"""A server that reads a request and answers at once, without looking at it: the generator's own ceiling."""

import asyncio

from benchmarks.servers.listening import announce

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Null(asyncio.Protocol):
    """Takes whatever arrives at once for one request: the generator sends one at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer."""
        self.transport.write(ANSWER)


async def main() -> None:
    """Listen on a free port until killed."""
    server = await asyncio.get_running_loop().create_server(Null, "127.0.0.1", 0)
    announce(server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
