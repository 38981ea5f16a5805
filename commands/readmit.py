"""A sweep's second thought: one press lets somebody back in, as far as the platform allows, for an hour."""

from modbot.command import Command, Context, title_of
from modbot.model import Operation, Outcome, Participant, Presence, Result, Session
from modbot.outcome_words import reply_to
from modbot.picking import rows
from modbot.platforms import How
from modbot.reply import Button, Reply
from modbot.sweeping import meant, the_same

command = Command(
    "readmit",
    usage="",
    help="Let somebody back in whom a sweep put out.",
    doing="Letting them back in …",
    slash=False,
)


@command.run
async def readmit(ctx: Context) -> Reply:
    """Let them in if they wait; else say what they or the host must do."""
    one = await meant(ctx)
    session = await ctx.session()
    if ctx.door.capability(session, Operation.ADMIT).how is How.BY_HAND:
        return await _let_in(ctx, session, Participant(one.id, one.name, one.email))
    session = await ctx.rooms.refreshed(session)
    same = the_same(session, one)
    waiting = [who for who in same if who.presence is Presence.LOBBY]
    if len(waiting) == 1:
        return await _let_in(ctx, session, waiting[0])
    return _not_yet(ctx, session, inside=bool(same) and not waiting, waiting=len(waiting))


async def _let_in(ctx: Context, session: Session, person: Participant) -> Reply:
    result = await ctx.act(Operation.ADMIT, session, people=(person,))
    await ctx.note(session, f"Let back in: {result.outcome}.")
    if result.outcome is not Outcome.REFUSED:
        await ctx.belonging.let_back(session, [person.name])
    shown = rows([person], result.people)
    return reply_to(result, session, title_of(session), people=shown, also=_remembered(ctx, session, result))


def _remembered(ctx: Context, session: Session, result: Result) -> tuple[str, ...]:
    back = ctx.door.capability(session, Operation.EJECT).back
    return (back,) if back and result.outcome is Outcome.UNSUPPORTED else ()


def _not_yet(ctx: Context, session: Session, *, inside: bool, waiting: int) -> Reply:
    title = title_of(session)
    if inside:
        return Reply(f"Somebody of that name is in {title} already. Nothing was done.")
    if waiting:
        choose = Button("Choose who to let in…", "admit", {"session": session.key})
        return Reply(f"{waiting} people of that name wait to come in. Nothing was done.", buttons=(choose,))
    back = ctx.door.capability(session, Operation.EJECT).back
    again = Button("Let back in", "readmit", ctx.request.given)
    lines = (back,) if back else ()
    return Reply(f"They do not wait to come into {title} yet: ask them to join again.", lines=lines, buttons=(again,))
