"""Live sessions in the store: one hash a session, moved forward by one script, found by host, room or district.

Nothing is read before it is written: see `modbot.session_state` for why order does not matter.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import orjson

from modbot.model import Event, EventKind, Participant, PlatformName, Room, Session
from modbot.seal import Keyring
from modbot.session_state import Register, ended, read, registers_of, registers_of_read
from modbot.store import Command, Script, Store, keys
from modbot.store.looks import Marks

_LATEST = datetime(9999, 1, 1, tzinfo=UTC)  # a session whose start was not heard counts as the newest

# A value longer than 64 bytes is kept in two fields, F and "e"+F: one longer value would turn the whole hash from the
# server's compact form into a table three times its size. Only the head is compared; it holds time and nonce.
# A hint is not written beside what the start event told: it would say the same.
_REST = b"e"
_FORWARD = Script(
    """
    local new = redis.call('EXISTS', KEYS[1]) == 0
    for i = 2, #ARGV, 2 do
        local field, value = ARGV[i], ARGV[i + 1]
        local held = redis.call('HGET', KEYS[1], field)
        local head = string.sub(value, 1, 64)
        local needless = field == 'n' and redis.call('HEXISTS', KEYS[1], 'm') == 1
        if not needless and (not held or held < head) then
            redis.call('HSET', KEYS[1], field, head)
            if #value > 64 then
                redis.call('HSET', KEYS[1], 'e' .. field, string.sub(value, 65))
            elseif held and #held == 64 then
                redis.call('HDEL', KEYS[1], 'e' .. field)
            end
        end
    end
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
    return new and 1 or 0
    """
)


MAX_NAMED_LAST = 10_000  # indexes whose last answer this process remembers


class Sessions:
    """What modbot knows of live classes."""

    def __init__(self, store: Store, keyring: Keyring, *, keep: timedelta) -> None:
        self._store = store
        self._keyring = keyring
        self._marks = Marks()
        self._named_last: dict[str, tuple[str, ...]] = {}
        self._keep_ms = int(keep.total_seconds() * 1000)

    async def ingest(self, events: Sequence[Event]) -> None:
        """Make events durable session state, in one round trip. Safe to repeat, in any order."""
        commands = [command for event in events for command in self._commands(event)]
        answers = await self._store.batch([*commands, *self._marked(events)])
        answers = answers[: len(commands)]
        strays = self._strays(events, commands, answers)
        if strays:
            await self._store.batch(strays)

    def _marked(self, events: Sequence[Event]) -> list[Command]:
        """So that findings are looked for: what has ended holds none that anybody could act on."""
        changed = {_key_of(event) for event in events if event.kind is not EventKind.ENDED}
        return self._marks.of(changed)

    def _commands(self, event: Event) -> list[Command]:
        session_key = _key_of(event)
        written: list[bytes | int] = [self._keep_ms]
        for register in registers_of(event, self._seal):
            written += (register.field, register.value)
        commands = [self._store.command_of(_FORWARD, [keys.session(session_key)], written)]
        if event.kind is EventKind.STARTED or event.host_email:
            commands += self._index(event, session_key)
        if event.kind is EventKind.ENDED:
            commands += [("HDEL", keys.LIVE, session_key), *_told_as_ended(session_key)]
        return commands

    def _strays(self, events: Sequence[Event], commands: Sequence[Command], answers: Sequence[object]) -> list[Command]:
        """Index rows for sessions first heard of by another event than their start."""
        firsts = [answer for command, answer in zip(commands, answers, strict=True) if command[0] == "EVALSHA"]
        heard = zip(events, firsts, strict=True)
        late = [e for e, new in heard if new == 1 and e.kind not in (EventKind.STARTED, EventKind.ENDED)]
        return [row for event in late for row in self._index(event, _key_of(event))]

    def _index(self, event: Event, session_key: str) -> list[Command]:
        if event.kind is EventKind.ENDED:
            return []
        room_key = event.room.key
        listing = "HSET" if event.title else "HSETNX"  # an event that tells no title takes no known one away
        rows: list[Command] = [
            (listing, keys.LIVE, session_key, orjson.dumps([room_key, event.title[:200], event.host_email])),
            ("PEXPIRE", keys.LIVE, int(keys.LIVE_KEEP.total_seconds() * 1000)),
            ("HSET", keys.room_sessions(room_key), session_key, int(event.at.timestamp() * 1000)),
            ("PEXPIRE", keys.room_sessions(room_key), self._keep_ms),
        ]
        if event.host_email:
            host = keys.host(event.host_email)
            rows += [("HSET", host, session_key, room_key), ("PEXPIRE", host, self._keep_ms)]
        return rows

    async def get(self, session_key: str) -> Session | None:
        """One session with its participants, or None when nothing is known of it."""
        found = await self.get_many([session_key])
        return found[0] if found else None

    async def get_many(self, session_keys: Sequence[str]) -> list[Session]:
        """Sessions by key, in one round trip. Unknown ones are left out."""
        if not session_keys:
            return []
        states = await self._store.batch([("HGETALL", keys.session(key)) for key in session_keys])
        return [
            session
            for key, state in zip(session_keys, states, strict=True)
            if state and (session := self._read(key, state)) is not None
        ]

    def _read(self, session_key: str, state: Mapping[bytes, bytes]) -> Session | None:
        platform, _, session_id = session_key.partition(":")
        return read(PlatformName(platform), session_id, _joined(state), self._open)

    async def live_of_host(self, email: str) -> list[Session]:
        """The live sessions this person hosts, newest first."""
        return _live(await self._listed_in(keys.host(email)))

    async def live_in_room(self, room: Room) -> list[Session]:
        """The live sessions of a room, newest first. More than one means an end was missed."""
        return _live(await self._listed_in(keys.room_sessions(room.key)))

    async def live_everywhere(self) -> list[tuple[str, Room, str, str]]:
        """(session key, room, title, host e-mail) of every live session, for those who may act on any."""
        rows: dict[bytes, bytes] = await self._store.run("HGETALL", keys.LIVE)
        found = []
        for key, value in rows.items():
            room_key, title, host = orjson.loads(value)
            found.append((key.decode(), Room.from_key(room_key), str(title), str(host)))
        return found

    async def repair(self, session: Session, people: Sequence[Participant], at: datetime) -> None:
        """Make one read of the platform, begun at `at`, the state: for when events were lost."""
        await self._move(
            session.key, registers_of_read(session, people, at, self._seal), *self._marks.of([session.key])
        )

    async def close(self, session_key: str, at: datetime) -> None:
        """The platform knows no such run any more: its end was not heard."""
        await self._move(session_key, [ended(at)])
        await self._store.batch([("HDEL", keys.LIVE, session_key), *_told_as_ended(session_key)])

    async def ended_lately(self, most: int) -> list[str]:
        """Some of the sessions that have ended and of which `done_with` was not said yet, by key."""
        return [key.decode() for key in await self._store.run("SRANDMEMBER", keys.ENDED, most)]

    async def done_with(self, session_key: str) -> None:
        """Nothing more is to be learned from it."""
        await self._store.run("SREM", keys.ENDED, session_key)

    async def _move(self, session_key: str, registers: Sequence[Register], *more: Command) -> None:
        written: list[bytes | int] = [self._keep_ms]
        for register in registers:
            written += (register.field, register.value)
        await self._store.batch([self._store.command_of(_FORWARD, [keys.session(session_key)], written), *more])

    async def _listed_in(self, index: str) -> list[Session]:
        """The sessions an index names. Asked together with those it named last time: mostly one round trip, not two."""
        guessed = self._named_last.get(index, ())
        answers = await self._store.batch([("HKEYS", index), *(("HGETALL", keys.session(key)) for key in guessed)])
        named = tuple(sorted(key.decode() for key in answers[0]))
        if len(self._named_last) >= MAX_NAMED_LAST:
            self._named_last.clear()
        self._named_last[index] = named
        known = dict(zip(guessed, answers[1:], strict=True))
        found = [session for key in named if known.get(key) and (session := self._read(key, known[key])) is not None]
        return found + await self.get_many([key for key in named if key not in known])

    def _seal(self, plain: bytes, context: bytes) -> bytes:
        return self._keyring.seal(plain, context=context)

    def _open(self, sealed: bytes, context: bytes) -> bytes:
        return self._keyring.open(sealed, context=context)


def _key_of(event: Event) -> str:
    return f"{event.room.platform}:{event.session_id}"


def _told_as_ended(session_key: str) -> list[Command]:
    return [
        ("SADD", keys.ENDED, session_key),
        ("PEXPIRE", keys.ENDED, int(keys.ENDED_KEEP.total_seconds() * 1000)),
    ]


def _joined(kept: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """The registers whole again."""
    return {field: value + kept.get(_REST + field, b"") for field, value in kept.items() if field[:1] != _REST}


def _live(sessions: Sequence[Session]) -> list[Session]:
    running = [session for session in sessions if session.live]
    return sorted(running, key=lambda s: s.started_at or _LATEST, reverse=True)
