"""Incidents in the store: one hash and one list of lines each; one open incident a room."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

import orjson

from modbot.chat import Posted
from modbot.model import Room
from modbot.seal import Keyring
from modbot.store import Script, Store, keys

_OPEN = Script(
    """
    local id = redis.call('GET', KEYS[1])
    if id then return id end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    redis.call('HSET', KEYS[2], 'id', ARGV[1], unpack(ARGV, 4))
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
    return ARGV[1]
    """
)

_ADD_LINE = Script(
    """
    redis.call('HINCRBY', KEYS[2], 'changes', 1)
    redis.call('PEXPIRE', KEYS[2], ARGV[2])
    if redis.call('HSETNX', KEYS[2], ARGV[3], '1') == 0 then return 0 end
    redis.call('RPUSH', KEYS[1], ARGV[1])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return 1
    """
)

_RESOLVE = Script(
    """
    if redis.call('HGET', KEYS[2], 'state') == 'resolved' then return 0 end
    redis.call('HSET', KEYS[2], 'state', 'resolved', 'resolved_by', ARGV[2], 'resolved_at', ARGV[3], 'why', ARGV[4])
    if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
    return 1
    """
)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something staff must handle. `lines` are the timeline, without participants' names."""

    id: str
    room: Room
    title: str
    school: str
    host: str  # e-mail of the host when it was opened
    section: str  # "" where modbot does not know it
    opened_by: str
    opened_at: datetime
    state: str = "open"  # open, acknowledged, resolved
    owner: str = ""
    resolved_by: str = ""
    why: str = ""
    channel: str = ""
    ts: str = ""
    page: str = ""
    posted_lines: int = 0
    changes: int = 0  # how often its card was to be shown anew, up to this state
    lines: tuple[str, ...] = ()

    @property
    def card(self) -> Posted | None:
        """Where its card stands, once it has been posted."""
        return Posted(self.channel, self.ts) if self.ts else None


class Incidents:
    """Raises StoreUnavailable."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    async def open(self, incident: Incident) -> str:
        """Open `incident` unless its room has one: the id that holds."""
        fields = {
            "room": incident.room.key,
            "title": incident.title,
            "school": incident.school,
            "host": incident.host,
            "section": incident.section,
            "state": "open",
            "opened_by": incident.opened_by,
            "opened_at": incident.opened_at.isoformat(),
            "channel": incident.channel,
        }
        flat = [part for pair in fields.items() for part in pair]
        open_for = _ms(timedelta(days=7))
        found = await self._store.call(
            _OPEN,
            [keys.open_incident(incident.room.key), keys.incident(incident.id)],
            [incident.id, open_for, _ms(keys.INCIDENT_KEEP), *flat],
        )
        return str(found, "ascii")

    async def of_room(self, room: Room) -> str | None:
        """The id of the room's open incident."""
        found = await self._store.run("GET", keys.open_incident(room.key))
        return found.decode() if found else None

    async def get(self, incident_id: str) -> Incident | None:
        """One incident with its timeline."""
        fields, lines = await self._store.batch(
            [("HGETALL", keys.incident(incident_id)), ("LRANGE", keys.incident_lines(incident_id), 0, 499)]
        )
        if not fields:
            return None
        why = self._opened(incident_id, fields.pop(b"why")) if b"why" in fields else ""
        text = {name.decode(): value.decode() for name, value in fields.items()}
        return replace(_incident(text), why=why, lines=tuple(self._opened(incident_id, line) for line in lines))

    def _sealed(self, incident_id: str, typed: str) -> bytes:
        """Reasons are typed by staff and may name pupils."""
        return self._keyring.seal(typed.encode(), context=keys.incident(incident_id).encode())

    def _opened(self, incident_id: str, kept: bytes) -> str:
        return self._keyring.open(kept, context=keys.incident(incident_id).encode()).decode()

    async def add_line(self, incident_id: str, line: str, *, once: str) -> None:
        """Add a line to the timeline, unless one was added under the same word before: work may be done again.

        Either way the card is out of date from now on.
        """
        where = [keys.incident_lines(incident_id), keys.incident(incident_id)]
        word = blake2b(once.encode(), digest_size=8).hexdigest()
        await self._store.call(
            _ADD_LINE, where, [self._sealed(incident_id, line), _ms(keys.INCIDENT_KEEP), f"said:{word}"]
        )

    async def set(self, incident_id: str, **fields: str | int) -> None:
        """Set fields that follow from others' acts: owner, state, page, card, lines posted."""
        flat = [part for pair in fields.items() for part in pair]
        await self._store.run("HSET", keys.incident(incident_id), *flat)

    async def out_of_date(self, incident_id: str) -> bool:
        """Whether anything happened that the card does not show yet."""
        changes, shown = await self._store.run("HMGET", keys.incident(incident_id), "changes", "shown")
        return int(changes or 0) > int(shown or 0)

    async def moved_on(self, incident: Incident) -> bool:
        """Whether anything has happened since this state was read."""
        changes = await self._store.run("HGET", keys.incident(incident.id), "changes")
        return int(changes or 0) > incident.changes

    async def shown(self, incident: Incident) -> None:
        """Its card shows this state."""
        await self.set(incident.id, shown=incident.changes)

    async def claim_page(self, incident_id: str, page_id: str) -> str:
        """The page of this incident: `page_id` if it had none (two panics make one page)."""
        at = keys.incident(incident_id)
        _, held = await self._store.batch([("HSETNX", at, "page", page_id), ("HGET", at, "page")])
        return str(held, "utf-8")

    async def resolve(self, incident: Incident, *, by: str, at: datetime, why: str) -> bool:
        """Close it; False when it was closed before."""
        return bool(
            await self._store.call(
                _RESOLVE,
                [keys.open_incident(incident.room.key), keys.incident(incident.id)],
                [incident.id, by, at.isoformat(), self._sealed(incident.id, why)],
            )
        )

    async def note_open(self, incident_id: str, *, is_open: bool) -> None:
        """Keep the short list of open incidents."""
        command = "SADD" if is_open else "SREM"
        await self._store.batch(
            [(command, keys.OPEN_INCIDENTS, incident_id), ("PEXPIRE", keys.OPEN_INCIDENTS, _ms(keys.INCIDENT_KEEP))]
        )

    async def open_ids(self) -> list[str]:
        """Ids of open incidents."""
        return sorted(found.decode() for found in await self._store.run("SMEMBERS", keys.OPEN_INCIDENTS))


def _incident(text: dict[str, str]) -> Incident:
    return Incident(
        id=text["id"],
        room=Room.from_key(text["room"]),
        title=text["title"],
        school=text["school"],
        host=text["host"],
        section=text["section"],
        opened_by=text["opened_by"],
        opened_at=datetime.fromisoformat(text["opened_at"]),
        state=text["state"],
        owner=text.get("owner", ""),
        resolved_by=text.get("resolved_by", ""),
        channel=text.get("channel", ""),
        ts=text.get("ts", ""),
        page=text.get("page", ""),
        posted_lines=int(text.get("posted_lines", "0")),
        changes=int(text.get("changes", "0")),
    )


def line(at: datetime, text: str) -> str:
    """A timeline line as it is kept."""
    return orjson.dumps([at.isoformat(timespec="seconds"), text]).decode()


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
