"""Raids of the last day: which classes, since when, where the warning stands, what staff did. Ids, and sealed words."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import orjson

from modbot.chat import Posted
from modbot.errors import SealBroken
from modbot.log import get_logger
from modbot.seal import Keyring
from modbot.store import Script, Store, keys

MOST_FIELDS = 250  # of one raid: mostly people in classes. Further ones change nothing about what is to be done
MOST_NOTES = 20
POINTER_LONGER = timedelta(minutes=5)  # than what was seen: it must not be told as a new raid because of a slow clock

_GROW = Script(
    """
    redis.call('HSETNX', KEYS[1], 'school', ARGV[3])
    if tonumber(ARGV[4]) > tonumber(redis.call('HGET', KEYS[1], 'people') or '0') then
        redis.call('HSET', KEYS[1], 'people', ARGV[4])
    end
    local many = redis.call('HLEN', KEYS[1])
    for i = 5, #ARGV, 2 do
        if many >= tonumber(ARGV[2]) then break end
        many = many + redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1])
    end
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
    return redis.call('HGETALL', KEYS[1])
    """
)

log = get_logger("raids")


@dataclass(frozen=True, slots=True)
class Seen:
    """One unrecognised person in one class."""

    session_key: str
    participant_id: str
    at: datetime  # when they came


@dataclass(frozen=True, slots=True)
class Note:
    """What a member of staff did about it."""

    at: datetime
    said: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the warning stands, and which state of the raid it shows there."""

    where: Posted
    state: str


@dataclass(frozen=True, slots=True)
class Raid:
    """Everything that one warning is about. `shown` is the `state` that the warning shows, "" before it was posted."""

    id: str
    school: str
    people: int  # how many different unrecognised people, as far as it can be told
    seen: tuple[Seen, ...]  # by time
    notes: tuple[Note, ...] = ()  # by time
    standing: Mapping[str, Standing] = field(default_factory=dict)  # by place
    shown: str = ""

    @property
    def state(self) -> str:
        """Changes whenever the warning has something new to say."""
        return f"{len(self.seen)}.{self.people}.{len(self.notes)}"


class Raids:
    """Each lasts a day from its last change. Raises StoreUnavailable."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    async def grow(self, school: str, seen: Sequence[Seen], *, people: int, keep: timedelta) -> Raid:
        """The school's raid of these minutes, begun now if there is none, with these people in it. Safe to repeat.

        `keep` is how long what was seen is looked at: a raid quiet for longer is over, and the next is another.
        """
        pointer = keys.raid_now(school)
        life = _ms(keep + POINTER_LONGER)
        _, raid_id, _ = await self._store.batch(
            [
                ("SET", pointer, f"r{secrets.token_hex(4)}", "NX", "PX", life),
                ("GET", pointer),
                ("PEXPIRE", pointer, life),
            ]
        )
        rows = [part for one in seen for part in (_field(one), _kept(one))]
        where = [keys.raid(raid_id.decode())]
        held = await self._store.call(_GROW, where, [_ms(keys.RAID_KEEP), MOST_FIELDS, school, people, *rows])
        return self._read(raid_id.decode(), dict(zip(held[::2], held[1::2], strict=True)))

    async def get(self, raid_id: str) -> Raid | None:
        """One raid; None when it is more than a day old."""
        held = await self._store.run("HGETALL", keys.raid(raid_id))
        return self._read(raid_id, held) if b"school" in held else None

    async def note(self, raid_id: str, note: Note, *, once: str) -> Raid | None:
        """Add it, once for each `once`; the raid, or None when it is more than a day old."""
        raid = await self.get(raid_id)
        if raid is not None and len(raid.notes) < MOST_NOTES:
            plain = orjson.dumps([_at_ms(note.at), note.said])
            sealed = self._keyring.seal(plain, context=keys.raid(raid_id).encode())
            await self._set("HSETNX", raid_id, f"n:{once}", sealed)
        return await self.get(raid_id)

    async def stands(self, raid: Raid, place: str, where: Posted) -> None:
        """The warning stands there as of this state of the raid."""
        await self._set("HSET", raid.id, f"at:{place}", f"{where.channel} {where.ts} {raid.state}")

    async def shown(self, raid_id: str, state: str) -> None:
        """Every place shows this state."""
        await self._set("HSET", raid_id, "shown", state)

    async def _set(self, command: str, raid_id: str, name: str, value: str | bytes) -> None:
        key = keys.raid(raid_id)
        await self._store.batch([(command, key, name, value), ("PEXPIRE", key, _ms(keys.RAID_KEEP))])

    def _read(self, raid_id: str, held: Mapping[bytes, bytes]) -> Raid:
        named = {name.decode(): value for name, value in held.items()}
        seen = sorted((_seen(value) for name, value in named.items() if name.startswith("p:")), key=_place)
        notes = [self._opened(raid_id, value) for name, value in named.items() if name.startswith("n:")]
        standing = {
            name.removeprefix("at:"): _standing(value) for name, value in named.items() if name.startswith("at:")
        }
        return Raid(
            raid_id,
            named["school"].decode(),
            int(named.get("people", b"1")),
            tuple(seen),
            tuple(sorted((note for note in notes if note is not None), key=lambda note: note.at)),
            standing,
            named.get("shown", b"").decode(),
        )

    def _opened(self, raid_id: str, sealed: bytes) -> Note | None:
        try:
            at_ms, said = orjson.loads(self._keyring.open(sealed, context=keys.raid(raid_id).encode()))
        except SealBroken as error:
            log.warning("raid_note_sealed_otherwise", raid=raid_id, detail=error.log_detail)
            return None
        return Note(datetime.fromtimestamp(at_ms / 1000, UTC), said)


def _standing(kept: bytes) -> Standing:
    channel, ts, state = kept.decode().split(" ")
    return Standing(Posted(channel, ts), state)


def _field(one: Seen) -> str:
    return f"p:{one.session_key}/{one.participant_id}"


def _kept(one: Seen) -> bytes:
    return orjson.dumps([one.session_key, one.participant_id, _at_ms(one.at)])


def _seen(kept: bytes) -> Seen:
    session_key, participant_id, at_ms = orjson.loads(kept)
    return Seen(session_key, participant_id, datetime.fromtimestamp(at_ms / 1000, UTC))


def _place(one: Seen) -> tuple[datetime, str, str]:
    return one.at, one.session_key, one.participant_id


def _at_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
