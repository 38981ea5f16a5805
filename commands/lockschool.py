"""Lock every live room of a school: the button below the warning of a raid, never without a second yes."""

from modbot.command import Command, Context
from modbot.reply import Reply
from modbot.schoolwide import asked, carried_out

command = Command(
    "lockschool",
    usage="",
    help="Lock every live room of a school.",
    doing="Looking at the live rooms of the school …",
    slash=False,
)


@command.run
async def lockschool(ctx: Context) -> Reply:
    """Show which rooms, and ask once; then lock them all at once."""
    return await (carried_out(ctx) if ctx.confirmed else asked(ctx))
