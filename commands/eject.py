"""/eject — put someone out of a class so that they cannot walk back in, as far as the platform allows."""

from modbot.command import Command, Context, title_of
from modbot.model import Operation, Outcome, Participant, Result, Session
from modbot.outcome_words import reply_to, shut
from modbot.picking import chosen, picker, rows
from modbot.reply import Button, Reply, Style
from modbot.who import present, runs_the_class

command = Command(
    "eject",
    usage="[who …] [in room] [because …]",
    help="Put someone out of your class. With no name, choose from who is in.",
    doing="Looking at who is in your class …",
    urgent=True,
)


@command.run
async def eject(ctx: Context) -> Reply:
    """Put out those named or picked; hosts, co-hosts and staff only when confirmed."""
    session = await ctx.session()
    session, people = await chosen(ctx, session, among=present)
    if not people:
        staff = frozenset([p.email.casefold() for p in session.participants if await ctx.rooms.is_staff(p.email)])
        return picker(ctx, session, present(session.participants), "Put out", staff)
    guarded = [person for person in people if runs_the_class(person) or await ctx.rooms.is_staff(person.email)]
    if guarded and not ctx.confirmed:
        return _are_you_sure(ctx, session, people, guarded)
    return await _put_out(ctx, session, people)


def _are_you_sure(ctx: Context, session: Session, people: list[Participant], guarded: list[Participant]) -> Reply:
    ids = " ".join(person.id for person in people)
    yes = ctx.again("Put them out all the same", session=session.key, people=ids, confirmed="1")
    return Reply(
        f"Careful: {len(guarded)} of those you named run {title_of(session)} or are staff. Nothing has been done.",
        people=rows(guarded),
        buttons=(Button(yes.label, yes.command, yes.args, Style.DANGER),),
    )


async def _put_out(ctx: Context, session: Session, people: list[Participant]) -> Reply:
    title = title_of(session)
    locked = await _lock_first(ctx, session)
    result = await ctx.act(Operation.EJECT, session, people=tuple(people))
    await ctx.help.incident_for(session, ctx.actor, "Someone was put out of the class.")
    await ctx.note(session, f"Eject ({len(people)}): {result.outcome}.")
    buttons = [Button("Put out someone else…", "eject", {"session": session.key})]
    also: tuple[str, ...] = ()
    if locked is not None:
        also = (_about_the_lock(ctx, session, locked),)
        buttons.append(Button("Unlock", "unlock", {"session": session.key}))
    buttons.append(Button("Page IT", "page", {"session": session.key}, Style.DANGER))
    shown = rows(people, result.people)
    return reply_to(result, session, title, buttons=tuple(buttons), people=shown, also=also)


async def _lock_first(ctx: Context, session: Session) -> Result | None:
    """Where whoever is put out could walk straight back in, shut the door first."""
    if not ctx.door.capability(session, Operation.EJECT).needs_lock:
        return None
    return await ctx.act(Operation.LOCK, session, remember="former")


def _about_the_lock(ctx: Context, session: Session, locked: Result) -> str:
    if locked.outcome is Outcome.PARTIAL:
        label, instead = session.room.platform.label, ctx.door.capability(session, Operation.LOCK).instead
        return f"The class is shut too, as far as {label} allows: {instead}. It stays so until you unlock it."
    if shut(locked):
        return "The class is locked too, and stays so until you unlock it: they cannot walk back in."
    return f"The class could not be locked, so they may come back. {locked.said}"
