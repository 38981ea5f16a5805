"""The sweep, behind `/eject strangers`: everybody who does not belong goes, after one look and one yes."""

from modbot.command import Command, Context
from modbot.reply import Reply
from modbot.sweeping import asked, carried_out

command = Command(
    "sweep",
    usage="",
    help="Put out everybody who does not belong to your class.",
    doing="Looking at who belongs to your class …",
    slash=False,
)


@command.run
async def sweep(ctx: Context) -> Reply:
    """Show who would go and who stays, and ask once; then put them out."""
    if ctx.confirmed:
        return await carried_out(ctx)
    session = await ctx.rooms.refreshed(await ctx.session())
    return await asked(ctx, session, await ctx.belonging.judged(session))
