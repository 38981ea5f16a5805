"""Acts on rooms: what is intended, who holds the room, what came of it, and what was there before.

One script begins an act and one ends it, so that the record, the room's lock and the remembered settings can never
disagree. Records live a week.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from modbot.model import Operation, Outcome, Result, Room
from modbot.store import Script, Store, keys

_BEGIN = Script(
    """
    local outcome = redis.call('HGET', KEYS[1], 'outcome')
    if outcome then return {'ended', outcome} end
    local holder = redis.call('GET', KEYS[2])
    if holder and string.sub(holder, 1, #ARGV[1] + 1) ~= ARGV[1] .. '|' then return {'held', holder} end
    local newest = ARGV[6] ~= '' and redis.call('GET', KEYS[3])
    if newest and newest ~= ARGV[6] then return {'overruled', ''} end
    redis.call('SET', KEYS[2], ARGV[1] .. '|' .. ARGV[2], 'PX', ARGV[3])
    local again = redis.call('HSETNX', KEYS[1], 'intent', ARGV[4]) == 0
    redis.call('PEXPIRE', KEYS[1], ARGV[5])
    return {again and 'again' or 'begun', ''}
    """
)

_END = Script(
    """
    local first = redis.call('HSETNX', KEYS[1], 'outcome', ARGV[2]) == 1
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    local holder = redis.call('GET', KEYS[2])
    if holder and string.sub(holder, 1, #ARGV[1] + 1) == ARGV[1] .. '|' then
        redis.call('DEL', KEYS[2])
        if first and ARGV[4] == '1' then redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[3]) end
    end
    return first and '' or redis.call('HGET', KEYS[1], 'outcome')
    """
)

_REMEMBER = Script(
    """
    for i = 2, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
    return 1
    """
)

ORDERS = frozenset({Operation.LOCK, Operation.UNLOCK, Operation.RESTORE})  # the newest one about the door counts
IN_VAIN = frozenset({Outcome.REFUSED, Outcome.FAILED, Outcome.UNSUPPORTED})


@dataclass(frozen=True, slots=True)
class Begun:
    """The act is ours to carry out. `again` when an earlier process recorded the same intent and did not finish."""

    again: bool


@dataclass(frozen=True, slots=True)
class Held:
    """Another act holds the room; `by` names it in staff words."""

    by: str


@dataclass(frozen=True, slots=True)
class Overruled:
    """A newer order about the door stands; nothing was begun."""


class Acts:
    """The record of acts. Raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(
        self, act_id: str, room: Room, *, said: str, intent: Mapping[str, Any], while_stands: str = ""
    ) -> Begun | Held | Overruled | Result:
        """Take the room and record the intent; or the result this act already had.

        `while_stands`: the act whose order about the door must still be the newest when the room is taken.
        """
        state, text = await self._store.call(
            _BEGIN,
            [keys.act(act_id), keys.room_lock(room.key), keys.order(room.key)],
            [act_id, said, _ms(keys.ROOM_LOCK_KEEP), orjson.dumps(intent), _ms(keys.ACT_KEEP), while_stands],
        )
        if state == b"overruled":
            return Overruled()
        if state == b"ended":
            return result_from(text)
        if state == b"held":
            return Held(text.decode().partition("|")[2])
        return Begun(again=state == b"again")

    async def end(self, result: Result) -> Result | None:
        """Record what came of the act and let the room go. A result that was recorded before stands, and is given."""
        stands = await self._store.call(
            _END,
            [keys.act(result.act_id), keys.room_lock(result.room.key), keys.order(result.room.key)],
            [result.act_id, result_bytes(result), _ms(keys.ACT_KEEP), int(_is_order(result))],
        )
        return result_from(stands) if stands else None

    async def result(self, act_id: str) -> Result | None:
        """What came of an act, or None while it is under way or unknown."""
        recorded = await self._store.run("HGET", keys.act(act_id), "outcome")
        return result_from(recorded) if recorded else None

    async def intent(self, act_id: str) -> dict[str, Any] | None:
        """What was intended, as `begin` was told."""
        recorded = await self._store.run("HGET", keys.act(act_id), "intent")
        intent: dict[str, Any] | None = orjson.loads(recorded) if recorded else None
        return intent

    async def remember(self, key: str, former: Mapping[str, Any]) -> None:
        """Keep settings as they were, unless older ones are kept already: those are the true former ones."""
        if not former:
            return
        flat = [part for name, value in former.items() for part in (name, orjson.dumps(value))]
        await self._store.call(_REMEMBER, [key], [_ms(keys.ACT_KEEP), *flat])

    async def remembered(self, key: str) -> dict[str, Any]:
        """The settings kept under `key`; empty when there are none."""
        held: dict[bytes, bytes] = await self._store.run("HGETALL", key)
        return {name.decode(): orjson.loads(value) for name, value in held.items()}

    async def forget(self, key: str) -> None:
        """They have been put back."""
        await self._store.run("DEL", key)


def result_bytes(result: Result) -> bytes:
    """A result as JSON."""
    return orjson.dumps(
        {
            "act_id": result.act_id,
            "operation": result.operation,
            "room": result.room.key,
            "outcome": result.outcome,
            "said": result.said,
            "by_hand": result.by_hand,
            "former": dict(result.former),
            "people": dict(result.people),
            "elapsed_ms": result.elapsed_ms,
        }
    )


def result_from(recorded: bytes) -> Result:
    """The inverse of `result_bytes`."""
    data = orjson.loads(recorded)
    return Result(
        act_id=data["act_id"],
        operation=Operation(data["operation"]),
        room=Room.from_key(data["room"]),
        outcome=Outcome(data["outcome"]),
        said=data["said"],
        by_hand=tuple(data["by_hand"]),
        former=data["former"],
        people={person: Outcome(outcome) for person, outcome in data["people"].items()},
        elapsed_ms=data["elapsed_ms"],
    )


def _is_order(result: Result) -> bool:
    return result.operation in ORDERS and result.outcome not in IN_VAIN


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
