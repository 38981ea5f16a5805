"""The simulated end of Socket Mode. https://docs.slack.dev/apis/events-api/using-socket-mode

Each envelope goes to one connection, as with Slack, and waits for the acknowledgement with its envelope_id. When that
connection closes without one, the envelope goes to another.
"""

import asyncio
from contextlib import suppress
from typing import Any

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from modbot.simulators.slack.world import APP_ID, Json

_LOOK_AGAIN_SECONDS = 0.005


class Sockets:
    """Connections that were opened with a URL from apps.connections.open."""

    def __init__(self) -> None:
        self.connections: list[web.WebSocketResponse] = []
        self.opened_count = 0
        self._gone: dict[web.WebSocketResponse, asyncio.Future[Json]] = {}
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._tickets: set[str] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection: hello, then acknowledgements until it closes. A ticket is good once."""
        ticket = request.query.get("ticket", "")
        if not ticket.isdigit() or ticket in self._tickets:
            return web.Response(status=403)
        self._tickets.add(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._gone[socket] = asyncio.get_running_loop().create_future()
        self.connections.append(socket)
        self.opened_count += 1
        info = {"num_connections": len(self.connections), "connection_info": {"app_id": APP_ID}}
        await socket.send_json({"type": "hello", **info})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(orjson.loads(message.data))
        finally:
            self.connections.remove(socket)
            self._gone.pop(socket).set_result({})
        return socket

    async def deliver(self, kind: str, payload: Json, number: int, *, deadline_seconds: float) -> Json | None:
        """Send one envelope (slash_commands, interactive, events_api); the payload of its ack, None if none came."""
        envelope_id = f"envelope-{number}"
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        envelope = {"type": kind, "envelope_id": envelope_id, "payload": payload, "accepts_response_payload": True}
        try:
            async with asyncio.timeout(deadline_seconds):
                while not waiting.done():
                    await self._send(envelope, number, waiting)
                return waiting.result()
        except TimeoutError:
            return None
        finally:
            del self._waiting[envelope_id]

    async def _send(self, envelope: Json, number: int, waiting: asyncio.Future[Json]) -> None:
        """Over one connection, until it is acknowledged or that connection is gone."""
        if not self.connections:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            return
        socket = self.connections[number % len(self.connections)]
        gone = self._gone[socket]
        with suppress(ConnectionError):  # it is closing: the next one is taken
            await socket.send_json(envelope)
        await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)

    async def refresh(self) -> None:
        """Tell every connection to come back, as Slack does every few hours, and close it."""
        for socket in list(self.connections):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            await socket.close()

    async def close(self) -> None:
        """Cut every connection."""
        for socket in list(self.connections):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def _acknowledged(self, ack: dict[str, Any]) -> None:
        waiting = self._waiting.get(str(ack.get("envelope_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(ack.get("payload") or {})
