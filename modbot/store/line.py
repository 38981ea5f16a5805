"""One connection to the store, kept: batches go over it one after the other.

redis-py's own pipeline asks its pool for a connection, bounds every reply by a timer of its own and tells its telemetry
of each step: nine turns of the event loop for one round trip, where two do.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import hiredis
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import DataError, ResponseError

Value = str | bytes | int | float
Command = tuple[Value, ...]


class Line:
    """Not for two exchanges at once. Connects when first used, and anew after a failure."""

    def __init__(self, client: Redis, *, answer_seconds: float) -> None:
        self._pool = client.connection_pool
        self._readers: Mapping[Any, Callable[..., Any]] = client.response_callbacks
        self._answer_seconds = answer_seconds
        self._connection: AbstractConnection | None = None
        self._pools_timeout: float | None = None

    async def exchange(self, commands: Sequence[Command]) -> list[Any]:
        """The answers in order, as redis-py gives them; what the server refused is a ResponseError in its place.

        Raises RedisError, OSError or TimeoutError: then it is not known what was done.
        """
        try:
            connection = await self._connected()
            async with asyncio.timeout(self._answer_seconds):
                await connection.send_packed_command(_packed(commands))
                answers = [await _reply(connection) for _ in commands]
        except BaseException:
            await self.close()  # what is still to come must not answer the next batch
            raise
        return [self._read(command, answer) for command, answer in zip(commands, answers, strict=True)]

    async def _connected(self) -> AbstractConnection:
        if self._connection is not None and await self._connection.can_read():
            await self.close()  # nothing was asked, so this is the end: the server closed it
        if self._connection is None:
            self._connection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
            self._pools_timeout = self._connection.socket_timeout
            self._connection.socket_timeout = None  # a batch has one deadline, not each of its replies
        return self._connection

    def _read(self, command: Command, answer: Any) -> Any:
        """What redis-py makes of this command's answers."""
        read = self._readers.get(command[0])
        if read is None or isinstance(answer, ResponseError):
            return answer
        # It would take the ids that XCLAIM … JUSTID answers for entries, and break, unless it is told.
        return read(answer, parse_justid=True) if command[-1] == "JUSTID" else read(answer)

    async def close(self) -> None:
        """Give the connection back to its pool, closed."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.socket_timeout = self._pools_timeout
            await connection.disconnect(nowait=True)
            await self._pool.release(connection)


def _packed(commands: Sequence[Command]) -> bytes:
    """The bytes of a batch: redis-py's asyncio client would join them in Python, at five times the price."""
    try:
        # Its type says a tuple of one; it takes any.
        return b"".join([hiredis.pack_command(_worded(command)) for command in commands])  # type: ignore[arg-type]
    except TypeError as error:
        raise DataError(str(error)) from None


def _worded(command: Command) -> Command:
    """As the server wants it: a command's name of two words is two of its arguments."""
    name = str(command[0])
    return (*name.split(), *command[1:]) if " " in name else command


async def _reply(connection: AbstractConnection) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as refused:
        return refused
