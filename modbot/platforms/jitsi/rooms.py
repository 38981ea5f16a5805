"""What modbot asks of one room as its owner: settings, who is in it, who belongs to it, its end."""

import asyncio
import hashlib
import hmac
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from modbot.errors import MalformedAnswer
from modbot.platforms.jitsi import stanzas
from modbot.platforms.jitsi.refusals import VENDOR
from modbot.platforms.jitsi.stanzas import Occupant, RoomSettings
from modbot.platforms.jitsi.stream import Stream
from modbot.settings.jitsi import JitsiSettings

T = TypeVar("T")


class Rooms:
    """The rooms of one Jitsi server. Every method raises VendorError; NotFound when the room does not exist now."""

    def __init__(self, settings: JitsiSettings, stream: Stream) -> None:
        self._stream = stream
        self._domain = settings.rooms_domain.lower()
        own = stream.address
        machines = settings.machines or (f"focus@{own.partition('@')[2]}",)
        self._not_people = {own, *(machine.lower() for machine in machines)}
        self._secret = settings.password.get_secret_value().encode() if settings.password else b""

    def jid(self, room_id: str) -> str:
        """The room's address."""
        return f"{room_id.lower()}@{self._domain}"

    def room_id(self, room_jid: str) -> str:
        """The inverse of `jid`."""
        return room_jid.removesuffix(f"@{self._domain}")

    def is_person(self, occupant: Occupant) -> bool:
        """Whether this is neither modbot nor one of the server's own accounts. By address: a nick can be anybody's."""
        return occupant.bare_jid.lower() not in self._not_people

    def waits(self, occupant: Occupant) -> bool:
        """Whether this occupant of a lobby waits there: those who run the class look into it too."""
        return self.is_person(occupant) and occupant.role != "moderator" and occupant.affiliation in ("none", "member")

    def pseudonym(self, room_jid: str, jid: str) -> str:
        """An id for an address that says nothing of it and is the same in every process.

        Keyed with modbot's password, so that who reads the store cannot try out the addresses of a school.
        """
        return hmac.new(self._secret, f"{room_jid}\n{jid}".encode(), hashlib.sha256).hexdigest()[:32].upper()

    async def settings(self, room_jid: str) -> RoomSettings:
        """The room's settings. https://xmpp.org/extensions/xep-0045.html#roomconfig

        Of all questions this one: Jitsi's servers hide rooms from lists and descriptions (`muc_hide_all`), not from
        their owners.
        """
        found = stanzas.settings_in(await self._stream.ask("get", room_jid, stanzas.form_request()))
        if found is None:
            raise MalformedAnswer(VENDOR, "Jitsi's server sent settings modbot cannot read.", log_detail="room form")
        return found

    async def set_members_only(self, room_jid: str, *, on: bool) -> None:
        """Whether only members may come in. Non-members who are present are thrown out (status 322)."""
        fields = {stanzas.MEMBERS_ONLY: "1" if on else "0"}
        await self._stream.ask("set", room_jid, stanzas.form_with(fields))

    async def occupants(self, room_jid: str) -> Sequence[Occupant]:
        """Everybody in the room now, one entry a connection, modbot and machines included. Without display names.

        https://xmpp.org/extensions/xep-0045.html#modifyvoice and #modifymod: lists by role.
        """
        answers = await asyncio.gather(
            *(self._stream.ask("get", room_jid, stanzas.holders_of_role(role)) for role in stanzas.ROLES)
        )
        return [occupant for answer in answers for occupant in stanzas.people_in(answer)]

    async def members(self, room_jid: str) -> frozenset[str]:
        """The bare addresses of the room's members, present or not. xep-0045.html#modifymember"""
        answer = await self._stream.ask("get", room_jid, stanzas.holders_of_affiliation("member"))
        return frozenset(occupant.bare_jid for occupant in stanzas.people_in(answer))

    async def appoint(self, room_jid: str, bare_jids: Iterable[str], affiliation: str) -> None:
        """Give accounts an affiliation: `member`, `none`, or `outcast`, which also puts them out.

        Asked for all at once; the first failure is raised after all were answered.
        https://xmpp.org/extensions/xep-0045.html#grantmember and #ban
        """
        await all_of([self._appoint(room_jid, one, affiliation) for one in bare_jids])

    async def _appoint(self, room_jid: str, bare_jid: str, affiliation: str) -> None:
        await self._stream.ask("set", room_jid, stanzas.appointment(bare_jid, affiliation))

    async def lobby(self, room_jid: str) -> str:
        """The address of the room's lobby, "" for none. Jitsi's servers may tell it only to who is in the room."""
        return stanzas.lobby_in(await self._stream.ask("get", room_jid, stanzas.description_request()))

    def invite(self, room_jid: str, jid: str) -> None:
        """Tell somebody who waits that they may come in. https://xmpp.org/extensions/xep-0045.html#invite-mediated"""
        self._stream.send(room_jid, stanzas.invitation(jid))

    async def commands(self) -> frozenset[str]:
        """The ad-hoc commands the rooms' service offers this account. https://xmpp.org/extensions/xep-0050.html"""
        return stanzas.commands_in(await self._stream.ask("get", self._domain, stanzas.commands_request()))

    async def destroy(self, room_jid: str) -> None:
        """End the room for everyone. https://xmpp.org/extensions/xep-0045.html#destroyroom"""
        await self._stream.ask("set", room_jid, stanzas.destruction())


async def all_of(asked: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Do all side by side; the first failure is raised only after every one has ended."""
    answers = await asyncio.gather(*asked, return_exceptions=True)
    done: list[T] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        done.append(answer)
    return done
