"""/unlock — let people join again, exactly as before the lock."""

from modbot.command import Command, Context, title_of
from modbot.model import Operation, Outcome
from modbot.outcome_words import reply_to
from modbot.reply import Button, Reply

command = Command(
    "unlock",
    usage="[room]",
    help="Let people join your class again.",
    doing="Unlocking your class …",
)


@command.run
async def unlock(ctx: Context) -> Reply:
    """Unlock, putting back the settings that the lock changed."""
    session = await ctx.session(wanted=ctx.arguments.room or ctx.arguments.text)
    former = await ctx.door.remembered("former", session.room) or await ctx.door.remembered("panic", session.room)
    result = await ctx.act(Operation.UNLOCK, session, former=former)
    if result.outcome in (Outcome.DONE, Outcome.ALREADY, Outcome.PARTIAL):
        await ctx.door.forget("former", session.room)
    await ctx.note(session, f"Unlock: {result.outcome}.")
    again = Button("Lock again", "lock", {"session": session.key})
    return reply_to(result, session, title_of(session), buttons=(again,))
