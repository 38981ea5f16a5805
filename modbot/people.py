"""Who a Slack user is on staff: from this process's memory, else the store, else Slack; then the roster and settings.

Slack says only which confirmed e-mail a user has; what they may do follows from the roster and the settings.
"""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from hashlib import blake2b
from typing import Protocol

import orjson

from modbot.errors import SealBroken, StoreUnavailable, VendorError
from modbot.model import Staff, StaffRole
from modbot.rosters import normal_email
from modbot.settings import Settings
from modbot.store import Store, keys
from modbot.store.roster import RosterStore, Sealer

FRESH = timedelta(minutes=10)
NOBODY_FRESH = timedelta(minutes=1)  # a new teacher must not wait long
STALE_AT_MOST = keys.PERSON_KEEP  # how old an answer may be while the store or Slack is gone
REMEMBERED = 20_000  # people in this process's memory, about 1 kB each
LOOK_FOR_ROSTER = timedelta(seconds=5)  # how long a new roster may go unnoticed by a process


class Unknown(Enum):
    """Not in this process's memory, or no longer fresh: ask `People.staff_of`."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


class SlackDirectory(Protocol):
    """Slack's list of people."""

    async def user_info(self, user_id: str) -> tuple[str, str] | None:
        """E-mail and name of a person; None for bots, deleted users and unconfirmed addresses. Raises VendorError."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who somebody is. When `stale`, the roster or Slack could not be asked and `said` says so to staff."""

    staff: Staff | None
    stale: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Memory:
    staff: Staff | None
    at: datetime
    generation: str

    def fresh(self, now: datetime) -> bool:
        return now - self.at < (FRESH if self.staff is not None else NOBODY_FRESH)


