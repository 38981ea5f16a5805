"""Call the next person on the list at once: a button on a page, never a slash command."""

from modbot.command import Command, Context
from modbot.reply import Reply

command = Command(
    "escalate",
    usage="",
    help="Call the next person on the list now.",
    doing="Calling the next person …",
    slash=False,
    never_late=True,  # nobody has come yet
)


@command.run
async def escalate(ctx: Context) -> Reply:
    """Do not wait for the one who was called. Each call is passed on once, however often its button is pressed."""
    page = ctx.request.given.get("page", "")
    return await ctx.help.escalate(ctx.staff, ctx.actor, page, ctx.turn, ctx.number("step"))
