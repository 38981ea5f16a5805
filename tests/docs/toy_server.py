"""The toy room server of docs/adding-a-platform.md: keys with grants, rooms with a door, signed webhooks."""

import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from modbot.simulators import SimServer

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(slots=True)
class ToyPerson:
    """Somebody in a class."""

    id: str
    name: str
    email: str
    role: str


@dataclass(slots=True)
class ToyClass:
    """One run of a room."""

    room: str
    run: str
    title: str
    host: str
    locked: bool = False
    people: dict[str, ToyPerson] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """As the server tells it."""
        told = {"room": self.room, "run": self.run, "title": self.title, "host": self.host, "locked": self.locked}
        return told | {"people": [_row(person) for person in self.people.values()]}


class ToyServer(SimServer):
    """A room server over loopback HTTP. Whoever is put out may come back, unless the room is locked."""

    def __init__(self) -> None:
        super().__init__()
        self.key = "simulated-key"
        self.webhook_secret = "simulated-webhook-secret"
        self.grants = {"see", "shut", "remove"}
        self.classes: dict[str, ToyClass] = {}  # by room: one run at a time
        self._count = 0

    def routes(self, router: web.UrlDispatcher) -> None:
        """Its five calls."""
        router.add_get("/me", self._allowed("", self._me))
        router.add_get("/rooms", self._allowed("see", self._list))
        router.add_get("/rooms/{room}", self._allowed("see", self._one))
        router.add_put("/rooms/{room}", self._allowed("shut", self._set))
        router.add_delete("/rooms/{room}/people/{person}", self._allowed("remove", self._remove))

    # What scripts and tests do.

    def open_class(self, host: str, title: str) -> ToyClass:
        """A class starts, with its host in it."""
        room = title.lower().replace(" ", "-")
        opened = ToyClass(room, self._new_id(f"{room}-run"), title, host)
        self.classes[room] = opened
        self._tell(opened, "started")
        self.join(opened, "Host", host, role="host")
        return opened

    def join(self, into: ToyClass, name: str, email: str = "", *, role: str = "guest") -> str:
        """Somebody comes to the door; their id, or "" for those who are refused."""
        if into.locked:
            return ""
        person = ToyPerson(self._new_id("person"), name, email, role)
        into.people[person.id] = person
        self._tell(into, "joined", person)
        return person.id

    def leave(self, of: ToyClass, person_id: str) -> None:
        """Somebody goes, or is put out."""
        self._tell(of, "left", of.people.pop(person_id))

    # The calls.

    def _allowed(self, grant: str, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.Response:
            if request.headers.get("Authorization") != f"Bearer {self.key}":
                return _refused(401, "no such key")
            if grant and grant not in self.grants:
                return _refused(403, f"the key lacks {grant}")
            return await handler(request)

        return guarded

    async def _me(self, _: web.Request) -> web.Response:
        return web.json_response({"grants": sorted(self.grants)})

    async def _list(self, request: web.Request) -> web.Response:
        host = request.query.get("host", "")
        return web.json_response({"rooms": [one.row() for one in self.classes.values() if one.host == host]})

    async def _one(self, request: web.Request) -> web.Response:
        found = self.classes.get(request.match_info["room"])
        return web.json_response(found.row()) if found else _refused(404, "no class runs there")

    async def _set(self, request: web.Request) -> web.Response:
        found = self.classes.get(request.match_info["room"])
        if found is None:
            return _refused(404, "no class runs there")
        locked = (await request.json()).get("locked")
        if not isinstance(locked, bool):
            return _refused(400, "locked must be true or false")
        if not self.faults.lie:
            found.locked = locked
        return web.Response(status=204)

    async def _remove(self, request: web.Request) -> web.Response:
        found = self.classes.get(request.match_info["room"])
        person_id = request.match_info["person"]
        if found is None or person_id not in found.people:
            return _refused(404, "nobody of that id is in")
        if not self.faults.lie:
            self.leave(found, person_id)
        return web.Response(status=204)

    # Webhooks.

    def _tell(self, of: ToyClass, event: str, person: ToyPerson | None = None) -> None:
        told: dict[str, Any] = {"event": event, "at": datetime.now(UTC).isoformat(), "room": of.room, "run": of.run}
        told |= {"title": of.title, "host": of.host} | ({"person": _row(person)} if person else {})
        body = json.dumps(told).encode()

        async def deliver() -> None:
            async with self.client.post(self.webhook_url, data=body, headers=self.signed(body)) as answer:
                await answer.read()

        self.send_soon(deliver)

    def signed(self, body: bytes) -> Mapping[str, str]:
        """The headers of a webhook sent now."""
        at = str(int(time.time()))
        digest = hmac.digest(self.webhook_secret.encode(), f"{at}.".encode() + body, "sha256").hex()
        return {"Content-Type": "application/json", "Toy-Time": at, "Toy-Signature": digest}

    def _new_id(self, of: str) -> str:
        self._count += 1
        return f"{of}-{self._count}"


def _row(person: ToyPerson) -> dict[str, str]:
    return {"id": person.id, "name": person.name, "email": person.email, "role": person.role}


def _refused(status: int, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)
