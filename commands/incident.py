"""/incident — the open incidents you may see."""

from modbot.command import Command, Context
from modbot.reply import Reply

command = Command("incident", usage="", help="The open incidents of your classes or school.", doing="…")


@command.run
async def incident(ctx: Context) -> Reply:
    """Open incidents, newest first, with their next buttons."""
    return await ctx.help.incidents(ctx.staff)
