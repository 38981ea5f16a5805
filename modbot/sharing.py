"""Sharing a class with a colleague for a while: `/room share`, `/room unshare`, `/room shared`.

Recorded, announced to both and in the incident channel. A grant ends by itself, and whenever whoever gave it could not
give it any more (`modbot.granting`).
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from modbot.audit import Audit, AuditEntry
from modbot.authority import Places
from modbot.authorize import Verb, may
from modbot.chat import Chat
from modbot.command import Asked, Context
from modbot.errors import CommandError, Denied, StoreUnavailable, VendorError
from modbot.granting import Granting, place_of
from modbot.log import get_logger
from modbot.model import Operation, Session, Staff
from modbot.reply import Button, Reply
from modbot.settings import Settings
from modbot.shareable import Colleague, Finder, Shareable
from modbot.store import keys
from modbot.store.grants import Grant, Grants

USUAL = timedelta(hours=3)  # a substitute's lessons of one class on one day
LONGEST = keys.GRANT_LONGEST
MOST_LISTED = 20
MOST_BUTTONS = 5

TOO_LONG = f"That is too long: a class can be shared for {LONGEST.days} days at most. Nothing was shared."
OVER = "The time you asked for is over already. Nothing was shared."
ONESELF = "That is you, and you may act there already. Name a colleague. For example: /room share @sam.ward for 3h"
NOTHING = "No class that you may see is shared now."

log = get_logger("sharing")


class SharingDesk:
    """One per process. Raises StoreUnavailable, CommandError, Denied, and Asked when several could be meant."""

    def __init__(
        self,
        *,
        finder: Finder,
        places: Places,
        granting: Granting,
        grants: Grants,
        audit: Audit,
        chat: Chat,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._finder = finder
        self._places = places
        self._granting = granting
        self._grants = grants
        self._audit = audit
        self._chat = chat
        self._settings = settings
        self._now = now

    # Sharing

    async def share(self, ctx: Context) -> Reply:
        """Let a colleague act on a class as its teacher does, for the time typed or three hours."""
        span = ctx.arguments.span or USUAL
        if span > LONGEST:
            raise CommandError(TOO_LONG)
        until = ctx.request.asked_at + span
        if until <= self._now():
            raise CommandError(OVER)
        colleague = await self._finder.colleague(ctx.arguments.words[1:])
        if _same(colleague.staff.email, ctx.staff.email):
            raise CommandError(ONESELF)
        meant = await self._finder.class_meant(ctx)
        await self._must_share(ctx.staff, meant)
        if may(colleague.staff, Operation.LOCK, meant.place).allowed:
            raise CommandError(f"{colleague.name} may act in {meant.title} already. Nothing was shared.")
        grant = _grant(ctx, colleague, meant, until)
        missed = () if await self._recorded(grant.id, ctx) else await self._give(grant, colleague, meant, ctx)
        return self._shared(grant, colleague, missed)

    async def _must_share(self, staff: Staff, meant: Shareable) -> None:
        decision = await self._places.may_at(staff, Verb.SHARE, meant.place)
        if not decision.allowed:
            raise Denied(decision.why)

    async def _give(self, grant: Grant, colleague: Colleague, meant: Shareable, ctx: Context) -> Sequence[str]:
        """Give it and tell of it; the record comes last, so that what broke off half-way is done again."""
        await self._grants.give(grant, self._now())
        said = f"{grant.by_name} shared {grant.title} with {grant.to_name} until {self._local(grant.until)}."
        missed = await self._tell_colleague(grant, colleague, meant)
        await self._direct(ctx.request.user, self._shared(grant, colleague, ()))
        await self._tell_teachers(grant, said)
        await self._announce(grant, said)
        await self._record("room.share", grant, ctx, to=colleague.staff)
        return missed

    async def _tell_colleague(self, grant: Grant, colleague: Colleague, meant: Shareable) -> Sequence[str]:
        look = (Button("Who is in?", "room", {"session": meant.session}),) if meant.session else ()
        reply = Reply(
            f"{grant.by_name} shared {grant.title} with you until {self._local(grant.until)}.",
            lines=("Until then you may act there as its teacher does: /lock, /eject, /panic and the rest.", _of(grant)),
            buttons=look,
        )
        if await self._direct(colleague.user or await self._user(grant.to), reply):
            return ()
        return (f"modbot could not tell {colleague.name} in Slack: tell them yourself.",)

    async def _tell_teachers(self, grant: Grant, said: str) -> None:
        """A class is not shared behind its teacher's back, when it is the principal or IT who shares it."""
        teachers = {grant.host.casefold(), *map(str.casefold, await self._places.teachers_of(grant.section))}
        for email in sorted(teachers - {"", grant.by.casefold(), grant.to.casefold()}):
            await self._direct(await self._user(email), Reply(said, lines=(_of(grant),), buttons=(_end(grant),)))

    def _shared(self, grant: Grant, colleague: Colleague, missed: Sequence[str]) -> Reply:
        may_do = f"Until then {colleague.name} may act there as its teacher does. It ends by itself."
        return Reply(
            f"You shared {grant.title} with {colleague.name} until {self._local(grant.until)}.",
            lines=(may_do, _of(grant), *missed),
            buttons=(_end(grant),),
        )

    # Ending it

    async def unshare(self, ctx: Context) -> Reply:
        """End it at once. Whoever may share a class may end it, and whoever it is shared with may give it back."""
        colleague = await self._finder.colleague(ctx.arguments.words[1:])
        held = [one for one in await self._granting.within_times(colleague.staff) if _may_end(ctx.staff, one)]
        wanted = ctx.request.given.get("subject")
        meant = [one for one in held if one.subject == wanted] if wanted else _titled(held, ctx.arguments.room)
        if not meant:
            return Reply(f"No class that you may share is shared with {colleague.name} now.")
        if len(meant) > 1:
            buttons = tuple(ctx.again(one.title, subject=one.subject) for one in meant[:MOST_LISTED])
            raise Asked(Reply(f"Which class? {len(meant)} are shared with {colleague.name}.", buttons=buttons))
        (grant,) = meant
        await self._end(grant, colleague, ctx)
        return Reply(f"{grant.title} is not shared with {colleague.name} any more.")

    async def _end(self, grant: Grant, colleague: Colleague, ctx: Context) -> None:
        """The record comes first: what is ended can be ended again, and is not found any more."""
        if not await self._recorded(ctx.request.id, ctx):
            await self._record("room.unshare", grant, ctx, to=colleague.staff)
        await self._grants.end(grant)
        told = Reply(f"{ctx.actor.name} ended it: {grant.title} is not shared with you any more.")
        if not _same(grant.to, ctx.staff.email):
            await self._direct(colleague.user or await self._user(grant.to), told)
        await self._announce(grant, f"{ctx.actor.name} ended it: {grant.title} is not shared with {grant.to_name}.")

    # What is shared

    async def shared(self, ctx: Context) -> Reply:
        """What is in force, of the classes this person may look at and of those shared with them."""
        mine = [one for one in await self._grants.everywhere() if _may_see(ctx.staff, one)]
        found = await self._granting.in_force_of(mine, most=MOST_LISTED)
        if not found:
            return Reply(NOTHING)
        lines = [self._row(ctx.staff, one) for one in found]
        ends = [_end(one, f"End {one.to_name}, {one.title}") for one in found if _may_end(ctx.staff, one)]
        headline = "1 class is shared now." if len(found) == 1 else f"{len(found)} classes are shared now."
        return Reply(headline, lines=tuple(lines), buttons=tuple(ends[:MOST_BUTTONS]))

    def _row(self, staff: Staff, grant: Grant) -> str:
        whom = "you" if _same(grant.to, staff.email) else grant.to_name
        return f"{grant.title}: with {whom} until {self._local(grant.until)}, by {grant.by_name}."

    async def said_of(self, staff: Staff, session: Session) -> Sequence[str]:
        """With whom this class is shared, and until when; nothing while that cannot be read."""
        try:
            place = await self._places.of(session)
            mine = await self._granting.to(staff, place)
            others = [one for one in await self._granting.here(place) if not _same(one.to, staff.email)]
        except StoreUnavailable as error:
            log.warning("shares_unread", session=session.key, detail=error.log_detail)
            return ()
        shared = [f"Shared with {one.to_name} until {self._local(one.until)}, by {one.by_name}." for one in others]
        return [*(one.said for one in mine), *shared[:MOST_LISTED]]

    # Telling and recording

    async def _announce(self, grant: Grant, said: str) -> None:
        channel = self._settings.incident_channel_of(grant.school)
        if not channel:
            return
        try:
            await self._chat.post(channel, Reply(said))
        except VendorError as error:
            log.warning("share_not_announced", detail=error.log_detail)

    async def _direct(self, user: str, reply: Reply) -> bool:
        try:
            if user:
                await self._chat.direct(user, reply)
        except VendorError as error:
            log.warning("share_not_told", user=user, detail=error.log_detail)
            return False
        return bool(user)

    async def _user(self, email: str) -> str:
        try:
            return await self._chat.user_of(email) or ""
        except VendorError as error:
            log.warning("colleague_not_found_in_chat", detail=error.log_detail)
            return ""

    async def _recorded(self, request_id: str, ctx: Context) -> bool:
        """Whether this request was carried out before, and is only told again."""
        async for entry in self._audit.export(ctx.request.asked_at):
            if entry["id"] == request_id:
                return True
        return False

    async def _record(self, action: str, grant: Grant, ctx: Context, *, to: Staff) -> None:
        entry = AuditEntry(
            at=self._now(), id=ctx.request.id, actor=ctx.actor.id, action=action, room=grant.room,
            platform=grant.room.partition(":")[0], phase="outcome", outcome="done", reason=ctx.arguments.reason,
            elapsed_ms=None,
            extra={"to": to.id, "section": grant.section, "until": grant.until.isoformat()},
        )  # fmt: skip
        await self._audit.append(entry)

    def _local(self, moment: datetime) -> str:
        return self._granting.local(moment)