class People:
    """Staff by Slack user id. One per process."""

    def __init__(
        self,
        store: Store,
        roster: RosterStore,
        slack_directory: SlackDirectory,
        settings: Settings,
        sealer: Sealer,
        now: Callable[[], datetime],
        *,
        remembered: int = REMEMBERED,
    ) -> None:
        self._store = store
        self._roster = roster
        self._directory = slack_directory
        self._sealer = sealer
        self._now = now
        self._room_for = remembered
        self._named = _Named(settings)
        self._memory: OrderedDict[str, _Memory] = OrderedDict()
        self._looked_for_roster: datetime | None = None

    def cached(self, slack_user_id: str) -> Staff | Unknown | None:
        """Who somebody is, from memory alone: for the path that must answer Slack at once. None means not on staff."""
        memory = self._memory.get(slack_user_id)
        if memory is None or not memory.fresh(self._now()) or memory.generation != self._roster.seen_generation:
            return UNKNOWN
        self._memory.move_to_end(slack_user_id)
        return memory.staff

    async def staff_of(self, slack_user_id: str) -> Staff | None:
        """Who somebody is; None when they are not on staff. See `look_up` for the errors raised."""
        return (await self.look_up(slack_user_id)).staff

    async def look_up(self, slack_user_id: str) -> Known:
        """Who somebody is, and whether that is sure.

        While the store or Slack is gone, what this process remembers holds for up to 12 hours, and people named in the
        settings are known by those alone. Raises StoreUnavailable or VendorError when neither tells.
        """
        with suppress(StoreUnavailable):
            await self._notice_roster()
        answer = self.cached(slack_user_id)
        if not isinstance(answer, Unknown):
            return Known(answer)
        try:
            return await self._asked(slack_user_id)
        except (StoreUnavailable, VendorError):
            remembered = self._remembered(slack_user_id)
            if remembered is None:
                raise
            return remembered

    async def staff_with(self, email: str) -> Staff | None:
        """The staff member with an address, from roster and settings. Raises StoreUnavailable."""
        return self._named.upon(await self._roster.staff_by_email(email), email, "")

    async def forget(self, slack_user_id: str) -> None:
        """Ask anew next time, as after Slack says that the user changed. Other processes learn it within 10 minutes.

        Raises StoreUnavailable; this process has forgotten by then.
        """
        self._memory.pop(slack_user_id, None)
        await self._store.run("DEL", keys.slack_person(slack_user_id))

    async def refresh(self) -> None:
        """Notice a newly imported roster, so that `cached` stops giving answers from the former. Call it on a timer.

        Raises StoreUnavailable.
        """
        await self._roster.generation()
        self._looked_for_roster = self._now()

    async def _notice_roster(self) -> None:
        looked = self._looked_for_roster
        if looked is None or not timedelta(0) <= self._now() - looked < LOOK_FOR_ROSTER:
            await self.refresh()

    async def _asked(self, slack_user_id: str) -> Known:
        person = await self._person(slack_user_id)
        if person is None:
            return Known(self._remember(slack_user_id, None))
        email, name = person
        try:
            on_roster = await self._roster.staff_by_email(email)
        except StoreUnavailable:
            known = self._remembered(slack_user_id) or self._by_settings(email, name)
            if known is None:
                raise
            return known
        return Known(self._remember(slack_user_id, self._named.upon(on_roster, email, name)))

    def _by_settings(self, email: str, name: str) -> Known | None:
        staff = self._named.upon(None, email, name)
        said = "modbot could not read the roster just now and knows you by its settings alone."
        return None if staff is None else Known(staff, stale=True, said=said)

    def _remember(self, slack_user_id: str, staff: Staff | None) -> Staff | None:
        self._memory[slack_user_id] = _Memory(staff, self._now(), self._roster.seen_generation)
        self._memory.move_to_end(slack_user_id)
        while len(self._memory) > self._room_for:
            self._memory.popitem(last=False)
        return staff

    def _remembered(self, slack_user_id: str) -> Known | None:
        memory = self._memory.get(slack_user_id)
        if memory is None or self._now() - memory.at > STALE_AT_MOST:
            return None
        minutes = int((self._now() - memory.at).total_seconds() // 60)
        said = f"modbot could not look you up just now and goes by what it knew {minutes} minutes ago."
        return Known(memory.staff, stale=True, said=said)

    async def _person(self, slack_user_id: str) -> tuple[str, str] | None:
        """E-mail and name: from the store, else from Slack. A store that is gone does not keep us from asking Slack."""
        key = keys.slack_person(slack_user_id)
        try:
            kept = self._opened(key, await self._store.run("GET", key))
        except StoreUnavailable:
            return await self._directory.user_info(slack_user_id)
        if kept is not None:
            return kept
        person = await self._directory.user_info(slack_user_id)
        if person is not None:
            sealed = self._sealer.seal(orjson.dumps(person), context=key.encode())
            with suppress(StoreUnavailable):  # asked again the next time
                await self._store.run("SET", key, sealed, "EX", int(keys.PERSON_KEEP.total_seconds()))
        return person

    def _opened(self, key: str, sealed: bytes | None) -> tuple[str, str] | None:
        if sealed is None:
            return None
        try:
            email, name = orjson.loads(self._sealer.open(sealed, context=key.encode()))
        except SealBroken:  # sealed with a key that has been removed: Slack will tell again
            return None
        return str(email), str(name)


class _Named:
    """The people named in the settings, who have their rights whether or not the roster knows them."""

    def __init__(self, settings: Settings) -> None:
        self._it = frozenset(map(normal_email, settings.district.it))
        self._security = frozenset(map(normal_email, settings.district.security))
        self._led: dict[str, set[str]] = {}
        for school, block in settings.schools.items():
            for email in block.principals:
                self._led.setdefault(normal_email(email), set()).add(school)

    def upon(self, staff: Staff | None, email: str, name: str) -> Staff | None:
        """`staff` with what the settings give the owner of `email`; None when neither knows them."""
        address = normal_email(email)
        roles = self._roles(address)
        if not roles:
            return staff
        if staff is None:
            staff = Staff(id=_id_of(address), email=address, name=name, roles=frozenset())
        schools = staff.schools
        if led := frozenset(self._led.get(address, ())):
            # The roster's schools are those led only for a principal; a teacher's must not become led ones.
            schools = led | schools if StaffRole.PRINCIPAL in staff.roles else led
        return replace(staff, roles=staff.roles | roles, schools=schools)

    def _roles(self, address: str) -> set[StaffRole]:
        held = {
            StaffRole.IT: address in self._it,
            StaffRole.SECURITY: address in self._security,
            StaffRole.PRINCIPAL: address in self._led,
        }
        return {role for role, has in held.items() if has and address}


def _id_of(address: str) -> str:
    """An id for the log and the record that does not show the address."""
    return f"named-{blake2b(address.encode(), digest_size=6).hexdigest()}"
