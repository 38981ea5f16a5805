"""End a class for everyone: a button, never a slash command, and never without a second yes."""

from modbot.command import Command, Context, title_of
from modbot.model import Operation
from modbot.outcome_words import reply_to
from modbot.reply import Ask, Button, Reply, Style

command = Command(
    "end",
    usage="",
    help="End a class for everyone in it.",
    doing="Ending the class …",
    slash=False,
)


@command.run
async def end(ctx: Context) -> Reply:
    """Ask once, naming who is hit; then end it."""
    session = await ctx.session()
    title = title_of(session)
    if not ctx.confirmed:
        count = sum(1 for person in session.participants if person.presence == "joined")
        ask = Ask("End the class?", f"{title} ends for everyone in it ({count} people). It cannot be undone.", "End it")
        given = {"session": session.key, "confirmed": "1"}
        return Reply(f"End {title} for everyone?", buttons=(Button("End the class", "end", given, Style.DANGER, ask),))
    result = await ctx.act(Operation.END, session, remember="panic")
    await ctx.note(session, f"End: {result.outcome}.")
    return reply_to(result, session, title)
