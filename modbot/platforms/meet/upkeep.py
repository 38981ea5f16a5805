"""Keeps a subscription for each teacher: made, renewed at half its life, made again when it expired.

Google expires them after 7 days at most, and says so: https://developers.google.com/workspace/events/guides/events-lifecycle
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from modbot.errors import ComeBackLater, Conflict, NotFound, Unreachable, VendorError, VendorFault
from modbot.log import get_logger
from modbot.platforms import Hosts
from modbot.platforms.meet.answers import NO_SUCH_USER
from modbot.platforms.meet.ledger import Entry, Ledger, State
from modbot.platforms.meet.people import Directory
from modbot.platforms.meet.subscriptions import Subscription, Subscriptions

AT_MOST = 200  # hosts in one look: the others have their turn a moment later
AT_ONCE = 4
LOOK_AGAIN = timedelta(minutes=1)  # what other processes heard about subscriptions is seen by then
MORE_TO_DO = timedelta(seconds=1)
SOON = timedelta(seconds=30)  # Google is still making it
REPAIR = timedelta(minutes=10)  # until IT has mended what Google complains of
ASIDE = timedelta(days=1)  # not one of the district's Google users
SHORTEST_LIFE = timedelta(minutes=10)
BELIEVED = timedelta(hours=1)  # an entry that wants nothing yet: reading those of 75,000 hosts takes 15 s

STOPPING = (ComeBackLater, Unreachable, VendorFault)  # these say something about Google, not about this host

log = get_logger("meet.upkeep")


class Upkeep:
    """Looks after every host's subscription, some at each call."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        ledger: Ledger,
        directory: Directory,
        hosts: Hosts,
        now: Callable[[], datetime],
        alias: Callable[[str], str],
    ) -> None:
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._directory = directory
        self._hosts = hosts
        self._now = now
        self._alias = alias
        self._bell = ""
        self._quiet_until: dict[str, datetime] = {}  # by host, as this process read its entry

    async def look(self) -> timedelta:
        """Do what is due for at most 200 hosts; how long until the next look.

        Raises StoreUnavailable, and VendorError when Google itself is in trouble, not one host.
        """
        hosts = sorted({host.casefold() for host in await self._hosts()})
        bell = await self._ledger.bell()
        if bell != self._bell:
            self._bell, self._quiet_until = bell, {}
        due = await self._due(hosts)
        await self._each(due[:AT_MOST])
        return MORE_TO_DO if len(due) > AT_MOST else LOOK_AGAIN

    async def _due(self, hosts: Sequence[str]) -> list[tuple[str, Entry | None]]:
        """Those for whom something is to be done, one more than a look takes at most."""
        now, due = self._now(), list[tuple[str, Entry | None]]()
        self._quiet_until = {host: until for host, until in self._quiet_until.items() if now < until}
        for host in hosts:
            if host in self._quiet_until:
                continue
            entry = await self._ledger.entry(host)
            if entry is not None and now < entry.look_at:
                self._quiet_until[host] = min(entry.look_at, now + BELIEVED)
            else:
                due.append((host, entry))
            if len(due) > AT_MOST:
                break
        return due

    async def _each(self, due: Sequence[tuple[str, Entry | None]]) -> None:
        limit = asyncio.Semaphore(AT_ONCE)
        stopped: list[VendorError] = []

        async def one(host: str, entry: Entry | None) -> None:
            async with limit:
                if stopped:
                    return
                try:
                    await self._care_for(host, entry)
                except STOPPING as error:
                    stopped.append(error)

        await asyncio.gather(*(one(host, entry) for host, entry in due))
        if stopped:
            raise stopped[0]

    async def _care_for(self, host: str, entry: Entry | None) -> None:
        try:
            await self._ledger.keep(host, await self._done(host, entry))
        except STOPPING:
            raise
        except VendorError as error:
            log.warning("host_without_events", host_alias=self._alias(host), detail=error.log_detail)
            await self._ledger.keep(host, self._postponed(entry, error))

    def _postponed(self, entry: Entry | None, error: VendorError) -> Entry:
        """A person Google does not know will not be known in a minute; what IT can mend is tried again soon."""
        nobody = isinstance(error, NotFound) or error.code == NO_SUCH_USER
        wait = ASIDE if nobody else REPAIR
        return Entry(entry.state if entry else State.ASIDE, self._now() + wait, entry.subscription if entry else "")

    async def _done(self, host: str, entry: Entry | None) -> Entry:
        """What is due for one host, and how things stand then."""
        if entry is not None and entry.subscription and entry.state is not State.EXPIRED:
            try:
                if entry.state is State.SUSPENDED:
                    await self._subscriptions.reactivate(host, entry.subscription)
                return self._entry(await self._subscriptions.renew(host, entry.subscription), entry.subscription)
            except (NotFound, Conflict) as error:  # it is gone, or was suspended without our hearing of it
                log.info("subscription_lost", host_alias=self._alias(host), detail=error.log_detail)
        return await self._made(host)

    async def _made(self, host: str) -> Entry:
        user_id = await self._directory.user_id(host)
        try:
            return self._entry(await self._subscriptions.create(host, user_id))
        except Conflict:
            return await self._adopted(host, user_id)

    async def _adopted(self, host: str, user_id: str) -> Entry:
        """There is one already: of before a restart without a store, or of former settings."""
        found = await self._subscriptions.find(host, user_id)
        if found is None:
            return Entry(State.ASIDE, self._now() + SOON)
        if not self._subscriptions.ours(found):
            await self._subscriptions.delete(host, found.name)
            return self._entry(await self._subscriptions.create(host, user_id))
        if found.suspended:
            try:
                await self._subscriptions.reactivate(host, found.name)
            except Conflict as error:
                log.warning("subscription_stays_suspended", host_alias=self._alias(host), detail=error.log_detail)
                return Entry(State.SUSPENDED, self._now() + REPAIR, found.name)
        return self._entry(await self._subscriptions.renew(host, found.name), found.name)

    def _entry(self, subscription: Subscription | None, name: str = "") -> Entry:
        now = self._now()
        if subscription is None:
            return Entry(State.ACTIVE if name else State.ASIDE, now + SOON, name)
        if subscription.suspended:
            return Entry(State.SUSPENDED, now + REPAIR, subscription.name)
        life = (subscription.expires_at or now) - now
        return Entry(State.ACTIVE, now + max(life / 2, SHORTEST_LIFE), subscription.name)