def _grant(ctx: Context, colleague: Colleague, meant: Shareable, until: datetime) -> Grant:
    """Its times count from the key press: the same request gives the same grant however often it is carried out."""
    where = meant.place
    return Grant(
        id=ctx.request.id, to=colleague.staff.email, to_name=colleague.name, by=ctx.staff.email,
        by_name=ctx.staff.name or ctx.staff.email, since=ctx.request.asked_at, until=until, title=meant.title,
        section=where.section or "", room=where.room, host=where.host_email, school=where.school or "",
    )  # fmt: skip


def _of(grant: Grant) -> str:
    """What exactly was shared."""
    if grant.section:
        return "It is for this class only, wherever it meets until then."
    return "modbot does not know which class of the roster this is, so it is for whatever runs in this room until then."


def _end(grant: Grant, label: str = "End it now") -> Button:
    return Button(label[:70], "room", {"text": f"unshare {grant.to}", "subject": grant.subject})


def _may_end(staff: Staff, grant: Grant) -> bool:
    return _same(grant.to, staff.email) or may(staff, Verb.SHARE, place_of(grant)).allowed


def _may_see(staff: Staff, grant: Grant) -> bool:
    return _same(grant.to, staff.email) or may(staff, Verb.ROOM, place_of(grant)).allowed


def _titled(grants: Sequence[Grant], phrase: str) -> list[Grant]:
    return [one for one in grants if phrase.casefold() in one.title.casefold()]


def _same(one: str, other: str) -> bool:
    return bool(one) and one.casefold() == other.casefold()
