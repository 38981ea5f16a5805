"""Tells findings: to the class's teacher alone, or, where Slack knows none, to the school's channel without names."""

from dataclasses import replace
from enum import StrEnum

from modbot.authority import Places
from modbot.authorize import Place
from modbot.belonging import Belonging
from modbot.chat import Chat
from modbot.errors import Forbidden, NotFound, StoreUnavailable, VendorError
from modbot.finding_words import Seen, to_helpers, to_teacher
from modbot.log import get_logger
from modbot.people import People
from modbot.settings import Settings

_CANNOT_BE_TOLD = (Forbidden, NotFound)  # somebody who has left, a message that is not taken: never will be

log = get_logger("telling")


class Ear(StrEnum):
    """Who heard of a finding."""

    TEACHER = "teacher"
    CHANNEL = "channel"
    NOBODY = "nobody"


class Telling:
    """Finds whoever is to hear of a class. Raises StoreUnavailable, VendorError: then try again later."""

    def __init__(self, chat: Chat, places: Places, people: People, belonging: Belonging, settings: Settings) -> None:
        self._chat = chat
        self._places = places
        self._people = people
        self._belonging = belonging
        self._settings = settings

    async def tell(self, seen: Seen, place: Place) -> Ear:
        """One message to the teacher, and to whomever the class is shared with; who got it."""
        seen = await self._completed(seen)
        teacher = await self._told_teacher(seen, place)
        ear = Ear.TEACHER if teacher else await self._tell_channel(seen, place)
        await self._tell_colleagues(seen, place, but=teacher)
        return ear

    async def _told_teacher(self, seen: Seen, place: Place) -> str:
        """The address of whoever was told, "" for nobody."""
        for email in await self._teachers(seen, place):
            if await self._told(email, seen):
                return email
        return ""

    async def _tell_channel(self, seen: Seen, place: Place) -> Ear:
        channel = self._settings.incident_channel_of(place.school or "")
        if not channel:
            log.warning("nobody_to_tell", session=seen.session.key, kind=seen.kind)
            return Ear.NOBODY
        await self._chat.post(channel, to_helpers(seen))
        return Ear.CHANNEL

    async def _tell_colleagues(self, seen: Seen, place: Place, *, but: str) -> None:
        """A substitute stands before the class, where its teacher may be ill: tried once, as the teacher was told."""
        try:
            for email in await self._places.granted_at(place):
                if email.casefold() != but.casefold():  # a substitute may run the class with their own account
                    await self._told(email, seen)
        except (StoreUnavailable, VendorError) as error:
            log.warning("colleagues_not_told", session=seen.session.key, detail=error.log_detail)

    async def _completed(self, seen: Seen) -> Seen:
        """With the class's title from the roster, where the platform tells none, and a word on an old roster."""
        session, caution = seen.session, await self._belonging.caution()
        if session.title in ("", session.room.id):
            _, title = await self._places.named_section(session)
            session = replace(session, title=title or session.title)
        return replace(seen, session=session, caution=caution)

    async def _teachers(self, seen: Seen, place: Place) -> list[str]:
        """Addresses, whoever runs the class first, if they are staff."""
        host = seen.session.host_email
        known = await self._people.staff_with(host) if host else None
        taught_by = await self._places.teachers_of(place.section or "")
        return list(dict.fromkeys([*([known.email] if known is not None else []), *filter(None, taught_by)]))

    async def _told(self, email: str, seen: Seen) -> bool:
        try:
            user = await self._chat.user_of(email)
            if user is not None:
                await self._chat.direct(user, to_teacher(seen))
        except _CANNOT_BE_TOLD as error:
            log.info("not_told", session=seen.session.key, detail=error.log_detail)
            return False
        return user is not None
