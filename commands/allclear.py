"""/allclear — put a class back exactly as it was before the panic."""

from modbot.command import Command, Context, title_of
from modbot.model import Operation, Outcome
from modbot.outcome_words import reply_to
from modbot.reply import Button, Reply

command = Command(
    "allclear",
    usage="[room]",
    help="Put your class back exactly as it was before /panic.",
    doing="Putting your class back …",
)


@command.run
async def allclear(ctx: Context) -> Reply:
    """Restore what the panic changed, and nothing more."""
    session = await ctx.session(wanted=ctx.arguments.room or ctx.arguments.text)
    title = title_of(session)
    resolve = Button("Resolve the incident", "resolve", {"room": session.room.key, "text": "all clear"})
    former = await ctx.door.remembered("panic", session.room)
    if not former:
        said = f"There is nothing to put back in {title}: modbot knows of no panic that changed its settings."
        return Reply(said, buttons=(Button("Unlock", "unlock", {"session": session.key}), resolve))
    result = await ctx.act(Operation.RESTORE, session, former=former)
    if result.outcome in (Outcome.DONE, Outcome.ALREADY, Outcome.PARTIAL):  # all that the platform lets modbot do
        await ctx.door.forget("panic", session.room)
    await ctx.note(session, f"All clear: {result.outcome}.")
    also = ("People who were muted turn their own microphones on again.",)
    return reply_to(result, session, title, buttons=(resolve,), also=also)
