"""/ack — I have it: every ringing stops."""

from modbot.command import Command, Context
from modbot.reply import Reply

command = Command(
    "ack",
    usage="[page]",
    help="Say that you have it. Every ringing stops; the incident stays open.",
    doing="Taking it …",
)


@command.run
async def ack(ctx: Context) -> Reply:
    """Acknowledge the page that is meant, or the only open one."""
    wanted = ctx.request.given.get("page", "") or ctx.arguments.text
    return await ctx.help.acknowledge(ctx.staff, ctx.actor, wanted)
