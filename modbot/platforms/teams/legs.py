"""The bot's leg in a class: one for all processes, joined when it is first needed, kept alive, left when idle.

https://learn.microsoft.com/graph/api/application-post-calls
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

import orjson

from modbot.errors import Conflict, NotFound, VendorError
from modbot.log import get_logger
from modbot.platforms.teams.answers import field, text
from modbot.platforms.teams.calls import BotCalls
from modbot.platforms.teams.classes import OnlineClass
from modbot.tokens import TokenVault

JOIN_WITHIN = timedelta(seconds=6)
LOOK_EVERY = timedelta(milliseconds=250)
IDLE = timedelta(minutes=15)
ALIVE_EVERY = timedelta(minutes=10)  # Microsoft advises 15 and ends a leg after 45
USE_NOTED_EVERY = timedelta(minutes=1)
KEEP = timedelta(hours=2)
MOST_LEGS = 2_000

_LOBBY = "modbot's bot waits in the lobby of this class. Let it in under People, then ask again."
_REFUSED = "Microsoft Teams did not let modbot's bot into this class."
# https://learn.microsoft.com/graph/api/call-delete and the result codes of calls
_ENDS = {
    (200, 5000): "Somebody put modbot's bot out of the class.",
    (200, 5300): "Somebody put modbot's bot out of the class.",
    (200, 5855): "Nobody let modbot's bot in from the lobby in time.",
    (200, 5010): "Everybody has left the class.",
    (408, 8537): "modbot's bot was cut off from the class.",
    (500, 1005): "Microsoft Teams had trouble with the bot's call.",
}

log = get_logger("teams_legs")


@dataclass(frozen=True, slots=True)
class Leg:
    """The bot's call in one class."""

    id: str
    used_at: datetime
    alive_at: datetime


