"""Who is in a class: Google's participants as modbot's, with addresses looked up in the district's directory.

Meet gives a signed-in person's id and display name, never an address; guests and phones have neither.
https://developers.google.com/workspace/meet/api/guides/participants
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from modbot.errors import Forbidden, NotFound, StoreUnavailable, VendorError
from modbot.log import get_logger
from modbot.model import Participant, ParticipantRole, Session
from modbot.platforms.meet.answers import malformed
from modbot.platforms.meet.api import LOOK_UPS, Call, MeetApi, segment
from modbot.platforms.meet.calls import last, moment
from modbot.platforms.meet.tokens import Scope
from modbot.tokens import TokenVault

KEEP = timedelta(hours=12)  # an address, sealed in the vault
KEEP_STRANGER = timedelta(hours=1)  # that the directory does not know somebody
REST = timedelta(minutes=1)  # after the directory failed: a class is read again every second while it fills
PATIENCE = timedelta(seconds=3)  # for the addresses of a whole class: names do without
AT_ONCE = 8
MAX_KEPT = 50_000
_STRANGER = "-"

log = get_logger("meet.people")


class Directory:
    """Addresses by user id, and back. https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/get"""

    def __init__(self, api: MeetApi, vault: TokenVault, admin: str, now: Callable[[], datetime]) -> None:
        self._api = api
        self._vault = vault
        self._admin = admin
        self._now = now
        self._rests_until: datetime | None = None
        self._known: OrderedDict[str, str] = OrderedDict()  # user id → address

    async def addresses(self, user_ids: Sequence[str]) -> Mapping[str, str]:
        """The addresses that can be had in a moment. Never raises for the directory's failure: names must do then."""
        if not self._admin:
            return {}
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(user_id: str) -> None:
            async with limit:
                await self._learn(user_id)

        try:
            async with asyncio.timeout(PATIENCE.total_seconds()), asyncio.TaskGroup() as group:
                for user_id in set(user_ids) - self._known.keys():
                    group.create_task(one(user_id))
        except TimeoutError:
            log.info("addresses_not_looked_up_in_time")
        return {user_id: self._known[user_id] for user_id in user_ids if user_id in self._known}

    async def known(self, user_id: str) -> str:
        """The address of an id that was looked up before; "" without asking Google."""
        if not user_id:
            return ""
        return self._known.get(user_id) or await self._kept(user_id) or ""

    async def user_id(self, email: str) -> str:
        """The id of one of the district's people. Raises VendorError; NotFound for nobody of the district."""
        user_id = (await self.look_up(email)).get("id")
        if not isinstance(user_id, str) or not user_id:
            raise malformed("id")
        await self._keep(user_id, email)
        return user_id

    async def look_up(self, key: str) -> Mapping[str, Any]:
        """Id and address of one user, by either. Raises VendorError."""
        url = f"{self._api.directory}users/{segment(key)}"
        params = {"fields": "id,primaryEmail"}
        return await self._api.send(Call("GET", url, self._admin, Scope.DIRECTORY, LOOK_UPS, params=params))

    async def _learn(self, user_id: str) -> None:
        kept = await self._kept(user_id)
        if kept is not None:
            self._remember(user_id, kept)
            return
        if self._rests_until is not None and self._now() < self._rests_until:
            return
        try:
            email = (await self.look_up(user_id)).get("primaryEmail")
        except (NotFound, Forbidden):
            email = ""  # for people of elsewhere it has been seen to answer either
        except VendorError as error:  # the next person's would fail as well
            log.warning("directory_not_read", detail=error.log_detail)
            self._rests_until = self._now() + REST
            return
        await self._keep(user_id, email if isinstance(email, str) else "")

    def _remember(self, user_id: str, email: str) -> None:
        if email:
            self._known[user_id] = email
        if len(self._known) > MAX_KEPT:
            self._known.popitem(last=False)

    async def _kept(self, user_id: str) -> str | None:
        try:
            kept = await self._vault.get(_name(user_id))
        except StoreUnavailable:
            return None
        return "" if kept == _STRANGER else kept

    async def _keep(self, user_id: str, email: str) -> None:
        self._remember(user_id, email)
        keep = KEEP if email else KEEP_STRANGER
        try:
            await self._vault.put(_name(user_id), email or _STRANGER, lifetime_seconds=int(keep.total_seconds()))
        except StoreUnavailable:
            return


def _name(user_id: str) -> str:
    return f"meet:person:{user_id}"


def user_ids(rows: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """The ids of those who are signed in."""
    return [found for found in map(_user_id, rows) if found]


def participants(
    rows: Sequence[Mapping[str, Any]], session: Session, addresses: Mapping[str, str]
) -> Sequence[Participant]:
    """Google's rows as people. Raises MalformedAnswer for a row without a name."""
    return [
        _participant(row, session, addresses.get(_user_id(row), "")) for row in rows if not row.get("latestEndTime")
    ]


def _participant(row: Mapping[str, Any], session: Session, email: str) -> Participant:
    hosts = bool(email) and email.casefold() == session.host_email.casefold()
    return Participant(
        id=last(row.get("name"), "participants"),
        name=_display_name(row),
        email=email,
        role=ParticipantRole.HOST if hosts else ParticipantRole.ATTENDEE,
        joined_at=moment(row.get("earliestStartTime")),
    )


def _display_name(row: Mapping[str, Any]) -> str:
    for kind in ("signedinUser", "anonymousUser", "phoneUser"):
        who = row.get(kind)
        if isinstance(who, dict):
            name = who.get("displayName")
            return name if isinstance(name, str) else ""
    return ""


def _user_id(row: Mapping[str, Any]) -> str:
    who = row.get("signedinUser")
    name = who.get("user") if isinstance(who, dict) else None
    return name.removeprefix("users/") if isinstance(name, str) else ""
