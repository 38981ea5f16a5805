"""The least that can be done with a webhook and still keep it: aiohttp, Zoom's signature, orjson, one batched write.

`HSET mb:{uuid}:p` and `XADD mb:{uuid}:ev` for every event; concurrent ones share one pipeline.
Arguments: the store's url, the webhook secret, the port (shared by several of these), then nothing.
"""

import asyncio
import hashlib
import hmac
import sys
import time

import orjson
from aiohttp import web
from redis.asyncio import Redis

from benchmarks.servers.listening import serve

MOST_TOGETHER = 256


class Batch:
    """Writes of the same moment in one round trip."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._waiting: list[tuple[bytes, bytes, bytes, asyncio.Future[None]]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def write(self, key: bytes, field: bytes, value: bytes) -> None:
        """Durable when this returns."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.append((key, field, value, future))
        if self._flusher is None or self._flusher.done():
            self._flusher = loop.create_task(self._flush())
        await future

    async def _flush(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            pipeline = self._client.pipeline(transaction=False)
            for key, field, value, _ in taken:
                pipeline.execute_command("HSET", key + b":p", field, value)
                pipeline.execute_command("XADD", key + b":ev", "*", "d", value)
            await pipeline.execute()
            for *_, future in taken:
                future.set_result(None)


class Ingest:
    """The one handler."""

    def __init__(self, batch: Batch, secret: bytes) -> None:
        self._batch = batch
        self._keyed = hmac.new(secret, digestmod=hashlib.sha256)

    async def handle(self, request: web.Request) -> web.Response:
        """Verify, parse, keep, answer."""
        body = await request.read()
        sent = request.headers["x-zm-request-timestamp"]
        mac = self._keyed.copy()
        mac.update(b"v0:" + sent.encode() + b":" + body)
        signed = hmac.compare_digest("v0=" + mac.hexdigest(), request.headers["x-zm-signature"])
        if not signed or abs(time.time() - int(sent)) > 300:
            return web.Response(status=401)
        meeting = orjson.loads(body)["payload"]["object"]
        person = meeting["participant"]
        key = b"mb:{" + meeting["uuid"].encode() + b"}"
        value = orjson.dumps([person["user_name"], person["email"], person["join_time"]])
        await self._batch.write(key, person["participant_uuid"].encode(), value)
        return web.Response(status=204)


async def main(url: str, secret: str, port: int) -> None:
    """Listen until killed."""
    app = web.Application()
    app.router.add_post("/webhooks/zoom", Ingest(Batch(Redis.from_url(url)), secret.encode()).handle)
    await serve(app, port, shared=True)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
