"""The store: one Redis-protocol server, reached through one small surface.

`Store` opens the connection, runs commands and scripts, gathers concurrent calls into one round trip, and makes
redis-py's failures `StoreUnavailable`. What is kept, under which key and for how long, is in `modbot.store.keys`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib import import_module
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import BlockingConnectionPool
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from modbot.errors import ConfigError, StoreUnavailable
from modbot.log import get_logger
from modbot.store.line import Command, Line, Value

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 2.0  # a store that takes longer is taken for gone: a teacher waits
BLOCKING_SECONDS = 5.0  # the same for reads that wait for something to come, which is at most 2 s
LOOK_EVERY_SECONDS = 0.1
BATCH_COMMANDS = 512  # one round trip's bound, so that no batch holds the server for long

log = get_logger("store")


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script, sent once and then called by its digest. Keys come first."""

    source: str

    @property
    def digest(self) -> str:
        """The name the server knows it by."""
        return sha1(self.source.encode(), usedforsecurity=False).hexdigest()


class Store:
    """The district's Redis. One per process; every method raises StoreUnavailable when it does not answer.

    Once a call has run out of time the next ones raise at once, until a ping is answered: an act asks a dozen things
    on its way, and must not wait for each (P12).
    """

    def __init__(self, client: Redis, patient: Redis | None = None) -> None:
        """`patient` waits longer for its answers, for blocking reads; without one, `client` does them too."""
        self._client = client
        self._patient = patient or client
        self._line = Line(client, answer_seconds=ANSWER_SECONDS)
        self._hanging = False
        self._looking: asyncio.Task[None] | None = None
        self._digests: dict[Script, str] = {}
        self._waiting: list[tuple[Sequence[Command], asyncio.Future[list[Any]]]] = []
        self._flusher: asyncio.Task[None] | None = None

    @property
    def client(self) -> Redis:
        """The connection pool itself, for the blocking reads of the inbox only."""
        return self._patient

    async def run(self, *command: Value) -> Any:
        """One command, in the next batch. Answers are bytes."""
        return (await self.batch([command]))[0]

    async def call(self, script: Script, keys: Sequence[str], arguments: Sequence[Value]) -> Any:
        """One script call, in the next batch."""
        return (await self.batch([self.command_of(script, keys, arguments)]))[0]

    def command_of(self, script: Script, keys: Sequence[str], arguments: Sequence[Value]) -> Command:
        """A script call as a command, to go with others in one batch."""
        digest = self._digests.get(script)
        if digest is None:
            digest = self._digests[script] = script.digest
        return ("EVALSHA", digest, len(keys), *keys, *arguments)

    async def batch(self, commands: Sequence[Command]) -> list[Any]:
        """Commands in order, in one round trip shared with whatever else is asked at the same moment.

        Not a transaction: use a script for that. The first command that fails raises.
        """
        if self._hanging:
            raise StoreUnavailable("it did not answer a moment ago")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Any]] = loop.create_future()
        self._waiting.append((commands, future))
        if self._flusher is None or self._flusher.done():
            self._flusher = loop.create_task(self._flush())
        return await future

    async def _flush(self) -> None:
        while self._waiting:
            taken = self._take()
            flat = [command for commands, _ in taken for command in commands]
            try:
                answers = await self._round_trip(flat)
            except StoreUnavailable as error:
                for _, future in taken:
                    if not future.done():
                        future.set_exception(StoreUnavailable(error.log_detail))
                continue
            except asyncio.CancelledError:
                for _, future in taken:
                    future.cancel()
                raise
            except Exception as error:  # whoever waits must hear of it, or waits for ever
                log.exception("batch_broke", commands=len(flat))
                for _, future in taken:
                    if not future.done():
                        future.set_exception(StoreUnavailable(f"batch broke: {type(error).__name__}"))
                continue
            _hand_out(taken, answers)

    def _take(self) -> list[tuple[Sequence[Command], asyncio.Future[list[Any]]]]:
        count = size = 0
        for commands, _ in self._waiting:
            size += len(commands)
            if count and size > BATCH_COMMANDS:
                break
            count += 1
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    async def _round_trip(self, commands: Sequence[Command]) -> list[Any]:
        answers = await self._pipeline(commands)
        if any(isinstance(answer, NoScriptError) for answer in answers):
            missing = [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
            await self._teach_scripts()
            again = await self._pipeline([commands[i] for i in missing])
            for i, answer in zip(missing, again, strict=True):
                answers[i] = answer
        return answers

    async def _teach_scripts(self) -> None:
        await self._pipeline([("SCRIPT LOAD", script.source) for script in self._digests])

    async def _pipeline(self, commands: Sequence[Command]) -> list[Any]:
        try:
            return await self._line.exchange(commands)
        except (RedisError, OSError, TimeoutError) as error:
            if isinstance(error, TimeoutError | RedisTimeoutError):
                self._take_for_hanging()
            raise StoreUnavailable(f"{type(error).__name__}: {error}") from error

    def _take_for_hanging(self) -> None:
        if not self._hanging:
            self._hanging = True
            self._looking = asyncio.get_running_loop().create_task(self._until_back())

    async def _until_back(self) -> None:
        while True:
            try:
                await self._client.ping()
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            else:
                self._hanging = False
                return

    async def ping(self) -> None:
        """Raises StoreUnavailable unless the server answers and can write."""
        await self.run("PING")

    async def facts(self) -> dict[str, Any]:
        """The server's INFO, for doctor."""
        facts: dict[str, Any] = await translated(self._client.info)
        return facts

    async def close(self) -> None:
        """Give up the connections."""
        if self._flusher is not None and not self._flusher.done():
            await asyncio.gather(self._flusher, return_exceptions=True)
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._line.close()
        await self._patient.aclose()
        await self._client.aclose()


def _hand_out(taken: Sequence[tuple[Sequence[Command], "asyncio.Future[list[Any]]"]], answers: list[Any]) -> None:
    position = 0
    for commands, future in taken:
        own = answers[position : position + len(commands)]
        position += len(commands)
        if future.done():
            continue
        failed = next((answer for answer in own if isinstance(answer, Exception)), None)
        if failed is None:
            future.set_result(own)
        else:
            future.set_exception(StoreUnavailable(f"{type(failed).__name__}: {failed}"))


async def translated(call: Callable[[], Awaitable[Any]]) -> Any:
    """Await a redis-py call with its failures made StoreUnavailable."""
    try:
        return await call()
    except (RedisError, OSError, TimeoutError) as error:
        raise StoreUnavailable(f"{type(error).__name__}: {error}") from error


def connect(url: str, *, connections: int = 32) -> Store:
    """A store at `url`: redis://, rediss://, unix://, or memory:// for unit tests. Connects on first use.

    Raises ConfigError for anything else. memory:// needs fakeredis, which only the development set-up installs.
    """
    if url == "memory://":
        return Store(_in_memory())
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError("MODBOT_REDIS_URL", "it must start with redis://, rediss:// or unix://")
    return Store(
        _client(url, connections, answer_seconds=ANSWER_SECONDS),
        _client(url, connections, answer_seconds=BLOCKING_SECONDS),
    )


def _client(url: str, connections: int, *, answer_seconds: float) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=CONNECT_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=answer_seconds,
        health_check_interval=30,
    )
    return Redis.from_pool(pool)


def _in_memory() -> Redis:
    try:
        fake = import_module("fakeredis")
    except ModuleNotFoundError:
        raise ConfigError("MODBOT_REDIS_URL", "memory:// is for modbot's own tests and needs fakeredis") from None
    client: Redis = fake.FakeAsyncRedis()
    return client


__all__ = ["Command", "Script", "Store", "Value", "connect", "translated"]
