"""What is meant by `/room share @person in CLASS`: which colleague, and which class, whether or not it runs now."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from modbot.authority import Places
from modbot.authorize import Place
from modbot.command import Asked, Context, title_of
from modbot.errors import CommandError, NoLiveSession, VendorError
from modbot.log import get_logger
from modbot.model import Section, Staff, StaffRole
from modbot.people import People
from modbot.reply import Reply
from modbot.store.roster import RosterStore
from modbot.who import fold

MOST_OFFERED = 10
_WIDE = frozenset({StaffRole.PRINCIPAL, StaffRole.IT})
_MENTION = re.compile(r"@([UW][A-Z0-9]{2,})")

HOW = "Name one colleague with @ or by their school e-mail. For example: /room share @sam.ward for 3h"
NOT_STAFF = (
    "modbot does not know them as staff of this district, so nothing was done. Ask IT to look at the roster: the "
    "e-mail there must be the one they have in Slack."
)
NOT_LOOKED_UP = "modbot could not ask Slack who that is, so nothing was done. Try again in a minute."
NO_CLASS = (
    "modbot sees no class of yours running now, and the roster does not tell which you mean. Name it: "
    "/room share @sam.ward in Grade 5 Science for 3h"
)

log = get_logger("shareable")


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff, as named: by a mention (`user` is their id in chat), or by an address (`user` is "")."""

    staff: Staff
    user: str

    @property
    def name(self) -> str:
        """How staff know them."""
        return self.staff.name or self.staff.email


@dataclass(frozen=True, slots=True)
class Shareable:
    """A class that may be meant. `session` is the key of the live one, "" where none runs."""

    title: str
    place: Place
    session: str = ""


class Finder:
    """Raises StoreUnavailable, CommandError, and Asked when it could be several."""

    def __init__(self, *, places: Places, people: People, roster: RosterStore) -> None:
        self._places = places
        self._people = people
        self._roster = roster

    async def colleague(self, words: Sequence[str]) -> Colleague:
        """The member of staff whom these words name. One at a time: who was meant must be beyond doubt."""
        if len(words) != 1:
            raise CommandError(HOW)
        mention = _MENTION.fullmatch(words[0])
        if mention is None and "@" not in words[0][1:-1]:
            raise CommandError(HOW)
        staff = await (self._mentioned(mention[1]) if mention else self._people.staff_with(words[0]))
        if staff is None or not staff.email:
            raise CommandError(NOT_STAFF)
        return Colleague(staff, mention[1] if mention else "")

    async def _mentioned(self, user: str) -> Staff | None:
        try:
            return await self._people.staff_of(user)
        except VendorError as error:
            log.warning("colleague_not_looked_up", detail=error.log_detail)
            raise CommandError(NOT_LOOKED_UP) from error

    async def class_meant(self, ctx: Context) -> Shareable:
        """The running class that is meant, else the one on the roster; one that does not run can be shared ahead."""
        if section_id := ctx.request.given.get("section"):
            section = await self._roster.section(section_id)
            if section is None:
                raise CommandError("That class is not on the roster any more. Nothing was done.")
            return self._of(section)
        try:
            session = await ctx.session(wanted=ctx.arguments.room)
        except NoLiveSession:
            return await self._on_the_roster(ctx)
        return Shareable(title_of(session), await self._places.of(session), session.key)

    async def _on_the_roster(self, ctx: Context) -> Shareable:
        wanted = ctx.arguments.room
        own = await self._roster.sections_of(ctx.staff.id)
        fitting = [one for one in own if fold(wanted) in fold(one.title)]
        if not fitting and wanted:
            fitting = await self._in_their_schools(ctx.staff, fold(wanted))
        if len(fitting) > 1:
            raise Asked(await self._which(ctx, fitting[:MOST_OFFERED]))
        if not fitting:
            raise CommandError(
                f"modbot knows no class of yours called “{wanted[:60]}”. Nothing was done." if wanted else NO_CLASS
            )
        return self._of(fitting[0])

    async def _in_their_schools(self, staff: Staff, phrase: str) -> list[Section]:
        if not staff.roles & _WIDE:
            return []
        schools = None if StaffRole.IT in staff.roles else staff.schools
        found: list[Section] = []
        async for some in self._roster.sections_at(schools):
            found += [one for one in some if phrase in fold(one.title)]
            if len(found) > MOST_OFFERED:
                break
        return list({one.id: one for one in found}.values())

    async def _which(self, ctx: Context, sections: Sequence[Section]) -> Reply:
        buttons = []
        for one in sections:
            teachers = [teacher.name for name in sorted(one.teachers) if (teacher := await self._roster.staff(name))]
            buttons.append(ctx.again(", ".join([one.title, *teachers[:1]]), section=one.id))
        return Reply("Which class do you mean? None of them runs now.", buttons=tuple(buttons))

    def _of(self, section: Section) -> Shareable:
        linked = self._places.rooms_linked_to([section.id])
        room = linked[0].key if len(linked) == 1 else ""
        return Shareable(section.title, Place(room, "", section.id, section.school))
