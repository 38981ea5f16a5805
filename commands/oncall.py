"""/oncall — who is on call now."""

from modbot.command import Command, Context
from modbot.reply import Reply

command = Command("oncall", usage="", help="Who is on call now.", doing="…")


@command.run
async def oncall(ctx: Context) -> Reply:
    """The people who would be paged, in order."""
    return await ctx.help.on_call()