class Legs:
    """Finds or joins the leg of a class, and looks after those there are."""

    def __init__(self, calls: BotCalls, vault: TokenVault, now: Callable[[], datetime]) -> None:
        self._calls = calls
        self._vault = vault
        self._now = now
        self._joining: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # while somebody waits
        self._news: dict[str, asyncio.Event] = {}

    async def in_class(self, of: OnlineClass, *, urgency: int = 1, within: timedelta = JOIN_WITHIN) -> str:
        """The id of a leg that is in the class now.

        Raises Conflict while it waits in the lobby or when it was turned away; VendorError.
        """
        async with self._joining.setdefault(of.room_id, asyncio.Lock()):
            leg = await self._kept(of.room_id)
            if leg is not None and await self._still_there(leg, of, within, urgency):
                return leg.id
            leg_id = await self._joined(of, leg, urgency)
            await self._established(leg_id, of.room_id, within, urgency)
            return await self._only_one(of.room_id, leg_id)

    async def _joined(self, of: OnlineClass, before: Leg | None, urgency: int) -> str:
        """A new leg; or another process's, if it was quicker: then the new one leaves again."""
        leg_id = await self._calls.join(of, urgency=urgency)
        other = await self._kept(of.room_id)
        if other is not None and (before is None or other.id != before.id):
            await self._hang_up(leg_id)
            return other.id
        await self._keep(of.room_id, Leg(leg_id, self._now(), self._now()))
        await self._enlist(of.room_id)
        return leg_id

    def told(self, leg_id: str) -> None:
        """Something was heard of a leg: whoever waits for it looks at once."""
        waiting = self._news.get(leg_id)
        if waiting is not None:
            waiting.set()

    async def ended(self, leg_id: str, code: int, subcode: int) -> None:
        """A leg was heard to end: keep why, for whoever waits for it in another process."""
        await self._vault.put(f"teams:end:{leg_id}", orjson.dumps([code, subcode]).decode(), lifetime_seconds=3600)
        self.told(leg_id)

    async def room_of(self, leg_id: str) -> str | None:
        """The room a leg is in, as far as modbot joined it."""
        return await self._vault.get(f"teams:call:{leg_id}")

    async def leave(self, room_id: str) -> None:
        """Hang up, where there is a leg. Raises VendorError; one that is gone already is fine."""
        leg = await self._kept(room_id)
        if leg is not None:
            await self._forget(room_id)
            await self._hang_up(leg.id)

    async def tend(self) -> None:
        """Keep the legs alive that are in use, leave those that are idle. One leg's trouble stops no other."""
        rooms = await self._enlisted()
        left = [room_id for room_id in rooms if not await self._looked_after(room_id)]
        if left:
            still = [room_id for room_id in await self._enlisted() if room_id not in left]
            await self._write_list(still)

    async def _looked_after(self, room_id: str) -> bool:
        leg = await self._kept(room_id)
        if leg is None:
            return False
        now = self._now()
        try:
            if now - leg.used_at >= IDLE:
                await self.leave(room_id)
                return False
            if now - leg.alive_at >= ALIVE_EVERY:
                await self._calls.keep_alive(leg.id)
                await self._keep(room_id, replace(leg, alive_at=now))
        except NotFound:
            await self._forget(room_id)
            return False
        except VendorError as error:
            log.warning("leg_not_looked_after", room=room_id, detail=error.log_detail)
        return True

    async def _still_there(self, leg: Leg, of: OnlineClass, within: timedelta, urgency: int) -> bool:
        try:
            await self._established(leg.id, of.room_id, within, urgency)
        except _Ended:
            return False
        if self._now() - leg.used_at >= USE_NOTED_EVERY:
            await self._keep(of.room_id, replace(leg, used_at=self._now()))
        return True

    async def _established(self, leg_id: str, room_id: str, within: timedelta, urgency: int) -> None:
        """Wait until the leg is in the class. Raises Conflict: in the lobby, or turned away (`_Ended`)."""
        clock = asyncio.get_running_loop().time
        end = clock() + within.total_seconds()
        news = self._news.setdefault(leg_id, asyncio.Event())
        try:
            while (state := await self._state(leg_id, urgency)) != "established":
                if state in {"terminating", "terminated"}:
                    await self._forget(room_id)
                    raise await self._why_ended(leg_id)
                if clock() >= end:
                    raise Conflict("teams", _LOBBY, log_detail=f"leg {leg_id} is {state[:40]}")
                news.clear()
                await _first(news, LOOK_EVERY)
        finally:
            self._news.pop(leg_id, None)

    async def _state(self, leg_id: str, urgency: int) -> str:
        try:
            leg = await self._calls.state(leg_id, urgency=urgency)
        except NotFound:
            return "terminated"
        if text(leg, "state") == "terminated":
            result = field(leg, "resultInfo")
            await self.ended(leg_id, _whole(field(result, "code")), _whole(field(result, "subcode")))
        return text(leg, "state")

    async def _why_ended(self, leg_id: str) -> "_Ended":
        raw = await self._vault.get(f"teams:end:{leg_id}")
        code, subcode = orjson.loads(raw) if raw else (0, 0)
        said = _ENDS.get((code, subcode), _REFUSED)
        return _Ended("teams", said, code=f"{code}/{subcode}", log_detail=f"leg {leg_id} ended")

    async def _only_one(self, room_id: str, own: str) -> str:
        """Where two processes joined at once, the one that is kept stays and the other leaves."""
        kept = await self._kept(room_id)
        if kept is None or kept.id == own:
            return own
        await self._hang_up(own)
        return kept.id

    async def _hang_up(self, leg_id: str) -> None:
        try:
            await self._calls.hang_up(leg_id)
        except NotFound:
            log.info("leg_was_over", leg=leg_id)

    async def _kept(self, room_id: str) -> Leg | None:
        raw = await self._vault.get(f"teams:leg:{room_id}")
        if not raw:
            return None
        try:
            leg_id, used, alive = orjson.loads(raw)
            return Leg(str(leg_id), datetime.fromtimestamp(used, UTC), datetime.fromtimestamp(alive, UTC))
        except (ValueError, TypeError, OverflowError, OSError):
            return None  # written by an older version: as good as none

    async def _keep(self, room_id: str, leg: Leg) -> None:
        seconds = int(KEEP.total_seconds())
        packed = orjson.dumps([leg.id, leg.used_at.timestamp(), leg.alive_at.timestamp()]).decode()
        await self._vault.put(f"teams:leg:{room_id}", packed, lifetime_seconds=seconds)
        await self._vault.put(f"teams:call:{leg.id}", room_id, lifetime_seconds=seconds)

    async def _forget(self, room_id: str) -> None:
        """Written over rather than dropped: acts go on without a store, where nothing can be dropped."""
        await self._vault.put(f"teams:leg:{room_id}", "", lifetime_seconds=1)

    async def _enlist(self, room_id: str) -> None:
        rooms = await self._enlisted()
        if room_id not in rooms:
            await self._write_list([*rooms, room_id][-MOST_LEGS:])

    async def _enlisted(self) -> list[str]:
        raw = await self._vault.get("teams:legs")
        return [str(one) for one in orjson.loads(raw)] if raw else []

    async def _write_list(self, rooms: list[str]) -> None:
        await self._vault.put("teams:legs", orjson.dumps(rooms).decode(), lifetime_seconds=int(KEEP.total_seconds()))


class _Ended(Conflict):
    """The leg is over; the staff text says why."""


async def _first(news: asyncio.Event, longest: timedelta) -> None:
    """Return when there is news, or after `longest`."""
    try:
        async with asyncio.timeout(longest.total_seconds()):
            await news.wait()
    except TimeoutError:
        return


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
